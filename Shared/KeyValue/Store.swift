// The one door to RocksDB: an ordered key-value store with families and atomic batches.

import Basics
import CRocksDB
import Glibc
import Synchronization

// Safe and Sendable: `database` and the handles are used only between `enter` and `leave`, and
// `close` frees them after the last `leave`; RocksDB itself is thread-safe.
/// A RocksDB store in a folder of its own.
///
/// Any thread may call; calls block, so none belongs on the cooperative pool. What a write-ahead
/// log file that has been deleted held is gone without an error: an owner keeps a high-water mark
/// of its own (a log position written in each batch) and compares it after opening.
@safe
public final class Store: @unchecked Sendable {
    /// How the room left on a path's file system is asked for.
    package typealias FreeBytes = @Sendable (String) throws(KeyValueError) -> Int

    /// Set in `users` once the store closes.
    private static let closedBit = 1 << 62

    /// The folder.
    public let path: String
    let database: OpaquePointer
    let readOptions: OpaquePointer
    private let options: StoreOptions
    private let rocksOptions: OpaquePointer
    private let cache: OpaquePointer
    private let handles: Mutex<Handles>
    /// Calls under way, and the closed bit.
    private let users = Atomic<Int>(0)
    private let freeBytes: FreeBytes

    // Safe: the pointers inside are used under the rules of Store.
    @safe
    private struct Handles: @unchecked Sendable {
        var names: [String]
        var pointers: [OpaquePointer?]
    }

    /// Opens a store, making the folder and the families that are not there.
    ///
    /// Families of earlier days that are not named stay and can be asked for by `family`. Throws
    /// `.locked` if the folder is open elsewhere, `.corrupt` if anything but the end of the last
    /// write is damaged, `.noSpace` if less than the reserve is free.
    public convenience init(
        path: String,
        families: [String],
        options: StoreOptions = StoreOptions()
    ) throws(KeyValueError) {
        try self.init(
            path: path,
            families: families,
            options: options,
            freeBytes: Self.realFreeBytes
        )
    }

    /// Opens with another way to ask for free bytes, so that a test can take the room away.
    package init(
        path: String,
        families: [String],
        options: StoreOptions,
        freeBytes: @escaping FreeBytes
    ) throws(KeyValueError) {
        self.path = path
        self.options = options
        self.freeBytes = freeBytes
        let existing = try Self.prepare(path, options, freeBytes)
        let rocks = try RocksOptions(options, path)
        unsafe rocksOptions = unsafe rocks.options
        unsafe cache = unsafe rocks.cache
        var names = existing.isEmpty ? ["default"] : existing
        for name in families where !names.contains(name) { names.append(name) }
        let opened: Opened
        do throws(KeyValueError) {
            opened = unsafe try Self.open(path, names, rocksOptions)
        } catch {
            unsafe rocks.free()
            throw error
        }
        unsafe database = unsafe opened.database
        unsafe readOptions = unsafe rocksdb_readoptions_create()
        handles = unsafe Mutex(Handles(names: names, pointers: opened.handles))
    }

    deinit { close() }

    /// Closes the store when calls under way have ended; a second call does nothing.
    ///
    /// Not from inside a scan's body, which would wait for itself.
    public func close() {
        let before = users.bitwiseOr(Self.closedBit, ordering: .acquiringAndReleasing).oldValue
        guard before & Self.closedBit == 0 else { return }
        while users.load(ordering: .acquiring) != Self.closedBit { sched_yield() }
        handles.withLock { handles in
            for index in unsafe handles.pointers.indices {
                unsafe rocksdb_column_family_handle_destroy(handles.pointers[index])
            }
            unsafe handles.pointers = []
        }
        unsafe rocksdb_readoptions_destroy(readOptions)
        unsafe rocksdb_close(database)
        unsafe rocksdb_options_destroy(rocksOptions)
        unsafe rocksdb_cache_destroy(cache)
    }

    /// The family of this name; `.family` when the store has none.
    public func family(_ name: String) throws(KeyValueError) -> Family {
        let index = handles.withLock { $0.names.firstIndex(of: name) }
        guard let index else { throw error(.family, "family", "no family \(name)") }
        return Family(name: name, index: index, owner: ObjectIdentifier(self))
    }

