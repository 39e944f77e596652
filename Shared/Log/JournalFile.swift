// One journal file: begun and written by the journal, read by everybody.

import Basics

/// A journal file that readers hold; its descriptor outlives the file's removal.
final class JournalSource: Sendable {
    let path: String
    let header: JournalHeader
    let seed: UInt32
    private let file: any DiskFile

    init(path: String, header: JournalHeader, file: any DiskFile) {
        self.path = path
        self.header = header
        self.file = file
        seed = Format.seed(identity: header.identity, firstSequence: header.firstSequence)
    }

    /// Opens a file that has been scanned.
    static func open(
        _ path: String,
        header: JournalHeader,
        disk: any Disk
    ) throws(LogError) -> JournalSource {
        let file = try onDisk("open journal") { () throws(DiskError) in
            try disk.open(path, .read)
        }
        return JournalSource(path: path, header: header, file: file)
    }

    /// Bytes of the file as they lie; fewer only at its end.
    func bytes(at position: Int, count: Int) throws(LogError) -> [UInt8] {
        try onDisk("copy journal") { () throws(DiskError) in
            try file.read(at: position, count: count)
        }
    }

    /// Bytes of the file.
    func size() throws(LogError) -> Int {
        try onDisk("copy journal") { () throws(DiskError) in try file.size() }
    }

    /// The bytes of one run, checked.
    func run(at position: Int, byteCount: Int) throws(LogError) -> (bytes: [UInt8], RunPlace) {
        let bytes = try onDisk("read journal") { () throws(DiskError) in
            try file.read(at: position, count: byteCount)
        }
        guard bytes.count == byteCount, let run = GroupBytes.run(in: bytes, at: 0, seed: seed)
        else {
            throw LogError.corrupt(
                "read journal",
                path,
                byte: position,
                "records changed after recovery"
            )
        }
        return (bytes, run)
    }
}

/// Where a group lies in its file.
struct GroupPlace: Sendable, Hashable {
    let position: UInt32
    let byteCount: UInt32
}

/// The journal file that is being written.
struct JournalFile: Sendable {
    let source: JournalSource
    private let file: any DiskFile
    /// Where the next group goes.
    private(set) var position: Int

    init(source: JournalSource, file: any DiskFile, position: Int) {
        self.source = source
        self.file = file
        self.position = position
    }

    /// Begins a file; its header and its name are durable on return.
    static func begin(
        _ header: JournalHeader,
        in folder: Folder,
        settings: LogSettings,
        disk: any Disk
    ) throws(LogError) -> JournalFile {
        let path = folder.journal(header.firstSequence)
        return try onDisk("begin journal") { () throws(DiskError) in
            let file = try disk.open(path, .create)
            if settings.preallocates { try file.preallocate(bytes: settings.journalFileBytes) }
            try file.write(header.bytes, at: 0)
            try file.sync()
            try disk.syncDirectory(folder.path)
            let reading = try disk.open(path, .read)
            return JournalFile(
                source: JournalSource(path: path, header: header, file: reading),
                file: file,
                position: Format.journalHeaderBytes
            )
        }
    }

    /// Writes a group and makes it durable.
    ///
    /// After an error the file must not be written again.
    mutating func append(_ bytes: [UInt8]) throws(LogError) -> GroupPlace {
        let place = GroupPlace(position: UInt32(position), byteCount: UInt32(bytes.count))
        try onDisk("append group") { () throws(DiskError) in
            try file.write(bytes, at: position)
            try file.sync()
        }
        position += bytes.count
        return place
    }

    /// Gives back preallocated room and the descriptor; readers keep theirs.
    func finish() throws(LogError) {
        try onDisk("finish journal") { () throws(DiskError) in
            try file.truncate(to: position)
            try file.close()
        }
    }
}
