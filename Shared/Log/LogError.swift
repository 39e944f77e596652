// The one error of the log: what went wrong, doing what, where, and what an operator may do.

/// Why the log could not do what was asked.
public struct LogError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// Bytes on disk are not what was written.
        case corrupt
        /// A file that must exist, or bytes that had been made durable, are not there.
        case missing
        /// The folder was written by a newer format version.
        case newerFormat
        /// The folder belongs to another deployment or log: identity or partitions differ.
        case foreign
        /// Another process has the folder open.
        case locked
        /// The disk has no room left.
        case full
        /// The disk refused a read, write or sync.
        case disk
        /// An earlier write or sync failed; nothing is accepted until a restart has recovered.
        case poisoned
        /// One group or record is above its limit.
        case tooLarge
        /// The caller's offsets or log times do not follow what is there.
        case outOfSequence
        /// The partition or offset asked for is not in this log.
        case outOfRange
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was being done, as a verb and a noun.
    public let operation: String
    /// The file, with the byte it concerns when that is known.
    public let place: String
    /// What an operator can do; never empty.
    public let hint: String

    /// Whether the same call may succeed later without a restart.
    public let isRetriable: Bool

    /// One line with everything.
    public var description: String { "\(code.rawValue): \(operation) at \(place): \(hint)" }

    init(
        _ code: Code,
        _ operation: String,
        at place: String,
        hint: String,
        isRetriable: Bool? = nil
    ) {
        self.code = code
        self.operation = operation
        self.place = place
        self.hint = hint
        self.isRetriable = isRetriable ?? (code == .locked)
    }

    /// The same error, said to be retriable or not.
    func retriable(_ isRetriable: Bool) -> LogError {
        LogError(code, operation, at: place, hint: hint, isRetriable: isRetriable)
    }

    /// Damage found in a file, at a byte.
    static func corrupt(_ operation: String, _ file: String, byte: Int, _ what: String) -> LogError
    {
        LogError(
            .corrupt,
            operation,
            at: "\(file) byte \(byte)",
            hint: "\(what); restore the file from a backup, or run `shoal repair log` to see "
                + "what is lost and to cut the log there"
        )
    }

    /// Something that had been made durable is gone.
    static func missing(_ operation: String, _ file: String, _ what: String) -> LogError {
        LogError(
            .missing,
            operation,
            at: file,
            hint: "\(what); restore the folder from a backup, or run `shoal repair log` to see "
                + "what is lost and to accept the loss"
        )
    }
}
