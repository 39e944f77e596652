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
/// `counts` has a place for every user of the universe. Counts stop at their type's greatest: in
/// bytes there is room for more users in the cache.
@inlinable
public func countPerUser<Count: FixedWidthInteger & UnsignedInteger>(
    _ table: EventTable,
    from: Timestamp?,
    to: Timestamp?,
    mask: RowMask? = nil,
    into counts: inout [Count]
) {
    precondition(table.rowCount == 0 || Int(table.zone.maxUser) < counts.count, "all users")
    guard let rows = table.rows(TimeWindow(from, to), mask) else { return }
    var places = counts.mutableSpan
    table.users.forEach(of: rows.mask) { _, user in
        let count = places[Int(user)]
        places[Int(user)] = count &+ (count == Count.max ? 0 : 1)
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
    guard let rows = table.rows(TimeWindow(from, to), mask) else { return }
    users.insert(table, rows.mask)
}

/// The users with at least so many rows with an instant in [from, to) that the mask wants.
///
/// Nil where the table's rows are not sorted by user: they must be counted one by one.
public func usersWith(
    atLeast count: Int,
    rowsOf table: EventTable,
    from: Timestamp?,
    to: Timestamp?,
    mask: RowMask? = nil,
    universe: Int
) -> UserBitset? {
    guard let runs = table.runs else { return nil }
    var users = UserBitset(universe: universe)
    guard let rows = table.rows(TimeWindow(from, to), mask) else { return users }
    let wanted = rows.mask ?? RowMask(rowCount: table.rowCount)
    users.insert(table, ends: wanted.ends(withAtLeast: count, of: runs.ends), runs)
    return users
}

/// The users of whose rows that the mask wants, with an instant in [from, to), at least `fewest`
/// are there, and so great a share of them, in ten-thousandths, are also in `part`.
///
/// Nil where the table's rows are not sorted by user: they must be counted one by one.
public func usersWith(
    atLeastE4 share: UInt64,
    in part: RowMask?,
    rowsOf table: EventTable,
    from: Timestamp?,
    to: Timestamp?,
    mask: RowMask?,
    fewest: UInt32,
    universe: Int
) -> UserBitset? {
    guard let runs = table.runs else { return nil }
    var users = UserBitset(universe: universe)
    guard let rows = table.rows(TimeWindow(from, to), mask) else { return users }
    let all = rows.mask ?? RowMask(rowCount: table.rowCount)
    var inPart = all
    if let part { inPart.and(part) }
    let ends = all.ends(
        withShareOf: inPart,
        atLeastE4: share,
        fewest: max(fewest, 1),
        of: runs.ends
    )
    users.insert(table, ends: ends, runs)
    return users
}

/// Rows of a table that are wanted.
@usableFromInline
struct WantedRows {
    /// Nil: all.
    @usableFromInline let mask: RowMask?
}

extension EventTable {
    /// The rows in the window that the mask wants and that stand; nil: certainly none.
    @usableFromInline
    func rows(_ window: TimeWindow, _ wanted: RowMask?) -> WantedRows? {
        guard !window.isEmpty, rowCount > 0, zone.maxTime >= window.first,
            zone.minTime <= window.last
        else { return nil }
        precondition(wanted == nil || wanted?.rowCount == rowCount, "a mask of this table")
        let standing = standing(wanted)
        // The whole table lies inside.
        if zone.minTime >= window.first, zone.maxTime <= window.last {
            return WantedRows(mask: standing)
        }
        var mask = standing ?? RowMask(rowCount: rowCount)
        mask.and(
            times,
            from: zone.minTime >= window.first ? .min : window.first,
            to: zone.maxTime <= window.last ? .max : window.last
        )
        return WantedRows(mask: mask)
    }
}

extension RowMask {
    /// Keeps the rows with an instant inside, both ends included.
    mutating func and(_ times: TimeColumn, from first: Int64, to last: Int64) {
        switch times.form {
        case .same(let time, _):
            if time < first || time > last { clear() }
        case .split(let split):
            guard last >= split.base else { return clear() }
            split.narrow(&self, from: max(first, split.base), to: last)
        case .array(let times):
            let times = times.span
            for index in words.indices where words[index] != 0 {
                var kept: UInt64 = 0
                let rows = index << 6..<min(index << 6 + 64, rowCount)
                for row in rows where times[row] >= first && times[row] <= last {
                    kept |= UInt64(1) << UInt64(row & 63)
                }
                setWord(index, to: words[index] & kept)
            }
        }
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

/// Visits the rows of a window that the mask wants; skips tables outside the window.
@inlinable
func forEachRow(
    _ table: EventTable,
    _ window: TimeWindow,
    mask: RowMask?,
    _ body: (_ row: Int, _ user: UInt32, _ time: Int64) -> Void
) {
    guard let rows = table.rows(window, mask) else { return }
    var times = TimeWalk(table.times, rows.mask)
    table.users.forEach(of: rows.mask) { row, user in body(row, user, times.time(of: row)) }
}
