// A disk in memory that, at a crash, forgets every byte and every name that was not synced.

public import Basics
import Synchronization

/// A disk for tests: power cuts, full disks and failing syncs at will.
///
/// Names become durable by `syncDirectory` of their folder, bytes by `sync` of their file. After
/// a crash every open file is `.closed`, every lock is free, and the disk can be used again.
public final class ForgetfulDisk: Disk {
    /// The calls that can be made to fail.
    public enum Operation: String, Sendable, CaseIterable {
        case open, append, write, read, truncate, sync, syncDirectory, rename, remove, map
        case createDirectory, list, lock, preallocate
    }

    struct State {
        var root = DiskFolder()
        var generation = 0
        var usedBytes = 0
        var capacityBytes = Int.max
        var locks: [String: Int] = [:]
        var nextLock = 0
        var calls: [Operation: Int] = [:]
        var failures: [(operation: Operation, call: Int, code: DiskError.Code)] = []
    }

    let state = Mutex(State())

    /// An empty disk; `folder` is made, durably.
    public init(folder: String? = nil) {
        guard let folder else { return }
        state.withLock { state in
            var at = state.root
            for name in Self.parts(folder) {
                let next = DiskFolder()
                at.live[name] = .folder(next)
                at.durable[name] = .folder(next)
                at = next
            }
        }
    }

    // What a test does to it

    /// Power off and on: what was not synced is gone.
    public func crash() { crash(keeping: nil) }

    /// Power off and on, after the kernel has written back a random part of what was not synced:
    /// a beginning of each file's new bytes, and some of the new names.
    public func crash(tearing chance: inout SeededRandom) {
        crash(keeping: chance.fork())
    }

    private func crash(keeping seeded: SeededRandom?) {
        state.withLock { state in
            var chance = seeded
            state.root.forget { bytes in chance?.below(bytes + 1) ?? 0 }
            state.generation += 1
            state.locks = [:]
            state.usedBytes = state.root.bytes
        }
    }

    /// The disk is full at so many bytes of live files; nil lifts the limit.
    public func setCapacity(bytes: Int?) {
        state.withLock { $0.capacityBytes = bytes ?? .max }
    }

    /// Bytes of all live files.
    public var usedBytes: Int { state.withLock { $0.usedBytes } }

    /// Makes the `call`-th such call from now on fail once (1 is the next).
    ///
    /// A failed sync drops the unsynced bytes for good, as kernels do: later syncs succeed and
    /// still do not make them durable, unless all of them were written again.
    public func fail(_ operation: Operation, call: Int = 1, with code: DiskError.Code = .io) {
        state.withLock { state in
            let at = state.calls[operation, default: 0] + call
            state.failures.append((operation, at, code))
        }
    }

    /// How often an operation was called.
    public func calls(_ operation: Operation) -> Int {
        state.withLock { $0.calls[operation, default: 0] }
    }

    /// The live bytes of a file, or nil.
    public func content(_ path: String) -> [UInt8]? {
        state.withLock { $0.file(path)?.live }
    }

    /// Replaces a file's bytes, live and durable: bit rot, a restored old copy.
    public func overwrite(_ path: String, with bytes: [UInt8]) {
        state.withLock { state in
            guard let file = state.file(path) else { return }
            state.usedBytes += bytes.count - file.live.count
            file.live = bytes
            file.markDurable()
        }
    }

    static func parts(_ path: String) -> [String] {
        path.split(separator: "/").filter { $0 != "." }.map(String.init)
    }

    // Disk

    public func createDirectory(_ path: String) throws(DiskError) {
        try run(.createDirectory, path) { state throws(DiskError) in
            var at = state.root
            for name in Self.parts(path) {
                switch at.live[name] {
                case .folder(let next): at = next
                case .file: throw DiskError(.wrongKind, "createDirectory", path)
                case nil:
                    let next = DiskFolder()
                    at.live[name] = .folder(next)
                    at = next
                }
            }
        }
    }

