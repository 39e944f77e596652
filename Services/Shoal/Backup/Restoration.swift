// Data folders made from a backup: whole and durable, or refused by every service.

import Basics
import Chassis

/// Writes members of a backup into data folders.
///
/// The format files come last: until then no service takes a folder that holds other things, so a
/// restoration that was cut off starts nothing.
struct Restoration: Sendable {
    /// A member and where its data folder is to be.
    struct Target: Sendable, Hashable {
        let member: BackupManifest.Member
        let path: String
    }

    let backup: BackupFolder
    let targets: [Target]
    private var disk: any Disk { backup.disk }

    /// Refuses what would be overwritten, and what has no room; nothing is written.
    func check(_ manifest: BackupManifest) throws {
        var needed = 0
        for target in targets {
            try Self.checkEmpty(target.path, disk)
            needed += files(of: target, manifest).reduce(0) { $0 + $1.bytes }
        }
        guard var there = targets.first?.path else { return }
        while there != "/", try !disk.exists(there) { there = DurableFolder.parent(of: there) }
        let free = try disk.freeBytes(there)
        guard free > needed else {
            throw CommandError(
                .cannotWrite,
                "restore",
                "it takes \(Quantity.bytes(needed)), and \(Quantity.bytes(free)) are free",
                place: there,
                hint: "free space there, or restore elsewhere"
            )
        }
    }

    /// Refuses a folder that holds anything.
    static func checkEmpty(_ path: String, _ disk: any Disk) throws {
        guard try !disk.exists(path) || disk.list(path).isEmpty else {
            throw CommandError(
                .cannotWrite,
                "restore",
                "the folder is not empty",
                place: path,
                hint: "move away what is there, or restore elsewhere"
            )
        }
    }

    /// Writes everything; every byte is held against its checksum once more on the way.
    ///
    /// - Parameter progress: told the bytes written so far.
    func run(_ manifest: BackupManifest, progress: (Int) -> Void = { _ in }) throws {
        var done = 0
        for isLast in [false, true] {
            for target in targets {
                var folders: Set<String> = []
                for file in files(of: target, manifest)
                where (name(of: file, target) == DataFolder.formatName) == isLast {
                    folders.insert(try copy(file, to: target))
                    done += file.bytes
                    progress(done)
                }
                for folder in folders.sorted() { try disk.syncDirectory(folder) }
                // Whoever reads the log is to be told that it is another one from here on.
                guard !isLast, target.member.service == "ingestion" else { continue }
                try StartOrder(.restored, folder: target.path, disk: disk).give()
            }
        }
    }

    private func files(of target: Target, _ manifest: BackupManifest) -> [BackupManifest.File] {
        manifest.files.filter { $0.path.hasPrefix("\(target.member.folder)/") }
    }

    /// Its path below the data folder.
    private func name(of file: BackupManifest.File, _ target: Target) -> Substring {
        file.path.dropFirst(target.member.folder.count + 1)
    }

    /// Copies a file and makes its bytes durable.
    ///
    /// - Returns: the folder it stands in now.
    private func copy(_ file: BackupManifest.File, to target: Target) throws -> String {
        let path = "\(target.path)/\(name(of: file, target))"
        let folder = DurableFolder.parent(of: path)
        try DurableFolder.make(folder, disk)
        let source = try disk.open("\(backup.path)/\(file.path)", .read)
        let copy = try disk.open(path, .create)
        var sums = PieceSums()
        while sums.byteCount < file.bytes {
            let bytes = try source.read(at: sums.byteCount, count: PieceSums.pieceBytes)
            guard !bytes.isEmpty else { break }
            sums.add(bytes)
            try copy.append(bytes)
        }
        guard sums.byteCount == file.bytes, sums.texts == file.crc32c else {
            throw CommandError(
                .badData,
                "restore",
                "the file is not what was written",
                place: "\(backup.path)/\(file.path)",
                hint: "remove \(target.path) and use another backup"
            )
        }
        try copy.sync()
        try copy.close()
        try source.close()
        return folder
    }
}
