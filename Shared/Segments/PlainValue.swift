// A document as data: what YAML and JSON have in common, parsed elsewhere, read here.

/// A parsed document, whichever the syntax was.
///
/// Who parses bounds depth (64 is plenty) and size; YAML's own dates come in as text, exactly as
/// written. Keys keep their order, and may come twice: the reader refuses that.
public indirect enum PlainValue: Sendable, Hashable {
    /// Nothing: `null`, `~` or an empty YAML value.
    case null
    /// True or false.
    case bool(Bool)
    /// A whole number.
    case int(Int64)
    /// Any other number.
    case double(Double)
    /// A text.
    case text(String)
    /// A list.
    case list([PlainValue])
    /// A map in the order it was written.
    case map([PlainEntry])

    /// The value in words, for `expected …, found …`.
    var shape: String {
        switch self {
        case .null: "nothing"
        case .bool: "true or false"
        case .int, .double: "a number"
        case .text: "a text"
        case .list: "a list"
        case .map: "fields"
        }
    }
}

/// A field of a document; equal when key and value are, wherever it stands.
public struct PlainEntry: Sendable, Hashable {
    /// The field's name.
    public var key: String
    /// Its value.
    public var value: PlainValue
    /// The line the key stands on, from 1, when the parser tells.
    public var line: Int?

    /// A field.
    public init(_ key: String, _ value: PlainValue, line: Int? = nil) {
        self.key = key
        self.value = value
        self.line = line
    }

    /// By key and value.
    public static func == (left: PlainEntry, right: PlainEntry) -> Bool {
        left.key == right.key && left.value == right.value
    }

    /// Feeds key and value.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(value)
    }
}
