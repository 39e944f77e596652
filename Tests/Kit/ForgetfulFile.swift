// What ForgetfulDisk is made of: files and folders with a live and a durable side.

import Basics

/// A file's bytes, and what it takes to get the durable ones back.
final class DiskNode {
    var live: [UInt8] = []
    private var durableCount = 0
    /// Durable bytes that were overwritten or cut since the last sync, oldest first.
    private var undo: [(at: Int, bytes: [UInt8])] = []
    /// What was not durable when a sync failed: until all of it is written again, no later sync
    /// makes anything durable.
    private var doomed: Range<Int>?

    func put(_ bytes: [UInt8], at offset: Int) {
        keepDurable(offset..<offset + bytes.count)
        if let old = doomed, offset <= old.lowerBound, old.upperBound <= offset + bytes.count {
            doomed = nil
        }
        let gap = max(0, offset - live.count)
        live.append(contentsOf: repeatElement(0, count: gap))
        let shared = min(bytes.count, live.count - offset)
        live.replaceSubrange(offset..<offset + shared, with: bytes[..<shared])
        live.append(contentsOf: bytes[shared...])
    }

    func truncate(to count: Int) {
        if count < live.count {
            keepDurable(count..<live.count)
            live.removeLast(live.count - count)
        } else {
            live.append(contentsOf: repeatElement(0, count: count - live.count))
        }
    }

    func sync() {
        guard doomed == nil else { return }
        markDurable()
    }

    func failSync() {
        let first = min(undo.map(\.at).min() ?? .max, durableCount)
        guard first < live.count else { return }
        doomed = min(first, doomed?.lowerBound ?? first)..<live.count
    }

    func markDurable() {
        durableCount = live.count
        undo = []
        doomed = nil
    }

    /// Back to the durable bytes, and `kept` of the bytes appended after them.
    func forget(_ kept: (Int) -> Int) {
        let extra = undo.isEmpty ? max(0, live.count - durableCount) : 0
        let wanted = durableCount + (extra > 0 && doomed == nil ? kept(extra) : 0)
        if live.count < wanted {
            live.append(contentsOf: repeatElement(0, count: wanted - live.count))
        }
        for old in undo.reversed() {
            live.replaceSubrange(old.at..<old.at + old.bytes.count, with: old.bytes)
        }
        live.removeLast(live.count - wanted)
        markDurable()
    }

    private func keepDurable(_ range: Range<Int>) {
        let kept = range.clamped(to: 0..<min(durableCount, live.count))
        if !kept.isEmpty { undo.append((kept.lowerBound, Array(live[kept]))) }
    }
}

/// A folder's names, live and durable.
final class DiskFolder {
    enum Entry {
        case file(DiskNode)
        case folder(DiskFolder)
    }

    var live: [String: Entry] = [:]
    var durable: [String: Entry] = [:]

    var bytes: Int {
        live.values.reduce(0) { sum, entry in
            switch entry {
            case .file(let node): sum + node.live.count
            case .folder(let folder): sum + folder.bytes
            }
        }
    }

    /// Back to the durable names (and `kept` of the others), and their durable bytes.
    func forget(_ kept: (Int) -> Int) {
        let fresh = live.keys.filter { durable[$0] == nil }.sorted()
        for name in fresh where kept(1) == 1 { durable[name] = live[name] }
        live = durable
        for name in live.keys.sorted() {
            switch live[name] {
            case .file(let node): node.forget(kept)
            case .folder(let folder): folder.forget(kept)
            case nil: break
            }
        }
    }
}

// Sendable: `node` and `isClosed` are touched under the disk's lock only, the rest is constant.
/// An open file of ForgetfulDisk.
final class ForgetfulFile: DiskFile, @unchecked Sendable {
    let path: String
    private let node: DiskNode
    private let disk: ForgetfulDisk
    private let generation: Int
    private let isWritable: Bool
    private var isClosed = false

