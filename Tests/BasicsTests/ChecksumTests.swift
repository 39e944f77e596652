// Checksums against published vectors, and the two CRC ways against each other.

import Testing

@testable import Basics

struct ChecksumTests {
    @Test("CRC-32C gives the published values")
    func crcVectors() {
        #expect(Checksum.crc32c([UInt8]()) == 0)
        #expect(Checksum.crc32c(Array("123456789".utf8)) == 0xE306_9283)
        #expect(Checksum.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(Checksum.crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(Checksum.crc32c((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    }

    @Test("the instruction and the tables agree on every length, and pieces add up")
    func crcWays() {
        var chance = SeededRandom(seed: 11)
        let bytes = (0..<300).map { _ in UInt8(chance.below(256)) }
        for count in 0...bytes.count {
            let part = Array(bytes[..<count])
            let whole = Checksum.crc32c(part)
            #expect(Checksum.crc32cByTables(part) == whole)
            #expect(Checksum.crc32c(bytes[..<count]) == whole)
            let cut = chance.below(count + 1)
            let first = Checksum.crc32c(bytes[..<cut])
            #expect(Checksum.crc32c(bytes[cut..<count], seed: first) == whole)
        }
        let span = MappedFile(copying: bytes)
        #expect(span.withBytes { Checksum.crc32c($0) } == Checksum.crc32c(bytes))
    }

    @Test("XXH64 gives the published values")
    func xxhVectors() {
        #expect(Checksum.xxh64([UInt8]()) == 0xEF46_DB37_51D8_E999)
        #expect(Checksum.xxh64(Array("a".utf8)) == 0xD24E_C4F1_A98C_6E5B)
        #expect(Checksum.xxh64(Array("abc".utf8)) == 0x44BC_2CF5_AD77_0999)
        let long = "Nobody inspects the spammish repetition"
        #expect(Checksum.xxh64(Array(long.utf8)) == 0xFBCE_A83C_8A37_8BF1)
    }

    @Test("XXH64 of the specification's own test buffer, with and without a seed")
    func xxhSanityBuffer() {
        let prime32: UInt64 = 2_654_435_761
        var generator = prime32
        let buffer = (0..<222).map { _ in
            let byte = UInt8(truncatingIfNeeded: generator >> 56)
            generator = generator &* 11_400_714_785_074_694_797
            return byte
        }
        #expect(Checksum.xxh64([], seed: prime32) == 0xAC75_FDA2_929B_17EF)
        #expect(Checksum.xxh64(Array(buffer[..<1])) == 0xE934_A84A_DB05_2768)
        #expect(Checksum.xxh64(Array(buffer[..<1]), seed: prime32) == 0x5014_6076_43A9_B4C3)
        #expect(Checksum.xxh64(Array(buffer[..<14])) == 0x8282_DCC4_994E_35C8)
        #expect(Checksum.xxh64(Array(buffer[..<14]), seed: prime32) == 0xC3BD_6BF6_3DEB_6DF0)
        #expect(Checksum.xxh64(buffer) == 0xB641_AE8C_B691_C174)
        #expect(Checksum.xxh64(buffer, seed: prime32) == 0x20CB_8AB7_AE10_C14A)
        let file = MappedFile(copying: buffer)
        #expect(file.withBytes { Checksum.xxh64($0) } == Checksum.xxh64(buffer))
    }
}
