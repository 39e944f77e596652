// Writes the files of one copy below a folder and makes them durable, with checksums for the page.

import Basics
import Messages

/// Takes a copy's pieces in their order.
struct CopyWriter {
    private struct Open {
        let piece: AdminV1.BackupPiece
        let file: any DiskFile
        var sums = PieceSums()
    }

    /// The member's folder below the backup's.
    let folder: String
    private let root: String
    private let disk: any Disk
    private var open: Open?
    private var names: Set<String> = []
    private var folders: Set<String> = []
    /// The files written so far.
    private(set) var files: [BackupManifest.File] = []
    /// Bytes written so far.
    private(set) var byteCount = 0

    init(_ folder: String, in root: String, disk: any Disk) {
        self.folder = folder
        self.root = root
        self.disk = disk
    }

    /// Writes a piece; a file is durable with its last one.
    mutating func take(_ piece: AdminV1.BackupPiece) throws {
        var current = try open ?? begin(piece)
        let bytes = piece.data ?? []
        guard piece.path == current.piece.path, piece.fileBytes == current.piece.fileBytes,
            piece.offset == UInt64(current.sums.byteCount),
            UInt64(bytes.count) <= piece.fileBytes - piece.offset
        else { throw refused("byte \(piece.offset) of \(piece.path.debugDescription)") }
        try current.file.append(bytes)
        current.sums.add(bytes)
        byteCount += bytes.count
        open = current
        guard UInt64(current.sums.byteCount) == piece.fileBytes else {
            guard !bytes.isEmpty else { throw refused("an empty piece of \(piece.path)") }
            return
        }
        try current.file.sync()
        try current.file.close()
        files.append(
            BackupManifest.File(
                path: "\(folder)/\(piece.path)",
                bytes: current.sums.byteCount,
                crc32c: current.sums.texts
            )
        )
        open = nil
    }

    /// Makes the names durable.
    ///
    /// - Throws: when the copy is not the one that was announced.
    func finish(_ summary: AdminV1.BackupSummary) throws {
        guard open == nil, UInt64(byteCount) == summary.totalBytes,
            files.count == Int(summary.files)
        else { throw refused("\(files.count) files of \(summary.files)") }
        for path in folders.sorted() { try disk.syncDirectory(path) }
    }

    private mutating func begin(_ piece: AdminV1.BackupPiece) throws -> Open {
        let path = "\(folder)/\(piece.path)"
        guard BackupPath.isSafe(path), names.insert(piece.path).inserted,
            names.count <= BackupManifest.filesMax
        else { throw refused("the file \(piece.path.debugDescription)") }
        let parent = DurableFolder.parent(of: "\(root)/\(path)")
        if folders.insert(parent).inserted { try DurableFolder.make(parent, disk) }
        return Open(piece: piece, file: try disk.open("\(root)/\(path)", .create))
    }

    private func refused(_ what: String) -> CommandError {
        CommandError(
            .internalError,
            "backup",
            "\(folder) tells a copy that makes no sense: \(what)",
            place: folder,
            hint: "this is a mistake of ours; please report it"
        )
    }
}
