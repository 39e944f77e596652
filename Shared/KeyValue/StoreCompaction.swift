// A store written anew, so that nothing is left of what was deleted or replaced.

import CRocksDB

extension Store {
    /// Writes every family anew: afterwards no file holds bytes of entries that were deleted or
    /// replaced before, as long as no snapshot of them is held.
    ///
    /// Takes as long as reading and writing the whole store, and as much room again meanwhile.
    public func compact() throws(KeyValueError) {
        try enter("compact")
        defer { leave() }
        let options = unsafe rocksdb_compactoptions_create()
        defer { unsafe rocksdb_compactoptions_destroy(options) }
        // 2: the last level, too, whatever RocksDB thinks of it.
        unsafe rocksdb_compactoptions_set_bottommost_level_compaction(options, 2)
        let pointers = unsafe pointers
        for index in unsafe pointers.indices {
            unsafe rocksdb_compact_range_cf_opt(
                database,
                pointers[index],
                options,
                nil,
                0,
                nil,
                0
            )
        }
    }
}
