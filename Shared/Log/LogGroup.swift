// A group while it is being filled: records of any partitions that one sync makes durable.

public import Basics

/// Records that become durable together.
///
/// A value owned by the thread that appends.
///
/// Begun by `Log.newGroup`; offsets are given out here, and count only once `Log.append` has
/// returned. A group that is dropped gives nothing away.
public struct LogGroup: Sendable {
    /// The records of one partition.
    private struct Run: Sendable {
        var next: UInt64
        var lastTimeMs: Int64
        var firstOffset: UInt64 = 0
        var firstTimeMs: Int64 = 0
        var count: UInt32 = 0
        var records: [UInt8] = []
    }

    private var runs: [Run]
    /// Partitions that have records, in the order they got the first.
    private var used: [UInt16] = []
    private let bytesMax: Int
    private let payloadBytesMax: Int
    private var reserveMs: Int64

    /// Records in the group.
    public private(set) var recordCount = 0
    /// Bytes the group takes in the journal.
    public private(set) var byteCount = Format.groupHeadBytes
    /// Whether the group asks for a time reserve above the journal's.
    public private(set) var renewsReserve = false

    /// - Parameters:
    ///   - bytesMax: bytes the group may take.
    ///   - payloadBytesMax: bytes one record's payload may have.
    init(starts: [GroupStart], reserveMs: Int64, bytesMax: Int, payloadBytesMax: Int) {
        runs = starts.map { Run(next: $0.next, lastTimeMs: $0.earliestMs) }
        self.reserveMs = reserveMs
        self.bytesMax = bytesMax
        self.payloadBytesMax = payloadBytesMax
    }

    /// Whether appending would write nothing.
    public var isEmpty: Bool { recordCount == 0 && !renewsReserve }

    /// Adds a record and gives its offset.
    ///
    /// Throws, and changes nothing, when the partition is not in the log, the time is before the
    /// partition's last, or a size is above its limit.
    public mutating func add(
        _ payload: ArraySlice<UInt8>,
        to partition: Partition,
        at logTime: Timestamp
    ) throws(LogError) -> LogOffset {
        let index = Int(partition.index)
        try check(payload.count, index, logTime)
        return add(index, logTime.ms, payload.count) { $0.append(contentsOf: payload) }
    }

    /// Adds a record and gives its offset; as above.
    public mutating func add(
        _ payload: [UInt8],
        to partition: Partition,
        at logTime: Timestamp
    ) throws(LogError) -> LogOffset {
        let index = Int(partition.index)
        try check(payload.count, index, logTime)
        return add(index, logTime.ms, payload.count) { $0.append(contentsOf: payload) }
    }

    /// Adds a record of borrowed bytes and gives its offset; as above.
    public mutating func add(
        _ payload: RawSpan,
        to partition: Partition,
        at logTime: Timestamp
    ) throws(LogError) -> LogOffset {
        let index = Int(partition.index)
        try check(payload.byteCount, index, logTime)
        return add(index, logTime.ms, payload.byteCount) { records in
            var writer = ByteWriter(after: records)
            records = []
            writer.raw(payload)
            records = writer.bytes
        }
    }

    /// Asks for a time reserve through this instant; a lower one than the last is nothing.
    public mutating func reserve(through instant: Timestamp) {
        guard instant.ms > reserveMs else { return }
        reserveMs = instant.ms
        renewsReserve = true
    }

    /// The earliest log time of this group's records of a partition; nil if it has none.
    public func firstLogTime(in partition: Partition) -> Timestamp? {
        let index = Int(partition.index)
        guard index < runs.count, runs[index].count > 0 else { return nil }
        return Timestamp(ms: runs[index].firstTimeMs)
    }

    /// The offset the next record of a partition would get.
    public func nextOffset(in partition: Partition) -> LogOffset? {
        let index = Int(partition.index)
        return index < runs.count ? LogOffset(runs[index].next) : nil
    }

