// How long feeds are kept: what is older is told no more, and who lacks it starts anew.

import Basics
import KeyValue
import Segments

extension FeedShelf {
    /// How often a partition is looked through, and how long a row spans at most; what is older
    /// than it need be stays at most as long as both.
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
            let first = try first(of: end, in: partition) {
                $0.logTime >= horizon || $0.mark >= sealedTo
            }
            // A row goes as a whole.
            end.first = try beginning(of: first, in: feed, partition)
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
}
