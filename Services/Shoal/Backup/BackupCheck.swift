// Whether a backup is whole: every file by its checksums, and the log by the rules of its recovery.

import Basics
import Log

/// Checks a backup; nothing is written.
struct BackupCheck: Sendable {
    /// Something that is not as it was written.
    struct Damage: Sendable, Hashable {
        /// The file, with the bytes among which it is.
        let place: String
        /// What is wrong.
        let what: String
    }

    /// Damage that is told one by one: beyond it another backup is what helps.
    static let damagesMax = 100
    /// Deeper than any backup.
    private static let depthMax = 8

    let folder: BackupFolder
    private var disk: any Disk { folder.disk }

    /// Looks at every byte.
    ///
    /// - Parameter progress: told the bytes looked at so far.
    /// - Returns: what is damaged, at most `damagesMax`; empty: the backup is whole.
    /// - Throws: when the disk does not answer.
    func run(_ manifest: BackupManifest, progress: (Int) -> Void = { _ in }) throws -> [Damage] {
        var damages: [Damage] = []
        if let discord = manifest.discord {
            damages.append(Damage(place: place(""), what: discord))
        }
        var done = 0
        for file in manifest.files where damages.count < Self.damagesMax {
            if let damage = try check(file) { damages.append(damage) }
            done += file.bytes
            progress(done)
        }
        let known = Set(manifest.files.map(\.path)).union([BackupManifest.fileName])
        for path in try paths(below: "", depth: 0) where !known.contains(path) {
            damages.append(Damage(place: place(path), what: "the manifest does not name this file"))
        }
        // What the checksums have found already is not told again in the log's words.
        if damages.isEmpty, let damage = try checkLog(manifest) { damages.append(damage) }
        return Array(damages.prefix(Self.damagesMax))
    }

    /// Opens the copy of the log by the rules of recovery and reads all of it.
    func checkLog(_ manifest: BackupManifest) throws -> Damage? {
        guard let log = manifest.log else { return nil }
        let path = place("\(log.folder)/log")
        do throws(LogError) {
            let found = try LogCheck.run(path, disk: disk)
            return found.partitions.map(\.next.value) == log.positions.map(\.next)
                ? nil : Damage(place: path, what: "the log ends elsewhere than the manifest says")
        } catch {
            guard error.code != .disk else {
                throw CommandError(
                    .readError,
                    error.operation,
                    "the disk does not answer",
                    place: error.place,
                    hint: error.hint
                )
            }
            return Damage(place: error.place, what: "\(error.operation): \(error.hint)")
        }
    }

    private func check(_ file: BackupManifest.File) throws -> Damage? {
        let path = place(file.path)
        guard try disk.exists(path) else { return Damage(place: path, what: "the file is missing") }
        let opened = try disk.open(path, .read)
        let size = try opened.size()
        guard size == file.bytes else {
            return Damage(place: path, what: "it has \(size) bytes and should have \(file.bytes)")
        }
        var offset = 0
        for sum in file.crc32c {
            let bytes = try opened.read(at: offset, count: PieceSums.pieceBytes)
            guard PieceSums.hex(Checksum.crc32c(bytes)) == sum else {
                return Damage(
                    place: "\(path) bytes \(offset) to \(offset + bytes.count)",
                    what: "they are not what was written"
                )
            }
            offset += bytes.count
        }
        try opened.close()
        return offset == size
            ? nil : Damage(place: path, what: "the manifest has not all checksums")
    }

    /// Every file below a folder of the backup.
    private func paths(below inner: String, depth: Int) throws -> [String] {
        let names = try disk.list(place(inner))
        guard depth < Self.depthMax else { return [] }
        return try names.flatMap { name in
            let path = inner.isEmpty ? name : "\(inner)/\(name)"
            do throws(DiskError) {
                _ = try disk.list(place(path))
            } catch {
                guard error.code == .wrongKind else { throw error }
                return [path]
            }
            return try paths(below: path, depth: depth + 1)
        }
    }

    private func place(_ inner: String) -> String {
        inner.isEmpty ? folder.path : "\(folder.path)/\(inner)"
    }
}
