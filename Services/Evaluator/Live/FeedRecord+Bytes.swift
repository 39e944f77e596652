// What a feed told as bytes: version u8, user u32, kind u8, cause u8, flags u8, then varints.

import Basics
import Segments

extension FeedRecord {
    /// As it is kept.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.u8(2)
        writer.u32(user.value)
        writer.u8(change.kind.code)
        writer.u8(change.cause.code)
        writer.u8((change.isMember ? 1 : 0) | (isTurn ? 2 : 0))
        writer.count(change.occurrence)
        writer.zigzag(change.at.ms)
        writer.zigzag(logTime.ms)
        writer.varint(position.value)
        writer.varint(mark.value)
        return writer.bytes
    }

    init(_ bytes: [UInt8], _ feed: FeedID, sequence: UInt64) throws(BytesError) {
        var reader = ByteReader(bytes)
        guard try reader.u8() == 2 else { throw BytesError(.outOfBounds, "record version", at: 0) }
        let user = UserNumber(try reader.u32())
        let (kind, cause) = (try reader.u8(), try reader.u8())
        let flags = try reader.u8()
        let occurrence = Int(clamping: try reader.varint())
        let at = Timestamp(ms: try reader.zigzag())
        let logTime = Timestamp(ms: try reader.zigzag())
        self.init(
            feed: feed,
            sequence: sequence,
            user: user,
            change: LiveChange(
                try LiveChange.Kind(code: kind),
                at: at,
                occurrence: occurrence,
                isMember: flags & 1 != 0,
                cause: try LiveChange.Cause(code: cause)
            ),
            position: LogOffset(try reader.varint()),
            logTime: logTime,
            mark: LogOffset(try reader.varint()),
            isTurn: flags & 2 != 0
        )
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
