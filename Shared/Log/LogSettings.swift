// The figures of a log: where it is, how large its pieces are, how much memory it may hold.

public import Basics

/// How a log is laid out and bounded.
///
/// Sizes may change from start to start; partitions may not.
public struct LogSettings: Sendable, Hashable {
    /// The folder, made if need be; nothing else may be kept in it.
    public var folder: String
    /// Partitions of the deployment; fixed when the log is created.
    public var partitions: PartitionCount
    /// A journal file this large is closed and a new one begun, in bytes (at most 1 GiB).
    ///
    /// Smaller means quicker recovery and smaller volumes, larger fewer volumes.
    public var journalFileBytes = 64 << 20
    /// Whether room for a whole journal file is taken when it is begun.
    public var preallocates = true
    /// One group, encoded: several full batches fit one commit, and a scan holds one in memory.
    public var groupBytesMax = 32 << 20
    /// One record's payload: copied records of a merge are the largest.
    public var payloadBytesMax = 8 << 20
    /// A volume's block before compression: larger compresses better, smaller reads less.
    public var blockBytes = 128 << 10
    /// The level of zstd for volumes.
    public var compressionLevel = 3
    /// Groups and blocks kept in memory for readers, in bytes.
    public var cacheBytes = 32 << 20

    /// The usual figures for a folder.
    public init(folder: String, partitions: PartitionCount = .standard) {
        self.folder = folder
        self.partitions = partitions
    }

    /// Relations between the figures; a broken one is our mistake.
    func checkRelations() {
        precondition(!folder.isEmpty, "a log has a folder")
        precondition(journalFileBytes > 0 && journalFileBytes <= 1 << 30, "positions have 32 bits")
        precondition(groupBytesMax > 0 && groupBytesMax <= 1 << 30, "lengths have 32 bits")
        precondition(payloadBytesMax + 64 <= groupBytesMax, "a record fits a group")
        precondition(blockBytes > 0 && blockBytes <= 16 << 20, "a block fits memory many times")
        precondition(cacheBytes >= 0, "a cache has a size")
    }
}
