// The list of long polls against the contract, and how long their handlers may wait.

import Basics
import Foundation
import Kit
import Messages
import Testing

@testable import Chassis

@Suite("Long polls")
struct LongPollTests {
    @Test("are exactly the methods whose request has a wait_ms")
    func list() throws {
        let proto = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Proto/shoal").standardized
        var names: Set<String> = []
        let files = try #require(
            FileManager.default.enumerator(at: proto, includingPropertiesForKeys: nil)
        )
        for case let file as URL in files where file.pathExtension == "proto" {
            let text = try String(contentsOf: file, encoding: .utf8)
            let package = try #require(text.firstMatch(of: /package ([a-z0-9.]+);/)).1
            var waiting: Set<Substring> = []
            for message in text.matches(of: /message (\w+) \{([^}]*)\}/)
            where message.2.contains(" wait_ms ") {
                waiting.insert(message.1)
            }
            for method in Contract.methods where method.service.hasPrefix(package + ".") {
                let request = method.request.dropFirst(package.count + 1)
                if waiting.contains(request) { names.insert(method.name) }
            }
        }
        #expect(names == LongPolls.names)
        #expect(names.count >= 4)
    }

    @Test("wait as long as asked and end before the caller gives up")
    func waits() {
        let clock = ManualClock(monotonicNs: 1_000_000_000)
        var call = CallContext(deadlineNs: 11_000_000_000)
        #expect(call.waitUntilNs(3_000, clock: clock) == 4_000_000_000)
        #expect(call.waitUntilNs(30_000, clock: clock) == 10_900_000_000)
        #expect(call.remainingMs(clock: clock) == 10_000)
        call.deadlineNs = .max
        #expect(call.waitUntilNs(.max, clock: clock) > 4_000_000_000_000_000)
        clock.advance(ms: 20_000)
        call.deadlineNs = 11_000_000_000
        #expect(call.remainingMs(clock: clock) == 0)
        #expect(call.waitUntilNs(5, clock: clock) < clock.monotonicNs)
    }

    @Test("and other calls hand on what is left of the time")
    func onward() {
        let clock = ManualClock(monotonicNs: 1_000_000_000)
        let call = CallContext(
            project: ProjectName("shop"),
            deadlineNs: 3_000_000_000,
            traceparent: "t"
        )
        let options = CallOptions(within: call, clock: clock)
        #expect(options.timeoutMs == 2_000)
        #expect(options.project?.text == "shop")
        #expect(options.traceparent == "t")
        #expect(CallOptions(within: call, clock: clock, timeoutMs: 500).timeoutMs == 500)
    }
}
