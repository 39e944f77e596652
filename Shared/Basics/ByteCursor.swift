// A position in borrowed bytes: reads integers, varints and texts in place, without copying.

/// A cursor whose bytes are lent to each read; the hot form of `ByteReader`.
///
/// Every read must be given the same span. A read either moves on or throws and stays.
public struct ByteCursor: Sendable {
    /// The offset of the next byte.
    public var position: Int
    /// The offset behind the last byte that may be read.
    public let end: Int

    /// A cursor over `position..<end` of the span that the reads will be given.
    @inlinable
    public init(position: Int = 0, end: Int) {
        precondition(position >= 0 && position <= end, "a cursor starts inside its bytes")
        self.position = position
        self.end = end
    }

    /// A cursor over a whole span.
    @inlinable
    public init(over span: RawSpan) {
        position = 0
        end = span.byteCount
    }

    /// Bytes not yet read.
    @inlinable
    public var remaining: Int { end - position }
    /// Whether everything has been read.
    @inlinable
    public var isAtEnd: Bool { position == end }

    /// Moves over so many bytes and says which.
    @inlinable
    public mutating func take(_ count: Int) throws(BytesError) -> Range<Int> {
        guard count >= 0, count <= end - position else {
            throw BytesError(.truncated, "bytes", at: position)
        }
        let start = position
        position += count
        return start..<position
    }

    /// A little-endian integer of its own width.
    @inlinable
    public mutating func fixed<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self,
        from span: RawSpan
    ) throws(BytesError) -> Value {
        let width = MemoryLayout<Value>.size
        guard width <= end - position, end <= span.byteCount else {
            throw BytesError(.truncated, "integer", at: position)
        }
        let raw = unsafe span.unsafeLoadUnaligned(fromByteOffset: position, as: Value.self)
        position += width
        return Value(littleEndian: raw)
    }

    /// One byte.
    @inlinable
    public mutating func u8(from span: RawSpan) throws(BytesError) -> UInt8 {
        try fixed(from: span)
    }
    /// Two bytes, little endian.
    @inlinable
    public mutating func u16(from span: RawSpan) throws(BytesError) -> UInt16 {
        try fixed(from: span)
    }
    /// Four bytes, little endian.
    @inlinable
    public mutating func u32(from span: RawSpan) throws(BytesError) -> UInt32 {
        try fixed(from: span)
    }
    /// Eight bytes, little endian.
    @inlinable
    public mutating func u64(from span: RawSpan) throws(BytesError) -> UInt64 {
        try fixed(from: span)
    }

    /// An unsigned LEB128 varint of at most ten bytes.
    @inlinable
    public mutating func varint(from span: RawSpan) throws(BytesError) -> UInt64 {
        let start = position
        let limit = min(end, span.byteCount)
        var at = start
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < limit {
            let byte = unsafe span.unsafeLoad(fromUncheckedByteOffset: at, as: UInt8.self)
            at += 1
            if shift == 63, byte > 1 { throw BytesError(.overflow, "varint", at: start) }
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 {
                position = at
                return value
            }
            shift += 7
        }
        throw BytesError(.truncated, "varint", at: start)
    }

    /// A zigzag-coded varint.
    @inlinable
    public mutating func zigzag(from span: RawSpan) throws(BytesError) -> Int64 {
        let coded = try varint(from: span)
        return Int64(bitPattern: coded >> 1) ^ -Int64(bitPattern: coded & 1)
    }

    /// A varint that counts things still to come, each of at least `itemBytes` bytes.
    @inlinable
    public mutating func count(itemBytes: Int = 1, from span: RawSpan) throws(BytesError) -> Int {
        let start = position
        let coded = try varint(from: span)
        guard let count = Int(exactly: coded), count <= (end - position) / max(itemBytes, 1) else {
            position = start
            throw BytesError(.overflow, "count", at: start)
        }
        return count
    }

    /// The range of bytes after their varint length.
    @inlinable
    public mutating func prefixed(from span: RawSpan) throws(BytesError) -> Range<Int> {
        let start = position
        let coded = try varint(from: span)
        guard let count = Int(exactly: coded), count <= end - position else {
            position = start
            throw BytesError(.truncated, "prefixed bytes", at: start)
        }
        return try take(count)
    }

    /// A UTF-8 text after its varint length.
    public mutating func text(from span: RawSpan) throws(BytesError) -> String {
        let start = position
        let range = try prefixed(from: span)
        let text = unsafe span.withUnsafeBytes {
            unsafe String(validating: UnsafeRawBufferPointer(rebasing: $0[range]), as: UTF8.self)
        }
        guard let text else {
            position = start
            throw BytesError(.badUTF8, "text", at: range.lowerBound)
        }
        return text
    }
}
