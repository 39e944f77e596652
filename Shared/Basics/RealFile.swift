// An open file of the machine's disk: positioned reads and writes, fdatasync.

import CBasics
import Glibc
import Synchronization

/// A descriptor with the offset at which the next append goes.
final class RealFile: DiskFile {
    let path: String
    /// -1 once closed.
    private let descriptor: Atomic<Int32>
    /// Where append writes; -1 until the first append asks for the size.
    private let end = Atomic<Int>(-1)

    init(descriptor: Int32, path: String) {
        self.descriptor = Atomic(descriptor)
        self.path = path
    }

    deinit {
        let held = descriptor.exchange(-1, ordering: .acquiringAndReleasing)
        if held >= 0 { _ = cbasics_close(held) }
    }

    func size() throws(DiskError) -> Int {
        let size = cbasics_size(try held("size"))
        guard size >= 0 else { throw failure(size, "size") }
        return Int(size)
    }

    func append(_ bytes: [UInt8]) throws(DiskError) {
        var at = end.load(ordering: .acquiring)
        if at < 0 { at = try size() }
        try put(bytes, at: at, "append")
        end.store(at + bytes.count, ordering: .releasing)
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(DiskError) {
        try put(bytes, at: offset, "write")
        end.store(-1, ordering: .releasing)
    }

    func read(at offset: Int, count: Int) throws(DiskError) -> [UInt8] {
        let file = try held("read")
        guard offset >= 0, count >= 0 else { throw failure(Int64(-EINVAL), "read") }
        var failed: Int64 = 0
        let wanted = min(count, max(0, try size() - offset))
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, done in
            while done < wanted, let start = buffer.baseAddress {
                let got = unsafe cbasics_pread(
                    file,
                    start + done,
                    wanted - done,
                    Int64(offset + done)
                )
                guard got > 0 else {
                    failed = got
                    return
                }
                done += Int(got)
            }
        }
        guard failed == 0 else { throw failure(failed, "read") }
        return bytes
    }

    func truncate(to bytes: Int) throws(DiskError) {
        let result = cbasics_ftruncate(try held("truncate"), Int64(bytes))
        guard result == 0 else { throw failure(Int64(result), "truncate") }
        end.store(-1, ordering: .releasing)
    }

    func sync() throws(DiskError) {
        let result = cbasics_fdatasync(try held("sync"))
        guard result == 0 else { throw failure(Int64(result), "sync") }
    }

    func preallocate(bytes: Int) throws(DiskError) {
        let result = cbasics_preallocate(try held("preallocate"), Int64(bytes))
        guard result == 0 else { throw failure(Int64(result), "preallocate") }
    }

    func close() throws(DiskError) {
        let held = descriptor.exchange(-1, ordering: .acquiringAndReleasing)
        guard held >= 0 else { return }
        let result = cbasics_close(held)
        guard result == 0 else { throw failure(Int64(result), "close") }
    }

    private func held(_ operation: String) throws(DiskError) -> Int32 {
        let held = descriptor.load(ordering: .acquiring)
        guard held >= 0 else { throw failure(Int64(-EBADF), operation) }
        return held
    }

    private func failure(_ result: Int64, _ operation: String) -> DiskError {
        DiskError(result: Int32(truncatingIfNeeded: result), operation, path)
    }

    private func put(_ bytes: [UInt8], at offset: Int, _ operation: String) throws(DiskError) {
        let file = try held(operation)
        guard offset >= 0 else { throw failure(Int64(-EINVAL), operation) }
        var done = 0
        while done < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { buffer in
                unsafe cbasics_pwrite(
                    file,
                    buffer.baseAddress.map { unsafe $0 + done },
                    bytes.count - done,
                    Int64(offset + done)
                )
            }
            guard written > 0 else {
                throw failure(written == 0 ? Int64(-EIO) : written, operation)
            }
            done += Int(written)
        }
    }
}
