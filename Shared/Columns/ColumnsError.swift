// Why columns could not be kept or read, with the place and what to do about it.

import Basics

/// An error of this room.
public struct ColumnsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds a caller decides by.
    public enum Code: String, Sendable, Hashable {
        /// The file's bytes are not what was written.
        case corrupt
        /// The file was written by a newer Shoal.
        case newerFormat
        /// A sound file, but not the one that was asked for, or it does not join its neighbours.
        case mismatch
        /// A record older than the ones before it, or a user's number that is not the next.
        case outOfOrder
        /// More rows, bytes or names than a chunk can address; seal the tail earlier.
        case limit
        /// A value that ingestion should have refused, such as a list inside a list.
        case invalidValue
        /// The disk refused; `place` and `hint` are the disk's own.
        case storage
    }

    /// The kind.
    public let code: Code
    /// What was being done, such as `open` or `seal`.
    public let operation: String
    /// File and section, or the property meant.
    public let place: String
    /// What an operator can do.
    public let hint: String
    /// Whether the same call may succeed later.
    public let isRetriable: Bool

    init(_ code: Code, _ operation: String, at place: String, hint: String? = nil) {
        self.code = code
        self.operation = operation
        self.place = place
        self.hint = hint ?? Self.hint(for: code)
        isRetriable = false
    }

    init(_ error: DiskError, _ operation: String) {
        code = .storage
        self.operation = "\(operation): \(error.operation)"
        place = error.path
        hint = "\(error.errno): \(error.hint)"
        isRetriable = error.isRetriable
    }

    private static func hint(for code: Code) -> String {
        switch code {
        case .corrupt: "remove the chunk and rebuild it from the log"
        case .newerFormat: "run the version of Shoal that wrote it, or rebuild it from the log"
        case .mismatch: "the folder holds another chunk under this name; rebuild from the log"
        case .outOfOrder: "the log was not read in order; this is a mistake of ours"
        case .limit: "seal the tail into a chunk before it grows this large"
        case .invalidValue: "ingestion lets no such value into the log; check its version"
        case .storage: "check the disk"
        }
    }

    /// One line for a log.
    public var description: String { "\(operation) \(place): \(code.rawValue); \(hint)" }
}
