// The events of one user over all pieces, in the order they happened.

public import Basics

/// One user's events by (instant, log offset).
///
/// Any thread may read; keeps its pieces alive.
public struct UserHistory: Sendable, RandomAccessCollection {
    private struct Place: Sendable {
        let time: Int64
        let offset: UInt64
        let table: Int32
        let row: UInt32
    }

    private let tables: [EventTable]
    private var places: [Place] = []

    /// Gathers a user's rows; tables of one offset are taken in their order.
    init(of user: UserNumber, in tables: [EventTable]) {
        self.tables = tables
        for (index, table) in tables.enumerated() {
            for row in table.rows(of: user) {
                places.append(
                    Place(
                        time: table.times[row],
                        offset: table.offsets[row],
                        table: Int32(truncatingIfNeeded: index),
                        row: UInt32(truncatingIfNeeded: row)
                    )
                )
            }
        }
        places.sort {
            ($0.time, $0.offset, $0.table, $0.row) < ($1.time, $1.offset, $1.table, $1.row)
        }
    }

    /// The first event's index.
    public var startIndex: Int { 0 }
    /// The index behind the last event.
    public var endIndex: Int { places.count }

    /// An event.
    public subscript(index: Int) -> UserEvent {
        let place = places[index]
        return UserEvent(
            at: Timestamp(ms: place.time),
            offset: LogOffset(place.offset),
            row: Int(place.row),
            table: tables[Int(place.table)]
        )
    }
}

/// One event of one user.
public struct UserEvent: Sendable {
    /// When it happened.
    public let at: Timestamp
    /// Its record's place in the log.
    public let offset: LogOffset
    /// Its row in `table`.
    public let row: Int
    /// The table it is a row of.
    public let table: EventTable

    /// The event's name.
    public var name: String { table.name }

    /// A property's value; nil when absent.
    public func value(_ property: String) -> PropertyValue? {
        table.property(property)?.value(row)
    }
}
