// Why a disk said no, with the operation, the path and what to do about it.

/// An error of a disk.
public struct DiskError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds a caller decides by.
    public enum Code: String, Sendable, Hashable {
        /// The file system or the quota is full.
        case noSpace
        /// No such file or folder.
        case notFound
        /// The name is taken.
        case exists
        /// This user may not, or the file system is read-only.
        case permission
        /// Another process or part holds the lock.
        case locked
        /// A folder where a file was meant, the other way round, or a folder that is not empty.
        case wrongKind
        /// Too many open files, or no memory.
        case resources
        /// The file has been closed.
        case closed
        /// An argument that no disk can serve: a negative offset, a name too long.
        case invalid
        /// Reading, writing or syncing failed; what was written since the last sync is in doubt.
        case io
    }

    /// The kind.
    public let code: Code
    /// The system's own name of the error (`ENOSPC`), or a word of a disk in memory.
    public let errno: String
    /// What was being done: `open`, `append`, `sync`...
    public let operation: String
    /// The file or folder.
    public let path: String

    /// An error of one operation on one path.
    public init(_ code: Code, errno: String, operation: String, path: String) {
        self.code = code
        self.errno = errno
        self.operation = operation
        self.path = path
    }

    /// The file or folder.
    public var place: String { path }

    /// What an operator can do.
    public var hint: String {
        switch code {
        case .noSpace: "free space on this file system, then start again"
        case .notFound: "check the data folder's path"
        case .exists: "remove or rename what has this name"
        case .permission: "give the service's user the right to read and write here"
        case .locked: "another instance uses this folder; stop it or choose another folder"
        case .wrongKind: "a file stands where a folder is expected, or the other way round"
        case .resources: "raise the limit of open files (ulimit -n) or memory"
        case .closed: "the file was closed before; this is a mistake of ours"
        case .invalid: "check the path's length and characters"
        case .io: "check the kernel's log and the disk; restart recovers to the last synced record"
        }
    }

    /// Whether the same call may succeed later without a restart.
    public var isRetriable: Bool {
        switch code {
        case .noSpace, .locked, .resources: true
        default: false
        }
    }

    /// One line for a log.
    public var description: String { "\(operation) \(path): \(errno); \(hint)" }
}
