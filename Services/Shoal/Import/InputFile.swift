// A file read piece by piece, unpacked on the way when it is gzip or zstd.

import Basics
import Compression

/// A file of records.
///
/// For one thread at a time; its calls block on the disk.
final class InputFile {
    /// Bytes read, and given, at a time.
    static let pieceBytes = 256 << 10
    /// Bytes at the beginning by which a file is told from others of its name and size.
    static let markBytes = 64 << 10

    /// The path it was opened by.
    let path: String
    /// Its size on disk.
    let size: Int
    /// Bytes of the file on disk that were read.
    private(set) var bytesRead = 0
    /// A hash of its beginning.
    let mark: UInt64
    private let file: any DiskFile
    private var unpacker: Decompressor?

    /// Opens a file.
    init(_ path: String, disk: any Disk) throws {
        self.path = path
        file = try disk.open(path, .read)
        size = try file.size()
        let beginning = try file.read(at: 0, count: Self.markBytes)
        mark = Checksum.xxh64(beginning)
        if let kind = Decompressor.Kind(magic: beginning) {
            unpacker = try Decompressor(kind: kind, pieceBytesMax: Self.pieceBytes)
        } else {
            unpacker = nil
        }
    }

    /// What names an import of this file unless its user does.
    var importID: String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let digits = String(mark, radix: 16)
        let padded = String(repeating: "0", count: max(0, 16 - digits.utf8.count)) + digits
        let tail = "-\(size)-\(padded)"
        // At most 128 bytes on the wire; a cut inside a character becomes a replacement.
        let room = 120 - tail.utf8.count
        return String(decoding: name.utf8.prefix(room), as: UTF8.self) + tail
    }

    /// The next bytes, at most `pieceBytes`; nil at the end.
    func next() throws -> [UInt8]? {
        while true {
            if unpacker?.hasMore == true {
                let piece = try unpacker?.feed([]) ?? []
                if piece.isEmpty { continue }
                return piece
            }
            let bytes = try file.read(at: bytesRead, count: Self.pieceBytes)
            bytesRead += bytes.count
            guard !bytes.isEmpty else {
                try unpacker?.finish()
                return nil
            }
            guard unpacker != nil else { return bytes }
            let piece = try unpacker?.feed(bytes) ?? []
            if !piece.isEmpty { return piece }
        }
    }
}
