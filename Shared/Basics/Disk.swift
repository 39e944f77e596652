// The disk as it comes in through initialisers: folders, files, syncs, maps and locks.

/// How a file is opened.
public enum DiskOpenMode: Sendable, Hashable {
    /// To read what is there; throws `.notFound` when it is not.
    case read
    /// To read, and to write at the end or anywhere; made when it is not there.
    case append
    /// To read and write an empty file; an old one of this name loses its content.
    case create
}

/// A disk: the machine's, or one in memory that forgets what was not synced.
///
/// Paths are plain texts with `/`. Members may be called from any thread and may block; none
/// belongs on the cooperative pool. A new, renamed or removed name survives a power cut only
/// after `syncDirectory` of its folder, a file's bytes only after its `sync`.
public protocol Disk: Sendable {
    /// Makes a folder with those above it; no error when it is there. Mode 0700.
    func createDirectory(_ path: String) throws(DiskError)
    /// The names in a folder, sorted by bytes.
    func list(_ path: String) throws(DiskError) -> [String]
    /// Whether a file or folder has this path.
    func exists(_ path: String) throws(DiskError) -> Bool
    /// Opens a file.
    func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile
    /// Gives a file or folder another path; a file there is replaced at once.
    func rename(_ path: String, to newPath: String) throws(DiskError)
    /// Removes a file or an empty folder.
    func remove(_ path: String) throws(DiskError)
    /// Makes the names in a folder durable. After an error, count on nothing since the last one.
    func syncDirectory(_ path: String) throws(DiskError)
    /// Maps a sealed file for reading.
    func map(_ path: String) throws(DiskError) -> MappedFile
    /// Takes the exclusive lock of a file, which is made if need be; `.locked` if another has it.
    func lock(_ path: String) throws(DiskError) -> any DiskLock
    /// Bytes free for this process on the path's file system.
    func freeBytes(_ path: String) throws(DiskError) -> Int
}

/// An open file, closed by `close` or when the last holder lets go.
///
/// Reads may come from any thread; writes from one thread at a time.
public protocol DiskFile: AnyObject, Sendable {
    /// The path it was opened by.
    var path: String { get }
    /// Its bytes.
    func size() throws(DiskError) -> Int
    /// Writes all of `bytes` at the end. After an error the end is where it was or torn.
    func append(_ bytes: [UInt8]) throws(DiskError)
    /// Writes all of `bytes` at an offset.
    func write(_ bytes: [UInt8], at offset: Int) throws(DiskError)
    /// Up to `count` bytes from an offset; fewer only at the end of the file.
    func read(at offset: Int, count: Int) throws(DiskError) -> [UInt8]
    /// Cuts or extends (by zeros) to so many bytes.
    func truncate(to bytes: Int) throws(DiskError)
    /// Makes the bytes and the size durable (fdatasync).
    ///
    /// An error is final: the kernel may have dropped the bytes. Never sync again and believe it.
    func sync() throws(DiskError)
    /// Reserves room for a file of so many bytes without changing its size, where possible.
    func preallocate(bytes: Int) throws(DiskError)
    /// Gives the file back; further calls throw `.closed`, another `close` does nothing.
    func close() throws(DiskError)
}

/// A held lock; released by `release` or when the holder lets go, also when the process dies.
public protocol DiskLock: AnyObject, Sendable {
    /// Gives the lock back; a second call does nothing.
    func release()
}
