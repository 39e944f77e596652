// Why the store said no, in RocksDB's own words and with what to do about it.

/// An error of a key-value store.
public struct KeyValueError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds a caller decides by.
    public enum Code: String, Sendable, Hashable {
        /// Another process or another store of this one has the folder open.
        case locked
        /// Bytes on disk are not what was written; the store must be rebuilt from the log.
        case corrupt
        /// Less room than the reserve is left; nothing was written.
        case noSpace
        /// The folder cannot be made, read or written by this user.
        case permission
        /// A read, write or sync failed; after it only a restart tells what is durable.
        case io
        /// The store has been closed.
        case closed
        /// No such family, or one that is there already.
        case family
        /// An option that RocksDB refuses.
        case invalid
    }

    /// The kind.
    public let code: Code
    /// What was being done: `open`, `get`, `write`...
    public let operation: String
    /// The store's folder.
    public let place: String
    /// What RocksDB said, copied.
    public let text: String

    init(_ code: Code, _ operation: String, _ place: String, _ text: String) {
        self.code = code
        self.operation = operation
        self.place = place
        self.text = text
    }

    /// The kind of a RocksDB text.
    init(rocks text: String, _ operation: String, _ place: String) {
        let code: Code =
            if text.contains("lock hold by") || text.contains("While lock file") {
                .locked
            } else if text.hasPrefix("Corruption") {
                .corrupt
            } else if text.contains("No space left") {
                .noSpace
            } else if text.contains("Permission denied") || text.contains("Read-only file") {
                .permission
            } else if text.hasPrefix("Invalid argument") || text.hasPrefix("Not implemented") {
                .invalid
            } else {
                .io
            }
        self.init(code, operation, place, text)
    }

    /// What an operator can do.
    public var hint: String {
        switch code {
        case .locked: "another instance uses this folder; stop it or choose another folder"
        case .corrupt: "move this folder away; the service rebuilds it from the log"
        case .noSpace: "free space on this file system"
        case .permission: "give the service's user the right to read and write here"
        case .io: "check the kernel's log and the disk, then restart"
        case .closed, .family: "this is a mistake of ours"
        case .invalid: "check the store's options"
        }
    }

    /// Whether the same call may succeed later without a restart.
    public var isRetriable: Bool { code == .locked || code == .noSpace }

    /// One line for a log.
    public var description: String { "\(operation) \(place): \(text); \(hint)" }
}
