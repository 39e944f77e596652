// How the pre-scan steps over bytes: varints, tags, lengths, and what it says of bad ones.

extension Prescan {
    /// How many packed elements a range holds.
    static func packed(
        _ bytes: RawSpan,
        _ range: Range<Int>,
        wire: UInt32
    ) throws(MessageError) -> Int {
        if wire != 0 {
            let size = wire == 1 ? 8 : 4
            guard range.count % size == 0 else { throw truncated() }
            return range.count / size
        }
        var at = range.lowerBound
        var count = 0
        while at < range.upperBound {
            _ = try varint(bytes, &at, range.upperBound)
            count += 1
        }
        return count
    }

    /// Steps over one value of any type.
    static func skip(
        _ bytes: RawSpan,
        _ at: inout Int,
        _ end: Int,
        wire: UInt32
    ) throws(MessageError) {
        switch wire {
        case 0: _ = try varint(bytes, &at, end)
        case 1:
            guard end - at >= 8 else { throw truncated() }
            at += 8
        case 2: at += try length(bytes, &at, end)
        case 5:
            guard end - at >= 4 else { throw truncated() }
            at += 4
        default: throw wrongType(wire)
        }
    }

    /// A field's tag: its number and wire type.
    static func tag(_ bytes: RawSpan, _ at: inout Int, _ end: Int) throws(MessageError) -> UInt32 {
        let start = at
        let value = try varint(bytes, &at, end)
        guard value <= UInt64(UInt32.max), value >> 3 != 0, at - start <= 5 else {
            throw MessageError(
                .badTag,
                "a field number that does not exist",
                hint: "check the encoder"
            )
        }
        return UInt32(truncatingIfNeeded: value)
    }

    /// A length that fits into what is left.
    static func length(_ bytes: RawSpan, _ at: inout Int, _ end: Int) throws(MessageError) -> Int {
        let start = at
        let value = try varint(bytes, &at, end)
        guard value <= UInt64(end - at), at - start <= 5 else { throw truncated() }
        return Int(truncatingIfNeeded: value)
    }

    /// A varint of at most 10 bytes and 64 bits.
    @inline(__always)
    static func varint(
        _ bytes: RawSpan,
        _ at: inout Int,
        _ end: Int
    ) throws(MessageError) -> UInt64 {
        guard at < end else { throw truncated() }
        let first = unsafe bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)
        at += 1
        if first < 0x80 { return UInt64(first) }
        return try longVarint(bytes, &at, end, first)
    }

    private static func longVarint(
        _ bytes: RawSpan,
        _ at: inout Int,
        _ end: Int,
        _ first: UInt8
    ) throws(MessageError) -> UInt64 {
        var value = UInt64(first & 0x7f)
        var shift: UInt64 = 7
        while at < end {
            let byte = unsafe bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)
            at += 1
            if shift == 63, byte > 1 { throw badVarint() }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 63 { throw badVarint() }
        }
        throw truncated()
    }

    static func truncated() -> MessageError {
        MessageError(
            .truncated,
            "the bytes end in the middle of a field",
            hint: "send the message whole; check the length"
        )
    }

    static func badVarint() -> MessageError {
        MessageError(
            .badVarint,
            "a number longer than 64 bits",
            hint: "check the encoder"
        )
    }

    static func givenTwice() -> MessageError {
        MessageError(
            .givenTwice,
            "given twice where one is allowed",
            hint: "send it once"
        )
    }

    static func wrongType(_ wire: UInt32) -> MessageError {
        if wire == 3 || wire == 4 {
            return MessageError(
                .group,
                "a group, which the contract does not have",
                hint: "check the encoder"
            )
        }
        return MessageError(
            .wrongType,
            "wire type \(wire), which this field does not have",
            hint: "compare the contract's versions"
        )
    }
}
