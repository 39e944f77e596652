// The machine's disk, through system calls that retry EINTR and finish short writes.

import CBasics
import Glibc
import Synchronization

/// The machine's file systems.
public struct RealDisk: Disk {
    /// The one real disk.
    public init() {}

    /// Makes a folder with those above it, mode 0700.
    public func createDirectory(_ path: String) throws(DiskError) {
        var prefix = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            prefix += prefix.isEmpty && !path.hasPrefix("/") ? String(part) : "/" + part
            let result = unsafe cbasics_mkdir(prefix, 0o700)
            if result < 0, result != -EEXIST {
                throw DiskError(result: result, "createDirectory", prefix)
            }
        }
        let kind = unsafe cbasics_kind(path)
        guard kind == 2 else {
            throw DiskError(result: kind < 0 ? kind : -ENOTDIR, "createDirectory", path)
        }
    }

    /// The names in a folder, sorted by bytes.
    public func list(_ path: String) throws(DiskError) -> [String] {
        let names = NameList()
        let context = unsafe Unmanaged.passUnretained(names).toOpaque()
        let result = withExtendedLifetime(names) {
            unsafe cbasics_list(
                path,
                { context, name in
                    guard let context = unsafe context, let name = unsafe name else { return }
                    unsafe Unmanaged<NameList>.fromOpaque(context).takeUnretainedValue().names
                        .append(String(cString: name))
                },
                context
            )
        }
        guard result == 0 else { throw DiskError(result: result, "list", path) }
        return names.names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Whether a file or folder has this path.
    public func exists(_ path: String) throws(DiskError) -> Bool {
        let kind = unsafe cbasics_kind(path)
        guard kind >= 0 else { throw DiskError(result: kind, "exists", path) }
        return kind > 0
    }

    /// Opens a file, mode 0600.
    public func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile {
        let flags: Int32 =
            switch mode {
            case .read: O_RDONLY
            case .append: O_RDWR | O_CREAT
            case .create: O_RDWR | O_CREAT | O_TRUNC
            }
        let descriptor = unsafe cbasics_open(path, flags, 0o600)
        guard descriptor >= 0 else { throw DiskError(result: descriptor, "open", path) }
        return RealFile(descriptor: descriptor, path: path)
    }

    /// Renames, replacing a file of the new name at once.
    public func rename(_ path: String, to newPath: String) throws(DiskError) {
        let result = unsafe cbasics_rename(path, newPath)
        guard result == 0 else { throw DiskError(result: result, "rename", path) }
    }

    /// Removes a file or an empty folder.
    public func remove(_ path: String) throws(DiskError) {
        let result = unsafe cbasics_remove(path)
        guard result == 0 else { throw DiskError(result: result, "remove", path) }
    }

    /// Makes the names in a folder durable (fsync of the folder).
    public func syncDirectory(_ path: String) throws(DiskError) {
        let descriptor = unsafe cbasics_open(path, O_RDONLY | O_DIRECTORY, 0)
        guard descriptor >= 0 else { throw DiskError(result: descriptor, "syncDirectory", path) }
        let result = cbasics_fsync(descriptor)
        _ = cbasics_close(descriptor)
        guard result == 0 else { throw DiskError(result: result, "syncDirectory", path) }
    }

    /// Maps a sealed file for reading; an empty file gives no bytes.
    public func map(_ path: String) throws(DiskError) -> MappedFile {
        let descriptor = unsafe cbasics_open(path, O_RDONLY, 0)
        guard descriptor >= 0 else { throw DiskError(result: descriptor, "map", path) }
        defer { _ = cbasics_close(descriptor) }
        let size = cbasics_size(descriptor)
        guard size >= 0, let count = Int(exactly: size) else {
            throw DiskError(result: Int32(truncatingIfNeeded: size), "map", path)
        }
        if count == 0 { return MappedFile(copying: []) }
        var error: Int32 = 0
        guard let file = MappedFile(descriptor: descriptor, count: count, error: &error) else {
            throw DiskError(result: error, "map", path)
        }
        return file
    }

    /// Takes a file's exclusive lock (flock), which the kernel releases when the process dies.
    public func lock(_ path: String) throws(DiskError) -> any DiskLock {
        let descriptor = unsafe cbasics_open(path, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw DiskError(result: descriptor, "lock", path) }
        let result = cbasics_lock(descriptor)
        guard result == 0 else {
            _ = cbasics_close(descriptor)
            if result == -EWOULDBLOCK {
                throw DiskError(.locked, errno: "EWOULDBLOCK", operation: "lock", path: path)
            }
            throw DiskError(result: result, "lock", path)
        }
        return RealLock(descriptor: descriptor)
    }

    /// Bytes free for this process on the path's file system.
    public func freeBytes(_ path: String) throws(DiskError) -> Int {
        let free = unsafe cbasics_free_bytes(path)
        guard free >= 0 else {
            throw DiskError(result: Int32(truncatingIfNeeded: free), "freeBytes", path)
        }
        return Int(free)
    }
}

private final class NameList {
    var names: [String] = []
}

private final class RealLock: DiskLock {
    private let descriptor: Mutex<Int32>

    init(descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    func release() {
        let held = descriptor.withLock { value in
            defer { value = -1 }
            return value
        }
        if held >= 0 { _ = cbasics_close(held) }
    }

    deinit { release() }
}

extension DiskError {
    /// The error of a system call that gave minus errno.
    init(result: Int32, _ operation: String, _ path: String) {
        let number = -result
        let name = unsafe String(cString: cbasics_errno_name(number))
        self.init(Self.code(of: number), errno: name, operation: operation, path: path)
    }

    private static func code(of number: Int32) -> Code {
        switch number {
        case ENOSPC, EDQUOT, EFBIG: .noSpace
        case ENOENT: .notFound
        case EEXIST: .exists
        case EACCES, EPERM, EROFS: .permission
        case EISDIR, ENOTDIR, ENOTEMPTY: .wrongKind
        case EMFILE, ENFILE, ENOMEM: .resources
        case EINVAL, ENAMETOOLONG, ELOOP: .invalid
        case EBADF: .closed
        default: .io
        }
    }
}
