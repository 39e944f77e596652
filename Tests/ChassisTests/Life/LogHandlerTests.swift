// Log lines: parseable, on one line, allowed keys only, at a level that may change.

import Basics
import Foundation
import Kit
import Logging
import Synchronization
import Testing

@testable import Chassis

final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ text: String) { lines.withLock { $0.append(text) } }
}

struct LogHandlerTests {
    private let lines = Lines()
    private let level = LogLevelSwitch()

    private func logger(pretty: Bool = false) -> Logger {
        let lines = lines
        return LogOutput(
            service: "evaluator",
            clock: ManualClock(),
            level: level,
            write: { lines.add($0) }
        ).logger(pretty: pretty)
    }

    private func parsed() throws -> [[String: Any]] {
        try lines.all.map { line in
            #expect(line.hasSuffix("\n") && line.dropLast().allSatisfy { $0 != "\n" })
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(object as? [String: Any])
        }
    }

    @Test("a line is one JSON object with time, level, service, message and metadata")
    func json() throws {
        var logger = logger()
        logger[metadataKey: LogKeys.partition] = "7"
        logger.warning(
            "late",
            metadata: [LogKeys.offset: "12", LogKeys.reason: ["a", ["b": "c"]]]
        )
        let line = try #require(try parsed().first)
        #expect(line["time"] as? String == "2025-01-02T00:00:00.000Z")
        #expect(line["level"] as? String == "warning")
        #expect(line["service"] as? String == "evaluator")
        #expect(line["message"] as? String == "late")
        let metadata = try #require(line["metadata"] as? [String: Any])
        #expect(metadata["partition"] as? String == "7")
        #expect(metadata["offset"] as? String == "12")
        #expect((metadata["reason"] as? [Any])?.count == 2)
    }

    @Test("quotes, line ends, control characters and any Unicode survive as JSON")
    func hostile() throws {
        let text = "a\"b\\c\nd\r\t\u{1}\u{1B}[2J\u{85}\u{2028}\u{202E}é👩‍👩‍👧\u{10FFFF}"
        logger().error("\(text)", metadata: [LogKeys.path: "\(text)"])
        let line = try #require(try parsed().first)
        #expect(line["message"] as? String == text)
        #expect((line["metadata"] as? [String: Any])?["path"] as? String == text)
        #expect(!lines.all[0].unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }

    @Test("a key that is not allowed is dropped and counted, its value never written")
    func allowList() throws {
        logger().info("x", metadata: ["email": "ann@example.org", LogKeys.count: "1"])
        let metadata = try #require(try parsed().first?["metadata"] as? [String: Any])
        #expect(Set(metadata.keys) == ["count", "dropped_keys"])
        #expect(!lines.all[0].contains("ann@"))
    }

    @Test("a message and a value of any length are cut")
    func cut() throws {
        let long = String(repeating: "x", count: 100_000)
        logger().info("\(long)", metadata: [LogKeys.reason: "\(long)"])
        #expect(lines.all[0].utf8.count < 6_000)
        _ = try parsed()
    }

    @Test("the level changes for all loggers at once, also for those already made")
    func levels() {
        let first = logger()
        let second = logger(pretty: true)
        first.debug("unheard")
        #expect(level.set(.debug) == .info)
        first.debug("heard")
        second.debug("heard")
        #expect(level.set(.error) == .debug)
        second.warning("unheard")
        #expect(lines.all.count == 2)
        #expect(level.level == .error)
    }

    @Test("a line for people has time of day, level, service and pairs")
    func pretty() {
        logger(pretty: true).notice("two\nlines \u{1B}[2J", metadata: [LogKeys.count: "3"])
        let expected = "00:00:00.000 notice   evaluator: two lines \\u001b[2J  count=3\n"
        #expect(lines.all == [expected])
    }
}
