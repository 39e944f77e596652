// A disk that says that it has synced and has not.

import Basics

/// Files whose bytes are never made durable, though every sync returns well.
struct LyingDisk: Disk {
    let disk: any Disk

    func createDirectory(_ path: String) throws(DiskError) { try disk.createDirectory(path) }
    func list(_ path: String) throws(DiskError) -> [String] { try disk.list(path) }
    func exists(_ path: String) throws(DiskError) -> Bool { try disk.exists(path) }
    func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile {
        LyingFile(try disk.open(path, mode))
    }
    func rename(_ path: String, to newPath: String) throws(DiskError) {
        try disk.rename(path, to: newPath)
    }
    func remove(_ path: String) throws(DiskError) { try disk.remove(path) }
    func syncDirectory(_ path: String) throws(DiskError) { try disk.syncDirectory(path) }
    func map(_ path: String) throws(DiskError) -> MappedFile { try disk.map(path) }
    func lock(_ path: String) throws(DiskError) -> any DiskLock { try disk.lock(path) }
    func freeBytes(_ path: String) throws(DiskError) -> Int { try disk.freeBytes(path) }
}

private final class LyingFile: DiskFile {
    private let file: any DiskFile

    init(_ file: any DiskFile) { self.file = file }

    var path: String { file.path }
    func size() throws(DiskError) -> Int { try file.size() }
    func append(_ bytes: [UInt8]) throws(DiskError) { try file.append(bytes) }
    func write(_ bytes: [UInt8], at offset: Int) throws(DiskError) {
        try file.write(bytes, at: offset)
    }
    func read(at offset: Int, count: Int) throws(DiskError) -> [UInt8] {
        try file.read(at: offset, count: count)
    }
    func truncate(to bytes: Int) throws(DiskError) { try file.truncate(to: bytes) }
    func sync() throws(DiskError) {}
    func preallocate(bytes: Int) throws(DiskError) { try file.preallocate(bytes: bytes) }
    func close() throws(DiskError) { try file.close() }
}
