// Every error of the lower rooms has an exit code and words.

import Basics
import Bus
import Testing

@testable import Chassis

struct ExitCodeTests {
    @Test("the codes are the documented ones")
    func codes() {
        #expect(
            ExitCode.allCases.map(\.rawValue) == [0, 64, 65, 69, 70, 71, 73, 74, 75, 76]
        )
    }

    @Test("every kind of our own error has a code and says whether a restart may help")
    func own() {
        for code in ChassisError.Code.allCases {
            let error = ChassisError(code, operation: "o", place: "p", what: "w", hint: "h")
            #expect(error.exitCode != .clean)
            let needsPerson = [
                ExitCode.badConfiguration, .dataCorrupt, .notWritable, .locked, .newerFormat,
            ]
            #expect(error.isRetriable != needsPerson.contains(error.exitCode), "\(code)")
        }
    }

    @Test("the disk's, the bus's and a thread's errors keep their place and hint")
    func lower() {
        let disk = DiskError(.locked, errno: "EWOULDBLOCK", operation: "lock", path: "/d")
        #expect(Explanation(disk, part: "x").exitCode == .locked)
        #expect(Explanation(disk, part: "x").place == "/d")
        let bus = #expect(throws: BusError.self) { _ = try Endpoint("ws://x") }
        #expect(bus.map { Explanation($0, part: "x").exitCode } == .badConfiguration)
        #expect(bus?.hint.isEmpty == false)
        let thread = #expect(throws: ThreadError.self) {
            _ = try OwnThread.start(name: "t", stackBytes: 1) {}
        }
        #expect(thread.map { Explanation($0, part: "x").exitCode } == .internalError)
        #expect(thread.map { Explanation($0, part: "x").place } == "t")
    }
}
