// How a process of Shoal ends: the documented exit codes.

/// The exit code of a service, in the manner of sysexits.h.
///
/// A supervisor restarts after 69, 70, 71 and 76; the others need a person first.
public enum ExitCode: Int32, Sendable, Hashable, CaseIterable {
    /// Stopped as asked, or `--help` and `--version` were answered.
    case clean = 0
    /// A flag, variable or file of the configuration is wrong.
    case badConfiguration = 64
    /// Data on disk are damaged, or are not what they should be.
    case dataCorrupt = 65
    /// An address to listen on is taken, or is not of this machine.
    case addressInUse = 69
    /// A mistake of ours, or a part that ended by itself.
    case internalError = 70
    /// The machine gave no thread, no descriptor or no memory.
    case systemResources = 71
    /// The data folder cannot be made, read or written.
    case notWritable = 73
    /// Another instance uses the data folder.
    case locked = 74
    /// The data folder was written by a newer version.
    case newerFormat = 75
    /// The disk is full.
    case noSpace = 76

    /// What the code means, in a few words.
    public var meaning: String {
        switch self {
        case .clean: "stopped as asked"
        case .badConfiguration: "the configuration is wrong"
        case .dataCorrupt: "data on disk are damaged or of another service"
        case .addressInUse: "an address cannot be listened on"
        case .internalError: "a part ended by itself or a mistake of ours"
        case .systemResources: "no thread, descriptor or memory left"
        case .notWritable: "the data folder cannot be written"
        case .locked: "another instance uses the data folder"
        case .newerFormat: "the data folder is of a newer version"
        case .noSpace: "the disk is full"
        }
    }
}
