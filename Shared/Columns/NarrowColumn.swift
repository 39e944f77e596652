// Columns of integers: an array of the open tail, or a narrow part of a mapped chunk.

import Basics

/// Unsigned integers of any width, in steps above a common base.
///
/// Any thread may read.
public struct NarrowColumn: Sendable {
    enum Form: Sendable {
        case constant(UInt64, count: Int)
        case array([UInt64])
        case array32([UInt32])
        case mapped8(Steps, MappedArray<UInt8>)
        case mapped16(Steps, MappedArray<UInt16>)
        /// Three bytes an element, the lowest first.
        case mapped24(Steps, MappedArray<UInt8>)
        case mapped32(Steps, MappedArray<UInt32>)
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
        case .mapped24(_, let bytes): bytes.count / 3
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
        case .mapped8(let steps, let elements): return steps[elements[index]]
        case .mapped16(let steps, let elements): return steps[elements[index]]
        case .mapped24(let steps, let bytes):
            return bytes.withSpan { steps[Self.three($0, at: index)] }
        case .mapped32(let steps, let elements): return steps[elements[index]]
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
            Self.widen(elements.span, rows, .ones, into: &out)
        case .array32(let elements):
            Self.widen(elements.span, rows, .ones, into: &out)
        case .mapped8(let steps, let elements):
            elements.withSpan { Self.widen($0, rows, steps, into: &out) }
        case .mapped16(let steps, let elements):
            elements.withSpan { Self.widen($0, rows, steps, into: &out) }
        case .mapped24(let steps, let bytes):
            bytes.withSpan { bytes in
                for (place, row) in rows.enumerated() {
                    out[place] = steps[Self.three(bytes, at: row)]
                }
            }
        case .mapped32(let steps, let elements):
            elements.withSpan { Self.widen($0, rows, steps, into: &out) }
        case .mapped64(let elements):
            elements.withSpan { Self.widen($0, rows, .ones, into: &out) }
        }
    }

    private static func three(_ bytes: Span<UInt8>, at index: Int) -> UInt32 {
        let place = 3 * index
        return UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
            | UInt32(bytes[place + 2]) << 16
    }

    private static func widen<Element: FixedWidthInteger & UnsignedInteger>(
        _ elements: Span<Element>,
        _ rows: Range<Int>,
        _ steps: Steps,
        into out: inout MutableSpan<UInt64>
    ) {
        let part = elements.extracting(rows)
        for place in part.indices { out[place] = steps[part[place]] }
    }
}

/// What the elements of a column mean: base + step · element, wrapping.
///
/// Whole numbers in ten-thousandths lie 10,000 apart, so that they need two bytes less.
struct Steps: Sendable {
    let base: UInt64
    /// At least 1.
    let step: UInt64

    /// Every element is what it says.
    static let ones = Steps(base: 0, step: 1)

    @inline(__always)
    subscript(element: some FixedWidthInteger & UnsignedInteger) -> UInt64 {
        base &+ step &* UInt64(truncatingIfNeeded: element)
    }

    /// The elements that mean a number of a range, read as two's complement; nil: none does.
    ///
    /// The base is the least number that is meant, and the greatest one does not wrap.
    func elements<Element: FixedWidthInteger & UnsignedInteger>(
        in range: ClosedRange<Int64>
    ) -> ClosedRange<Element>? {
        let least = Int64(bitPattern: base)
        guard range.upperBound >= least else { return nil }
        let low = UInt64(bitPattern: max(range.lowerBound, least)) &- base
        let high = UInt64(bitPattern: range.upperBound) &- base
        guard let first = Element(exactly: low / step + (low % step == 0 ? 0 : 1)) else {
            return nil
        }
        let last = Element(clamping: high / step)
        return first <= last ? first...last : nil
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
