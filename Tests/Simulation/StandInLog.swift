// A log that does what another does, but for what a planted bug is about.

import Basics

@testable import Log

/// Another log; who adopts it says what is different.
protocol StandInLog: Log {
    var log: any Log { get }
}

extension StandInLog {
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
        try log.read(partition, from: offset, limit: limit)
    }
    func tidy() throws(LogError) -> Bool { try log.tidy() }
    func close() throws(LogError) { try log.close() }
}

/// Its newest record is passed over by its readers.
struct BlindLog: StandInLog {
    let log: any Log

    func read(_ partition: Partition, from offset: LogOffset, limit: ReadLimit) throws(LogError)
        -> LogPage
    {
        var page = try log.read(partition, from: offset, limit: limit)
        if page.isAtEnd, !page.records.isEmpty { page.records.removeLast() }
        return page
    }
}

/// It tells its watermarks too early.
struct HastyLog: StandInLog {
    /// By how much.
    ///
    /// Unit: ms.
    static let hasteMs: Int64 = 300

    let log: any Log

    func end(of partition: Partition) throws(LogError) -> PartitionEnd {
        let end = try log.end(of: partition)
        guard end.watermark >= .earliest else { return end }
        return PartitionEnd(next: end.next, watermark: end.watermark + Self.hasteMs)
    }
}
