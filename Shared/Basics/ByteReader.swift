// Reads what ByteWriter wrote, from an array or from borrowed memory, and never traps.

/// A cursor over an array of bytes: little-endian integers, varints, texts.
///
/// Every read either gives a value and moves on, or throws and stays. Offsets in errors count
/// from the array's (not the slice's) start. A value type for one thread at a time.
public struct ByteReader: Sendable {
    /// The bytes read from.
    public let bytes: [UInt8]
    /// The index in `bytes` of the next byte.
    public private(set) var position: Int
    /// The index in `bytes` behind the last byte of this reader.
    public let end: Int

    /// Reads all of an array.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    /// Reads a part of an array; offsets count from the slice's start.
    public init(_ slice: ArraySlice<UInt8>) { self.init(Array(slice)) }

    /// Reads a range of an array without copying it; the range must lie inside.
    public init(_ bytes: [UInt8], in range: Range<Int>) throws(BytesError) {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else {
            throw BytesError(.outOfBounds, "range", at: range.upperBound)
        }
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// Bytes not yet read.
    public var remaining: Int { end - position }
    /// Whether everything has been read.
    public var isAtEnd: Bool { position == end }

    /// Reads by the cursor of borrowed memory, and keeps its position if that succeeds.
    private mutating func reading<Value>(
        _ body: (inout ByteCursor, RawSpan) throws(BytesError) -> Value
    ) throws(BytesError) -> Value {
        var cursor = ByteCursor(position: position, end: end)
        let value = try body(&cursor, bytes.span.bytes)
        position = cursor.position
        return value
    }

    /// One byte.
    public mutating func u8() throws(BytesError) -> UInt8 { try fixed() }
    /// Two bytes, little endian.
    public mutating func u16() throws(BytesError) -> UInt16 { try fixed() }
    /// Four bytes, little endian.
    public mutating func u32() throws(BytesError) -> UInt32 { try fixed() }
    /// Eight bytes, little endian.
    public mutating func u64() throws(BytesError) -> UInt64 { try fixed() }
    /// Eight bytes, little endian, two's complement.
    public mutating func i64() throws(BytesError) -> Int64 { Int64(bitPattern: try fixed()) }
    /// Eight bytes, the bits of a double.
    public mutating func f64() throws(BytesError) -> Double { Double(bitPattern: try fixed()) }

    private mutating func fixed<Value: FixedWidthInteger & BitwiseCopyable>()
        throws(BytesError) -> Value
    {
        try reading { cursor, span throws(BytesError) in try cursor.fixed(from: span) }
    }

    /// An unsigned LEB128 varint of at most ten bytes.
    public mutating func varint() throws(BytesError) -> UInt64 {
        try reading { cursor, span throws(BytesError) in try cursor.varint(from: span) }
    }

    /// A zigzag-coded varint.
    public mutating func zigzag() throws(BytesError) -> Int64 {
        try reading { cursor, span throws(BytesError) in try cursor.zigzag(from: span) }
    }

    /// A varint that counts things still to come, each of at least `itemBytes` bytes.
    ///
    /// A count that the remaining bytes cannot hold is refused, so that nobody allocates for it.
    public mutating func count(itemBytes: Int = 1) throws(BytesError) -> Int {
        try reading { cursor, span throws(BytesError) in
            try cursor.count(itemBytes: itemBytes, from: span)
        }
    }

    /// So many bytes, copied.
    public mutating func bytes(count: Int) throws(BytesError) -> [UInt8] {
        let range = try reading { cursor, _ throws(BytesError) in try cursor.take(count) }
        return Array(bytes[range])
    }

    /// Bytes after their varint length, copied.
    public mutating func prefixedBytes() throws(BytesError) -> [UInt8] {
        let range = try reading { cursor, span throws(BytesError) in
            try cursor.prefixed(from: span)
        }
        return Array(bytes[range])
    }

    /// A UTF-8 text after its varint length.
    public mutating func text() throws(BytesError) -> String {
        try reading { cursor, span throws(BytesError) in try cursor.text(from: span) }
    }

    /// Moves over so many bytes.
    public mutating func skip(_ count: Int) throws(BytesError) {
        _ = try reading { cursor, _ throws(BytesError) in try cursor.take(count) }
    }
}
