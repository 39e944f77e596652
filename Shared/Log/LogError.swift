// The one error of the log: what went wrong, doing what, where, and what an operator may do.

import Basics

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
        /// Another process has the log open.
        case locked
        /// Another process has opened the log since, and writes it now.
        case fenced
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
            hint: "\(what); `shoal backup restore` writes the last backup into an empty folder; "
                + "Deploy/README.md says what is lost then"
        )
    }

    /// Something that had been made durable is gone.
    static func missing(_ operation: String, _ file: String, _ what: String) -> LogError {
        LogError(
            .missing,
            operation,
            at: file,
            hint: "\(what); `shoal backup restore` writes the last backup into an empty folder; "
                + "Deploy/README.md says what is lost then"
        )
    }

    /// A partition that the log has not.
    static func unknown(_ partition: Partition, of count: Int) -> LogError {
        LogError(
            .outOfRange,
            "read log",
            at: "partition \(partition)",
            hint: "the log has partitions 0 to \(count - 1)"
        )
    }

    /// An offset that the log does not hold.
    static func unheld(_ offset: LogOffset, of partition: Partition, held: Range<UInt64>)
        -> LogError
    {
        LogError(
            .outOfRange,
            "read log",
            at: "partition \(partition) offset \(offset)",
            hint: "the log holds offsets \(held.lowerBound) to \(held.upperBound) (not included)"
        )
    }

    /// A group that does not go on where the log ends.
    static func misplacedGroup(at place: String) -> LogError {
        LogError(
            .outOfSequence,
            "append group",
            at: place,
            hint: "begin the group after the last append; this is a mistake of ours"
        )
    }

    /// A watermark above the durable reserve.
    static func unreserved(_ watermark: Timestamp, at place: String) -> LogError {
        LogError(
            .outOfSequence,
            "tell watermark",
            at: place,
            hint: "append a group with a reserve above \(watermark.ms) first"
        )
    }

    /// A write after the end in order.
    static func closed(_ place: String) -> LogError {
        LogError(.poisoned, "write the log", at: place, hint: "it was closed")
    }

    /// The error of every call after the one that failed.
    var asPoison: LogError {
        LogError(
            .poisoned,
            operation,
            at: place,
            hint: "an earlier call failed (\(code.rawValue)); stop and start the service: \(hint)"
        )
    }
}
