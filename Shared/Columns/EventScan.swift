// The hot loops: rows of a table within a window of time, by plain passes over its columns.

public import Basics

/// Visits the rows with an instant in [from, to) that the mask wants, in the table's order.
///
/// Rows that were taken back are never among them, here and below.
/// A nil bound is open. A rolling window (t-d, t] is `from` t-d+1 ms and `to` t+1 ms.
@inlinable
public func forEachMatchingRow(
    _ table: EventTable,
    from: Timestamp?,
    to: Timestamp?,
    mask: RowMask? = nil,
    _ body: (_ user: UserNumber, _ at: Timestamp, _ offset: LogOffset, _ row: Int) -> Void
) {
    let offsets = table.offsets
    forEachRow(table, TimeWindow(from, to), mask: mask) { row, user, time in
        body(UserNumber(user), Timestamp(ms: time), LogOffset(offsets[row]), row)
    }
}

/// Adds, for each user, how many rows with an instant in [from, to) the mask wants.
///
/// `counts` has a place for every user of the universe. Counts stop at UInt32.max only by the
/// number of rows a chunk can have.
public func countPerUser(
    _ table: EventTable,
    from: Timestamp?,
    to: Timestamp?,
    mask: RowMask? = nil,
    into counts: inout [UInt32]
) {
    precondition(Int(table.zone.maxUser) < counts.count, "a place for every user")
    var places = counts.mutableSpan
    forEachRow(table, TimeWindow(from, to), mask: mask) { _, user, _ in
        places[Int(user)] &+= 1
    }
}

/// Puts every user into the set who has a row with an instant in [from, to) that the mask wants.
public func markUsers(
    _ table: EventTable,
    from: Timestamp?,
    to: Timestamp?,
    mask: RowMask? = nil,
    in users: inout UserBitset
) {
    precondition(Int(table.zone.maxUser) < users.universe, "users of the universe")
    forEachRow(table, TimeWindow(from, to), mask: mask) { _, user, _ in
        users.insert(UserNumber(user))
    }
}

/// Instants from the first to the last, both inside; empty when the last comes before the first.
@usableFromInline
struct TimeWindow {
    @usableFromInline let first: Int64
    @usableFromInline let last: Int64

    /// [from, to); nil is open.
    @usableFromInline
    init(_ from: Timestamp?, _ to: Timestamp?) {
        first = from?.ms ?? .min
        let (last, overflow) = (to?.ms ?? .max).subtractingReportingOverflow(1)
        // Nothing comes before the least instant: an empty window. An open end has no last.
        self.last = to == nil ? .max : (overflow ? .min : last)
        isEmpty = overflow || first > self.last
    }

    /// Whether no instant lies inside.
    @usableFromInline let isEmpty: Bool
}

/// Chooses the loop for the form the instants are kept in; skips tables outside the window.
@inlinable
func forEachRow(
    _ table: EventTable,
    _ window: TimeWindow,
    mask: RowMask?,
    _ body: (_ row: Int, _ user: UInt32, _ time: Int64) -> Void
) {
    let zone = table.zone
    guard !window.isEmpty, table.rowCount > 0, zone.maxTime >= window.first,
        zone.minTime <= window.last
    else { return }
    precondition(mask == nil || mask?.rowCount == table.rowCount, "a mask of this table")
    let words = table.standing(mask)?.words
    table.users.withSpan { users in
        switch table.times.form {
        case .array(let times):
            scan(users, times.span, window.first...window.last, base: 0, words, body)
        case .wide(let times):
            times.withSpan {
                scan(users, $0, window.first...window.last, base: 0, words, body)
            }
        case .narrow(let base, let times):
            // The zone begins at the base and meets the window, so both differences fit.
            let first = UInt32(clamping: max(window.first, base).subtractingSaturated(base))
            let last = UInt32(clamping: window.last.subtractingSaturated(base))
            times.withSpan { scan(users, $0, first...last, base: base, words, body) }
        }
    }
}

/// The loop itself: one comparison a row, or the mask's bits one by one.
@inlinable
func scan<Time: FixedWidthInteger & BitwiseCopyable>(
    _ users: Span<UInt32>,
    _ times: Span<Time>,
    _ window: ClosedRange<Time>,
    base: Int64,
    _ mask: [UInt64]?,
    _ body: (_ row: Int, _ user: UInt32, _ time: Int64) -> Void
) {
    let first = window.lowerBound
    let last = window.upperBound
    guard let mask else {
        for row in 0..<users.count {
            let time = times[row]
            if time >= first, time <= last {
                body(row, users[row], base &+ Int64(truncatingIfNeeded: time))
            }
        }
        return
    }
    for index in mask.indices {
        var rest = mask[index]
        while rest != 0 {
            let row = index << 6 | rest.trailingZeroBitCount
            rest &= rest - 1
            let time = times[row]
            if time >= first, time <= last {
                body(row, users[row], base &+ Int64(truncatingIfNeeded: time))
            }
        }
    }
}

extension Int64 {
    /// The difference, held at the ends.
    @usableFromInline
    func subtractingSaturated(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        guard overflow else { return difference }
        return self < other ? .min : .max
    }
}
