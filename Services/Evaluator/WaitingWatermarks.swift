// Watermarks that wait in a lane while records of other partitions go before them.

import Basics
import Messages

/// Of each partition the latest watermark that is not heard yet, in the order in which they came.
///
/// When a day ends for many users, a partition's watermark takes a while, and those of all
/// partitions come together: records of one need not wait for the timers of all others. What
/// concerns one partition stays in its order.
struct WaitingWatermarks {
    /// A page that has no records, and which of all it was that came.
    private struct Arrival {
        var page: IngestionV1.PartitionRecords
        let number: Int
    }

    private var pages: [Partition: Arrival] = [:]
    /// In the order in which they came; some of them wait no more.
    private var order: [(partition: Partition, number: Int)] = []
    private var arrivals = 0

    /// Whether none waits.
    var isEmpty: Bool { pages.isEmpty }

    /// A watermark that came; an earlier one of the partition says nothing that it does not say.
    mutating func add(_ page: IngestionV1.PartitionRecords) {
        guard pages[page.index] == nil else {
            pages[page.index]?.page = page
            return
        }
        arrivals += 1
        pages[page.index] = Arrival(page: page, number: arrivals)
        order.append((page.index, arrivals))
    }

    /// Takes a partition's, which is to be heard before anything else of it; nil: none waits.
    mutating func take(of partition: Partition) -> IngestionV1.PartitionRecords? {
        let arrival = pages.removeValue(forKey: partition)
        if pages.isEmpty { order = [] }
        return arrival?.page
    }

    /// Takes the one that has waited longest, of the partitions that come first if there is any.
    mutating func takeFirst(_ comesFirst: (Partition) -> Bool) -> IngestionV1.PartitionRecords? {
        order.removeAll { pages[$0.partition]?.number != $0.number }
        let next = order.first { comesFirst($0.partition) } ?? order.first
        return next.flatMap { take(of: $0.partition) }
    }
}
