// The folder of a backup: made empty, completed by its manifest, read by it.

import Basics

/// A folder that is to be, or is, a backup.
struct BackupFolder: Sendable {
    let path: String
    let disk: any Disk

    private var manifestPath: String { "\(path)/\(BackupManifest.fileName)" }

    /// Makes the folder, or takes an empty one; any other is refused as it is.
    func make() throws {
        guard try !disk.exists(path) || disk.list(path).isEmpty else {
            throw CommandError(
                .cannotWrite,
                "make folder",
                "the folder is not empty",
                place: path,
                hint: "choose a new one; what is there is left as it is"
            )
        }
        try DurableFolder.make(path, disk)
    }

    /// Writes the manifest at once and durably: from here on the folder is a backup.
    func complete(_ manifest: BackupManifest) throws {
        let unfinished = manifestPath + ".new"
        let file = try disk.open(unfinished, .create)
        try file.append(try manifest.text())
        try file.sync()
        try file.close()
        try disk.rename(unfinished, to: manifestPath)
        try disk.syncDirectory(path)
    }

    /// The manifest.
    ///
    /// - Throws: for a folder that is no backup, or one that was not finished.
    func manifest() throws -> BackupManifest {
        guard try disk.exists(path) else {
            throw CommandError(
                .notFound,
                "read backup",
                "there is no such folder",
                place: path,
                hint: "check the path"
            )
        }
        guard try disk.exists(manifestPath) else {
            throw CommandError(
                .badData,
                "read backup",
                "the backup is incomplete: it has no manifest, which is written last",
                place: path,
                hint: "it was interrupted, or is no backup; remove it and make another"
            )
        }
        let file = try disk.open(manifestPath, .read)
        let bytes = try file.read(at: 0, count: BackupManifest.bytesMax + 1)
        guard bytes.count <= BackupManifest.bytesMax else {
            throw CommandError(
                .badData,
                "read backup",
                "the manifest is longer than \(Quantity.bytes(BackupManifest.bytesMax))",
                place: manifestPath
            )
        }
        return try BackupManifest(bytes, place: manifestPath)
    }
}
