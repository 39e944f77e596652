// All lanes of an instance, and how many pages wait in each.

import Basics
import Chassis
import Synchronization

/// All lanes of an instance; a partition always belongs to the same one.
struct Lanes: Sendable {
    private let lanes: [Lane]
    /// Pages handed to each lane so far.
    private let handed: Handed

    private final class Handed: Sendable {
        let pages: Mutex<[UInt64]>
        init(_ count: Int) { pages = Mutex(Array(repeating: 0, count: count)) }
    }

    init(_ lanes: [Lane]) {
        precondition(!lanes.isEmpty, "an evaluator has at least one lane")
        self.lanes = lanes
        handed = Handed(lanes.count)
    }

    /// Every lane, for those that start and stop them.
    var all: [Lane] { lanes }

    /// The lane of a partition.
    subscript(partition: Partition) -> Lane { lanes[index(of: partition)] }

    /// The partitions grouped by their lanes.
    func grouped(_ partitions: [Partition]) -> [(Lane, [Partition])] {
        Dictionary(grouping: partitions, by: index(of:)).sorted { $0.key < $1.key }
            .map { (lanes[$0.key], $0.value) }
    }

    /// Waits until the partition's lane has less than so many pages waiting, and counts one more.
    func makeRoom(for partition: Partition, pagesAheadMax: UInt64) async throws {
        let index = index(of: partition)
        let lane = lanes[index]
        let number = handed.pages.withLock { pages in
            pages[index] += 1
            return pages[index]
        }
        guard number > pagesAheadMax else { return }
        let mark = number - pagesAheadMax - 1
        while lane.pagesTaken.value <= mark {
            try Task.checkCancellation()
            _ = await lane.pagesTaken.wait(above: mark, untilNs: .max)
        }
    }

    /// Pages that have been handed to the partition's lane and wait there.
    func pagesAhead(of partition: Partition) -> UInt64 {
        let index = index(of: partition)
        let taken = lanes[index].pagesTaken.value
        return handed.pages.withLock { $0[index] - min(taken, $0[index]) }
    }

    private func index(of partition: Partition) -> Int { Int(partition.index) % lanes.count }
}
