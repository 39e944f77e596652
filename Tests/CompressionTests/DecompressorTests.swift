// Streams of gzip and zstd: pieces, members, padding, cuts, damage, bombs.

import Basics
import Compression
import Foundation
import Testing

struct DecompressorTests {
    private static func bytes(_ base64: String) -> [UInt8] {
        Data(base64Encoded: base64).map { [UInt8]($0) } ?? []
    }

    /// "hello " and "world", a gzip member each.
    private let hello = bytes("H4sIAAAAAAACA8tIzcnJVwAA9vmB7QYAAAA=")
    private let world = bytes("H4sIAAAAAAACAyvPL8pJAQBDEXc6BQAAAA==")
    /// 256 KiB of zeros in 289 bytes.
    private let bomb = bytes(
        "H4sIAAAAAAACA+3BMQEAAADCoPVP7W0HoA" + String(repeating: "A", count: 338)
            + "3gAi6g7iAAAEAA=="
    )

    private func read(
        _ kind: Decompressor.Kind,
        _ bytes: [UInt8],
        step: Int,
        piece: Int = 64
    ) throws -> [UInt8] {
        var decompressor = try Decompressor(kind: kind, pieceBytesMax: piece)
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count || decompressor.hasMore {
            let next = decompressor.hasMore ? [] : Array(bytes[at..<min(at + step, bytes.count)])
            at += next.count
            let got = try decompressor.feed(next)
            #expect(got.count <= piece)
            out += got
        }
        try decompressor.finish()
        #expect(decompressor.bytesIn == bytes.count)
        #expect(decompressor.bytesOut == out.count)
        return out
    }

    private func code(_ body: () throws -> Void) -> CompressionError.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? CompressionError)?.code }
    }

    @Test("members after each other are one content, however they are cut", arguments: 1...9)
    func members(step: Int) throws {
        let text = Array("hello world".utf8)
        #expect(try read(.gzip, hello + world, step: step) == text)
        #expect(try read(.gzip, hello + world, step: step, piece: 1) == text)
        #expect(try read(.gzip, hello + world + [0, 0, 0], step: step) == text)
        let frames = try Zstd.compress(Array("hello ".utf8)) + Zstd.compress(Array("world".utf8))
        #expect(try read(.zstd, frames, step: step) == text)
        #expect(try read(.zstd, frames, step: step, piece: 1) == text)
    }

    @Test("pieces that fit the content exactly leave no doubt about its end")
    func exactPieces() throws {
        #expect(try read(.gzip, hello, step: 100, piece: 6) == Array("hello ".utf8))
        let frame = try Zstd.compress(Array("hello ".utf8))
        #expect(try read(.zstd, frame, step: 100, piece: 6) == Array("hello ".utf8))
        #expect(try read(.zstd, frame, step: 100, piece: 3) == Array("hello ".utf8))
        #expect(try read(.zstd, frame + frame, step: 100, piece: 6).count == 12)
    }

    @Test("large content comes whole in bounded pieces")
    func large() throws {
        var chance = SeededRandom(seed: 4)
        let bytes = (0..<300_000).map { _ in UInt8(chance.below(20)) }
        let packed = try Zstd.compress(bytes)
        #expect(try read(.zstd, packed, step: 10_000, piece: 4_096) == bytes)
        #expect(try read(.zstd, packed, step: packed.count, piece: 1 << 20) == bytes)
    }

    @Test("a bomb gives one piece per call and can be given up at any time")
    func bombs() throws {
        var decompressor = try Decompressor(kind: .gzip, pieceBytesMax: 1_000)
        #expect(try decompressor.feed(bomb).count == 1_000)
        let hasMore = decompressor.hasMore
        #expect(hasMore)
        #expect(try decompressor.feed([]).count == 1_000)
        #expect(
            try read(.gzip, bomb, step: 289, piece: 10_000) == [UInt8](repeating: 0, count: 1 << 18)
        )
        let zeros = try Zstd.compress([UInt8](repeating: 0, count: 8 << 20))
        var zstd = try Decompressor(kind: .zstd, pieceBytesMax: 1_000)
        #expect(try zstd.feed(zeros).count == 1_000)
        #expect(zstd.hasMore && zstd.bytesOut == 1_000)
    }

    @Test("cut at any byte but a boundary, the end is truncated")
    func truncated() throws {
        let frame = try Zstd.compress(Array("hello ".utf8))
        for (kind, whole) in [(Decompressor.Kind.gzip, hello), (.zstd, frame)] {
            for count in 0..<whole.count {
                #expect(code { _ = try read(kind, Array(whole[..<count]), step: 5) } == .truncated)
                let more = whole + whole[..<count]
                let found = code { _ = try read(kind, Array(more), step: 5) }
                #expect(found == (count == 0 ? nil : .truncated), "\(kind) \(count)")
            }
        }
    }

    @Test("damage is told, and told again")
    func damaged() throws {
        var flipped = hello
        flipped[flipped.count - 6] ^= 1
        var decompressor = try Decompressor(kind: .gzip)
        var errors = 0
        for _ in 0..<2 {
            do throws(CompressionError) {
                _ = try decompressor.feed(flipped)
            } catch {
                errors += 1
                #expect(error.code == .damaged)
                #expect(!error.text.isEmpty && !error.hint.isEmpty)
            }
        }
        #expect(errors == 2)
        do throws(CompressionError) {
            try decompressor.finish()
            errors = -1
        } catch { #expect(error.code == .damaged) }
        #expect(errors == 2)
        #expect(code { _ = try read(.gzip, Array("plain text".utf8), step: 100) } == .damaged)
        #expect(code { _ = try read(.zstd, Array("plain text".utf8), step: 100) } == .damaged)
        #expect(code { _ = try read(.gzip, hello + [0, 7, 7], step: 100) } != nil)
    }

    @Test("flipped bits never crash, and never give more than was asked", arguments: [3 as UInt64])
    func fuzz(seed: UInt64) throws {
        var chance = SeededRandom(seed: seed)
        let frame = try Zstd.compress((0..<500).map { UInt8($0 % 50) })
        for round in 0..<2_000 {
            let isGzip = round % 2 == 0
            var bytes = isGzip ? bomb : frame
            for _ in 0...chance.below(3) {
                bytes[chance.below(bytes.count)] ^= 1 << UInt8(chance.below(8))
            }
            _ = try? read(isGzip ? .gzip : .zstd, bytes, step: 50, piece: 4_096)
        }
    }

    @Test("the first bytes of a file tell its format")
    func magic() throws {
        #expect(Decompressor.Kind(magic: hello) == .gzip)
        #expect(try Decompressor.Kind(magic: Zstd.compress([1])) == .zstd)
        #expect(Decompressor.Kind(magic: Array("{\"a\":1}".utf8)) == nil)
        #expect(Decompressor.Kind(magic: [UInt8]()) == nil)
    }
}
