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
        properties = properties.compactMap { Format.isMark($0.name) ? $0 : $0.without(records) }
    }

    /// Hides the rows of a user who is gone: a bit a row, and nothing in the file.
    mutating func hide(_ user: UserNumber) {
        events = events.compactMap { $0.without(user) }
        properties = properties.compactMap { $0.without(user) }
    }

    /// The same for many users.
    mutating func hide(_ users: UserBitset) {
        events = events.compactMap { $0.without(users) }
        properties = properties.compactMap { $0.without(users) }
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
        return EventTable(self, without: gone, isPartly: true, zone)
    }

    /// The table without a user's rows, which are sorted by users; nil when no row is left.
    fileprivate func without(_ user: UserNumber) -> EventTable? {
        guard user.value >= zone.minUser, user.value <= zone.maxUser else { return self }
        let start = firstRow(of: user.value)
        guard start < rowCount, users[start] == user.value else { return self }
        var hidden = undone ?? RowMask(rowCount: rowCount, all: false)
        var isAtEdge = false
        var row = start
        while row < rowCount, users[row] == user.value {
            hidden[row] = true
            isAtEdge = isAtEdge || times[row] == zone.minTime || times[row] == zone.maxTime
            row += 1
        }
        guard let zone = isAtEdge ? zone(without: hidden) : zone else { return nil }
        return EventTable(self, without: hidden, isPartly: false, zone)
    }

    /// The same for many users: one pass over all rows.
    fileprivate func without(_ gone: UserBitset) -> EventTable? {
        var hidden = undone ?? RowMask(rowCount: rowCount, all: false)
        users.forEach(of: nil) { row, user in
            if gone[UserNumber(user)] { hidden[row] = true }
        }
        guard !hidden.isEmpty else { return self }
        guard let zone = zone(without: hidden) else { return nil }
        return EventTable(self, without: hidden, isPartly: false, zone)
    }

    /// The zone of the rows that are left, with its own users, by which rows are found; nil: none.
    private func zone(without hidden: RowMask) -> TableZone? {
        var rest = hidden
        rest.invert()
        var left = TableZone.empty
        users.forEach(of: rest) { row, user in left.include(user: user, time: times[row]) }
        guard left != .empty else { return nil }
        (left.minUser, left.maxUser) = (zone.minUser, zone.maxUser)
        return left
    }
}
