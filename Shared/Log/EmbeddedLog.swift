// The embedded log: a folder's journal and volumes behind the port, and what recovery found there.

public import Basics

/// The log of one folder.
///
/// Opened by `Journal.open`. The lock of the folder keeps every other process out.
public struct EmbeddedLog: Log {
    /// Appends; for the intake thread.
    public let journal: Journal
    /// Seals; for one background thread.
    public let sealer: Sealer
    /// Reads; for any thread.
    public let reader: LogReader
    /// What was found.
    public let recovered: RecoveredState

    /// As the port says.
    public var earliest: Timestamp { recovered.earliest }

    /// As the port says.
    public var reserve: Timestamp? { journal.reserve }

    /// As the port says.
    public var failure: LogError? { journal.failure }

    /// As the port says.
    public func newGroup() -> LogGroup { journal.newGroup() }

    /// As the port says: by one write and one sync.
    public func append(_ group: inout LogGroup) throws(LogError) { try journal.append(&group) }

    /// As the port says.
    public func tell(_ watermark: Timestamp, holding group: LogGroup?) throws(LogError) {
        try journal.tell(watermark, holding: group)
    }

    /// As the port says.
    public func end(of partition: Partition) throws(LogError) -> PartitionEnd {
        try reader.end(of: partition)
    }

    /// As the port says.
    public func first(of partition: Partition) throws(LogError) -> LogOffset {
        try reader.first(of: partition)
    }

    /// As the port says.
    public func read(_ partition: Partition, from offset: LogOffset, limit: ReadLimit)
        throws(LogError) -> LogPage
    {
        try reader.read(partition, from: offset, limit: limit)
    }

    /// Seals the oldest closed journal file, if there is one.
    public func tidy() throws(LogError) -> Bool { try sealer.sealOldest() != nil }

    /// As the port says.
    public func close() throws(LogError) { try journal.close() }
}

/// What recovery found in a log folder.
public struct RecoveredState: Sendable, Hashable {
    /// One partition's log.
    public struct Partition: Sendable, Hashable {
        /// The first offset that is kept.
        public let first: LogOffset
        /// The offset the next record gets.
        public let next: LogOffset
        /// The log time of the last record; nil in an empty partition.
        public let lastTime: Timestamp?
    }

    /// The log's own name, given when it was created.
    public let identity: InstanceID
    /// Whether the log was created now.
    public let isNew: Bool
    /// By index of the partition.
    public let partitions: [Partition]
    /// The durable time reserve; nil before the first.
    public let reserve: Timestamp?
    /// The unfinished write that was cut off; nil when there was none.
    public let tornTail: TornTail?
    /// Closed journal files that wait for the sealer.
    public let backlog: Int
    /// Groups read from journal files.
    public let groups: Int
    /// Records read from journal files.
    public let records: Int

    /// Log time goes on from here: the later of the reserve and every record's time.
    public var earliest: Timestamp {
        let last = partitions.compactMap(\.lastTime).max()
        return max(reserve ?? .earliest, last ?? .earliest)
    }
}

extension RecoveredState {
    /// What reading the journal files has found.
    init(_ journal: JournalRecovery, isNew: Bool) {
        identity = journal.identity
        self.isNew = isNew
        partitions = journal.partitions.map { partition in
            Partition(
                first: LogOffset(partition.first),
                next: LogOffset(partition.next),
                lastTime: partition.lastTimeMs == .min ? nil : Timestamp(ms: partition.lastTimeMs)
            )
        }
        reserve =
            journal.reserveMs == Format.noReserve ? nil : Timestamp(ms: journal.reserveMs)
        tornTail = journal.tornTail
        backlog = journal.files.count - 1
        groups = journal.groups
        records = journal.records
    }
}

/// A write that a crash left unfinished at the end of the last journal file.
public struct TornTail: Sendable, Hashable {
    /// The journal file.
    public let file: String
    /// Where it was cut.
    public let offset: Int
    /// Bytes cut off.
    ///
    /// None of them had been acked, unless the disk damaged the very last durable group: that
    /// cannot be told from an unfinished write when the process did not end by `close`.
    public let bytesCut: Int
}