    init(
        _ path: String,
        _ node: DiskNode,
        _ disk: ForgetfulDisk,
        _ generation: Int,
        _ isWritable: Bool
    ) {
        self.path = path
        self.node = node
        self.disk = disk
        self.generation = generation
        self.isWritable = isWritable
    }

    func size() throws(DiskError) -> Int {
        try disk.state.withLock { state throws(DiskError) in
            try checkOpen(state, "size")
            return node.live.count
        }
    }

    func append(_ bytes: [UInt8]) throws(DiskError) {
        try run(.append) { state throws(DiskError) in
            try put(bytes, at: node.live.count, "append", &state)
        }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(DiskError) {
        try run(.write) { state throws(DiskError) in
            guard offset >= 0 else { throw DiskError(.invalid, "write", path) }
            try put(bytes, at: offset, "write", &state)
        }
    }

    func read(at offset: Int, count: Int) throws(DiskError) -> [UInt8] {
        try run(.read) { state throws(DiskError) in
            guard offset >= 0, count >= 0 else { throw DiskError(.invalid, "read", path) }
            guard offset < node.live.count else { return [] }
            return Array(node.live[offset..<offset + min(count, node.live.count - offset)])
        }
    }

    func truncate(to bytes: Int) throws(DiskError) {
        try run(.truncate) { state throws(DiskError) in
            guard bytes >= 0, isWritable else { throw DiskError(.invalid, "truncate", path) }
            state.usedBytes += bytes - node.live.count
            node.truncate(to: bytes)
        }
    }

    func sync() throws(DiskError) {
        do {
            try run(.sync) { _ throws(DiskError) in node.sync() }
        } catch {
            if error.code != .closed { disk.state.withLock { _ in node.failSync() } }
            throw error
        }
    }

    func preallocate(bytes: Int) throws(DiskError) {
        try run(.preallocate) { state throws(DiskError) in
            let more = max(0, bytes - node.live.count)
            guard more <= state.capacityBytes - state.usedBytes else {
                throw DiskError(.noSpace, "preallocate", path)
            }
        }
    }

    func close() throws(DiskError) {
        disk.state.withLock { _ in isClosed = true }
    }

    private func run<Value>(
        _ operation: ForgetfulDisk.Operation,
        _ body: (inout ForgetfulDisk.State) throws(DiskError) -> sending Value
    ) throws(DiskError) -> sending Value {
        try disk.run(operation, path) { state throws(DiskError) in
            try checkOpen(state, operation.rawValue)
            return try body(&state)
        }
    }

    private func checkOpen(
        _ state: borrowing ForgetfulDisk.State,
        _ operation: String
    ) throws(DiskError) {
        guard !isClosed, generation == state.generation else {
            throw DiskError(.closed, operation, path)
        }
    }

    /// Writes what fits; a full disk leaves a torn end behind, as real ones do.
    private func put(
        _ bytes: [UInt8],
        at offset: Int,
        _ operation: String,
        _ state: inout ForgetfulDisk.State
    ) throws(DiskError) {
        guard isWritable else { throw DiskError(.closed, operation, path) }
        let more = max(0, offset + bytes.count - node.live.count)
        let room = max(0, state.capacityBytes - state.usedBytes)
        let fitting = max(0, bytes.count - max(0, more - room))
        let before = node.live.count
        if fitting > 0 { node.put(Array(bytes.prefix(fitting)), at: offset) }
        state.usedBytes += node.live.count - before
        if fitting < bytes.count { throw DiskError(.noSpace, operation, path) }
    }
}

final class ForgetfulLock: DiskLock {
    private let disk: ForgetfulDisk
    private let key: String
    private let ticket: Int

    init(_ disk: ForgetfulDisk, _ key: String, _ ticket: Int) {
        self.disk = disk
        self.key = key
        self.ticket = ticket
    }

    func release() {
        disk.state.withLock { state in
            if state.locks[key] == ticket { state.locks[key] = nil }
        }
    }

    deinit { release() }
}
