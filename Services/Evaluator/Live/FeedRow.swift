// What a feed told as rows: records that were told together stand in one.
//
// Version u8 = 3, count of records, then per record: user u32, kind u8, cause u8, flags u8 (is a
// member, is a turn), occurrence varint, and what each of these is above the record before, as
// zigzag varints: instant, log time, position, mark. The first record counts from 0.
// Version 2, of older builds: one record without a count, position and mark as varints.

import Basics
import Segments

/// Rows of a feed; a row's key has the sequence of its last record, which are dense.
enum FeedRow {
    /// Records in a row: some 3 KiB, which is what finding one of them costs.
    static let recordsMax = 256
    private static let version: UInt8 = 3

    /// Records that follow each other, as they are kept.
    static func bytes(of records: some Collection<FeedRecord>) -> [UInt8] {
        var writer = ByteWriter()
        writer.u8(version)
        writer.count(records.count)
        var last = Place()
        for record in records {
            let change = record.change
            writer.u32(record.user.value)
            writer.u8(change.kind.code)
            writer.u8(change.cause.code)
            writer.u8((change.isMember ? 1 : 0) | (record.isTurn ? 2 : 0))
            writer.count(change.occurrence)
            let place = Place(record)
            writer.zigzag(place.at &- last.at)
            writer.zigzag(place.logTime &- last.logTime)
            writer.zigzag(place.position &- last.position)
            writer.zigzag(place.mark &- last.mark)
            last = place
        }
        return writer.bytes
    }

    /// The records of a row.
    ///
    /// - Throws: when the bytes are none of a row.
    static func records(_ bytes: [UInt8], _ feed: FeedID, last sequence: UInt64)
        throws(BytesError) -> [FeedRecord]
    {
        var reader = ByteReader(bytes)
        let version = try reader.u8()
        guard (2...Self.version).contains(version) else {
            throw BytesError(.outOfBounds, "a feed's row version \(version)", at: 0)
        }
        let count = version == 2 ? 1 : try reader.count(itemBytes: 12)
        guard (1...recordsMax).contains(count), sequence >= UInt64(count) else {
            throw BytesError(.outOfBounds, "\(count) records up to \(sequence)", at: 1)
        }
        var records: [FeedRecord] = []
        records.reserveCapacity(count)
        var last = Place()
        for number in 1...UInt64(count) {
            let user = UserNumber(try reader.u32())
            let (kind, cause, flags) = (try reader.u8(), try reader.u8(), try reader.u8())
            let occurrence = Int(clamping: try reader.varint())
            last.at &+= try reader.zigzag()
            last.logTime &+= try reader.zigzag()
            if version == 2 {
                last.position = Int64(bitPattern: try reader.varint())
                last.mark = Int64(bitPattern: try reader.varint())
            } else {
                last.position &+= try reader.zigzag()
                last.mark &+= try reader.zigzag()
            }
            let change = LiveChange(
                try LiveChange.Kind(code: kind),
                at: Timestamp(ms: last.at),
                occurrence: occurrence,
                isMember: flags & 1 != 0,
                cause: try LiveChange.Cause(code: cause)
            )
            records.append(
                FeedRecord(
                    feed: feed,
                    sequence: sequence - UInt64(count) + number,
                    user: user,
                    change: change,
                    position: LogOffset(UInt64(bitPattern: last.position)),
                    logTime: Timestamp(ms: last.logTime),
                    mark: LogOffset(UInt64(bitPattern: last.mark)),
                    isTurn: flags & 2 != 0
                )
            )
        }
        return records
    }

    /// What a record has in common with those beside it.
    private struct Place {
        var at: Int64 = 0
        var logTime: Int64 = 0
        var position: Int64 = 0
        var mark: Int64 = 0

        init() {}

        init(_ record: FeedRecord) {
            at = record.change.at.ms
            logTime = record.logTime.ms
            position = Int64(bitPattern: record.position.value)
            mark = Int64(bitPattern: record.mark.value)
        }
    }
}

extension LiveChange.Kind {
    fileprivate var code: UInt8 {
        switch self {
        case .entered: 0
        case .left: 1
        case .retracted: 2
        case .corrected: 3
        case .erased: 4
        }
    }

    fileprivate init(code: UInt8) throws(BytesError) {
        switch code {
        case 0: self = .entered
        case 1: self = .left
        case 2: self = .retracted
        case 3: self = .corrected
        case 4: self = .erased
        default: throw BytesError(.outOfBounds, "a change's kind", at: 5)
        }
    }
}

extension LiveChange.Cause {
    fileprivate var code: UInt8 {
        switch self {
        case .record: 0
        case .timer: 1
        case .correction: 2
        case .definition: 3
        }
    }

    fileprivate init(code: UInt8) throws(BytesError) {
        switch code {
        case 0: self = .record
        case 1: self = .timer
        case 2: self = .correction
        case 3: self = .definition
        default: throw BytesError(.outOfBounds, "a change's cause", at: 6)
        }
    }
}
