// What can be wrong with bytes that somebody else wrote.

/// Why bytes could not be read; never the fault of the reader.
public struct BytesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of damage.
    public enum Code: String, Sendable, Hashable {
        /// The bytes end before the value does.
        case truncated
        /// A varint or a length is larger than its type or the bytes left.
        case overflow
        /// A text is not UTF-8.
        case badUTF8
        /// A range lies outside the file.
        case outOfBounds
        /// An array does not start at a multiple of its element's size.
        case misaligned
    }

    /// The kind of damage.
    public let code: Code
    /// What was being read.
    public let operation: String
    /// The offset of the first byte that was not there or not right.
    public let place: Int

    /// What an operator can do.
    public var hint: String {
        "the bytes are damaged or of another version; compare the writer's version and checksum"
    }
    /// Reading again gives the same bytes.
    public var isRetriable: Bool { false }

    /// An error at an offset.
    public init(_ code: Code, _ operation: String, at place: Int) {
        self.code = code
        self.operation = operation
        self.place = place
    }

    /// One line for a log.
    public var description: String { "\(operation): \(code.rawValue) at byte \(place)" }
}
