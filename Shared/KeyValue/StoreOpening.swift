// How a store comes to be: checks before RocksDB sees the folder, options, families.

import Basics
import CRocksDB

/// What RocksDB gives back for an open folder.
// Safe: only Store takes the pointers out, under its own rules.
@safe
struct Opened {
    let database: OpaquePointer
    let handles: [OpaquePointer?]
}

/// RocksDB's options and the cache they share.
// Safe: made once, handed to Store, freed there or by `free` when opening fails.
@safe
struct RocksOptions {
    let options: OpaquePointer
    let cache: OpaquePointer

    init(_ wanted: StoreOptions, _ path: String) throws(KeyValueError) {
        let base = unsafe rocksdb_options_create()
        defer { unsafe rocksdb_options_destroy(base) }
        guard let options = unsafe rocksdb_options_create(),
            let cache = unsafe rocksdb_cache_create_lru(wanted.cacheBytes)
        else { throw KeyValueError(.invalid, "open", path, "no memory for options") }
        unsafe self.options = options
        unsafe self.cache = cache
        let table = unsafe rocksdb_block_based_options_create()
        defer { unsafe rocksdb_block_based_options_destroy(table) }
        unsafe rocksdb_block_based_options_set_block_cache(table, cache)
        // The policy belongs to the table options from here on.
        unsafe rocksdb_block_based_options_set_filter_policy(
            table,
            rocksdb_filterpolicy_create_bloom_full(wanted.bloomBitsPerKey)
        )
        unsafe rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1)
        unsafe rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1)
        unsafe rocksdb_options_set_block_based_table_factory(base, table)
        var failure: UnsafeMutablePointer<CChar>?
        unsafe rocksdb_get_options_from_string(base, wanted.text, options, &failure)
        if let text = unsafe RocksText.take(failure) {
            unsafe free()
            throw KeyValueError(rocks: text, "open", path)
        }
    }

    @unsafe
    func free() {
        unsafe rocksdb_options_destroy(options)
        unsafe rocksdb_cache_destroy(cache)
    }
}

/// Error texts that RocksDB allocates.
enum RocksText {
    /// Copies and frees a text; nil when there is none.
    @unsafe
    static func take(_ text: UnsafeMutablePointer<CChar>?) -> String? {
        guard let text = unsafe text else { return nil }
        defer { unsafe rocksdb_free(text) }
        return unsafe String(cString: text)
    }
}

extension Store {
    /// Makes the folder, refuses what RocksDB would take for new or die of, lists the families.
    static func prepare(
        _ path: String,
        _ options: StoreOptions,
        _ freeBytes: FreeBytes
    ) throws(KeyValueError) -> [String] {
        if let problem = options.problem {
            throw KeyValueError(.invalid, "open", path, problem)
        }
        let disk = RealDisk()
        let names: [String]
        do throws(DiskError) {
            try disk.createDirectory(path)
            names = try disk.list(path)
        } catch {
            let code: KeyValueError.Code =
                switch error.code {
                case .permission: .permission
                case .noSpace: .noSpace
                case .wrongKind, .invalid: .invalid
                default: .io
                }
            throw KeyValueError(code, "open", path, error.description)
        }
        try checkRoom(freeBytes, path, options, "open")
        guard names.contains("CURRENT") else {
            let left = names.first { $0.hasSuffix(".sst") || $0.hasSuffix(".log") }
            guard let left else { return [] }
            throw KeyValueError(.corrupt, "open", path, "CURRENT is missing beside \(left)")
        }
        return try existingFamilies(path)
    }

    /// Asks the machine's disk.
    static func realFreeBytes(_ path: String) throws(KeyValueError) -> Int {
        do throws(DiskError) {
            return try RealDisk().freeBytes(path)
        } catch {
            throw KeyValueError(.io, "freeBytes", path, error.description)
        }
    }

    static func checkRoom(
        _ freeBytes: FreeBytes,
        _ path: String,
        _ options: StoreOptions,
        _ operation: String
    ) throws(KeyValueError) {
        guard options.reserveBytes > 0 else { return }
        let free = try freeBytes(path)
        guard free >= options.reserveBytes else {
            throw KeyValueError(
                .noSpace,
                operation,
                path,
                "\(free) bytes free, \(options.reserveBytes) are kept in reserve"
            )
        }
    }

    private static func existingFamilies(_ path: String) throws(KeyValueError) -> [String] {
        let options = unsafe rocksdb_options_create()
        defer { unsafe rocksdb_options_destroy(options) }
        var count = 0
        var failure: UnsafeMutablePointer<CChar>?
        let list = unsafe rocksdb_list_column_families(options, path, &count, &failure)
        if let text = unsafe RocksText.take(failure) {
            throw KeyValueError(rocks: text, "open", path)
        }
        guard let list = unsafe list else { return [] }
        defer { unsafe rocksdb_list_column_families_destroy(list, count) }
        return (0..<count).compactMap { unsafe list[$0].map { unsafe String(cString: $0) } }
    }

    @unsafe
    static func open(
        _ path: String,
        _ names: [String],
        _ options: OpaquePointer
    ) throws(KeyValueError) -> Opened {
        // One block of NUL-ended names, lent to RocksDB for the call.
        var block: [CChar] = []
        var places: [Int] = []
        for name in names {
            places.append(block.count)
            block += name.utf8.map { CChar(bitPattern: $0) } + [0]
        }
        var handles = unsafe [OpaquePointer?](repeating: nil, count: names.count)
        let same = unsafe [OpaquePointer?](repeating: options, count: names.count)
        var failure: UnsafeMutablePointer<CChar>?
        let database = unsafe block.withUnsafeBufferPointer { buffer in
            let pointers = unsafe places.map { place in
                unsafe buffer.baseAddress.map { unsafe $0 + place }
            }
            return unsafe rocksdb_open_column_families(
                options,
                path,
                Int32(names.count),
                pointers,
                same,
                &handles,
                &failure
            )
        }
        if let text = unsafe RocksText.take(failure) {
            throw KeyValueError(rocks: text, "open", path)
        }
        guard let database = unsafe database else {
            throw KeyValueError(.io, "open", path, "RocksDB gave no store and no reason")
        }
        return unsafe Opened(database: database, handles: handles)
    }
}
