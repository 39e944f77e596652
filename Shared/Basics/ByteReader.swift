// Reads what ByteWriter wrote, from an array or from borrowed memory, and never traps.

/// A cursor over an array of bytes: little-endian integers, varints, texts.
///
/// Every read either gives a value and moves on, or throws and stays. Offsets in errors count
/// from the array's (not the slice's) start. A value type for one thread at a time.
public struct ByteReader: Sendable {
    /// The bytes read from.
    public let bytes: [UInt8]
    /// The index in `bytes` of the next byte.
    public var position: Int { cursor.position }
    @usableFromInline var cursor: ByteCursor
    /// The index in `bytes` behind the last byte of this reader.
    public var end: Int { cursor.end }

    /// Reads all of an array.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        cursor = ByteCursor(end: bytes.count)
    }

    /// Reads a part of an array; offsets count from the slice's start.
    public init(_ slice: ArraySlice<UInt8>) { self.init(Array(slice)) }

    /// Reads a range of an array without copying it; the range must lie inside.
    public init(_ bytes: [UInt8], in range: Range<Int>) throws(BytesError) {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else {
            throw BytesError(.outOfBounds, "range", at: range.upperBound)
        }
        self.bytes = bytes
        cursor = ByteCursor(position: range.lowerBound, end: range.upperBound)
    }

    /// Bytes not yet read.
    public var remaining: Int { end - position }
    /// Whether everything has been read.
    public var isAtEnd: Bool { position == end }

    /// Lends the bytes to a moved copy of the cursor, and keeps it when that succeeds.
    @inlinable
    mutating func lend<Value>(
        _ body: (inout ByteCursor, RawSpan) throws(BytesError) -> Value
    ) throws(BytesError) -> Value {
        var moved = cursor
        let value = unsafe try body(&moved, bytes.span.bytes)
        cursor = moved
        return value
    }

    /// One byte.
    @inlinable
    public mutating func u8() throws(BytesError) -> UInt8 { try fixed() }
    /// Two bytes, little endian.
    @inlinable
    public mutating func u16() throws(BytesError) -> UInt16 { try fixed() }
    /// Four bytes, little endian.
    @inlinable
    public mutating func u32() throws(BytesError) -> UInt32 { try fixed() }
    /// Eight bytes, little endian.
    @inlinable
    public mutating func u64() throws(BytesError) -> UInt64 { try fixed() }
    /// Eight bytes, little endian, two's complement.
    @inlinable
    public mutating func i64() throws(BytesError) -> Int64 { Int64(bitPattern: try fixed()) }
    /// Eight bytes, the bits of a double.
    @inlinable
    public mutating func f64() throws(BytesError) -> Double { Double(bitPattern: try fixed()) }

    @inlinable
    mutating func fixed<Value: FixedWidthInteger & BitwiseCopyable>()
        throws(BytesError) -> Value
    {
        try lend { cursor, span throws(BytesError) in
            try cursor.fixed(from: span)
        }
    }

    /// An unsigned LEB128 varint of at most ten bytes.
    @inlinable
    public mutating func varint() throws(BytesError) -> UInt64 {
        try lend { cursor, span throws(BytesError) in
            try cursor.varint(from: span)
        }
    }

    /// A zigzag-coded varint.
    @inlinable
    public mutating func zigzag() throws(BytesError) -> Int64 {
        try lend { cursor, span throws(BytesError) in
            try cursor.zigzag(from: span)
        }
    }

    /// A varint that counts things still to come, each of at least `itemBytes` bytes.
    ///
    /// A count that the remaining bytes cannot hold is refused, so that nobody allocates for it.
    @inlinable
    public mutating func count(itemBytes: Int = 1) throws(BytesError) -> Int {
        try lend { cursor, span throws(BytesError) in
            try cursor.count(itemBytes: itemBytes, from: span)
        }
    }

    /// So many bytes, copied.
    public mutating func bytes(count: Int) throws(BytesError) -> [UInt8] {
        Array(bytes[try cursor.take(count)])
    }

    /// Bytes after their varint length, copied.
    public mutating func prefixedBytes() throws(BytesError) -> [UInt8] {
        let range = try lend { cursor, span throws(BytesError) in
            try cursor.prefixed(from: span)
        }
        return Array(bytes[range])
    }

    /// The range in `bytes` of what follows its varint length, not copied.
    public mutating func prefixedRange() throws(BytesError) -> Range<Int> {
        try lend { cursor, span throws(BytesError) in
            try cursor.prefixed(from: span)
        }
    }

    /// A UTF-8 text after its varint length.
    public mutating func text() throws(BytesError) -> String {
        try lend { cursor, span throws(BytesError) in
            try cursor.text(from: span)
        }
    }

    /// Moves over so many bytes.
    public mutating func skip(_ count: Int) throws(BytesError) { _ = try cursor.take(count) }
}
