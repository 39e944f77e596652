// How long feeds are kept: what is older is told no more, and who lacks it starts anew.

import Basics
import KeyValue
import Segments

extension FeedShelf {
    /// How often a partition is looked through; what is older than it need be stays that long.
    ///
    /// Unit: ms of log time.
    static let trimEveryMs: Int64 = 3_600_000

    /// Removes what a partition's feeds told before an instant, but for what the columns lack.
    ///
    /// Feeds that are over are trimmed too, to nothing at last; their ends stay known. A look at
    /// every feed of the partition, and some more at one that has old records.
    ///
    /// - Returns: the first record that is kept, by feed, where it is another than before.
    func trim(
        _ partition: Partition,
        before horizon: Timestamp,
        sealedTo: LogOffset,
        _ batch: inout Batch
    ) throws -> [FeedID: UInt64] {
        var firsts: [FeedID: UInt64] = [:]
        for (key, value) in try rows(of: Self.feed, in: partition) {
            let feed = try Self.feed(key.dropFirst(3))
            var (end, since) = try FeedEnd.read(value, feed)
            let old = end.first
            end.first = try first(of: end, in: partition) {
                $0.logTime >= horizon || $0.mark >= sealedTo
            }
            guard end.first > old else { continue }
            firsts[feed] = end.first
            batch.put(live, key, end.bytes(since: since))
            batch.deleteRange(
                records,
                from: recordKey(of: feed, in: partition, old),
                to: recordKey(of: feed, in: partition, end.first)
            )
        }
        return firsts
    }

    /// The first of a feed's records that is behind some place; one above the last: none is.
    ///
    /// By halves, so whatever comes after one that is behind must be behind as well.
    func first(
        of end: FeedEnd,
        in partition: Partition,
        where isBehind: (FeedRecord) -> Bool
    ) throws -> UInt64 {
        var (first, behind) = (end.first, end.sequence + 1)
        while first < behind {
            let middle = first + (behind - first) / 2
            let bytes = try store.get(records, recordKey(of: end.feed, in: partition, middle))
            let record = try bytes.map { try FeedRecord($0, end.feed, sequence: middle) }
            if let record, isBehind(record) { behind = middle } else { first = middle + 1 }
        }
        return first
    }
}
