// The client's own order among events of one instant, kept beside the properties.

public import Basics

/// How a client's sequence number lies in a table: as a column of its own.
///
/// Its name holds a zero byte, which no property of a client can, so it is in nobody's way. A table
/// whose events have no sequence has no such column.
public enum ClientSequence {
    /// The column's name.
    public static let column = "\u{0}client sequence"

    /// The number as the column's value: 64 bits, whatever they mean elsewhere.
    public static func value(_ sequence: UInt64) -> PropertyValue {
        .instant(Timestamp(ms: Int64(bitPattern: sequence)))
    }
}

extension EventTable {
    /// The column of the client's sequence numbers; nil when no row has one.
    public var clientSequences: PropertyColumn? { property(ClientSequence.column) }
}

extension PropertyColumn {
    /// The client's sequence number of a row, in the column made for it; nil when it gave none.
    public func clientSequence(_ row: Int) -> UInt64? {
        guard case .instant(let bits)? = value(row) else { return nil }
        return UInt64(bitPattern: bits.ms)
    }
}

extension UserEvent {
    /// The client's own order among events of one instant; nil when it gave none.
    public var clientSequence: UInt64? { table.clientSequences?.clientSequence(row) }
}
