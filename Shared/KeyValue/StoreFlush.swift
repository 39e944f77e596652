// Fresh writes put into files, so that the memory they take is free.

import CRocksDB

extension Store {
    /// Writes what is in memory of every family into files, and frees it: up to
    /// `StoreOptions.allWriteBuffersBytes`.
    ///
    /// Nothing is more durable by it, and reads find the same. Takes some ms for each MiB; any
    /// thread may call, writes go on meanwhile.
    public func flush() throws(KeyValueError) {
        try enter("flush")
        defer { leave() }
        let options = unsafe rocksdb_flushoptions_create()
        defer { unsafe rocksdb_flushoptions_destroy(options) }
        unsafe rocksdb_flushoptions_set_wait(options, 1)
        let pointers = unsafe pointers
        for index in unsafe pointers.indices {
            var failure: UnsafeMutablePointer<CChar>?
            unsafe rocksdb_flush_cf(database, options, pointers[index], &failure)
            if let text = unsafe RocksText.take(failure) {
                throw KeyValueError(rocks: text, "flush", path)
            }
        }
    }
}
