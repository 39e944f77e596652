// Several lanes asked together: every one answers for its partitions, or the whole is refused.

import Basics
import Testing

@testable import Evaluator

@Suite struct LanesAnswerTests {
    @Test("each lane answers for its own partitions, and one that lacks some fails the whole")
    func together() async throws {
        let rigs = [try LaneRig(), try LaneRig()]
        for rig in rigs { try rig.start() }
        let lanes = Lanes(rigs.map(\.lane))
        let partitions = (0..<4 as Range<UInt16>).map { Partition(index: $0) }
        for partition in partitions { _ = try await lanes[partition].adopt(partition) }
        let held = try await lanes.ask(partitions) { $0.map(\.partition) }
        #expect(held.count == rigs.count)
        #expect(held.flatMap(\.self).sorted() == partitions)
        #expect(try await lanes.ask([]) { $0.count }.isEmpty)
        try await lanes[partitions[3]].release(partitions[3])
        await #expect(throws: EvaluatorError.self) {
            try await lanes.ask(partitions) { $0.count }
        }
        #expect(try await lanes.ask([partitions[1]]) { $0.count } == [1])
    }

    @Test("a lane that has ended refuses, and nobody waits for it")
    func ended() async throws {
        let rig = try LaneRig()
        try rig.start()
        rig.stop()
        await #expect(throws: EvaluatorError.self) {
            try await Lanes([rig.lane]).ask([Partition(index: 0)]) { $0.count }
        }
    }
}
