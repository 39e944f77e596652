// What a chunk is called, and what a manifest keeps about it.

public import Basics

/// The log offsets of a chunk, which are its file's name.
///
/// Offsets have 20 digits, so names sort.
public struct ChunkName: Sendable, Hashable, Comparable {
    /// The first log offset it covers.
    public let from: LogOffset
    /// The log offset behind the last it covers.
    public let to: LogOffset

    /// The ending of a chunk's file name.
    public static let ending = ".chunk"
    /// The ending of a file that is still being written; delete such files on start.
    public static let unfinishedEnding = ".chunk.tmp"

    /// The name of [from, to).
    public init(from: LogOffset, to: LogOffset) {
        self.from = from
        self.to = to
    }

    /// Reads a file's name; nil for any other file.
    public init?(fileName: String) {
        guard fileName.hasSuffix(Self.ending) else { return nil }
        let parts = fileName.dropLast(Self.ending.count).split(
            separator: "-",
            omittingEmptySubsequences: false
        )
        guard parts.count == 2, let from = UInt64(parts[0]), let to = UInt64(parts[1]) else {
            return nil
        }
        self.init(from: LogOffset(from), to: LogOffset(to))
        guard self.fileName == fileName else { return nil }
    }

    /// The file, such as `00000000000000000000-00000000000000001234.chunk`.
    public var fileName: String { Self.digits(from) + "-" + Self.digits(to) + Self.ending }

    var unfinishedFileName: String {
        Self.digits(from) + "-" + Self.digits(to) + Self.unfinishedEnding
    }

    private static func digits(_ offset: LogOffset) -> String {
        let plain = String(offset.value)
        return String(repeating: "0", count: 20 - plain.utf8.count) + plain
    }

    /// Earlier parts of the log come first.
    public static func < (left: ChunkName, right: ChunkName) -> Bool {
        (left.from, left.to) < (right.from, right.to)
    }
}

/// What a manifest keeps about a chunk.
public struct ChunkSummary: Sendable, Hashable {
    /// Its log offsets; its file's name.
    public let name: ChunkName
    /// Its file's size.
    public let fileBytes: Int
    /// The footer's checksum, which stands for every byte: pass it to `Chunk.open`.
    public let fingerprint: UInt32
    /// Rows of events.
    public let eventRows: Int
    /// Rows of user properties.
    public let propertyRows: Int
    /// The number of the first user whose identifier it keeps.
    public let firstUser: UserNumber
    /// Users whose identifiers it keeps.
    public let userCount: Int
}
