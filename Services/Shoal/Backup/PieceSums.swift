// Checksums of a file's pieces, so that damage is told with its place.

import Basics

/// The checksums of a file, MiB by MiB, as its bytes come.
struct PieceSums: Sendable, Hashable {
    /// Damage is told to be within so many bytes.
    static let pieceBytes = 1 << 20

    private var sums: [UInt32] = []
    private var current: UInt32 = 0
    /// Bytes taken so far.
    private(set) var byteCount = 0

    /// Takes the next bytes.
    mutating func add(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let room = Self.pieceBytes - byteCount % Self.pieceBytes
            let piece = rest.prefix(room)
            current = Checksum.crc32c(piece, seed: current)
            byteCount += piece.count
            rest = rest.dropFirst(piece.count)
            guard piece.count == room else { break }
            sums.append(current)
            current = 0
        }
    }

    /// The checksums, as the manifest has them.
    var texts: [String] {
        let isOpen = byteCount % Self.pieceBytes != 0
        return (isOpen ? sums + [current] : sums).map(Self.hex)
    }

    /// Eight digits.
    static func hex(_ sum: UInt32) -> String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}