    /// Makes a family while the store is open, or gives the one of this name.
    public func createFamily(_ name: String) throws(KeyValueError) -> Family {
        try enter("createFamily")
        defer { leave() }
        // Held over the call, so that two threads do not make the same family.
        let text: String? = handles.withLock { handles in
            guard !handles.names.contains(name) else { return nil }
            var failure: UnsafeMutablePointer<CChar>?
            let made = unsafe rocksdb_create_column_family(database, rocksOptions, name, &failure)
            if let text = unsafe RocksText.take(failure) { return text }
            handles.names.append(name)
            unsafe handles.pointers.append(made)
            return nil
        }
        if let text { throw KeyValueError(rocks: text, "createFamily", path) }
        return try family(name)
    }

    /// Applies a batch, all or nothing; with `sync` it is durable when this returns.
    ///
    /// Without `sync` it survives the process but not the machine. After `.io` close the store.
    public func write(_ batch: Batch, sync: Bool) throws(KeyValueError) {
        guard !batch.isEmpty else { return }
        try enter("write")
        defer { leave() }
        try checkRoom("write")
        let rocks = unsafe rocksdb_writebatch_create()
        defer { unsafe rocksdb_writebatch_destroy(rocks) }
        let writeOptions = unsafe rocksdb_writeoptions_create()
        defer { unsafe rocksdb_writeoptions_destroy(writeOptions) }
        unsafe rocksdb_writeoptions_set_sync(writeOptions, sync ? 1 : 0)
        unsafe fill(rocks, with: batch)
        var failure: UnsafeMutablePointer<CChar>?
        unsafe rocksdb_write(database, writeOptions, rocks, &failure)
        if let text = unsafe RocksText.take(failure) {
            throw KeyValueError(rocks: text, "write", path)
        }
    }

    /// Repeats a batch's changes to RocksDB.
    @unsafe
    private func fill(_ rocks: OpaquePointer?, with batch: Batch) {
        let pointers = unsafe handles.withLock { unsafe $0.pointers }
        unsafe batch.bytes.withUnsafeBytes { buffer in
            let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            func at(_ range: Range<Int>) -> UnsafePointer<CChar>? {
                unsafe start.map { unsafe $0 + range.lowerBound }
            }
            for change in batch.changes {
                switch change {
                case .put(let family, let key, let value):
                    unsafe rocksdb_writebatch_put_cf(
                        rocks,
                        pointers[index(family)],
                        at(key),
                        key.count,
                        at(value),
                        value.count
                    )
                case .delete(let family, let key):
                    unsafe rocksdb_writebatch_delete_cf(
                        rocks,
                        pointers[index(family)],
                        at(key),
                        key.count
                    )
                case .deleteRange(let family, let from, let to):
                    unsafe rocksdb_writebatch_delete_range_cf(
                        rocks,
                        pointers[index(family)],
                        at(from),
                        from.count,
                        at(to),
                        to.count
                    )
                }
            }
        }
    }

    // For the reading half

    func enter(_ operation: String) throws(KeyValueError) {
        let before = users.add(1, ordering: .acquiringAndReleasing).oldValue
        guard before & Self.closedBit == 0 else {
            leave()
            throw error(.closed, operation, "the store is closed")
        }
    }

    func leave() { users.subtract(1, ordering: .acquiringAndReleasing) }

    /// The handles of all families.
    @unsafe
    var pointers: [OpaquePointer?] { unsafe handles.withLock { unsafe $0.pointers } }

    @unsafe
    func handle(_ family: Family) -> OpaquePointer? {
        let index = index(family)
        return unsafe handles.withLock { unsafe $0.pointers[index] }
    }

    func error(_ code: KeyValueError.Code, _ operation: String, _ text: String) -> KeyValueError {
        KeyValueError(code, operation, path, text)
    }

    private func index(_ family: Family) -> Int {
        precondition(family.owner == ObjectIdentifier(self), "a family of another store")
        return family.index
    }

    private func checkRoom(_ operation: String) throws(KeyValueError) {
        try Self.checkRoom(freeBytes, path, options, operation)
    }
}
