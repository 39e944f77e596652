// Columns of integers: an array of the open tail, or a narrow part of a mapped chunk.

import Basics

/// Unsigned integers of any width above a common base.
///
/// Any thread may read.
public struct NarrowColumn: Sendable {
    enum Form: Sendable {
        case constant(UInt64, count: Int)
        case array([UInt64])
        case array32([UInt32])
        case mapped8(base: UInt64, MappedArray<UInt8>)
        case mapped16(base: UInt64, MappedArray<UInt16>)
        case mapped32(base: UInt64, MappedArray<UInt32>)
        case mapped64(MappedArray<UInt64>)
    }

    let form: Form

    init(_ form: Form) { self.form = form }

    /// The number of elements.
    public var count: Int {
        switch form {
        case .constant(_, let count): count
        case .array(let elements): elements.count
        case .array32(let elements): elements.count
        case .mapped8(_, let elements): elements.count
        case .mapped16(_, let elements): elements.count
        case .mapped32(_, let elements): elements.count
        case .mapped64(let elements): elements.count
        }
    }

    /// The element at an index, which must be below `count`.
    public subscript(index: Int) -> UInt64 {
        switch form {
        case .constant(let value, let count):
            precondition(index >= 0 && index < count, "index outside a column")
            return value
        case .array(let elements): return elements[index]
        case .array32(let elements): return UInt64(elements[index])
        case .mapped8(let base, let elements): return base &+ UInt64(elements[index])
        case .mapped16(let base, let elements): return base &+ UInt64(elements[index])
        case .mapped32(let base, let elements): return base &+ UInt64(elements[index])
        case .mapped64(let elements): return elements[index]
        }
    }

    /// Copies `rows` into the first places of `buffer`, which must have as many.
    public func decode(rows: Range<Int>, into buffer: inout [UInt64]) {
        precondition(rows.upperBound <= count && rows.count <= buffer.count, "rows of a column")
        var out = buffer.mutableSpan
        switch form {
        case .constant(let value, _):
            for place in 0..<rows.count { out[place] = value }
        case .array(let elements):
            Self.widen(elements.span, rows, base: 0, into: &out)
        case .array32(let elements):
            Self.widen(elements.span, rows, base: 0, into: &out)
        case .mapped8(let base, let elements):
            elements.withSpan { Self.widen($0, rows, base: base, into: &out) }
        case .mapped16(let base, let elements):
            elements.withSpan { Self.widen($0, rows, base: base, into: &out) }
        case .mapped32(let base, let elements):
            elements.withSpan { Self.widen($0, rows, base: base, into: &out) }
        case .mapped64(let elements):
            elements.withSpan { Self.widen($0, rows, base: 0, into: &out) }
        }
    }

    private static func widen<Element: FixedWidthInteger & UnsignedInteger>(
        _ elements: Span<Element>,
        _ rows: Range<Int>,
        base: UInt64,
        into out: inout MutableSpan<UInt64>
    ) {
        let part = elements.extracting(rows)
        for place in part.indices { out[place] = base &+ UInt64(part[place]) }
    }

}

/// Blocks of rows for loops over decoded columns: small enough for the first-level cache.
@usableFromInline
enum BlockRows {
    /// Rows of a block: a multiple of 64; its payloads take 8 KiB.
    @usableFromInline static let count = 1_024

    /// The blocks of so many rows.
    @usableFromInline
    static func of(_ rowCount: Int) -> LazyMapSequence<StrideTo<Int>, Range<Int>> {
        stride(from: 0, to: rowCount, by: count).lazy.map { $0..<min($0 + count, rowCount) }
    }
}
