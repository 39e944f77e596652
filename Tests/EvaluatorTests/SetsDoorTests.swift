// What evaluators ask each other: the part for the partitions one of them holds.

import Basics
import Chassis
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct SetsDoorTests {
    private func request(_ partitions: [UInt32]) throws -> EvaluationV1.EvaluateRequest {
        EvaluationV1.EvaluateRequest(
            definition: try DefinitionCoding.encode(did("Charged")),
            atMs: day(9).ms,
            positions: partitions.map { LogV1.Position(partition: $0) }
        )
    }

    private func refused(_ rig: SuiteRig, _ request: EvaluationV1.EvaluateRequest) async -> Fault? {
        await fault { () async throws(Fault) in
            try await rig.nodes[0].sets.evaluate(request, rig.call())
        }
    }

    @Test("partitions are answered together, those that are not held are named")
    func partitions() async throws {
        let rig = try SuiteRig(partitions: 6)
        try rig.charge((0..<30).map { "user-\($0)" })
        try await rig.feed()
        let whole = try await rig.nodes[0].sets.evaluate(try request([4, 0, 2]), rig.call())
        #expect(whole.positions.map(\.partition) == [0, 2, 4])
        var sum: UInt64 = 0
        for partition in [0, 2, 4] as [UInt32] {
            sum += try await rig.nodes[0].sets.evaluate(try request([partition]), rig.call()).users
        }
        #expect(whole.users == sum && whole.universe == sum && sum > 0)
        let other = await refused(rig, try request([0, 1, 3]))
        #expect(other?.code == .unavailable && other?.place == "partitions 1, 3")
    }

    @Test("the answer's positions are those of the states it was made from")
    func positions() async throws {
        let rig = try SuiteRig(partitions: 1, evaluators: 1)
        try rig.charge(["user-0"])
        try await rig.feed()
        // While records come in, a count never differs from the position told with it.
        let writing = Task {
            for number in 1..<60 {
                try rig.charge(["user-\(number)"])
                try await rig.feed()
            }
        }
        for _ in 0..<200 {
            let answer = try await rig.nodes[0].sets.evaluate(try request([0]), rig.call())
            // Each user comes in two records of one page.
            #expect(answer.users * 2 == answer.positions[0].nextOffset)
        }
        try await writing.value
    }

    @Test("it says how far it has read each partition it holds, and no other")
    func howFar() async throws {
        let rig = try SuiteRig(partitions: 6)
        try rig.charge((0..<30).map { "user-\($0)" })
        try await rig.feed()
        let read = try await rig.nodes[0].sets.positions(.init(), rig.call()).positions
        #expect(read.map(\.partition) == [0, 2, 4])
        let whole = try await rig.nodes[0].sets.evaluate(try request([0, 2, 4]), rig.call())
        #expect(read.map(\.nextOffset) == whole.positions.map(\.nextOffset))
        #expect(read.contains { $0.nextOffset > 0 })
    }

    @Test("a question that makes no sense is refused")
    func nonsense() async throws {
        let rig = try SuiteRig()
        try await rig.feed()
        var cases: [EvaluationV1.EvaluateRequest] = []
        var bad = try request([0])
        bad.atMs = .min
        cases.append(bad)
        bad = try request([0])
        bad.definition = nil
        cases.append(bad)
        cases.append(try request([70_000]))
        bad = try request([0, 2])
        bad.membersFrom = 0
        cases.append(bad)
        bad = try request([0, 2])
        bad.userID = "ada"
        cases.append(bad)
        bad = try request([0])
        bad.userID = ""
        cases.append(bad)
        for request in cases {
            let refused = await refused(rig, request)
            #expect(refused?.code == .invalidArgument && refused?.place?.isEmpty == false)
        }
        bad = try request([0])
        bad.projectZone = "Mars/Olympus"
        #expect(await refused(rig, bad)?.code == .failedPrecondition)
    }

    @Test("a deadline that is over, or is none at all, is no trap")
    func deadlines() async throws {
        let rig = try SuiteRig()
        try await rig.feed()
        for deadlineNs in [0, 1, SystemClock().monotonicNs, .max] as [UInt64] {
            let call = CallContext(project: shop, deadlineNs: deadlineNs)
            _ = try await rig.nodes[0].sets.evaluate(try request([0]), call)
        }
        var late = try request([0])
        late.positions[0].nextOffset = 99
        for deadlineNs in [0, 1] as [UInt64] {
            let call = CallContext(project: shop, deadlineNs: deadlineNs)
            let refused = await fault { () async throws(Fault) in
                try await rig.nodes[0].sets.evaluate(late, call)
            }
            #expect(refused?.code == .unavailable && refused?.hint?.contains("of 99") == true)
        }
    }
}
