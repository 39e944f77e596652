// Watermarks wait in a lane while records of other partitions go before them.

import Basics
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct WaitingWatermarksTests {
    private static let home = Partition(index: 5)

    @Test("records go before other partitions' watermarks, and nothing before the own one")
    func watermarks() async throws {
        let rig = try LaneRig()
        try rig.start()
        let partitions = (0..<4).map { Partition(index: UInt16($0)) }
        for partition in partitions { _ = try await rig.lane.adopt(partition) }
        let gate = BoundedQueue<Bool>(capacity: 1)
        let (told, answers) = AsyncStream.makeStream(of: [Bool].self)
        // Everything below waits in the queue until the gate opens.
        rig.lane.ask([partitions[3]], { _ in gate.pop() }, { _ in })
        for ms in [4_000, 5_000] as [Int64] {
            for partition in partitions.prefix(3) {
                try rig.lane.apply(
                    IngestionV1.PartitionRecords(
                        partition: UInt32(partition.index),
                        watermarkMs: ms
                    )
                )
            }
        }
        try rig.lane.apply(page(try charges(2), partitions[3]))
        let applied = rig.applied
        for asked in [3, 2] {
            rig.lane.ask(
                [partitions[asked]],
                { _ in partitions.map { applied[$0]?.watermark == Timestamp(ms: 5_000) } },
                { answers.yield((try? $0.get()) ?? []) }
            )
        }
        gate.push(true)
        var heard = told.makeAsyncIterator()
        // Behind the records one of the others has its turn, and hears the latest only.
        #expect(await heard.next() == [true, false, false, true])
        // Who is asked about has heard everything that came before.
        #expect(await heard.next() == [true, true, true, true])
        #expect(rig.lane.pagesTaken.value == 7)
    }

    @Test("whoever's order is in hand when a watermark ends the lane hears so, too")
    func endingInHand() async throws {
        let rig = try LaneRig()
        try rig.start()
        _ = try await rig.lane.adopt(Self.home)
        var log = LogScript()
        try log.segment("recent", did("Charged", window: .rolling(ms: 3_600_000)), revision: 1)
        try log.event("Charged", by: "ann", at: Timestamp(ms: 1_000))
        try rig.lane.apply(page(log, Self.home))
        #expect(try await rig.lane.ask([Self.home]) { $0[0].live.ends.map(\.members) } == [1])
        // What the watermark brings about cannot be kept.
        rig.checkpoints.close()
        let gate = BoundedQueue<Bool>(capacity: 1)
        let (told, answers) = AsyncStream.makeStream(of: EvaluatorError.Code?.self)
        rig.lane.ask([Self.home], { _ in gate.pop() }, { _ in })
        let partition = UInt32(Self.home.index)
        try rig.lane.apply(.init(partition: partition, watermarkMs: 100_000_000))
        rig.lane.ask([Self.home], { $0.count }) { answer in
            do {
                _ = try answer.get()
                answers.yield(nil)
            } catch {
                answers.yield((error as? EvaluatorError)?.code)
            }
        }
        gate.push(true)
        var heard = told.makeAsyncIterator()
        #expect(await heard.next() == .notTheOwner)
        rig.stop()
        guard case .failure? = rig.ending else {
            Issue.record("the lane went on")
            return
        }
    }

    @Test("each partition's latest is taken, oldest first, those first that come first")
    func order() {
        var waiting = WaitingWatermarks()
        #expect(waiting.isEmpty)
        for (partition, ms) in [(3, 10), (1, 20), (3, 30), (2, 40)] as [(UInt32, Int64)] {
            waiting.add(.init(partition: partition, watermarkMs: ms))
        }
        #expect(waiting.takeFirst { $0.index == 1 }?.watermarkMs == 20)
        #expect(waiting.takeFirst { _ in false }?.watermarkMs == 30)
        #expect(waiting.take(of: Partition(index: 3)) == nil)
        waiting.add(.init(partition: 3, watermarkMs: 50))
        #expect(waiting.takeFirst { _ in true }?.watermarkMs == 40)
        #expect(waiting.take(of: Partition(index: 3))?.watermarkMs == 50)
        #expect(waiting.isEmpty && waiting.takeFirst { _ in true } == nil)
    }
}
