// Columns of integers: an array of the open tail, or a narrow part of a mapped chunk.

public import Basics

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

/// The users of a table's rows, as their numbers.
///
/// Any thread may read.
public struct UserColumn: Sendable {
    @usableFromInline
    enum Form: Sendable {
        case array([UInt32])
        case mapped(MappedArray<UInt32>)
    }

    @usableFromInline let form: Form

    init(_ form: Form) { self.form = form }

    /// The number of rows.
    public var count: Int {
        switch form {
        case .array(let users): users.count
        case .mapped(let users): users.count
        }
    }

    /// The number of the user of a row, which must be below `count`.
    @inlinable
    public subscript(row: Int) -> UInt32 {
        switch form {
        case .array(let users): users[row]
        case .mapped(let users): users[row]
        }
    }

    /// Lends all users; the form for loops.
    @inlinable
    public func withSpan<Value>(_ body: (Span<UInt32>) -> Value) -> Value {
        switch form {
        case .array(let users): body(users.span)
        case .mapped(let users): users.withSpan(body)
        }
    }
}

/// The instants of a table's rows in milliseconds since the Unix epoch.
///
/// Any thread may read.
public struct TimeColumn: Sendable {
    @usableFromInline
    enum Form: Sendable {
        case array([Int64])
        case wide(MappedArray<Int64>)
        case narrow(base: Int64, MappedArray<UInt32>)
    }

    @usableFromInline let form: Form

    init(_ form: Form) { self.form = form }

    /// The number of rows.
    public var count: Int {
        switch form {
        case .array(let times): times.count
        case .wide(let times): times.count
        case .narrow(_, let times): times.count
        }
    }

    /// The instant of a row, which must be below `count`.
    @inlinable
    public subscript(row: Int) -> Int64 {
        switch form {
        case .array(let times): times[row]
        case .wide(let times): times[row]
        case .narrow(let base, let times): base &+ Int64(times[row])
        }
    }

    /// Lends all instants, in whichever of the two forms they are kept.
    @inlinable
    public func withSpans<Value>(
        wide: (Span<Int64>) -> Value,
        narrow: (_ base: Int64, Span<UInt32>) -> Value
    ) -> Value {
        switch form {
        case .array(let times): wide(times.span)
        case .wide(let times): times.withSpan(wide)
        case .narrow(let base, let times): times.withSpan { narrow(base, $0) }
        }
    }
}