    private func check(_ count: Int, _ index: Int, _ logTime: Timestamp) throws(LogError) {
        guard index < runs.count else {
            throw LogError(
                .outOfRange,
                "add record",
                at: "partition \(index)",
                hint: "the log has partitions 0 to \(runs.count - 1)"
            )
        }
        guard logTime.ms >= runs[index].lastTimeMs else {
            throw LogError(
                .outOfSequence,
                "add record",
                at: "partition \(index)",
                hint: "log time \(logTime.ms) is before the last one, \(runs[index].lastTimeMs)"
            )
        }
        guard count <= payloadBytesMax else {
            throw LogError(
                .tooLarge,
                "add record",
                at: "partition \(index)",
                hint: "the payload has \(count) bytes, the limit is \(payloadBytesMax)"
            )
        }
        guard byteCount + Format.runHeadBytes + 20 + count <= bytesMax, recordCount < 1 << 30 else {
            throw LogError(
                .tooLarge,
                "add record",
                at: "partition \(index)",
                hint: "the group would exceed \(bytesMax) bytes; append it first"
            )
        }
    }

    @inline(__always)
    private mutating func add(
        _ index: Int,
        _ timeMs: Int64,
        _ count: Int,
        _ put: (inout [UInt8]) -> Void
    ) -> LogOffset {
        if runs[index].count == 0 {
            used.append(UInt16(index))
            runs[index].firstOffset = runs[index].next
            runs[index].firstTimeMs = timeMs
            runs[index].lastTimeMs = timeMs
            byteCount += Format.runHeadBytes
        }
        let before = runs[index].records.count
        let delta = timeMs - runs[index].lastTimeMs
        RecordWalk.append(varint: UInt64(delta), to: &runs[index].records)
        RecordWalk.append(varint: UInt64(count), to: &runs[index].records)
        put(&runs[index].records)
        byteCount += runs[index].records.count - before
        runs[index].lastTimeMs = timeMs
        runs[index].count += 1
        recordCount += 1
        defer { runs[index].next += 1 }
        return LogOffset(runs[index].next)
    }
}

/// Where a partition's records of a new group begin.
struct GroupStart: Sendable, Hashable {
    let next: UInt64
    /// The earliest log time the first record may have.
    let earliestMs: Int64
}

/// A group as bytes, and where its runs lie in them.
struct EncodedGroup: Sendable {
    let bytes: [UInt8]
    let runs: [RunPlace]
    let reserveMs: Int64
}

extension LogGroup {
    /// The group as it lies on disk.
    func encoded(sequence: UInt64, seed: UInt32) -> EncodedGroup {
        var writer = ByteWriter(reserving: byteCount)
        writer.u32(0)
        writer.u32(0)
        writer.u64(sequence)
        writer.i64(reserveMs)
        writer.u16(UInt16(used.count))
        var places: [RunPlace] = []
        places.reserveCapacity(used.count)
        for partition in used {
            let run = runs[Int(partition)]
            let head = writer.count
            writer.u16(partition)
            writer.u64(run.firstOffset)
            writer.i64(run.firstTimeMs)
            writer.u32(run.count)
            writer.u32(UInt32(run.records.count))
            let sum = Checksum.crc32c(writer.bytes[head...], seed: seed)
            writer.u32(Checksum.crc32c(run.records, seed: sum))
            let start = writer.count
            writer.raw(run.records)
            places.append(
                RunPlace(
                    partition: partition,
                    firstOffset: run.firstOffset,
                    firstTimeMs: run.firstTimeMs,
                    lastTimeMs: run.lastTimeMs,
                    count: run.count,
                    records: start..<writer.count
                )
            )
        }
        writer.patch(u32: UInt32(writer.count - Format.groupPrefixBytes), at: 0)
        writer.patch(u32: GroupBytes.checksum(of: writer.bytes[...], seed: seed), at: 4)
        return EncodedGroup(bytes: writer.bytes, runs: places, reserveMs: reserveMs)
    }

    /// Whether the group's records come right behind what is durable and above what was told.
    func follows(_ starts: [GroupStart]) -> Bool {
        starts.count == runs.count
            && used.allSatisfy { partition in
                let run = runs[Int(partition)]
                let start = starts[Int(partition)]
                return run.firstOffset == start.next && run.firstTimeMs >= start.earliestMs
            }
    }

    /// Per partition, the last instant before the group's records; nil where it has none.
    var ceilings: [Int64?] {
        runs.map { run in
            guard run.count > 0 else { return nil }
            return run.firstTimeMs == .min ? .min : run.firstTimeMs - 1
        }
    }

    /// Empties the group after it has become durable; it goes on behind itself, with its room.
    mutating func restart() {
        for partition in used {
            runs[Int(partition)].count = 0
            runs[Int(partition)].records.removeAll(keepingCapacity: true)
        }
        used.removeAll(keepingCapacity: true)
        recordCount = 0
        byteCount = Format.groupHeadBytes
        renewsReserve = false
    }
}
