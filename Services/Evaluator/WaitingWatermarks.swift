// Watermarks that wait in a lane while records of other partitions go before them.

import Basics
import Messages

/// Of each partition the latest watermark that is not heard yet, in the order in which they came.
///
/// When a day ends for many users, a partition's watermark takes a while, and those of all
/// partitions come together: records of one need not wait for the timers of all others. What
/// concerns one partition stays in its order.
struct WaitingWatermarks {
    /// Pages that have no records.
    private var pages: [Partition: IngestionV1.PartitionRecords] = [:]
    private var order: [Partition] = []

    /// Whether none waits.
    var isEmpty: Bool { order.isEmpty }

    /// A watermark that came; an earlier one of the partition says nothing that it does not say.
    mutating func add(_ page: IngestionV1.PartitionRecords) {
        if pages.updateValue(page, forKey: page.index) == nil { order.append(page.index) }
    }

    /// Takes a partition's, which is to be heard before anything else of it; nil: none waits.
    mutating func take(of partition: Partition) -> IngestionV1.PartitionRecords? {
        guard let page = pages.removeValue(forKey: partition) else { return nil }
        order.removeAll { $0 == partition }
        return page
    }

    /// Takes the one that has waited longest.
    mutating func takeFirst() -> IngestionV1.PartitionRecords? {
        order.first.flatMap { take(of: $0) }
    }
}
