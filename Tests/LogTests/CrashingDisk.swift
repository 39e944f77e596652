// A disk whose power goes off at a chosen change, and one that only claims to sync.

import Basics
import Kit
import Synchronization

/// Passes calls on to a ForgetfulDisk until the n-th change, then gives errors only.
final class CrashingDisk: Disk {
    /// Whether the last change is done before the power goes off.
    enum Moment: CaseIterable, Sendable { case before, after }

    private struct State {
        var left: Int
        var changes = 0
        var isOff = false
    }

    let below: ForgetfulDisk
    private let moment: Moment
    /// When false, syncs of files and folders are claimed and not done.
    private let isHonest: Bool
    private let state: Mutex<State>

    init(_ below: ForgetfulDisk, crashAt: Int, _ moment: Moment, isHonest: Bool = true) {
        self.below = below
        self.moment = moment
        self.isHonest = isHonest
        state = Mutex(State(left: crashAt))
    }

    /// Changes asked for so far.
    var changes: Int { state.withLock { $0.changes } }

    func change<Value>(
        _ path: String,
        _ body: () throws(DiskError) -> Value
    ) throws(DiskError) -> Value {
        let isLast = try state.withLock { state throws(DiskError) in
            guard !state.isOff else { throw Self.off(path) }
            state.changes += 1
            state.left -= 1
            if state.left == 0 { state.isOff = true }
            return state.isOff
        }
        if isLast, moment == .before { throw Self.off(path) }
        let value = try body()
        if isLast { throw Self.off(path) }
        return value
    }

    func look(_ path: String) throws(DiskError) {
        if state.withLock({ $0.isOff }) { throw Self.off(path) }
    }

    func sync(_ path: String, _ body: () throws(DiskError) -> Void) throws(DiskError) {
        try change(path) { () throws(DiskError) in
            if isHonest { try body() }
        }
    }

    private static func off(_ path: String) -> DiskError {
        DiskError(.io, errno: "power off", operation: "any", path: path)
    }

    func createDirectory(_ path: String) throws(DiskError) {
        try change(path) { () throws(DiskError) in try below.createDirectory(path) }
    }

    func list(_ path: String) throws(DiskError) -> [String] {
        try look(path)
        return try below.list(path)
    }

    func exists(_ path: String) throws(DiskError) -> Bool {
        try look(path)
        return try below.exists(path)
    }

    func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile {
        if mode == .read {
            try look(path)
            return CrashingFile(try below.open(path, mode), self)
        }
        return try change(path) { () throws(DiskError) in
            CrashingFile(try below.open(path, mode), self)
        }
    }

    func rename(_ path: String, to newPath: String) throws(DiskError) {
        try change(path) { () throws(DiskError) in try below.rename(path, to: newPath) }
    }

    func remove(_ path: String) throws(DiskError) {
        try change(path) { () throws(DiskError) in try below.remove(path) }
    }

    func syncDirectory(_ path: String) throws(DiskError) {
        try sync(path) { () throws(DiskError) in try below.syncDirectory(path) }
    }

    func map(_ path: String) throws(DiskError) -> MappedFile {
        try look(path)
        return try below.map(path)
    }

    func lock(_ path: String) throws(DiskError) -> any DiskLock {
        try change(path) { () throws(DiskError) in try below.lock(path) }
    }

    func freeBytes(_ path: String) throws(DiskError) -> Int {
        try look(path)
        return try below.freeBytes(path)
    }
}

private final class CrashingFile: DiskFile {
    private let below: any DiskFile
    private let disk: CrashingDisk
    let path: String

    init(_ below: any DiskFile, _ disk: CrashingDisk) {
        self.below = below
        self.disk = disk
        path = below.path
    }

    func size() throws(DiskError) -> Int {
        try disk.look(path)
        return try below.size()
    }

    func append(_ bytes: [UInt8]) throws(DiskError) {
        try disk.change(path) { () throws(DiskError) in try below.append(bytes) }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(DiskError) {
        try disk.change(path) { () throws(DiskError) in try below.write(bytes, at: offset) }
    }

    func read(at offset: Int, count: Int) throws(DiskError) -> [UInt8] {
        try disk.look(path)
        return try below.read(at: offset, count: count)
    }

    func truncate(to bytes: Int) throws(DiskError) {
        try disk.change(path) { () throws(DiskError) in try below.truncate(to: bytes) }
    }

    func sync() throws(DiskError) {
        try disk.sync(path) { () throws(DiskError) in try below.sync() }
    }

    func preallocate(bytes: Int) throws(DiskError) {
        try disk.change(path) { () throws(DiskError) in try below.preallocate(bytes: bytes) }
    }

    func close() throws(DiskError) { try below.close() }
}
