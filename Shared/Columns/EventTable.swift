// The rows of one event name (or one user property) in one piece, tail or chunk alike.

public import Basics

/// A table's columns.
///
/// Any thread may read; it keeps its piece alive. One object, since a question hands it on often.
///
/// Rows are in (user, time, offset) order where `isSorted`, else in log order.
public final class EventTable: Sendable {
    /// The event's name, or the user property's.
    public let name: String
    /// Its rows, those that were taken back too.
    public let rowCount: Int
    /// Which instants and users it has rows of.
    public let zone: TableZone
    /// Whether the rows are sorted by (user, time, offset), as in a chunk.
    public let isSorted: Bool
    /// Whether the rows of each user are in the order of their instants.
    let isTimeOrdered: Bool
    /// Whether each user below the zone's greatest, from its least on, has exactly one row.
    ///
    /// A mask of rows then is a set of users.
    let isRowPerUser: Bool
    /// The runs of the users' rows, where these are sorted by users; nil where that is no help.
    let runs: UserRuns?
    /// The users of the rows.
    public let users: UserColumn
    /// The instants of the rows; of a user property: from when a version holds.
    public let times: TimeColumn
    /// The log offsets of the rows.
    public let offsets: NarrowColumn

    enum Properties: Sendable {
        /// A chunk's, sorted by the names' bytes.
        case sorted([PropertyColumn])
        case open(TailTable, Tail)
    }

    let properties: Properties
    /// Rows that were taken back or whose users are gone, which no reader sees; nil: none.
    let undone: RowMask?
    /// Whether some of a user's rows may be among those, and others not.
    let isPartlyUndone: Bool

    /// A table of a chunk, whose rows are all seen; who sorted them says that they are.
    init(
        name: String,
        rowCount: Int,
        zone: TableZone,
        users: UserColumn,
        times: TimeColumn,
        offsets: NarrowColumn,
        columns: [PropertyColumn]
    ) {
        self.name = name
        self.rowCount = rowCount
        self.zone = zone
        isSorted = true
        isTimeOrdered = true
        self.users = users
        self.times = times
        self.offsets = offsets
        properties = .sorted(columns)
        let ends = users.lastOfEach
        isRowPerUser = Int(zone.maxUser - zone.minUser) == rowCount - 1 && ends.count == rowCount
        runs = isRowPerUser ? nil : UserRuns(ends, of: users, in: zone)
        undone = nil
        isPartlyUndone = false
    }

    /// A table of the open tail.
    init(_ table: TailTable, of tail: Tail) {
        name = table.name
        rowCount = table.rowCount
        zone = table.zone
        isSorted = false
        isTimeOrdered = table.isTimeOrdered
        isRowPerUser = false
        runs = nil
        users = UserColumn(.array(table.users))
        times = TimeColumn(.array(table.times))
        offsets = NarrowColumn(.array(table.offsets))
        properties = .open(table, tail)
        var hidden = table.hidden.isEmpty ? nil : RowMask(rowCount: table.rowCount, all: false)
        for row in table.hidden { hidden?[row] = true }
        undone = hidden
        isPartlyUndone = false
    }

    /// The same columns without these rows; the zone is that of the others.
    ///
    /// `isPartly` says whether some of a user's rows may be gone, and others not.
    init(_ whole: EventTable, without undone: RowMask, isPartly: Bool, _ zone: TableZone) {
        name = whole.name
        rowCount = whole.rowCount
        self.zone = zone
        isSorted = whole.isSorted
        isTimeOrdered = whole.isTimeOrdered
        isRowPerUser = whole.isRowPerUser && !isPartly
        runs = whole.runs
        users = whole.users
        times = whole.times
        offsets = whole.offsets
        properties = whole.properties
        self.undone = undone
        isPartlyUndone = whole.isPartlyUndone || isPartly
    }

    /// The rows a reader wants that are there; nil: all.
    @usableFromInline
    func standing(_ mask: RowMask?) -> RowMask? {
        guard let undone else { return mask }
        var rows = mask ?? RowMask(rowCount: rowCount)
        rows.andNot(undone)
        return rows
    }

    /// The names of its properties, sorted by bytes.
    public var propertyNames: [String] {
        switch properties {
        case .sorted(let columns): columns.map(\.name)
        case .open(let table, _): table.columns.map(\.name).sorted(by: TextBytes.precedes)
        }
    }

    /// A property by its exact name; nil when no row of this piece has it.
    public func property(_ name: String) -> PropertyColumn? {
        switch properties {
        case .sorted(let columns):
            columns.index(named: name, by: \.name).map { columns[$0] }
        case .open(let table, let tail):
            tail.names.code(of: name).flatMap { table.column($0) }
                .map { PropertyColumn($0, rowCount: rowCount, of: tail) }
        }
    }

    /// The column of a user property's versions; absent rows are unset.
    var versionValues: PropertyColumn? {
        switch properties {
        case .sorted(let columns): columns.first
        case .open(let table, let tail):
            table.columns.first.map { PropertyColumn($0, rowCount: rowCount, of: tail) }
        }
    }

    /// The rows of a user, in the table's order: a binary search if sorted, else a look-up.
    public func rows(of user: UserNumber) -> [Int] {
        guard user.value >= zone.minUser, user.value <= zone.maxUser else { return [] }
        if case .open(let table, _) = properties {
            let rows = table.rows(of: user.value)
            return undone.map { undone in rows.filter { !undone[$0] } } ?? rows
        }
        var row = firstRow(of: user.value)
        let start = row
        while row < rowCount, users[row] == user.value { row += 1 }
        guard let undone else { return Array(start..<row) }
        return (start..<row).filter { !undone[$0] }
    }

    /// The first row of a user or of one behind, where rows are sorted by users.
    func firstRow(of user: UInt32) -> Int {
        var low = 0
        var high = rowCount
        while low < high {
            let middle = (low + high) / 2
            if users[middle] < user { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension PropertyColumn {
    /// A column of the open tail.
    convenience init(_ column: TailColumn, rowCount: Int, of tail: Tail) {
        self.init(
            name: column.name,
            rowCount: rowCount,
            numbers: column.numbers,
            dictionary: TextDictionary(form: .pool(tail.texts)),
            tags: .array(column.tags),
            payloads: NarrowColumn(.array(column.payloads)),
            lists: ListColumn(
                starts: NarrowColumn(.array32(tail.lists.starts)),
                tags: .array(tail.lists.tags),
                payloads: NarrowColumn(.array(tail.lists.payloads)),
                texts: .pool(tail.texts)
            )
        )
    }
}