    public func list(_ path: String) throws(DiskError) -> [String] {
        try run(.list, path) { state throws(DiskError) in
            guard let folder = state.folder(Self.parts(path)) else {
                throw DiskError(.notFound, "list", path)
            }
            return folder.live.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
    }

    public func exists(_ path: String) throws(DiskError) -> Bool {
        state.withLock { $0.entry(path) != nil || Self.parts(path).isEmpty }
    }

    public func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile {
        try run(.open, path) { state throws(DiskError) in
            guard let (folder, name) = state.place(path) else {
                throw DiskError(.notFound, "open", path)
            }
            switch folder.live[name] {
            case .folder: throw DiskError(.wrongKind, "open", path)
            case .file(let node):
                if mode == .create {
                    state.usedBytes -= node.live.count
                    node.truncate(to: 0)
                }
                return ForgetfulFile(path, node, self, state.generation, mode != .read)
            case nil:
                guard mode != .read else { throw DiskError(.notFound, "open", path) }
                let node = DiskNode()
                folder.live[name] = .file(node)
                return ForgetfulFile(path, node, self, state.generation, true)
            }
        }
    }

    public func rename(_ path: String, to newPath: String) throws(DiskError) {
        try run(.rename, path) { state throws(DiskError) in
            guard let (from, name) = state.place(path), let entry = from.live[name],
                let (to, newName) = state.place(newPath)
            else { throw DiskError(.notFound, "rename", path) }
            switch (entry, to.live[newName]) {
            case (.folder, .file), (.file, .folder):
                throw DiskError(.wrongKind, "rename", newPath)
            case (.folder, .folder(let other)) where !other.live.isEmpty:
                throw DiskError(.wrongKind, "rename", newPath)
            default: break
            }
            from.live[name] = nil
            to.live[newName] = entry
            state.usedBytes = state.root.bytes
        }
    }

    public func remove(_ path: String) throws(DiskError) {
        try run(.remove, path) { state throws(DiskError) in
            guard let (folder, name) = state.place(path), let entry = folder.live[name] else {
                throw DiskError(.notFound, "remove", path)
            }
            switch entry {
            case .folder(let inner) where !inner.live.isEmpty:
                throw DiskError(.wrongKind, "remove", path)
            case .folder: break
            case .file(let node): state.usedBytes -= node.live.count
            }
            folder.live[name] = nil
        }
    }

    public func syncDirectory(_ path: String) throws(DiskError) {
        try run(.syncDirectory, path) { state throws(DiskError) in
            guard let folder = state.folder(Self.parts(path)) else {
                throw DiskError(.notFound, "syncDirectory", path)
            }
            folder.durable = folder.live
        }
    }

    public func map(_ path: String) throws(DiskError) -> MappedFile {
        let bytes = try run(.map, path) { state throws(DiskError) in
            guard let file = state.file(path) else { throw DiskError(.notFound, "map", path) }
            return file.live
        }
        return MappedFile(copying: bytes)
    }

    public func lock(_ path: String) throws(DiskError) -> any DiskLock {
        let key = Self.parts(path).joined(separator: "/")
        return try run(.lock, path) { state throws(DiskError) in
            guard let (folder, name) = state.place(path) else {
                throw DiskError(.notFound, "lock", path)
            }
            guard state.locks[key] == nil else { throw DiskError(.locked, "lock", path) }
            if folder.live[name] == nil { folder.live[name] = .file(DiskNode()) }
            state.nextLock += 1
            state.locks[key] = state.nextLock
            return ForgetfulLock(self, key, state.nextLock)
        }
    }

    public func freeBytes(_ path: String) throws(DiskError) -> Int {
        state.withLock { max(0, $0.capacityBytes - $0.usedBytes) }
    }

    /// Counts the call, fails it if a test asked for that, else does it.
    func run<Value>(
        _ operation: Operation,
        _ path: String,
        _ body: (inout State) throws(DiskError) -> sending Value
    ) throws(DiskError) -> sending Value {
        try state.withLock { state throws(DiskError) in
            try state.count(operation, path)
            return try body(&state)
        }
    }
}

extension ForgetfulDisk.State {
    mutating func count(_ operation: ForgetfulDisk.Operation, _ path: String) throws(DiskError) {
        let call = calls[operation, default: 0] + 1
        calls[operation] = call
        let found = failures.firstIndex { $0.operation == operation && $0.call == call }
        guard let found else { return }
        let code = failures.remove(at: found).code
        throw DiskError(code, operation.rawValue, path)
    }

    func folder(_ parts: [String]) -> DiskFolder? {
        var at = root
        for name in parts {
            guard case .folder(let next) = at.live[name] else { return nil }
            at = next
        }
        return at
    }

    /// The folder a path's last part stands in.
    func place(_ path: String) -> (DiskFolder, String)? {
        let parts = ForgetfulDisk.parts(path)
        guard let name = parts.last, let folder = folder(Array(parts.dropLast())) else {
            return nil
        }
        return (folder, name)
    }

    func entry(_ path: String) -> DiskFolder.Entry? {
        guard let (folder, name) = place(path) else { return nil }
        return folder.live[name]
    }

    func file(_ path: String) -> DiskNode? {
        guard case .file(let node) = entry(path) else { return nil }
        return node
    }
}

extension DiskError {
    /// An error of the disk in memory.
    init(_ code: Code, _ operation: String, _ path: String) {
        self.init(code, errno: "injected", operation: operation, path: path)
    }
}
