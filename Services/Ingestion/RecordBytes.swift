// The bytes of a log record around a body that was encoded when it was checked.

import Basics
import Messages

/// Writes shoal.log.v1.LogRecord as protobuf-c would, without encoding the body a second time.
///
/// The body was encoded without the user's number, which is its first field and only known now. A
/// test holds the bytes against those of `LogRecord.encode`.
struct RecordBytes {
    /// The number of the body's field in LogRecord.
    enum Body: UInt8 { case newUser = 4, event = 5, profile = 6 }

    /// What a record takes beside its body at most: offset, time, project, import, line, the
    /// user's number and their tags (241), where it came from (262), the user's own first record
    /// (358), and what the log puts before each of the two (15).
    ///
    /// Unit: bytes.
    static let overheadBytes = 896

    /// The record; kept between records for its room.
    private(set) var bytes: [UInt8] = []
    private var user: [UInt8] = []

    /// Writes a record whose body begins with the user's number.
    mutating func write(
        _ body: Body,
        _ rest: some Collection<UInt8>,
        of number: UserNumber,
        in project: ProjectName,
        at place: (offset: LogOffset, time: Timestamp)
    ) {
        bytes.removeAll(keepingCapacity: true)
        user.removeAll(keepingCapacity: true)
        if place.offset.value != 0 { put(1, place.offset.value) }
        if place.time.ms != 0 { put(2, Self.zigzag(place.time.ms)) }
        put(3, project.text.utf8)
        if number.value != 0 {
            user.append(0x08)
            Self.varint(UInt64(number.value), to: &user)
        }
        bytes.append(body.rawValue << 3 | 2)
        Self.varint(UInt64(user.count + rest.count), to: &bytes)
        bytes += user
        bytes += rest
    }

    /// Adds where an imported record came from.
    mutating func add(importID: String, line: UInt64) {
        put(9, importID.utf8)
        put(10, line)
    }

    /// Adds under which identifier it came in, where that is another's by now.
    mutating func add(origin user: UserID) {
        let text = user.text.utf8
        bytes.append(13 << 3 | 2)
        Self.varint(UInt64(text.count + (text.count < 0x80 ? 2 : 3)), to: &bytes)
        put(1, text)
    }

    /// What NewUser has behind the number.
    static func newUser(_ user: UserID, isAnonymous: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = [0x12]
        varint(UInt64(user.text.utf8.count), to: &bytes)
        bytes += user.text.utf8
        if isAnonymous { bytes += [0x18, 1] }
        return bytes
    }

    private mutating func put(_ field: UInt8, _ number: UInt64) {
        bytes.append(field << 3)
        Self.varint(number, to: &bytes)
    }

    private mutating func put(_ field: UInt8, _ text: String.UTF8View) {
        bytes.append(field << 3 | 2)
        Self.varint(UInt64(text.count), to: &bytes)
        bytes += text
    }

    private static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }

    private static func varint(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
