// The layouts drawn in Format.swift, byte by byte.

import Basics
import Kit
import Testing

@testable import Log

@Suite struct FormatTests {
    private let identity = InstanceID(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10)

    @Test("a journal's header has its 40 bytes in the order drawn")
    func journalHeader() throws {
        let header = JournalHeader(partitions: 64, identity: identity, firstSequence: 4711)
        let bytes = header.bytes
        #expect(bytes.count == Format.journalHeaderBytes)
        #expect(
            Array(bytes[..<36])
                == Array("SHOALJRN".utf8) + [1, 0, 64, 0] + (1...16) + [
                    0x67, 0x12, 0, 0, 0, 0, 0, 0,
                ]
        )
        #expect(try JournalHeader.read(bytes, file: "f") == header)
    }

    @Test("a volume's header, block head, footer and trailer have the sizes drawn")
    func volumeSizes() throws {
        let header = VolumeHeader(partition: 3, identity: identity, firstOffset: 9, journal: 2)
        #expect(header.bytes.count == Format.volumeHeaderBytes)
        #expect(try VolumeHeader.read(header.bytes, file: "f") == header)
        let place = BlockPlace(
            position: 48,
            firstOffset: 9,
            count: 1,
            firstTimeMs: 5,
            lastTimeMs: 5,
            rawBytes: 10,
            storedBytes: 7
        )
        #expect(place.head(codec: Format.codecZstd).count + 4 == Format.blockHeadBytes)
        let end = Trailer.bytes(blocks: [place, place], nextOffset: 10)
        #expect(end.count == 4 + 2 * Format.footerEntryBytes + Format.trailerBytes)
        #expect(Array(end.suffix(8)) == Array("SHOALEND".utf8))
    }

    @Test("a group has the bytes drawn, and says so itself")
    func group() throws {
        let starts = [GroupStart(next: 7, earliestMs: 0), GroupStart(next: 0, earliestMs: 0)]
        var group = LogGroup(
            starts: starts,
            reserveMs: 0x0100,
            bytesMax: 1_000,
            payloadBytesMax: 100
        )
        _ = try group.add([0xAA], to: Partition(index: 0), at: Timestamp(ms: 2))
        _ = try group.add([], to: Partition(index: 0), at: Timestamp(ms: 130 + 2))
        let encoded = group.encoded(sequence: 5, seed: 99)
        let bytes = encoded.bytes
        #expect(bytes.count == group.byteCount)
        #expect(Array(bytes[..<4]) == [UInt8(bytes.count - 8), 0, 0, 0])
        #expect(
            Array(bytes[8...]) == [
                5, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0,  // sequence, reserve, runs
                0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,  // partition, offset, time
                2, 0, 0, 0, 6, 0, 0, 0,  // count, bytes
                bytes[52], bytes[53], bytes[54], bytes[55],  // checksum
                0, 1, 0xAA, 0x82, 0x01, 0,  // two records
            ]
        )
        #expect(GroupBytes.isWhole(bytes[...], seed: 99))
        #expect(!GroupBytes.isWhole(bytes[...], seed: 98))
        #expect(GroupBytes.runs(in: bytes, count: 1) == encoded.runs)
        #expect(GroupBytes.run(in: bytes, at: 26, seed: 99)?.records == 56..<62)
        #expect(GroupBytes.run(in: bytes, at: 26, seed: 98) == nil)
        #expect(GroupBytes.run(in: Array(bytes[26...]), at: 0, seed: 99)?.records == 30..<36)
    }

    @Test("marks come back as they were, and a flipped bit in any byte is refused")
    func marks() throws {
        let journal = JournalMark(
            identity: identity,
            activeFile: 3,
            nextSequence: 9,
            reserveMs: -1,
            nextOffsets: [1, 2, 3]
        )
        #expect(try JournalMark.read(journal.bytes, file: "f") == journal)
        let volumes = VolumesMark(
            identity: identity,
            journalFrom: 3,
            spans: [.init(first: 0, next: 5), .init(first: 2, next: 2)]
        )
        #expect(try VolumesMark.read(volumes.bytes, file: "f") == volumes)
        for index in journal.bytes.indices {
            var bytes = journal.bytes
            bytes[index] ^= 0x10
            #expect(throws: LogError.self) { try JournalMark.read(bytes, file: "f") }
            #expect(throws: LogError.self) {
                try JournalMark.read(Array(journal.bytes[..<index]), file: "f")
            }
        }
    }

    @Test("a walk over random bytes ends without a trap")
    func walkOverNoise() {
        for seed in 1...300 as ClosedRange<UInt64> {
            var chance = SeededRandom(seed: seed)
            let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &chance) }
            var walk = RecordWalk(
                bytes,
                in: 0..<64,
                first: .max - 3,
                timeMs: .max - 100,
                count: .max
            )
            while walk.next() != nil {}
            _ = GroupBytes.runs(in: bytes, count: 3)
            _ = GroupBytes.head(bytes[...])
        }
    }
}
