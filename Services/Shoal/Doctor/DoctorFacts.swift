// What the doctor has seen of a machine and a suite: plain values, judged by `Diagnosis`.

/// Everything seen in one visit; nil is what the system did not tell.
struct DoctorFacts: Sendable, Hashable {
    /// This command's own build and contract.
    var build = Build(version: "", contract: "")
    var machine = Machine()
    var programs: [Program] = []
    var processes: [Process] = []
    var folders: [Folder] = []
    var sockets: [Socket] = []
    /// Nil when no suite was asked for, or its registry does not answer.
    var suite: SuiteFacts?
    /// Why there is no suite.
    var absence: Absence?

    /// What was built: a version, and the checksum of the contract within.
    struct Build: Sendable, Hashable {
        var version: String
        var contract: String
    }

    /// Why a suite cannot be looked at, and how it could.
    struct Absence: Sendable, Hashable {
        var found: String
        var fix: String
    }

    /// The kernel this command runs on.
    struct Machine: Sendable, Hashable {
        /// Whether a time service sets the clock.
        var isClockSynchronised: Bool?
        /// net.core.wmem_max, in bytes.
        var sendBufferBytesMax: Int?
        /// vm.max_map_count.
        var mappingsMax: Int?
    }

    /// A program beside this one, asked for its version.
    struct Program: Sendable, Hashable {
        var name: String
        /// Nil when it could not say.
        var version: String?
        /// What it said instead.
        var complaint = ""
    }

    /// A process of the suite on this machine.
    struct Process: Sendable, Hashable {
        var name: String
        var openFiles: Int?
        var openFilesMax: Int?
        /// In bytes; nil also without a limit.
        var addressSpaceMax: Int?
        var mappings: Int?
        /// Whether its program's file was replaced since it started.
        var isOutdated = false
    }

    /// The folder of an instance's data, or where they are going to lie.
    struct Folder: Sendable, Hashable {
        var name: String
        var path: String
        var fileSystem: String?
        var freeBytes: Int?
        /// Free space below which the service refuses writes, in bytes.
        var freeBytesMin: Int
        /// What the disk said to a small file that was written, synced and removed; nil: all well.
        var refusal: String?
        /// Times of small synced writes, in nanoseconds.
        var syncNs: [UInt64] = []
    }

    /// A socket's file.
    struct Socket: Sendable, Hashable {
        var path: String
        /// Whose it is by roster or shoal.json; nil: nobody's.
        var instance: String?
        var isThere: Bool
        var answers: Bool
        /// Its folder's permissions; nil when it may not be looked at.
        var folderPermissions: UInt16?
        var isFolderOwn = true
    }
}
