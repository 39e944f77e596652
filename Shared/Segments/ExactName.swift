// The name of an event or of a property: equal only when its UTF-8 bytes are.

/// A name that compares by its UTF-8 bytes, not by Unicode's canonical equivalence.
///
/// Swift's `String` holds `é` and `e` + accent for equal; the data does not, so neither may we.
public struct ExactName: Sendable, Hashable, Comparable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    /// The name.
    public let text: String

    /// The name `text`.
    public init(_ text: String) { self.text = text }

    /// The name written in the source.
    public init(stringLiteral text: String) { self.text = text }

    /// Whether the bytes are equal.
    public static func == (left: ExactName, right: ExactName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Canonically equal strings hash alike, so equal bytes do.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// By bytes.
    public static func < (left: ExactName, right: ExactName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    /// The name itself.
    public var description: String { text }
}
