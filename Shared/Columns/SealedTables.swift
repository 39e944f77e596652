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
        left.zone = zone
        left.isRowPerUser = false
        return left
    }
}
