// Why a process cannot start or go on, told as what, where and hint.

public import Basics
public import Bus

/// An error that ends a process and knows how to say so.
///
/// A service's own error that conforms is printed in these words and chooses the exit code.
public protocol ExplainedError: Error {
    /// What happened, in one sentence.
    var what: String { get }
    /// The flag, file, address or part concerned.
    var place: String { get }
    /// What an operator can do.
    var hint: String { get }
    /// How the process ends.
    var exitCode: ExitCode { get }
}

/// The error of this room.
public struct ChassisError: ExplainedError, Sendable, Hashable, CustomStringConvertible {
    /// The kinds.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// A flag, variable or file entry is unknown, missing, of the wrong type or out of range.
        case badConfiguration
        /// The data folder belongs to another service, or is no data folder.
        case otherFolder
        /// The data folder's format file is damaged, or an upgrade failed.
        case dataCorrupt
        /// The data folder was written by a newer version.
        case newerFormat
        /// Another instance holds the data folder.
        case locked
        /// The data folder cannot be made, read or written.
        case notWritable
        /// The disk is full.
        case noSpace
        /// An address cannot be listened on.
        case addressInUse
        /// No thread, no descriptor or no memory.
        case systemResources
        /// A part ended that should run until the process stops.
        case partEnded
        /// The process did not stop in the time given.
        case stopTooSlow
        /// Anything that no other kind names.
        case other
    }

    /// The kind.
    public let code: Code
    /// What was being done.
    public let operation: String
    /// The flag, file, address or part concerned.
    public let place: String
    /// What happened, in one sentence.
    public let what: String
    /// What an operator can do.
    public let hint: String

    /// An error with its words.
    public init(_ code: Code, operation: String, place: String, what: String, hint: String) {
        self.code = code
        self.operation = operation
        self.place = place
        self.what = what
        self.hint = hint
    }

    /// Whether a restart alone may help.
    public var isRetriable: Bool {
        switch code {
        case .noSpace, .addressInUse, .systemResources, .partEnded, .stopTooSlow, .other: true
        default: false
        }
    }

    /// How the process ends.
    public var exitCode: ExitCode {
        switch code {
        case .badConfiguration: .badConfiguration
        case .otherFolder, .dataCorrupt: .dataCorrupt
        case .newerFormat: .newerFormat
        case .locked: .locked
        case .notWritable: .notWritable
        case .noSpace: .noSpace
        case .addressInUse: .addressInUse
        case .systemResources: .systemResources
        case .partEnded, .stopTooSlow, .other: .internalError
        }
    }

    /// One line for a log.
    public var description: String { "\(operation): \(what); \(place); \(hint)" }
}

extension DiskError: ExplainedError {
    /// What happened.
    public var what: String { "the disk answered \(errno) to \(operation)" }
    /// How the process ends.
    public var exitCode: ExitCode {
        switch code {
        case .noSpace: .noSpace
        case .locked: .locked
        case .resources: .systemResources
        case .permission, .wrongKind, .notFound, .exists: .notWritable
        case .io, .closed, .invalid: .internalError
        }
    }
}

extension ThreadError: ExplainedError {
    /// What happened.
    public var what: String { "a thread could not be started" }
    /// How the process ends.
    public var exitCode: ExitCode { code == .resources ? .systemResources : .internalError }
}

extension BusError: ExplainedError {
    /// What happened.
    public var what: String { "the bus could not \(operation): \(code.rawValue)" }
    /// How the process ends.
    public var exitCode: ExitCode {
        switch code {
        case .addressInUse, .addressUnavailable: .addressInUse
        case .invalidEndpoint, .folderNotPrivate: .badConfiguration
        case .socketLimit: .systemResources
        default: .internalError
        }
    }
}

/// The words of any error, for the last lines of a process.
struct Explanation: Sendable, Hashable {
    let what: String
    let place: String
    let hint: String
    let exitCode: ExitCode

    /// An explained error's own words; for others their description under the part's name.
    init(_ error: any Error, part: String) {
        if let known = error as? any ExplainedError {
            what = known.what
            place = known.place
            hint = known.hint
            exitCode = known.exitCode
        } else {
            what = String("\(error)".prefix(2_000))
            place = part
            hint = "this is a mistake of ours; please report it with the log"
            exitCode = .internalError
        }
    }

    /// Three lines: what, where, hint.
    func text(program: String) -> String {
        let lines = [
            "\(program): \(LogText.oneLine(what))",
            "  where: \(LogText.oneLine(place))",
            "  hint:  \(LogText.oneLine(hint))",
        ]
        return lines.joined(separator: "\n") + "\n"
    }
}
