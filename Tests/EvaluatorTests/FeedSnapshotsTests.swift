// Snapshots that are read page by page: so many, so long, and of this process alone.

import Basics
import Columns
import Kit
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct FeedSnapshotsTests {
    private func kept() -> FeedSnapshots.Kept {
        FeedSnapshots.Kept(
            partition: Partition(index: 0),
            end: FeedEnd(
                feed: FeedID(project: shop, revision: 1),
                segment: "buyers",
                version: 1,
                generation: 1,
                origin: 1
            ),
            members: UserBitset(universe: 1, all: true),
            position: LogV1.Position()
        )
    }

    @Test("one that was read to its end makes room in seconds, one under way in a minute")
    func room() throws {
        let clock = ManualClock()
        let snapshots = FeedSnapshots(clock: clock)
        let numbers = try (0..<FeedSnapshots.keptMax).map { _ in try snapshots.keep(kept()) }
        #expect(Set(numbers).count == FeedSnapshots.keptMax)
        #expect(throws: Fault.self) { try snapshots.keep(kept()) }
        for number in numbers.dropFirst() { snapshots.end(number) }
        #expect(snapshots[numbers[1]] != nil, "its last page may be asked for once more")
        snapshots.end(numbers[1])
        clock.advance(ms: FeedSnapshots.readNs / 1_000_000)
        _ = try snapshots.keep(kept())
        #expect(snapshots[numbers[0]] != nil && snapshots[numbers[1]] == nil)
        clock.advance(ms: FeedSnapshots.keptNs / 1_000_000)
        #expect(snapshots[numbers[0]] == nil)
    }

    @Test("a number of the process before is none of this one's")
    func restarted() throws {
        let clock = ManualClock()
        let before = try FeedSnapshots(clock: clock).keep(kept())
        clock.advance(ms: 1)
        let snapshots = FeedSnapshots(clock: clock)
        let number = try snapshots.keep(kept())
        #expect(number != before && snapshots[before] == nil)
    }
}
