// Why bytes could not be compressed or decompressed.

/// An error of zstd or zlib, with the library's own words.
public struct CompressionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds a caller decides by.
    public enum Code: String, Sendable, Hashable {
        /// The content is larger than the caller allows; nothing was allocated for it.
        case tooLarge
        /// The bytes are not what they should be, or their checksum does not match.
        case damaged
        /// The bytes end before the content does.
        case truncated
        /// No memory for the library's state.
        case resources
    }

    /// The kind.
    public let code: Code
    /// What was being done: `compress`, `decompress`, `feed`, `finish`.
    public let operation: String
    /// Compressed bytes taken before the error.
    public let place: Int
    /// What the library said.
    public let text: String

    init(_ code: Code, _ operation: String, at place: Int, _ text: String) {
        self.code = code
        self.operation = operation
        self.place = place
        self.text = text
    }

    /// What an operator can do.
    public var hint: String {
        switch code {
        case .tooLarge: "send it in smaller parts"
        case .damaged: "check the file with gzip -t or zstd -t and fetch it again"
        case .truncated: "the file was cut; fetch it again"
        case .resources: "give the process more memory"
        }
    }

    /// Whether the same call may succeed later.
    public var isRetriable: Bool { code == .resources }

    /// One line for a log.
    public var description: String {
        "\(operation): \(code.rawValue) at byte \(place): \(text); \(hint)"
    }
}
