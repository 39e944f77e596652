// A log whose newest record its readers pass over.

import Basics

@testable import Log

/// Another log, but for the last record of what is read up to its end.
struct BlindLog: Log {
    let log: any Log

    var earliest: Timestamp { log.earliest }
    var reserve: Timestamp? { log.reserve }
    var failure: LogError? { log.failure }
    func newGroup() -> LogGroup { log.newGroup() }
    func append(_ group: inout LogGroup) throws(LogError) { try log.append(&group) }
    func tell(_ watermark: Timestamp, holding group: LogGroup?) throws(LogError) {
        try log.tell(watermark, holding: group)
    }
    func end(of partition: Partition) throws(LogError) -> PartitionEnd {
        try log.end(of: partition)
    }
    func first(of partition: Partition) throws(LogError) -> LogOffset {
        try log.first(of: partition)
    }
    func read(_ partition: Partition, from offset: LogOffset, limit: ReadLimit) throws(LogError)
        -> LogPage
    {
        var page = try log.read(partition, from: offset, limit: limit)
        if page.isAtEnd, !page.records.isEmpty { page.records.removeLast() }
        return page
    }
    func tidy() throws(LogError) -> Bool { try log.tidy() }
    func close() throws(LogError) { try log.close() }
}
