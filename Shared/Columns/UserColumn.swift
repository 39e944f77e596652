// The users of a table's rows: numbers of 32 bits in the open tail, narrower in a chunk.

public import Basics

/// The users of a table's rows, as their numbers.
///
/// Any thread may read.
public struct UserColumn: Sendable {
    @usableFromInline
    enum Form: Sendable {
        case array([UInt32])
        case mapped16(base: UInt32, MappedArray<UInt16>)
        case mapped32(MappedArray<UInt32>)
    }

    @usableFromInline let form: Form

    init(_ form: Form) { self.form = form }

    /// The number of rows.
    public var count: Int {
        switch form {
        case .array(let users): users.count
        case .mapped16(_, let users): users.count
        case .mapped32(let users): users.count
        }
    }

    /// The number of the user of a row, which must be below `count`.
    @inlinable
    public subscript(row: Int) -> UInt32 {
        switch form {
        case .array(let users): users[row]
        case .mapped16(let base, let users): base &+ UInt32(users[row])
        case .mapped32(let users): users[row]
        }
    }

    /// Visits the users of the rows a mask wants, in order; nil wants all.
    @inline(__always)
    @inlinable
    public func forEach(of rows: RowMask?, _ body: (_ row: Int, _ user: UInt32) -> Void) {
        switch form {
        case .array(let users): visit(users.span, base: 0, rows?.words, body)
        case .mapped16(let base, let users):
            users.withSpan { visit($0, base: base, rows?.words, body) }
        case .mapped32(let users): users.withSpan { visit($0, base: 0, rows?.words, body) }
        }
    }

    @inline(__always)
    @inlinable
    func visit<User: FixedWidthInteger & BitwiseCopyable>(
        _ users: Span<User>,
        base: UInt32,
        _ words: [UInt64]?,
        _ body: (_ row: Int, _ user: UInt32) -> Void
    ) {
        guard let words else {
            for row in users.indices { body(row, base &+ UInt32(truncatingIfNeeded: users[row])) }
            return
        }
        for index in words.indices {
            var rest = words[index]
            while rest != 0 {
                let row = index << 6 | rest.trailingZeroBitCount
                rest &= rest - 1
                body(row, base &+ UInt32(truncatingIfNeeded: users[row]))
            }
        }
    }

    /// The rows behind which another user's begin, where the rows are sorted by users.
    var lastOfEach: RowMask {
        var mask = RowMask(rowCount: count, all: false)
        switch form {
        case .array(let users): mask.setChanges(in: users.span)
        case .mapped16(_, let users): users.withSpan { mask.setChanges(in: $0) }
        case .mapped32(let users): users.withSpan { mask.setChanges(in: $0) }
        }
        return mask
    }
}
