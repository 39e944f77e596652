// A chunk as readers see it: its tables without the rows that were taken back.

import Basics

/// The tables of one chunk; any thread may read.
struct SealedTables: Sendable {
    let chunk: Chunk
    /// Sorted by the names' bytes; those without a row left are gone.
    private(set) var events: [EventTable]
    /// Sorted by the names' bytes; those without a row left are gone.
    private(set) var properties: [EventTable]

    /// Everything a chunk holds.
    init(_ chunk: Chunk) {
        self.chunk = chunk
        events = chunk.events
        properties = chunk.properties
    }

    /// The rows of an event name; nil when it has none.
    func table(of event: String) -> EventTable? {
        events.index(named: event, by: \.name).map { events[$0] }
    }

    /// The versions of a user property; nil when it has none.
    func versions(of property: String) -> EventTable? {
        properties.index(named: property, by: \.name).map { properties[$0] }
    }

    /// Takes back the rows of these records: a bit a row, and nothing in the file.
    mutating func remove(_ records: OffsetRuns) {
        guard records.meets(chunk.from, chunk.to) else { return }
        events = events.compactMap { $0.without(records) }
        properties = properties.compactMap { Format.isOwn($0.name) ? $0 : $0.without(records) }
    }

    /// Hides the rows of a user who is gone: a bit a row, and nothing in the file.
    mutating func hide(_ user: UserNumber) {
        for index in events.indices { events[index].hide(user) }
        for index in properties.indices { properties[index].hide(user) }
        dropEmpty()
    }

    /// The same for many users.
    mutating func hide(_ users: UserBitset) {
        for index in events.indices { events[index].hide(users) }
        for index in properties.indices { properties[index].hide(users) }
        dropEmpty()
    }

    private mutating func dropEmpty() {
        if events.contains(where: { $0.zone == .empty }) { events.removeAll { $0.zone == .empty } }
        guard properties.contains(where: { $0.zone == .empty }) else { return }
        properties.removeAll { $0.zone == .empty }
    }
}

extension EventTable {
    /// The table without the rows of these records; nil when no row is left.
    ///
    /// One pass over the offsets.
    func without(_ records: OffsetRuns) -> EventTable? {
        var gone = undone ?? RowMask(rowCount: rowCount, all: false)
        var zone = TableZone.empty
        var buffer = Array(repeating: 0 as UInt64, count: BlockRows.count)
        for rows in BlockRows.of(rowCount) {
            offsets.decode(rows: rows, into: &buffer)
            for row in rows where !gone[row] {
                if records.contains(buffer[row - rows.lowerBound]) {
                    gone[row] = true
                } else {
                    zone.include(user: users[row], time: times[row])
                }
            }
        }
        guard zone != .empty else { return nil }
        guard !gone.isEmpty else { return self }
        var left = self
        left.undone = gone
        left.isPartlyUndone = true
        left.zone = zone
        left.isRowPerUser = false
        return left
    }

    /// Hides all rows of a user, which are sorted by users; of no row left the zone is empty.
    fileprivate mutating func hide(_ user: UserNumber) {
        guard user.value >= zone.minUser, user.value <= zone.maxUser else { return }
        let start = firstRow(of: user.value)
        guard start < rowCount, users[start] == user.value else { return }
        var hidden = undone.take() ?? RowMask(rowCount: rowCount, all: false)
        var isAtEdge = false
        var row = start
        while row < rowCount, users[row] == user.value {
            hidden[row] = true
            isAtEdge = isAtEdge || times[row] == zone.minTime || times[row] == zone.maxTime
            row += 1
        }
        undone = hidden
        if isAtEdge { narrowZone() }
    }

    /// The same for many users: one pass over all rows.
    fileprivate mutating func hide(_ gone: UserBitset) {
        var hidden = undone.take() ?? RowMask(rowCount: rowCount, all: false)
        users.forEach(of: nil) { row, user in
            if gone[UserNumber(user)] { hidden[row] = true }
        }
        guard !hidden.isEmpty else { return }
        undone = hidden
        narrowZone()
    }

    /// The zone of the rows that are left; it keeps its users, by which rows are found.
    private mutating func narrowZone() {
        var left = TableZone.empty
        users.forEach(of: standing(nil)) { row, user in
            left.include(user: user, time: times[row])
        }
        if left != .empty { (left.minUser, left.maxUser) = (zone.minUser, zone.maxUser) }
        zone = left
    }
}
