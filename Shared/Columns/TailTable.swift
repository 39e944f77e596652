// The open tail's table of one event name or one user property, in the order of arrival.

import Basics

/// Rows as they come in, and a column for each property seen.
struct TailTable: Sendable {
    let name: String
    private(set) var users: [UInt32] = []
    private(set) var times: [Int64] = []
    private(set) var offsets: [UInt64] = []
    private(set) var columns: [TailColumn] = []
    private(set) var zone = TableZone.empty
    /// Whether no row's instant comes before that of a row before it.
    private(set) var isTimeOrdered = true
    /// Rows of users who are gone, which no reader sees; they are in no chunk of it.
    private(set) var hidden: [Int] = []
    /// Column by the code of its name.
    private var columnOfName: [UInt32: Int] = [:]
    private var chains = UserChains()

    init(name: String) { self.name = name }

    var rowCount: Int { users.count }

    /// Adds a row without values.
    mutating func addRow(user: UInt32, time: Int64, offset: UInt64) {
        if let last = times.last, time < last { isTimeOrdered = false }
        users.append(user)
        chains.add(lastOf: users)
        times.append(time)
        offsets.append(offset)
        zone.include(user: user, time: time)
    }

    /// The rows of a user, in the order in which they came; hidden ones, too.
    func rows(of user: UInt32) -> [Int] { chains.rows(of: user, in: users) }

    /// The column at the expected place, if it is of this name.
    ///
    /// Events of one name mostly name their properties in one order, so this saves a hash each.
    func column(at place: Int, named name: String) -> Int? {
        guard place < columns.count, TextBytes.equal(columns[place].name, name) else { return nil }
        return place
    }

    /// The column whose name has this code, new or known.
    mutating func column(_ nameCode: UInt32, named name: String) -> Int {
        if let known = columnOfName[nameCode] { return known }
        columns.append(TailColumn(name: name))
        columnOfName[nameCode] = columns.count - 1
        return columns.count - 1
    }

    /// Gives the last row a value; a second one for the same property replaces the first.
    ///
    /// Gives the cells that were added.
    mutating func set(_ column: Int, to tag: ValueTag, _ payload: UInt64) -> Int {
        columns[column].set(row: users.count - 1, to: tag, payload)
    }

    /// The column whose name has this code.
    func column(_ nameCode: UInt32) -> TailColumn? {
        columnOfName[nameCode].map { columns[$0] }
    }

    /// Gives rows from `firstRow` on the values of a chunk's column, payloads as `translated` says.
    mutating func append(
        _ column: PropertyColumn,
        from firstRow: Int,
        translated: (ValueTag, UInt64) -> UInt64
    ) {
        let index =
            columns.firstIndex { TextBytes.equal($0.name, column.name) } ?? columns.count
        if index == columns.count { columns.append(TailColumn(name: column.name)) }
        columns[index].append(column, from: firstRow, translated: translated)
    }

    /// Cells of all columns.
    var cellCount: Int { columns.reduce(0) { $0 + $1.tags.count } }

    /// Hides the rows of a user.
    mutating func hide(_ user: UInt32) {
        guard user >= zone.minUser, user <= zone.maxUser else { return }
        let known = hidden.count
        hidden += rows(of: user)
        let atEdge = hidden[known...].contains {
            times[$0] == zone.minTime || times[$0] == zone.maxTime
        }
        guard atEdge else { return }
        zone = .empty
        let gone = Set(hidden)
        for row in users.indices where !gone.contains(row) {
            zone.include(user: users[row], time: times[row])
        }
    }

    /// The table without the rows that are hidden; nil when no row is left.
    func withoutHidden() -> TailTable? { hidden.isEmpty ? self : keeping { _ in true } }

    /// The table without the rows of these records; nil when no row is left.
    func without(_ records: OffsetRuns) -> TailTable? {
        keeping { !records.contains(offsets[$0]) }
    }

    /// The table with those of its rows that are kept, and without hidden ones.
    private func keeping(_ isKept: (Int) -> Bool) -> TailTable? {
        let gone = Set(hidden)
        let kept = offsets.indices.filter { isKept($0) && !gone.contains($0) }
        guard kept.count < rowCount else { return self }
        guard !kept.isEmpty else { return nil }
        var left = TailTable(name: name)
        left.columnOfName = columnOfName
        left.columns = columns.map { TailColumn(name: $0.name) }
        for row in kept {
            left.addRow(user: users[row], time: times[row], offset: offsets[row])
            for (index, column) in columns.enumerated() where row < column.tags.count {
                guard let tag = ValueTag(rawValue: column.tags[row]), tag != .absent else {
                    continue
                }
                _ = left.set(index, to: tag, column.payloads[row])
            }
        }
        return left
    }
}

/// A property of a tail's table; rows behind its end are absent.
struct TailColumn: Sendable {
    let name: String
    private(set) var tags: [UInt8] = []
    private(set) var payloads: [UInt64] = []
    private(set) var numbers: ClosedRange<Number>?

    init(name: String) { self.name = name }

    /// Adds a chunk's column as the values of the rows from `firstRow` on, which has none yet.
    mutating func append(
        _ column: PropertyColumn,
        from firstRow: Int,
        translated: (ValueTag, UInt64) -> UInt64
    ) {
        precondition(firstRow >= tags.count, "values come in the order of rows")
        let lacking = firstRow - tags.count
        tags.append(contentsOf: repeatElement(ValueTag.absent.rawValue, count: lacking))
        payloads.append(contentsOf: repeatElement(0, count: lacking))
        for row in 0..<column.rowCount {
            let tag = column.tag(row)
            tags.append(tag.rawValue)
            payloads.append(tag == .absent ? 0 : translated(tag, column.payload(row)))
        }
        guard let added = column.numbers else { return }
        let known = numbers ?? added
        numbers =
            min(known.lowerBound, added.lowerBound)...max(known.upperBound, added.upperBound)
    }

    /// Sets a row's value, the last of the column or one behind it; gives the cells added.
    mutating func set(row: Int, to tag: ValueTag, _ payload: UInt64) -> Int {
        precondition(row >= tags.count - 1, "values come in the order of rows")
        if let number = Payload.number(tag, payload) {
            let least = min(numbers?.lowerBound ?? number, number)
            numbers = least...max(numbers?.upperBound ?? number, number)
        }
        guard row >= tags.count else {
            tags[row] = tag.rawValue
            payloads[row] = payload
            return 0
        }
        let added = row + 1 - tags.count
        while tags.count < row {
            tags.append(ValueTag.absent.rawValue)
            payloads.append(0)
        }
        tags.append(tag.rawValue)
        payloads.append(payload)
        return added
    }
}

/// Which instants and users a table has rows of, so that a reader can skip it.
public struct TableZone: Sendable, Hashable {
    /// The earliest instant of a row, in milliseconds since the Unix epoch.
    public var minTime: Int64
    /// The latest instant of a row.
    public var maxTime: Int64
    /// The lowest user number.
    public var minUser: UInt32
    /// The highest user number.
    public var maxUser: UInt32

    /// Of no rows: everything lies outside.
    static let empty = TableZone(minTime: .max, maxTime: .min, minUser: .max, maxUser: .min)

    mutating func include(user: UInt32, time: Int64) {
        minTime = min(minTime, time)
        maxTime = max(maxTime, time)
        minUser = min(minUser, user)
        maxUser = max(maxUser, user)
    }
}
