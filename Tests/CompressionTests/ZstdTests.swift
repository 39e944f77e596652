// zstd over whole messages: both ways, the limit, and damaged bytes.

import Basics
import Compression
import Testing

struct ZstdTests {
    private func code(_ body: () throws -> Void) -> CompressionError.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? CompressionError)?.code }
    }

    /// "streamed without its size", by the zstd tool from a pipe.
    private let unsized: [UInt8] = [
        0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, 0xC9, 0x00, 0x00, 0x73, 0x74, 0x72, 0x65, 0x61, 0x6D,
        0x65, 0x64, 0x20, 0x77, 0x69, 0x74, 0x68, 0x6F, 0x75, 0x74, 0x20, 0x69, 0x74, 0x73, 0x20,
        0x73, 0x69, 0x7A, 0x65,
    ]

    @Test("bytes come back whole, at every level, also none", arguments: [-5, 1, 3, 19, 100])
    func roundTrip(level: Int) throws {
        var chance = SeededRandom(seed: 1)
        for count in [0, 1, 100, 70_000] {
            let bytes = (0..<count).map { _ in UInt8(chance.below(7)) }
            let packed = try Zstd.compress(bytes, level: level)
            #expect(try Zstd.decompress(packed, maxBytes: count) == bytes)
            if count > 1_000 { #expect(packed.count < bytes.count / 2) }
        }
    }

    @Test("content above the limit is refused, to the byte")
    func limit() throws {
        let packed = try Zstd.compress([UInt8](repeating: 0, count: 16 << 20))
        #expect(packed.count < 10_000)
        #expect(code { _ = try Zstd.decompress(packed, maxBytes: (16 << 20) - 1) } == .tooLarge)
        #expect(code { _ = try Zstd.decompress(packed, maxBytes: 0) } == .tooLarge)
        #expect(try Zstd.decompress(packed, maxBytes: 16 << 20).count == 16 << 20)
    }

    @Test("a frame that announces terabytes is refused before anything is allocated")
    func lyingSize() throws {
        // Magic, descriptor with an 8-byte size in a single segment, the size 2^62.
        let lie: [UInt8] = [
            0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x01, 0x00, 0x00,
        ]
        #expect(code { _ = try Zstd.decompress(lie, maxBytes: 1 << 30) } == .tooLarge)
    }

    @Test("a message that asks for a window of 128 MiB is refused, a file may")
    func window() throws {
        // Magic, no size, a window of 2^27, one last raw block of one byte.
        let wide: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x88, 0x09, 0x00, 0x00, 0x07]
        #expect(code { _ = try Zstd.decompress(wide, maxBytes: 1 << 30) } == .tooLarge)
        var file = try Decompressor(kind: .zstd)
        #expect(try file.feed(wide) == [7])
        try file.finish()
    }

    @Test("frames after each other are one content, with and without their sizes")
    func concatenated() throws {
        let two = try Zstd.compress([1, 2]) + Zstd.compress([3])
        #expect(try Zstd.decompress(two, maxBytes: 3) == [1, 2, 3])
        #expect(code { _ = try Zstd.decompress(two, maxBytes: 2) } == .tooLarge)
        let text = Array("streamed without its size".utf8)
        #expect(try Zstd.decompress(unsized, maxBytes: 25) == text)
        #expect(code { _ = try Zstd.decompress(unsized, maxBytes: 24) } == .tooLarge)
        #expect(try Zstd.decompress(two + unsized, maxBytes: 28) == [1, 2, 3] + text)
    }

    @Test("cut at every byte it is truncated, and flipped bits never crash")
    func damaged() throws {
        let bytes = (0..<2_000).map { UInt8($0 % 97) }
        let packed = try Zstd.compress(bytes)
        for count in 0..<packed.count {
            #expect(
                code { _ = try Zstd.decompress(Array(packed[..<count]), maxBytes: 4_000) } != nil
            )
        }
        for bit in 0..<packed.count * 8 {
            var flipped = packed
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            let out = try? Zstd.decompress(flipped, maxBytes: 4_000)
            #expect(out.map { $0.count <= 4_000 } ?? true)
        }
        #expect(code { _ = try Zstd.decompress(Array("not zstd".utf8), maxBytes: 10) } == .damaged)
        #expect(code { _ = try Zstd.decompress([], maxBytes: 10) } == .truncated)
    }
}
