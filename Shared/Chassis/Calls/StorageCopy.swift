// What a service's storage held at one instant, as files that are read while the service goes on.

public import Messages

/// A consistent copy of a service's storage.
///
/// It is a value that holds what it needs, such as open files; they are free when it is let go.
public struct StorageCopy: Sendable {
    /// One file of a copy.
    public struct File: Sendable {
        /// Its path below the data folder.
        public let path: String
        /// Its size.
        public let byteCount: Int
        /// Reads so many bytes from an offset on, all within the file; may block on the disk.
        public let read: @Sendable (_ offset: Int, _ count: Int) throws(Fault) -> [UInt8]

        /// A file that is read by `read`, always within its size.
        public init(
            _ path: String,
            byteCount: Int,
            read: @escaping @Sendable (_ offset: Int, _ count: Int) throws(Fault) -> [UInt8]
        ) {
            self.path = path
            self.byteCount = byteCount
            self.read = read
        }

        /// A small file, made for the copy.
        public init(_ path: String, bytes: [UInt8]) {
            self.init(path, byteCount: bytes.count) { offset, count throws(Fault) in
                Array(bytes[offset..<offset + count])
            }
        }
    }

    /// The files, in the order in which they are told.
    public var files: [File]
    /// Of a log: how far each partition's records are in the copy.
    public var positions: [LogV1.Position]
    /// The projects in the copy and up to which revision their catalogues are.
    public var projects: [AdminV1.BackupProject]

    /// A copy of these files.
    public init(
        files: [File],
        positions: [LogV1.Position] = [],
        projects: [AdminV1.BackupProject] = []
    ) {
        self.files = files
        self.positions = positions
        self.projects = projects
    }

    /// How many bytes all files have.
    var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

    /// Files from a place on, as many bytes of them as there is room for, at least one.
    func part(file first: Int, offset start: Int, roomBytes: Int) throws(Fault)
        -> AdminV1.BackupResponse
    {
        var (file, offset, room) = (first, start, max(roomBytes, 1))
        var pieces: [AdminV1.BackupPiece] = []
        while file < files.count, room > 0, pieces.count < Self.piecesMax {
            let source = files[file]
            let count = min(room, source.byteCount - offset)
            pieces.append(
                AdminV1.BackupPiece(
                    path: source.path,
                    fileBytes: UInt64(source.byteCount),
                    offset: UInt64(offset),
                    data: count > 0 ? try source.read(offset, count) : []
                )
            )
            room -= count + Self.pieceOverheadBytes
            offset += count
            if offset >= source.byteCount { (file, offset) = (file + 1, 0) }
        }
        return AdminV1.BackupResponse(
            pieces: pieces,
            more: file < files.count,
            nextFile: UInt32(clamping: file),
            nextOffset: UInt64(offset)
        )
    }

    /// Pieces of one answer: many small volumes fill it.
    private static let piecesMax = 1_024
    /// What a piece's path and numbers take in an answer.
    ///
    /// Unit: bytes.
    private static let pieceOverheadBytes = 128
}
