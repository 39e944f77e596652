// A child's log on disk, bounded: rotated at a size, a few old ones kept.

import Basics

/// A log file.
///
/// For one task at a time; writes block on the disk for a moment.
final class LogFile {
    /// The size at which a new file is begun.
    static let bytesMax = 16 << 20
    /// Old files kept beside it, as `.1` (newest) to `.3`.
    static let kept = 3

    private let path: String
    private let disk: any Disk
    private let bytesMax: Int
    private var file: any DiskFile
    private var size: Int

    /// Goes on with the log at `path`.
    init(_ path: String, disk: any Disk, bytesMax: Int = LogFile.bytesMax) throws(DiskError) {
        self.path = path
        self.disk = disk
        self.bytesMax = bytesMax
        file = try disk.open(path, .append)
        size = try file.size()
    }

    /// Writes bytes at the end.
    func append(_ bytes: [UInt8]) throws(DiskError) {
        if size > 0, size + bytes.count > bytesMax { try rotate() }
        try file.append(bytes)
        size += bytes.count
    }

    private func rotate() throws(DiskError) {
        try file.close()
        for number in stride(from: Self.kept - 1, through: 1, by: -1)
        where try disk.exists("\(path).\(number)") {
            try disk.rename("\(path).\(number)", to: "\(path).\(number + 1)")
        }
        try disk.rename(path, to: "\(path).1")
        file = try disk.open(path, .create)
        size = 0
    }
}
