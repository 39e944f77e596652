// Sums of decimals per user, straight from a column: integers, as long as none is too great.

public import Basics

/// Per user how many rows there were, how many of them had a number, and what those add up to.
///
/// A value type for one thread at a time. Takes 16 bytes per user of the universe, without counts
/// 8.
public struct DecimalSums: Sendable {
    /// Rows, at the place of the user's number.
    public private(set) var rows: [UInt32]
    /// Of them those with a number.
    public private(set) var numbers: [UInt32]
    /// Their sum, in ten-thousandths.
    public private(set) var sumsE4: [Int64]
    /// The greatest magnitude that a sum may have reached so far.
    private var magnitudeMax: UInt64 = 0

    private let counts: Bool

    /// Nothing, for each user of a universe; without counts rows and numbers stay empty.
    public init(universe: Int, counts: Bool = true) {
        self.counts = counts
        rows = Array(repeating: 0, count: counts ? universe : 0)
        numbers = rows
        sumsE4 = Array(repeating: 0, count: universe)
    }

    /// Adds a property over the rows with an instant in [from, to) that the mask wants.
    ///
    /// - Returns: false when a number is no decimal or a sum might not fit: nothing is of use then,
    ///   and the numbers must be added one by one.
    public mutating func add(
        _ table: EventTable,
        _ property: String,
        from: Timestamp?,
        to: Timestamp?,
        mask: RowMask?
    ) -> Bool {
        precondition(table.rowCount == 0 || Int(table.zone.maxUser) < sumsE4.count, "all users")
        guard let wanted = table.rows(TimeWindow(from, to), mask) else { return true }
        if counts { Self.count(table.users, wanted.mask, into: &rows) }
        guard let column = table.property(property), let range = column.numbers else {
            return true
        }
        guard hasRoom(for: range, rows: table.rowCount) else { return false }
        var decimals = wanted.mask ?? RowMask(rowCount: table.rowCount)
        var doubles = decimals
        doubles.and(column, tag: .double)
        guard doubles.isEmpty else { return false }
        decimals.and(column, tag: .decimal)
        if counts { Self.count(table.users, decimals, into: &numbers) }
        add(column.payloads, table.users, decimals)
        return true
    }

    /// The users whose sum lies in a range.
    public func users(in range: ClosedRange<Int64>) -> UserBitset {
        UserBitset(numbers: sumsE4, in: range)
    }

    /// Whether so many more numbers of this range leave every sum within 62 bits.
    private mutating func hasRoom(for range: ClosedRange<Number>, rows: Int) -> Bool {
        guard case .decimal(let low) = range.lowerBound.form,
            case .decimal(let high) = range.upperBound.form
        else { return false }
        let (added, overflow) = max(low.magnitude, high.magnitude)
            .multipliedReportingOverflow(by: UInt64(rows))
        guard !overflow, added < 1 << 61 else { return false }
        magnitudeMax += added
        return magnitudeMax < 1 << 62
    }

    private static func count(_ users: UserColumn, _ rows: RowMask?, into counts: inout [UInt32]) {
        var places = counts.mutableSpan
        users.forEach(of: rows) { _, user in places[Int(user)] &+= 1 }
    }

    private mutating func add(_ payloads: NarrowColumn, _ users: UserColumn, _ rows: RowMask) {
        var sums = sumsE4.mutableSpan
        switch payloads.form {
        case .mapped8(let steps, let elements):
            elements.withSpan { Self.add($0, steps, users, rows, into: &sums) }
        case .mapped16(let steps, let elements):
            elements.withSpan { Self.add($0, steps, users, rows, into: &sums) }
        case .mapped32(let steps, let elements):
            elements.withSpan { Self.add($0, steps, users, rows, into: &sums) }
        case .constant, .array, .array32, .mapped24, .mapped64:
            users.forEach(of: rows) { row, user in
                sums[Int(user)] &+= Int64(bitPattern: payloads[row])
            }
        }
    }

    private static func add<Element: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ elements: Span<Element>,
        _ steps: Steps,
        _ users: UserColumn,
        _ rows: RowMask,
        into sums: inout MutableSpan<Int64>
    ) {
        users.forEach(of: rows) { row, user in
            sums[Int(user)] &+= Int64(bitPattern: steps[elements[row]])
        }
    }
}
