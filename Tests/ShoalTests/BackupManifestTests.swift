// The page of a backup: read back as written, refused when a byte of it is another, and its rules.

import Basics
import Kit
import Testing

@testable import ShoalCommand

@Suite struct BackupManifestTests {
    private static func member(
        _ service: String,
        projects: [String: UInt64] = [:],
        positions: [UInt64] = []
    ) -> BackupManifest.Member {
        BackupManifest.Member(
            service: service,
            folder: service,
            instance: InstanceID(high: 1, low: 2).hex,
            at: "2026-11-27T20:00:00.000Z",
            positions: positions.map { .init(next: $0, completeToMs: 1_000 + Int64($0)) },
            projects: projects.sorted { $0.key < $1.key }.map { .init(name: $0, revision: $1) }
        )
    }

    private static var whole: BackupManifest {
        BackupManifest(
            shoal: "1.2.3",
            members: [
                member("ingestion", projects: ["shop": 3], positions: [5, 0, 70]),
                member("registry", projects: ["shop": 4, "new": 0]),
            ],
            files: [
                .init(path: "ingestion/log/journal.mark", bytes: 3, crc32c: ["0000002a"]),
                .init(path: "registry/registry.sqlite", bytes: 0, crc32c: []),
            ]
        )
    }

    private func refusal(_ bytes: [UInt8]) -> CommandError? {
        do throws(CommandError) {
            _ = try BackupManifest(bytes, place: "/b/manifest.ndjson")
            return nil
        } catch {
            return error
        }
    }

    @Test("it is read back as it was written, and sums up what it names")
    func readBack() throws {
        let text = try Self.whole.text()
        let read = try BackupManifest(text, place: "m")
        #expect(read == Self.whole)
        #expect(read.head.at == "2026-11-27T20:00:00.000Z")
        #expect(read.records == 75 && read.byteCount == 3)
        #expect(read.completeTo == Timestamp(ms: 1_000))
        #expect(text.split(separator: 0x0A).count == 6)
    }

    @Test("a flipped byte, a cut and a missing line are refused")
    func damage() throws {
        let text = try Self.whole.text()
        for index in text.indices.dropLast() {
            var other = text
            other[index] ^= 0x01
            #expect(refusal(other)?.code == .badData, "byte \(index)")
        }
        for count in 0..<text.count - 1 {
            #expect(refusal(Array(text[..<count])) != nil, "\(count) bytes")
        }
        var lines = text.split(separator: 0x0A).map(Array.init)
        lines.remove(at: 3)
        #expect(refusal(Array(lines.joined(separator: [0x0A])))?.place.hasPrefix("/b/") == true)
    }

    @Test("a newer format is refused with the version that wrote it")
    func newer() throws {
        var manifest = Self.whole
        manifest.head.format = 2
        let error = refusal(try manifest.text())
        #expect(error?.what.contains("format 2") == true)
        #expect(error?.hint.contains("shoal 1.2.3") == true)
    }

    @Test(
        "a path that would leave the backup's folder is refused",
        arguments: [
            "", "/etc/passwd", "../x", "a/../b", "a//b", "a/.ssh", "a/b/", "a b", "a/\u{e9}",
            "a/b/c/d/e/f", String(repeating: "x", count: 321), "a\\b", "a\0b",
        ]
    )
    func unsafePaths(_ path: String) throws {
        #expect(!BackupPath.isSafe(path))
        var manifest = Self.whole
        manifest.files[0].path = path
        #expect(refusal(try manifest.text()) != nil)
        manifest = Self.whole
        manifest.members[0].folder = path
        #expect(refusal(try manifest.text()) != nil)
    }

    @Test("a registry's copy that lacks a revision of the log does not belong to it")
    func discord() {
        #expect(Self.whole.discord == nil)
        var older = Self.whole
        older.members[1].projects[1].revision = 2
        #expect(older.discord?.contains("revision 3 of shop") == true)
        older.members[1].projects = []
        #expect(older.discord?.contains("no such project") == true)
        older.members.removeLast()
        #expect(older.discord?.contains("registry") == true)
    }

    @Test("checksums are those of each MiB, whatever the pieces they came in")
    func sums() {
        var chance = SeededRandom(seed: 8)
        for size in [0, 1, PieceSums.pieceBytes, 2 * PieceSums.pieceBytes + 17] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let expected = stride(from: 0, to: size, by: PieceSums.pieceBytes).map { start in
                let end = min(start + PieceSums.pieceBytes, size)
                return PieceSums.hex(Checksum.crc32c(bytes[start..<end]))
            }
            for largest in [300_000, 3 * PieceSums.pieceBytes] {
                var sums = PieceSums()
                var at = 0
                while at < size {
                    let count = min(Int.random(in: 1...largest, using: &chance), size - at)
                    sums.add(Array(bytes[at..<at + count]))
                    at += count
                }
                #expect(sums.texts == expected && sums.byteCount == size, "\(size) bytes")
            }
        }
    }
}
