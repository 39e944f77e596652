// Snapshots of listings: kept as they were taken, let go of when idle or when newer ones need room.

import Basics
import Chassis
import Columns
import Messages
import Testing

@testable import Evaluator

@Suite struct HeldSnapshotsTests {
    private static let partition = Partition(index: 3)

    /// The partition as it is at a position.
    private func snapshot(at next: UInt64) -> SetsDoor.Snapshot {
        let position = LogV1.Position(partition: 3, nextOffset: next)
        return SetsDoor.Snapshot(parts: [.init(position: position, columns: nil)])
    }

    private func id(_ number: Int) -> [UInt8] {
        [UInt8(number)] + [UInt8](repeating: 0, count: 15)
    }

    private func position(_ held: HeldSnapshots, _ number: Int, _ nowNs: UInt64 = 0) -> UInt64? {
        do throws(EvaluatorError) {
            return try held.read(id(number), of: shop, [Self.partition], nowNs: nowNs)
                .positions.first?.nextOffset
        } catch {
            #expect(error.fault.code == .aborted)
            return nil
        }
    }

    @Test("what was taken under an id stays as it is, for its project only")
    func stays() throws {
        let held = HeldSnapshots()
        let first = held.take(snapshot(at: 5), as: id(1), of: shop, nowNs: 0)
        #expect(first.positions.map(\.nextOffset) == [5])
        let again = held.take(snapshot(at: 9), as: id(1), of: shop, nowNs: 0)
        #expect(again.positions.map(\.nextOffset) == [5])
        #expect(position(held, 1) == 5 && position(held, 2) == nil)
        let app = try #require(ProjectName("app"))
        #expect(throws: EvaluatorError.self) {
            try held.read(id(1), of: app, [Self.partition], nowNs: 0)
        }
        #expect(throws: EvaluatorError.self) {
            try held.read(id(1), of: shop, [Self.partition, Partition(index: 4)], nowNs: 0)
        }
    }

    @Test("reading keeps it; what nobody reads for a while is gone")
    func idle() {
        let held = HeldSnapshots()
        _ = held.take(snapshot(at: 5), as: id(1), of: shop, nowNs: 0)
        _ = held.take(snapshot(at: 6), as: id(2), of: shop, nowNs: 0)
        #expect(position(held, 1, HeldSnapshots.idleNs - 1) == 5)
        #expect(position(held, 2, HeldSnapshots.idleNs) == nil)
        #expect(position(held, 1, 2 * HeldSnapshots.idleNs - 2) == 5)
    }

    @Test("the one read longest ago makes room for the newest")
    func room() {
        let held = HeldSnapshots()
        for number in 0..<HeldSnapshots.listingsMax {
            _ = held.take(snapshot(at: 1), as: id(number), of: shop, nowNs: UInt64(number))
        }
        #expect(position(held, 0, 1_000) == 1)
        _ = held.take(snapshot(at: 2), as: id(200), of: shop, nowNs: 1_001)
        #expect(position(held, 1, 1_002) == nil)
        #expect(position(held, 0, 1_002) == 1 && position(held, 200, 1_002) == 2)
    }
}
