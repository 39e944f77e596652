// What one Fetch tells of the log as it stands: many partitions in one answer, none starved.

import Basics
import Log
import Messages
import Synchronization

/// Reads the durable log for those who follow it.
///
/// May be called from any thread; calls block on the disk.
final class FetchedPages: Sendable {
    /// Most bytes of records in one answer.
    ///
    /// Unit: bytes.
    static let bytesMax: UInt32 = 8 << 20
    /// Most records of one partition in one answer.
    static let recordsMax = 50_000
    /// What a partition's head costs in an answer.
    ///
    /// Unit: bytes.
    static let overheadBytes = 64
    /// What a record's tag and length cost in an answer.
    ///
    /// Unit: bytes.
    private static let recordOverheadBytes = 6
    /// What a segment's version costs in an answer, with the longest names.
    ///
    /// Unit: bytes.
    private static let versionBytes = 256
    /// What an answer's frame costs.
    ///
    /// Unit: bytes.
    private static let headBytes: UInt32 = 1_024
    /// Spreads the turns evenly, whatever the number of readers and partitions.
    private static let spread: UInt64 = 0x9E37_79B9_7F4A_7C15

    private let log: any Log
    private let partitions: PartitionCount
    private let asides: Asides
    private let turns = Atomic<UInt64>(0)

    init(log: any Log, partitions: PartitionCount, asides: Asides) {
        self.log = log
        self.asides = asides
        self.partitions = partitions
    }

    /// The ends of logs, durable; of all partitions when none is named.
    func positions(_ wanted: [UInt32]) throws(Fault) -> [LogV1.Position] {
        let named = try wanted.map { (index) throws(Fault) in try partition(index) }
        return try (named.isEmpty ? partitions.all : named).map { partition throws(Fault) in
            let end = try end(of: partition)
            return LogV1.Position(
                partition: UInt32(partition.index),
                nextOffset: end.next.value,
                watermarkMs: end.watermark.ms
            )
        }
    }

    /// Where the reader stands in each partition that it names.
    func cursors(_ request: IngestionV1.FetchRequest) throws(Fault)
        -> [(Partition, LogOffset)]
    {
        var cursors: [(Partition, LogOffset)] = []
        for cursor in request.cursors {
            let partition = try partition(cursor.partition)
            let end = try end(of: partition).next
            guard cursor.nextOffset <= end.value else {
                throw Fault.outOfRange(
                    "the cursor is behind the end of the log",
                    place: "partition \(partition), offset \(cursor.nextOffset) of \(end)",
                    hint: "the reader's state is of another log; let it begin anew"
                )
            }
            cursors.append((partition, LogOffset(cursor.nextOffset)))
        }
        return cursors
    }

    /// What an answer's records may take.
    ///
    /// Unit: bytes.
    func room(for request: IngestionV1.FetchRequest, _ call: CallContext) -> Int {
        let room = call.maxReplyBytes > Self.headBytes ? call.maxReplyBytes - Self.headBytes : 0
        return Int(min(request.maxBytes, Self.bytesMax, room))
    }

    private func partition(_ index: UInt32) throws(Fault) -> Partition {
        guard let index = UInt16(exactly: index), index < partitions.count else {
            throw Fault.invalidArgument(
                "there is no partition \(index)",
                place: "partition",
                hint: "the deployment has \(partitions.count), from 0"
            )
        }
        return Partition(index: index)
    }

    /// Whether there is a record behind a cursor.
    func hasNews(_ cursors: [(Partition, LogOffset)]) throws(Fault) -> Bool {
        for (partition, next) in cursors where next < (try end(of: partition).next) { return true }
        return false
    }

    private func end(of partition: Partition) throws(Fault) -> PartitionEnd {
        do throws(IngestionError) {
            return try durableEnd(partition)
        } catch {
            throw error.fault
        }
    }

    private func durableEnd(_ partition: Partition) throws(IngestionError) -> PartitionEnd {
        do throws(LogError) {
            return try log.end(of: partition)
        } catch {
            throw .log("find the end of the log", error)
        }
    }

    /// Reads every partition that has news, each an equal share of the bytes and what those before
    /// it left over; the one that begins changes from call to call, so that none starves, not even
    /// before a record larger than its share.
    func read(
        _ cursors: [(Partition, LogOffset)],
        bytes: Int,
        epochs: Ownership.Epochs
    ) throws(IngestionError) -> IngestionV1.StoredFetchResponse {
        var parts: [IngestionV1.StoredPartitionRecords] = []
        parts.reserveCapacity(cursors.count)
        var behind: [Int] = []
        for (index, (partition, next)) in cursors.enumerated() {
            let end = try durableEnd(partition)
            if next < end.next { behind.append(index) }
            parts.append(
                IngestionV1.StoredPartitionRecords(
                    partition: UInt32(partition.index),
                    nextOffset: next.value,
                    endOffset: end.next.value,
                    watermarkMs: next == end.next ? end.watermark.told : nil,
                    epoch: epochs.logs[partition]?.value ?? 0,
                    stateEpoch: epochs.states[partition]?.value ?? 0
                )
            )
        }
        let quarantined = asides.segments.versions
        var left =
            bytes - cursors.count * Self.overheadBytes - quarantined.count * Self.versionBytes
        let turn = Self.turn(of: turns.wrappingAdd(1, ordering: .relaxed).newValue)
        for number in behind.indices where left > 0 || number == 0 {
            let index = behind[(number + turn) % behind.count]
            let page = try page(
                cursors[index].0,
                from: cursors[index].1,
                bytes: max(left / (behind.count - number), 1)
            )
            let size = page.records.reduce(0) { $0 + $1.payload.count + Self.recordOverheadBytes }
            // One record may be larger than the share: it comes whole, or not this time.
            guard size <= left || number == 0 else { continue }
            left -= size
            parts[index].records = try asides.told(page.records, of: cursors[index].0)
            parts[index].nextOffset = page.next.value
            parts[index].endOffset = page.durable.next.value
            parts[index].watermarkMs = page.isAtEnd ? page.durable.watermark.told : nil
        }
        return IngestionV1.StoredFetchResponse(partitions: parts, quarantined: quarantined)
    }

    /// Which of those that have news begins in a call: its remainder by how many there are.
    static func turn(of call: UInt64) -> Int { Int((call &* spread) >> 33) }

    private func page(_ partition: Partition, from next: LogOffset, bytes: Int)
        throws(IngestionError) -> LogPage
    {
        do throws(LogError) {
            return try log.read(
                partition,
                from: next,
                limit: ReadLimit(bytes: bytes, records: Self.recordsMax)
            )
        } catch {
            throw .log("read", error)
        }
    }
}

extension Timestamp {
    /// Milliseconds of a watermark; nil before the first is told.
    fileprivate var told: Int64? { self >= .earliest ? ms : nil }
}
