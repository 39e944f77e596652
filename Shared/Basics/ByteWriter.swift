// Builds bytes: little-endian integers, varints, length-prefixed texts, and patches.

/// A growing array of bytes; a value type for one thread at a time.
public struct ByteWriter: Sendable {
    @usableFromInline var storage: [UInt8]

    /// What has been written.
    @inlinable
    public var bytes: [UInt8] { storage }

    /// A writer with room for so many storage.
    public init(reserving count: Int = 0) {
        storage = []
        storage.reserveCapacity(count)
    }

    /// A writer that goes on behind these storage.
    public init(after bytes: [UInt8]) { storage = bytes }

    /// Bytes written so far, which is the place of the next one.
    @inlinable
    public var count: Int { storage.count }

    /// Forgets what was written and keeps the room.
    public mutating func removeAll() { storage.removeAll(keepingCapacity: true) }

    /// Drops everything from a place on; the place must have been written.
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= storage.count, "truncates to what was written")
        storage.removeLast(bytes.count - count)
    }

    /// One byte.
    @inlinable
    public mutating func u8(_ value: UInt8) { storage.append(value) }
    /// Two bytes, little endian.
    @inlinable
    public mutating func u16(_ value: UInt16) { fixed(value) }
    /// Four bytes, little endian.
    @inlinable
    public mutating func u32(_ value: UInt32) { fixed(value) }
    /// Eight bytes, little endian.
    @inlinable
    public mutating func u64(_ value: UInt64) { fixed(value) }
    /// Eight bytes, little endian, two's complement.
    @inlinable
    public mutating func i64(_ value: Int64) { fixed(UInt64(bitPattern: value)) }
    /// Eight bytes, the bits of a double.
    @inlinable
    public mutating func f64(_ value: Double) { fixed(value.bitPattern) }

    @inlinable
    mutating func fixed(_ value: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: value.littleEndian) {
            unsafe storage.append(contentsOf: $0)
        }
    }

    /// An unsigned LEB128 varint, one to ten storage.
    @inlinable
    public mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            storage.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        storage.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A count as a varint; must not be negative.
    @inlinable
    public mutating func count(_ count: Int) {
        precondition(count >= 0, "a count is not negative")
        varint(UInt64(count))
    }

    /// A signed number as a zigzag-coded varint, small for small magnitudes.
    @inlinable
    public mutating func zigzag(_ value: Int64) {
        varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    /// Bytes as they are.
    @inlinable
    public mutating func raw(_ more: some Sequence<UInt8>) { storage.append(contentsOf: more) }

    /// Borrowed bytes as they are.
    @inlinable
    public mutating func raw(_ span: RawSpan) {
        unsafe span.withUnsafeBytes { unsafe storage.append(contentsOf: $0) }
    }

    /// Bytes after their varint length.
    public mutating func prefixedBytes(_ more: some Collection<UInt8>) {
        count(more.count)
        storage.append(contentsOf: more)
    }

    /// A UTF-8 text after its varint length.
    public mutating func text(_ text: some StringProtocol) {
        count(text.utf8.count)
        storage.append(contentsOf: text.utf8)
    }

    /// Room for four bytes to be patched; gives their place.
    public mutating func reserveU32() -> Int {
        let place = storage.count
        fixed(0 as UInt32)
        return place
    }

    /// Overwrites four bytes at a place; they must have been written.
    public mutating func patch(u32 value: UInt32, at place: Int) { patch(value, at: place) }

    /// Overwrites eight bytes at a place; they must have been written.
    public mutating func patch(u64 value: UInt64, at place: Int) { patch(value, at: place) }

    private mutating func patch(_ value: some FixedWidthInteger, at place: Int) {
        let width = value.bitWidth / 8
        precondition(place >= 0 && place <= storage.count - width, "patches what was written")
        var rest = value
        for offset in 0..<width {
            storage[place + offset] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
    }
}
