// The tallies of feeds that are asked about, kept so that only new records are read.

import Basics
import Synchronization

/// Counts what feeds told lately, out of the records that are kept of them.
///
/// Any thread. A feed that nobody asks about costs nothing; one that is asked about again costs its
/// new records.
final class FeedActivity: Sendable {
    /// Most tallies that are kept, some kilobytes each; more begin anew.
    static let keptMax = 16_384
    private static let pageRecords = 10_000

    private struct Place: Hashable {
        let partition: Partition
        let feed: FeedID
    }

    private let shelf: FeedShelf
    private let tallies = Mutex<[Place: FeedTally]>([:])

    init(shelf: FeedShelf) { self.shelf = shelf }

    /// What a feed told up to its end, as of an instant.
    func tally(of end: FeedEnd, in partition: Partition, at now: Timestamp) throws -> FeedTally {
        let place = Place(partition: partition, feed: end.feed)
        var tally: FeedTally
        // A feed that is shorter than its tally was copied from another instance.
        if let kept = tallies.withLock({ $0[place] }), kept.sequence <= end.sequence {
            tally = kept
        } else {
            tally = FeedTally(behind: try older(than: FeedTally.first(at: now), end, partition))
        }
        while tally.sequence < end.sequence {
            let records = try shelf.records(
                of: end.feed,
                in: partition,
                after: tally.sequence,
                limit: Self.pageRecords
            )
            guard !records.isEmpty else { break }
            for record in records where record.sequence <= end.sequence { tally.count(record) }
            guard let last = records.last, last.sequence <= end.sequence else { break }
        }
        tally.forget(before: now)
        tallies.withLock { tallies in
            if tallies.count >= Self.keptMax, tallies[place] == nil { tallies = [:] }
            tallies[place] = tally
        }
        return tally
    }

    /// The last record decided before an instant, by halves: log time rises with the sequence.
    private func older(than first: Timestamp, _ end: FeedEnd, _ partition: Partition) throws
        -> UInt64
    {
        var (low, high): (UInt64, UInt64) = (0, end.sequence)
        while low < high {
            let middle = low + (high - low) / 2
            let record = try shelf.records(of: end.feed, in: partition, after: middle, limit: 1)
            if let record = record.first, record.logTime < first {
                low = record.sequence
            } else {
                high = middle
            }
        }
        // Some older ones besides, so that there are latest users of a quiet segment, too.
        return low - min(low, UInt64(FeedTally.latestMax))
    }
}
