// Builds bytes: little-endian integers, varints, length-prefixed texts, and patches.

/// A growing array of bytes; a value type for one thread at a time.
public struct ByteWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]

    /// A writer with room for so many bytes.
    public init(reserving count: Int = 0) {
        bytes = []
        bytes.reserveCapacity(count)
    }

    /// A writer that goes on behind these bytes.
    public init(after bytes: [UInt8]) { self.bytes = bytes }

    /// Bytes written so far, which is the place of the next one.
    public var count: Int { bytes.count }

    /// Forgets what was written and keeps the room.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Drops everything from a place on; the place must have been written.
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= bytes.count, "truncates to what was written")
        bytes.removeLast(bytes.count - count)
    }

    /// One byte.
    public mutating func u8(_ value: UInt8) { bytes.append(value) }
    /// Two bytes, little endian.
    public mutating func u16(_ value: UInt16) { fixed(value) }
    /// Four bytes, little endian.
    public mutating func u32(_ value: UInt32) { fixed(value) }
    /// Eight bytes, little endian.
    public mutating func u64(_ value: UInt64) { fixed(value) }
    /// Eight bytes, little endian, two's complement.
    public mutating func i64(_ value: Int64) { fixed(UInt64(bitPattern: value)) }
    /// Eight bytes, the bits of a double.
    public mutating func f64(_ value: Double) { fixed(value.bitPattern) }

    private mutating func fixed(_ value: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: value.littleEndian) {
            unsafe bytes.append(contentsOf: $0)
        }
    }

    /// An unsigned LEB128 varint, one to ten bytes.
    public mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A count as a varint; must not be negative.
    public mutating func count(_ count: Int) {
        precondition(count >= 0, "a count is not negative")
        varint(UInt64(count))
    }

    /// A signed number as a zigzag-coded varint, small for small magnitudes.
    public mutating func zigzag(_ value: Int64) {
        varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    /// Bytes as they are.
    public mutating func raw(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// Borrowed bytes as they are.
    public mutating func raw(_ span: RawSpan) {
        unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// Bytes after their varint length.
    public mutating func prefixedBytes(_ more: some Collection<UInt8>) {
        count(more.count)
        bytes.append(contentsOf: more)
    }

    /// A UTF-8 text after its varint length.
    public mutating func text(_ text: some StringProtocol) {
        count(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// Room for four bytes to be patched; gives their place.
    public mutating func reserveU32() -> Int {
        let place = bytes.count
        fixed(0 as UInt32)
        return place
    }

    /// Overwrites four bytes at a place; they must have been written.
    public mutating func patch(u32 value: UInt32, at place: Int) { patch(value, at: place) }

    /// Overwrites eight bytes at a place; they must have been written.
    public mutating func patch(u64 value: UInt64, at place: Int) { patch(value, at: place) }

    private mutating func patch(_ value: some FixedWidthInteger, at place: Int) {
        let width = value.bitWidth / 8
        precondition(place >= 0 && place <= bytes.count - width, "patches what was written")
        var rest = value
        for offset in 0..<width {
            bytes[place + offset] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
    }
}
