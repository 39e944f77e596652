// The records of feeds in the store: written in rows, read from any one on.

import Basics
import KeyValue
import Segments

extension FeedShelf {
    /// Adds what was told to a batch, of each feed in as few rows as may be.
    func put(_ told: [FeedRecord], of partition: Partition, _ batch: inout Batch) {
        guard let first = told.first else { return }
        // Of many who leave at one instant nothing is copied.
        guard told.contains(where: { $0.feed != first.feed }) else {
            return put(told[...], of: first.feed, in: partition, &batch)
        }
        for (feed, records) in Dictionary(grouping: told, by: \.feed) {
            put(records[...], of: feed, in: partition, &batch)
        }
    }

    private func put(
        _ records: ArraySlice<FeedRecord>,
        of feed: FeedID,
        in partition: Partition,
        _ batch: inout Batch
    ) {
        var rest = records
        while let first = rest.first {
            // What becomes too old to be kept goes row by row.
            let row = rest.prefix(FeedRow.recordsMax).prefix {
                $0.logTime.msSince(first.logTime) < Self.trimEveryMs
            }
            rest = rest.dropFirst(row.count)
            let last = row.last ?? first
            let key = recordKey(of: feed, in: partition, last.sequence)
            batch.put(self.records, key, FeedRow.bytes(of: row))
        }
    }

    /// Records of a feed behind a sequence, in order.
    func records(
        of feed: FeedID,
        in partition: Partition,
        after sequence: UInt64,
        limit: Int
    ) throws -> [FeedRecord] {
        guard limit > 0, sequence < .max else { return [] }
        let from = recordKey(of: feed, in: partition, sequence + 1)
        var records: [FeedRecord] = []
        var unread: (any Error)?
        try store.scan(
            self.records,
            from: from,
            prefix: Self.key(partition, feed)
        ) { key, value in
            do {
                let last = Self.bigEndian(Array(key).suffix(8))
                let row = try FeedRow.records(Array(value), feed, last: last)
                let told = records.last?.sequence ?? sequence
                records += row.lazy.filter { $0.sequence > told }.prefix(limit - records.count)
                return records.count < limit
            } catch {
                unread = error
                return false
            }
        }
        if let unread { throw unread }
        return records
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
            let found = try records(of: end.feed, in: partition, after: middle - 1, limit: 1)
            if let record = found.first, record.sequence == middle, isBehind(record) {
                behind = middle
            } else {
                first = middle + 1
            }
        }
        return first
    }

    /// The first record of the row in which one stands; above the last one: that one.
    func beginning(of sequence: UInt64, in feed: FeedID, _ partition: Partition) throws -> UInt64 {
        let prefix = Self.key(partition, feed)
        let from = prefix + Self.bigEndian(sequence)
        guard let row = try store.scan(records, from: from, prefix: prefix, limit: 1).first else {
            return sequence
        }
        let last = Self.bigEndian(row.key.suffix(8))
        return try FeedRow.records(row.value, feed, last: last).first?.sequence ?? sequence
    }

    /// Who came and went by records behind an offset, for the columns.
    ///
    /// The records are in the order of their marks, so those wanted stand at the end.
    func marks(of end: FeedEnd, in partition: Partition, from offset: LogOffset) throws
        -> [LivePartition.Mark]
    {
        let first = try first(of: end, in: partition) { $0.mark >= offset }
        return try records(of: end.feed, in: partition, after: first - 1, limit: .max)
            .filter(\.isTurn).map { LivePartition.Mark($0, of: end) }
    }

    /// Where the row stands whose last record has this sequence.
    func recordKey(of feed: FeedID, in partition: Partition, _ sequence: UInt64) -> [UInt8] {
        Self.key(partition, feed) + Self.bigEndian(sequence)
    }

    private static func key(_ partition: Partition, _ feed: FeedID) -> [UInt8] {
        bigEndian(partition) + Array(feed.project.text.utf8) + [0] + bigEndian(feed.revision)
    }
}
