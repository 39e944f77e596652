// No damaged, foreign or newer chunk is ever opened, and no disk error leaves half a chunk behind.

import Basics
import Kit
import Testing

@testable import Columns

@Suite struct ChunkDamageTests {
    /// A small chunk with every kind of section, and its bytes.
    static func small() throws -> [UInt8] {
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        try tail.append(user: UserNumber(0), id: #require(UserID("anna")), offset: .zero)
        for (index, value) in [PropertyValue.text("a"), .bool(true), .list([.text("b")])]
            .enumerated()
        {
            try tail.append(
                event: "e",
                user: UserNumber(0),
                at: Timestamp(ms: Int64(index)),
                offset: LogOffset(1),
                properties: [
                    (name: "p", value: value), (name: "n", value: .number(Number(index * 1_000))),
                ]
            )
        }
        try tail.append(
            profile: [(name: "plan", value: PropertyValue.number(Number(3)))],
            user: UserNumber(0),
            at: nil,
            offset: LogOffset(2)
        )
        let disk = ForgetfulDisk(folder: "/c")
        let chunk = try sealed(tail, on: disk)
        return try #require(disk.content("/c/" + chunk.summary.name.fileName))
    }

    static func code(opening bytes: [UInt8]) -> ColumnsError? {
        do throws(ColumnsError) {
            _ = try Chunk(MappedFile(copying: bytes), at: "c", of: owner)
            return nil
        } catch {
            return error
        }
    }

    @Test("every single flipped bit is refused, with the place")
    func flips() throws {
        let sound = try Self.small()
        #expect(Self.code(opening: sound) == nil)
        var bytes = sound
        for index in bytes.indices {
            for bit in 0..<8 {
                bytes[index] ^= 1 << UInt8(bit)
                let error = Self.code(opening: bytes)
                #expect(error?.code == .corrupt, "byte \(index) bit \(bit)")
                #expect(error?.place.hasPrefix("c ") == true)
                bytes[index] = sound[index]
            }
        }
    }

    @Test("cut at any byte, or longer by one, it is refused")
    func truncation() throws {
        let sound = try Self.small()
        for length in sound.indices {
            #expect(Self.code(opening: Array(sound[..<length]))?.code == .corrupt, "\(length)")
        }
        #expect(Self.code(opening: sound + [0])?.code == .corrupt)
    }

    @Test("random bytes behind a good header are refused", arguments: 1...50)
    func random(seed: Int) throws {
        var chance = SeededRandom(seed: UInt64(seed))
        let header = try Self.small()[..<Format.headerBytes]
        let rest = (0..<chance.below(500)).map { _ in UInt8(chance.below(256)) }
        #expect(Self.code(opening: header + rest)?.code == .corrupt)
    }

    /// A small chunk that says it is of a version.
    private static func small(version: UInt32) throws -> [UInt8] {
        var bytes = try small()
        var header = ByteWriter()
        header.raw(Format.magic)
        header.u32(version)
        header.u32(Checksum.crc32c(header.bytes))
        bytes.replaceSubrange(0..<Format.headerBytes, with: header.bytes)
        return bytes
    }

    @Test("a version before steps is read, and merged as if it were of this one")
    func older() throws {
        let chunks = [olderSmall, try Self.small()].map { bytes in
            Result { try Chunk(MappedFile(copying: bytes), at: "c", of: owner) }
        }
        let (older, newer) = (try chunks[0].get(), try chunks[1].get())
        #expect(older.events.map(\.contents) == newer.events.map(\.contents))
        var tail = Tail(from: LogOffset(3), firstUser: UserNumber(1))
        let user = UserNumber(0)
        try tail.append(
            event: "e",
            user: user,
            at: Timestamp(ms: 9),
            offset: LogOffset(3),
            properties: []
        )
        let next = try sealed(tail)
        let merged = try [older, newer].map { first in
            let disk = ForgetfulDisk(folder: "/c")
            let writer = ChunkWriter(disk: disk, folder: "/c", owner: owner)
            return try #require(disk.content("/c/" + writer.merge([first, next]).name.fileName))
        }
        #expect(merged[0] == merged[1])
    }

    @Test("what a version knows nothing of is refused in it, and so is the version before that")
    func mislabelled() throws {
        // Its numbers are a step apart.
        #expect(Self.code(opening: try Self.small(version: 2))?.code == .corrupt)
        #expect(Self.code(opening: try Self.small(version: 1))?.code == .mismatch)
    }

    @Test("a newer version is told apart from damage")
    func newer() throws {
        let bytes = try Self.small(version: Format.version + 1)
        let error = try #require(Self.code(opening: bytes))
        #expect(error.code == .newerFormat)
        #expect(
            error.place.contains("version \(Format.version + 1)")
                && error.hint.contains("version of Shoal")
        )
    }

