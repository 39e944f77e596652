// Snapshots that are read page by page: so many, so long, by many at once, of this process alone.

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

    @Test("one that was read to its end makes room in seconds, one under way in a minute")
    func room() throws {
        let clock = ManualClock()
        let snapshots = FeedSnapshots(clock: clock)
        let numbers = try (0..<FeedSnapshots.keptMax).map { _ in try snapshots.keep(Self.kept) }
        #expect(Set(numbers).count == FeedSnapshots.keptMax)
        #expect(throws: Fault.self) { try snapshots.keep(Self.kept) }
        for number in numbers.dropFirst() { snapshots.end(number) }
        #expect(snapshots[numbers[1]] != nil, "its last page may be asked for once more")
        snapshots.end(numbers[1])
        clock.advance(ms: FeedSnapshots.readNs / 1_000_000)
        _ = try snapshots.keep(Self.kept)
        #expect(snapshots[numbers[0]] != nil && snapshots[numbers[1]] == nil)
        clock.advance(ms: FeedSnapshots.keptNs / 1_000_000)
        #expect(snapshots[numbers[0]] == nil)
    }

    @Test("a number of the process before is none of this one's")
    func restarted() throws {
        let clock = ManualClock()
        let before = try FeedSnapshots(clock: clock).keep(Self.kept)
        clock.advance(ms: 1)
        let snapshots = FeedSnapshots(clock: clock)
        let number = try snapshots.keep(Self.kept)
        #expect(number != before && snapshots[before] == nil)
    }
}
