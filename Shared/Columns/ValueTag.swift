// How a property's value is kept: a tag of one byte and a payload of eight.

public import Basics

/// The type of a value in a column.
public enum ValueTag: UInt8, Sendable, Hashable, CaseIterable {
    /// No value; in a user property's versions: unset.
    case absent = 0
    /// A number; the payload is its ten-thousandths.
    case decimal = 1
    /// A number; the payload is the bits of a double.
    case double = 2
    /// A text; the payload is its code in the column's dictionary.
    case text = 3
    /// True or false; the payload is 1 or 0.
    case bool = 4
    /// An instant; the payload is its milliseconds, two's complement.
    case instant = 5
    /// A list; the payload is its index, read by `PropertyColumn.list`.
    case list = 6

    /// Whether the value is a number.
    @inlinable
    public var isNumber: Bool { self == .decimal || self == .double }
}

/// The meaning of payloads that need no dictionary.
///
/// Pure; any thread.
public enum Payload {
    /// The number of a `decimal` or `double` row; nil for another tag.
    public static func number(_ tag: ValueTag, _ payload: UInt64) -> Number? {
        switch tag {
        case .decimal: Number(e4: Int64(bitPattern: payload))
        case .double: Number(Double(bitPattern: payload))
        default: nil
        }
    }

    /// The tag and payload of a number.
    public static func of(_ number: Number) -> (tag: ValueTag, payload: UInt64) {
        switch number.form {
        case .decimal(let e4): (.decimal, UInt64(bitPattern: e4))
        case .double(let value): (.double, value.bitPattern)
        }
    }

    /// The instant of an `instant` row.
    @inlinable
    public static func instant(_ payload: UInt64) -> Timestamp {
        Timestamp(ms: Int64(bitPattern: payload))
    }
}
