// Snapshots of feeds that are read page by page, by many consumers at once.

import Basics
import Columns
import Kit
import Messages
import Segments
import Synchronization
import Testing

@testable import Evaluator

@Suite struct FeedSnapshotsTests {
    /// Shows these readings one after the other, as who reads a clock may be overtaken.
    private final class Readings: Clock {
        private let left: Mutex<[UInt64]>

        init(_ readings: [UInt64]) { left = Mutex(readings) }

        var now: Timestamp { Timestamp(ms: 0) }
        var monotonicNs: UInt64 { left.withLock { $0.removeFirst() } }
        func sleep(untilMonotonicNs instant: UInt64) async throws {}
    }

    private static let kept = FeedSnapshots.Kept(
        partition: Partition(index: 0),
        end: FeedEnd(
            feed: FeedID(project: shop, revision: 1),
            segment: "buyers",
            version: 1,
            generation: 1,
            origin: 1
        ),
        members: UserBitset(universe: 0),
        position: LogV1.Position()
    )

    @Test("who is overtaken behind the clock reads on, and so do the others")
    func overtaken() throws {
        let snapshots = FeedSnapshots(clock: Readings([50, 101, 100, 99]))
        let number = try snapshots.keep(Self.kept)
        #expect(snapshots[number] != nil)
        #expect(snapshots[number] != nil)
        #expect(try snapshots.keep(Self.kept) != number)
    }

    @Test("one is kept for a while behind its last page, and no longer")
    func idle() throws {
        let clock = ManualClock()
        let snapshots = FeedSnapshots(clock: clock)
        let number = try snapshots.keep(Self.kept)
        for _ in 0..<2 {
            clock.advance(ns: FeedSnapshots.keptNs - 1)
            #expect(snapshots[number] != nil)
        }
        clock.advance(ns: FeedSnapshots.keptNs)
        #expect(snapshots[number] == nil)
    }
}
