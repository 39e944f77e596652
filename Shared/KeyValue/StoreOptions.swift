// How much memory and disk a store may take.

/// Sizes of a store; the defaults suit several stores on one laptop.
public struct StoreOptions: Sendable, Hashable {
    /// Blocks, indexes and filters kept in memory, for all families together.
    public var cacheBytes = 32 << 20
    /// Fresh writes of one family in memory before they become a file.
    public var writeBufferBytes = 8 << 20
    /// Fresh writes of all families together; at it the largest family is written out.
    public var allWriteBuffersBytes = 64 << 20
    /// Write-ahead log before families are written out; bounds the time of a restart.
    public var logBytes = 64 << 20
    /// Threads for writing out and merging, for the process.
    public var backgroundJobs = 2
    /// Bloom filter bits per key: 10 answers 99 of 100 absent keys without a read.
    public var bloomBitsPerKey = 10.0
    /// Bloom filter of fresh writes, as a part of `writeBufferBytes`; 0 is none.
    ///
    /// It answers absent keys without walking the fresh ones, where most look-ups find nothing.
    public var freshBloomRatio = 0.0
    /// Table files held open.
    public var openFiles = 256
    /// Free bytes below which a write is refused.
    ///
    /// Debian's RocksDB aborts the process on a full disk, also when it is opened again, so it
    /// must never meet one; the reserve is what merging may need meanwhile.
    public var reserveBytes = 64 << 20

    /// The defaults.
    public init() {}

    /// What is wrong with the sizes, or nil; RocksDB would bend them in silence.
    var problem: String? {
        let sizes = [
            ("cacheBytes", cacheBytes, 0), ("writeBufferBytes", writeBufferBytes, 64 << 10),
            ("allWriteBuffersBytes", allWriteBuffersBytes, writeBufferBytes),
            ("logBytes", logBytes, 64 << 10), ("backgroundJobs", backgroundJobs, 1),
            ("openFiles", openFiles, 16), ("reserveBytes", reserveBytes, 0),
        ]
        if let low = sizes.first(where: { $0.1 < $0.2 }) {
            return "\(low.0) is \(low.1) and must be at least \(low.2)"
        }
        guard (0...64).contains(bloomBitsPerKey) else { return "bloomBitsPerKey must be 0…64" }
        return (0...0.25).contains(freshBloomRatio) ? nil : "freshBloomRatio must be 0…0.25"
    }

    /// What the C interface has no setter for, in RocksDB's own spelling.
    var text: String {
        [
            // Refuse a damaged log but for a torn last record; the default drops acked data.
            "wal_recovery_mode=kTolerateCorruptedTailRecords",
            "track_and_verify_wals_in_manifest=true",
            "paranoid_checks=true",
            "force_consistency_checks=true",
            "create_if_missing=true",
            "create_missing_column_families=true",
            "write_buffer_size=\(writeBufferBytes)",
            "db_write_buffer_size=\(allWriteBuffersBytes)",
            "max_write_buffer_number=2",
            "memtable_prefix_bloom_size_ratio=\(freshBloomRatio)",
            "memtable_whole_key_filtering=\(freshBloomRatio > 0)",
            // Small blocks, as there may be a family per partition, most of them quiet.
            "arena_block_size=\(64 << 10)",
            "max_total_wal_size=\(logBytes)",
            "max_background_jobs=\(backgroundJobs)",
            "max_open_files=\(openFiles)",
            "compression=kLZ4Compression",
            "info_log_level=WARN_LEVEL",
            "keep_log_file_num=2",
            "max_log_file_size=\(4 << 20)",
            "stats_dump_period_sec=0",
            "stats_persist_period_sec=0",
        ].joined(separator: ";")
    }
}
