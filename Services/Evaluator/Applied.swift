// How far the partitions have been read that are held here, for those who wait for it or show it.

import Basics
import Chassis
import Synchronization

/// Up to where each partition has been read, for those who wait for a position.
final class Applied: Sendable {
    private let ends: Mutex<[Partition: PartitionEnd]>
    private let changes: RisingNumber

    /// How far a partition has been read.
    struct PartitionEnd: Sendable, Hashable {
        var next: LogOffset
        var watermark: Timestamp
        /// Under which epoch it is owned here.
        var epoch = Epoch(0)
    }

    /// The partitions that are read along for others.
    private let warm: Mutex<[Partition: PartitionEnd]>

    /// The partitions that are not taken up, with the reason.
    private let left = Mutex<[Partition: String]>([:])

    init(clock: any Clock) {
        ends = Mutex([:])
        warm = Mutex([:])
        changes = RisingNumber(clock: clock)
    }

    /// How far every partition has been read for which this instance stands by.
    var standbys: [(partition: Partition, end: PartitionEnd)] {
        warm.withLock { ends in ends.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    /// How far a partition has been read; nil when this instance does not hold it.
    subscript(partition: Partition) -> PartitionEnd? { ends.withLock { $0[partition] } }

    /// Those of some partitions that this instance does not hold.
    func lacking(_ partitions: some Sequence<Partition>) -> [Partition] {
        ends.withLock { ends in partitions.filter { ends[$0] == nil } }
    }

    /// How far every partition held has been read, by partition.
    var all: [(partition: Partition, end: PartitionEnd)] {
        ends.withLock { ends in ends.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    /// The first of some partitions that is not taken up, and why; nil: all are, or are to be.
    func left(of partitions: some Sequence<Partition>) -> (partition: Partition, reason: String)? {
        left.withLock { left in
            guard !left.isEmpty else { return nil }
            let first = partitions.filter { left[$0] != nil }.min()
            return first.flatMap { first in left[first].map { (first, $0) } }
        }
    }

    /// Notes that a partition is not taken up, or is again.
    func leave(_ partition: Partition, because reason: String?) {
        left.withLock { $0[partition] = reason }
    }

    /// Notes how far a partition has been read, in the part in which it is held; nobody is told of
    /// a standby's.
    func note(_ state: PartitionState) {
        let end = PartitionEnd(
            next: state.next,
            watermark: state.watermark,
            epoch: state.tenure.epoch
        )
        let isOwner = state.tenure.isOwner
        warm.withLock { $0[state.partition] = isOwner ? nil : end }
        if isOwner { note(end, of: state.partition) }
    }

    /// Notes that a partition is not held any more.
    func drop(_ partition: Partition) {
        warm.withLock { $0[partition] = nil }
        note(nil, of: partition)
    }

    /// Notes how far a partition has been read; nil: it is not held any more.
    func note(_ end: PartitionEnd?, of partition: Partition) {
        ends.withLock { $0[partition] = end }
        changes.raise()
    }

    /// Waits until every partition has been read to its position.
    ///
    /// - Returns: whether it has come to that before the instant.
    func wait(for positions: [Partition: LogOffset], untilNs: UInt64, clock: any Clock) async
        -> Bool
    {
        while true {
            let seen = changes.value
            let isThere = ends.withLock { ends in
                positions.allSatisfy { ends[$0.key].map(\.next) ?? .zero >= $0.value }
            }
            if isThere { return true }
            guard clock.monotonicNs < untilNs, !Task.isCancelled else { return false }
            _ = await changes.wait(above: seen, untilNs: untilNs)
        }
    }
}
