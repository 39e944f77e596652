// A log that tells its watermarks too early.

import Basics
import Log

/// Another log, but for the ends it tells.
struct HastyLog: Log {
    /// By how much.
    ///
    /// Unit: ms.
    static let hasteMs: Int64 = 300

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
        let end = try log.end(of: partition)
        guard end.watermark >= .earliest else { return end }
        return PartitionEnd(next: end.next, watermark: end.watermark + Self.hasteMs)
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
