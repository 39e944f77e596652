// The value of an event's or a user's property.

/// A property's value; types do not mix, and texts are compared by their UTF-8 bytes.
public enum PropertyValue: Sendable, Hashable, CustomStringConvertible {
    /// A finite number.
    case number(Number)
    /// A text of at most `Limits.textValueBytes`.
    case text(String)
    /// True or false.
    case bool(Bool)
    /// An instant.
    case instant(Timestamp)
    /// At most `Limits.listValues` values, none of them a list.
    case list([PropertyValue])

    /// Equal type and equal value; texts by bytes, so that no Unicode version has a say.
    public static func == (left: PropertyValue, right: PropertyValue) -> Bool {
        switch (left, right) {
        case (.number(let a), .number(let b)): a == b
        case (.text(let a), .text(let b)): TextBytes.equal(a, b)
        case (.bool(let a), .bool(let b)): a == b
        case (.instant(let a), .instant(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        default: false
        }
    }

    /// Feeds type and value.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .number(let number):
            hasher.combine(0 as UInt8)
            hasher.combine(number)
        case .text(let text):
            hasher.combine(1 as UInt8)
            TextBytes.hash(text, into: &hasher)
        case .bool(let bool):
            hasher.combine(2 as UInt8)
            hasher.combine(bool)
        case .instant(let instant):
            hasher.combine(3 as UInt8)
            hasher.combine(instant)
        case .list(let values):
            hasher.combine(4 as UInt8)
            hasher.combine(values)
        }
    }

    /// The value as a person reads it.
    public var description: String {
        switch self {
        case .number(let number): number.description
        case .text(let text): text
        case .bool(let bool): bool ? "true" : "false"
        case .instant(let instant): instant.rfc3339
        case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        }
    }
}
