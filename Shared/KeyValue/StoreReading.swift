// The reading half of the store: single keys, many keys, ranges in order.

import CRocksDB

extension Store {
    /// Most keys of one `multiGet`; more are asked for in several rounds.
    private static let keysPerRound = 1_024

    /// The value of a key, or nil.
    public func get(_ family: Family, _ key: [UInt8]) throws(KeyValueError) -> [UInt8]? {
        try enter("get")
        defer { leave() }
        var failure: UnsafeMutablePointer<CChar>?
        let slice = unsafe key.withUnsafeBytes {
            unsafe rocksdb_get_pinned_cf(
                database,
                readOptions,
                handle(family),
                $0.baseAddress?.assumingMemoryBound(to: CChar.self),
                $0.count,
                &failure
            )
        }
        if let text = unsafe RocksText.take(failure) {
            throw KeyValueError(rocks: text, "get", path)
        }
        return unsafe Self.copy(slice)
    }

    /// The values of many keys, in the keys' order; nil where there is none.
    public func multiGet(
        _ family: Family,
        _ keys: [[UInt8]]
    ) throws(KeyValueError) -> [[UInt8]?] {
        var values: [[UInt8]?] = []
        values.reserveCapacity(keys.count)
        var at = 0
        while at < keys.count {
            let next = min(at + Self.keysPerRound, keys.count)
            values += try round(family, keys[at..<next])
            at = next
        }
        return values
    }

    private func round(
        _ family: Family,
        _ keys: ArraySlice<[UInt8]>
    ) throws(KeyValueError) -> [[UInt8]?] {
        try enter("multiGet")
        defer { leave() }
        let block = keys.flatMap { $0 }
        let sizes = keys.map(\.count)
        var slices = unsafe [OpaquePointer?](repeating: nil, count: keys.count)
        var failures = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: keys.count)
        // One byte more, so that keys of no bytes, too, have an address.
        unsafe (block + [0]).withUnsafeBytes { buffer in
            var place = 0
            let pointers = unsafe sizes.map { size in
                defer { place += size }
                return unsafe buffer.baseAddress.map {
                    unsafe ($0 + place).assumingMemoryBound(to: CChar.self)
                }
            }
            unsafe rocksdb_batched_multi_get_cf(
                database,
                readOptions,
                handle(family),
                sizes.count,
                pointers,
                sizes,
                &slices,
                &failures,
                false
            )
        }
        let values = unsafe slices.map { unsafe Self.copy($0) }
        let texts = unsafe failures.compactMap { unsafe RocksText.take($0) }
        if let text = texts.first { throw KeyValueError(rocks: text, "multiGet", path) }
        return values
    }

    /// Pairs in key order, at or above `from`, beginning with `prefix`, at most `limit`.
    public func scan(
        _ family: Family,
        from: [UInt8] = [],
        prefix: [UInt8] = [],
        limit: Int
    ) throws(KeyValueError) -> [(key: [UInt8], value: [UInt8])] {
        var pairs: [(key: [UInt8], value: [UInt8])] = []
        guard limit > 0 else { return pairs }
        try scan(family, from: from, prefix: prefix) { key, value in
            pairs.append((Array(key), Array(value)))
            return pairs.count < limit
        }
        return pairs
    }

    /// Lends pairs in key order, at or above `from`, beginning with `prefix`, while `body` says so.
    ///
    /// All pairs are as of the call, whatever is written meanwhile.
    public func scan(
        _ family: Family,
        from: [UInt8] = [],
        prefix: [UInt8] = [],
        each body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(KeyValueError) {
        try enter("scan")
        defer { leave() }
        let start = from.lexicographicallyPrecedes(prefix) ? prefix : from
        let bound = Self.successor(prefix)
        guard let options = unsafe rocksdb_readoptions_create() else { return }
        defer { unsafe rocksdb_readoptions_destroy(options) }
        // The bound is lent for as long as the iterator lives, which ends inside.
        let text = unsafe (bound ?? []).withUnsafeBytes { buffer in
            if bound != nil {
                unsafe rocksdb_readoptions_set_iterate_upper_bound(
                    options,
                    buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                    buffer.count
                )
            }
            return unsafe iterate(handle(family), options, start, body)
        }
        if let text { throw KeyValueError(rocks: text, "scan", path) }
    }

    /// Walks from a key on; gives RocksDB's error text, if any.
    @unsafe
    private func iterate(
        _ handle: OpaquePointer?,
        _ options: OpaquePointer,
        _ start: [UInt8],
        _ body: (RawSpan, RawSpan) -> Bool
    ) -> String? {
        let iterator = unsafe rocksdb_create_iterator_cf(database, options, handle)
        defer { unsafe rocksdb_iter_destroy(iterator) }
        unsafe start.withUnsafeBytes {
            if let address = $0.baseAddress, $0.count > 0 {
                unsafe rocksdb_iter_seek(
                    iterator,
                    address.assumingMemoryBound(to: CChar.self),
                    $0.count
                )
            } else {
                unsafe rocksdb_iter_seek_to_first(iterator)
            }
        }
        while unsafe rocksdb_iter_valid(iterator) != 0 {
            var keyCount = 0
            var valueCount = 0
            let key = unsafe rocksdb_iter_key(iterator, &keyCount)
            let value = unsafe rocksdb_iter_value(iterator, &valueCount)
            let goesOn = unsafe body(
                RawSpan(_unsafeElements: UnsafeBufferPointer(start: key, count: keyCount)),
                RawSpan(_unsafeElements: UnsafeBufferPointer(start: value, count: valueCount))
            )
            guard goesOn else { break }
            unsafe rocksdb_iter_next(iterator)
        }
        var failure: UnsafeMutablePointer<CChar>?
        unsafe rocksdb_iter_get_error(iterator, &failure)
        return unsafe RocksText.take(failure)
    }

    /// The first key behind all that begin with a prefix; nil when there is none.
    static func successor(_ prefix: [UInt8]) -> [UInt8]? {
        var bound = prefix
        while let last = bound.popLast() {
            if last < 0xFF { return bound + [last + 1] }
        }
        return nil
    }

    @unsafe
    private static func copy(_ slice: OpaquePointer?) -> [UInt8]? {
        guard let slice = unsafe slice else { return nil }
        defer { unsafe rocksdb_pinnableslice_destroy(slice) }
        var count = 0
        let start = unsafe rocksdb_pinnableslice_value(slice, &count)
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}

extension [UInt8] {
    /// A copy of bytes that a scan lends.
    public init(_ lent: RawSpan) { self = unsafe lent.withUnsafeBytes { unsafe Self($0) } }
}