    /// Damage that its author covered with right checksums must not trap either.
    @Test("flipped bits in a directory with right checksums never trap")
    func coveredFlips() throws {
        let sound = try Self.small()
        let end = sound.count - Format.footerBytes
        var footer = ByteReader(Array(sound[end...]))
        let start = Int(try footer.u64())
        for bit in 0..<(end - start) * 8 {
            var directory = Array(sound[start..<end])
            directory[bit / 8] ^= 1 << UInt8(bit % 8)
            var writer = ByteWriter(after: Array(sound[..<start]))
            writer.raw(directory)
            var footer = ByteWriter()
            footer.u64(UInt64(start))
            footer.u64(UInt64(directory.count))
            footer.u32(Checksum.crc32c(directory))
            footer.u32(Checksum.crc32c(footer.bytes))
            writer.raw(footer.bytes)
            writer.raw(Format.endMagic)
            guard let file = try? Chunk(MappedFile(copying: writer.bytes), at: "c", of: owner)
            else { continue }
            for table in file.events + file.properties { _ = table.contents }
        }
    }

    @Test("a sound chunk of another owner, range or fingerprint is a mismatch")
    func mismatch() throws {
        let disk = ForgetfulDisk(folder: "/c")
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        tail.advance(to: LogOffset(4))
        let summary = try ChunkWriter(disk: disk, folder: "/c", owner: owner).seal(tail)
        let other = ChunkOwner(project: owner.project, partition: Partition(index: 8))
        #expect(throws: ColumnsError.self) {
            try Chunk.open(summary.name, in: "/c", on: disk, of: other)
        }
        let elsewhere = ChunkName(from: .zero, to: LogOffset(5))
        try disk.rename("/c/" + summary.name.fileName, to: "/c/" + elsewhere.fileName)
        for (name, fingerprint) in [(elsewhere, nil), (elsewhere, summary.fingerprint ^ 1)] {
            do throws(ColumnsError) {
                _ = try Chunk.open(name, in: "/c", on: disk, of: owner, fingerprint: fingerprint)
                Issue.record("opened")
            } catch {
                #expect(error.code == .mismatch)
            }
        }
    }

    @Test("a missing and an empty file are refused")
    func missing() throws {
        let disk = ForgetfulDisk(folder: "/c")
        let name = ChunkName(from: .zero, to: LogOffset(4))
        func code() -> ColumnsError.Code? {
            do throws(ColumnsError) {
                _ = try Chunk.open(name, in: "/c", on: disk, of: owner)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code() == .storage)
        _ = try disk.open("/c/" + name.fileName, .create)
        #expect(code() == .corrupt)
    }

    @Test(
        "an error of the disk at any step leaves no chunk and no unfinished file",
        arguments: [ForgetfulDisk.Operation.open, .append, .sync, .rename]
    )
    func diskErrors(operation: ForgetfulDisk.Operation) throws {
        let disk = ForgetfulDisk(folder: "/c")
        var chance = SeededRandom(seed: 1)
        let tail = try History.random(50, &chance).tail()
        disk.fail(operation, with: .noSpace)
        do throws(ColumnsError) {
            _ = try ChunkWriter(disk: disk, folder: "/c", owner: owner).seal(tail)
            Issue.record("sealed")
        } catch {
            #expect(error.code == .storage && error.isRetriable)
        }
        #expect(try disk.list("/c").isEmpty)
        _ = try sealed(tail, on: disk)
    }

    @Test("a sealed chunk survives a power cut")
    func powerCut() throws {
        let disk = ForgetfulDisk(folder: "/c")
        var chance = SeededRandom(seed: 2)
        let summary = try sealed(try History.random(50, &chance).tail(), on: disk).summary
        disk.crash()
        let chunk = try Chunk.open(
            summary.name,
            in: "/c",
            on: disk,
            of: owner,
            fingerprint: summary.fingerprint
        )
        #expect(chunk.summary == summary)
    }
}
