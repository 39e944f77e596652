// Records as readers get them, and the walk over encoded ones.

public import Basics

/// One record of a partition's log.
public struct StoredRecord: Sendable, Hashable {
    /// Its place in the partition's log.
    public let offset: LogOffset
    /// Its log time; never before that of the record before it.
    public let logTime: Timestamp
    /// The bytes it was written with.
    ///
    /// A view into a whole block: copy it to keep it longer than the page.
    public let payload: ArraySlice<UInt8>
}

/// How much one read may give.
///
/// The first record is given whatever its size.
public struct ReadLimit: Sendable, Hashable {
    /// Payload bytes.
    public var bytes: Int
    /// Records.
    public var records: Int

    /// At most so many payload bytes and so many records.
    public init(bytes: Int = Limits.pageBytes, records: Int = .max) {
        self.bytes = bytes
        self.records = records
    }
}

/// What a read gave.
public struct LogPage: Sendable, Hashable {
    /// The records, by offset and without gaps.
    public internal(set) var records: [StoredRecord]
    /// Where to read next.
    public internal(set) var next: LogOffset
    /// How far the partition was durable when the read began.
    public let durable: PartitionEnd
    /// No record at or after `next` will have a log time at or below this.
    public internal(set) var watermark: Timestamp

    /// Whether the page reaches the durable end.
    public var isAtEnd: Bool { next >= durable.next }
}

/// A page while it is being filled.
struct PageBuilder {
    let limit: ReadLimit
    /// The durable end when the read began; nothing behind it is given.
    let end: UInt64
    private(set) var records: [StoredRecord] = []
    private(set) var next: UInt64
    private var bytes = 0

    init(from next: UInt64, end: UInt64, limit: ReadLimit) {
        self.limit = limit
        self.end = end
        self.next = next
    }

    var isFull: Bool {
        next >= end
            || !records.isEmpty && (bytes >= limit.bytes || records.count >= limit.records)
    }

    /// Takes the record if it is the next one and there is room; false when the page is full.
    mutating func take(_ record: StoredRecord) -> Bool {
        guard record.offset.value == next else { return record.offset.value < next }
        let sum = bytes + record.payload.count
        if isFull || (!records.isEmpty && sum > limit.bytes) {
            bytes = limit.bytes
            return false
        }
        records.append(record)
        bytes = sum
        next += 1
        return true
    }

    /// The page, of a partition that is durable so far.
    func finished(durable: PartitionEnd) -> LogPage {
        let watermark: Timestamp =
            if next >= durable.next.value { durable.watermark } else if let last = records.last {
                WatermarkRule.partial(last: last.logTime, of: durable.watermark)
            } else { Timestamp(ms: .min) }
        return LogPage(
            records: records,
            next: LogOffset(next),
            durable: durable,
            watermark: watermark
        )
    }
}

/// A walk over records as they lie in a run or a block; never traps on damaged bytes.
struct RecordWalk {
    private let bytes: [UInt8]
    private let end: Int
    private(set) var position: Int
    private(set) var offset: UInt64
    private(set) var timeMs: Int64
    private var left: UInt32

    init(_ bytes: [UInt8], in range: Range<Int>, first: UInt64, timeMs: Int64, count: UInt32) {
        self.bytes = bytes
        position = range.lowerBound
        end = min(range.upperBound, bytes.count)
        offset = first
        self.timeMs = timeMs
        left = count
    }

    /// Where one record's payload lies.
    struct Place {
        let offset: UInt64
        let timeMs: Int64
        let payload: Range<Int>
    }

    /// Whether every record has been walked over and no byte is left.
    var isWhole: Bool { left == 0 && position == end }

    /// The next record; nil after the last one and where the bytes make no sense.
    mutating func next() -> Place? {
        guard left > 0, let delta = varint(), let length = varint(),
            let count = Int(exactly: length), count <= end - position,
            let step = Int64(exactly: delta)
        else { return nil }
        let (time, overflow) = timeMs.addingReportingOverflow(step)
        guard !overflow, offset < .max else { return nil }
        timeMs = time
        let place = Place(offset: offset, timeMs: time, payload: position..<position + count)
        position += count
        offset += 1
        left -= 1
        return place
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift <= 63 else { return nil }
        }
        return nil
    }

    /// Appends one record as it lies on disk.
    static func append(
        _ payload: ArraySlice<UInt8>,
        delta: Int64,
        to bytes: inout [UInt8]
    ) {
        append(varint: UInt64(clamping: delta), to: &bytes)
        append(varint: UInt64(payload.count), to: &bytes)
        bytes.append(contentsOf: payload)
    }

    static func append(varint value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
