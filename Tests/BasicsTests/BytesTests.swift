// Bytes written and read back; truncated and hostile bytes throw and never trap.

import Basics
import Testing

struct BytesTests {
    private func sample() -> [UInt8] {
        var writer = ByteWriter(reserving: 128)
        writer.u8(7)
        writer.u16(0x1234)
        writer.u32(0xDEAD_BEEF)
        writer.u64(.max - 1)
        writer.i64(-5)
        writer.f64(-0.25)
        writer.varint(300)
        writer.zigzag(-300)
        writer.count(3)
        writer.raw([1, 2, 3])
        writer.prefixedBytes([9, 9])
        writer.text("héllo")
        return writer.bytes
    }

    private func readAll(_ reader: inout ByteReader) throws {
        #expect(try reader.u8() == 7)
        #expect(try reader.u16() == 0x1234)
        #expect(try reader.u32() == 0xDEAD_BEEF)
        #expect(try reader.u64() == .max - 1)
        #expect(try reader.i64() == -5)
        #expect(try reader.f64() == -0.25)
        #expect(try reader.varint() == 300)
        #expect(try reader.zigzag() == -300)
        #expect(try reader.count() == 3)
        #expect(try reader.bytes(count: 3) == [1, 2, 3])
        #expect(try reader.prefixedBytes() == [9, 9])
        #expect(try reader.text() == "héllo")
    }

    @Test("everything written reads back, in an array, a slice and a range")
    func roundTrip() throws {
        let bytes = sample()
        var reader = ByteReader(bytes)
        try readAll(&reader)
        #expect(reader.isAtEnd)
        let padded = [0xFF] + bytes + [0xFF]
        var slice = ByteReader(padded[1...bytes.count])
        try readAll(&slice)
        #expect(slice.isAtEnd)
        var range = try ByteReader(padded, in: 1..<bytes.count + 1)
        try readAll(&range)
        #expect(range.remaining == 0)
        #expect(throws: BytesError.self) { try ByteReader(padded, in: 1..<bytes.count + 9) }
    }

    @Test("integers are little endian on paper")
    func layout() {
        #expect(sample().prefix(7) == [7, 0x34, 0x12, 0xEF, 0xBE, 0xAD, 0xDE])
    }

    @Test("cut at every byte, reading throws and says where")
    func truncated() {
        let bytes = sample()
        for count in 0..<bytes.count {
            var reader = ByteReader(Array(bytes[..<count]))
            do {
                while true {
                    _ = try reader.u8()
                    _ = try reader.u16()
                    _ = try reader.u32()
                    _ = try reader.u64()
                    _ = try reader.i64()
                    _ = try reader.f64()
                    _ = try reader.varint()
                    _ = try reader.zigzag()
                    _ = try reader.count()
                    _ = try reader.bytes(count: 3)
                    _ = try reader.prefixedBytes()
                    _ = try reader.text()
                }
            } catch {
                #expect(error.place <= count)
            }
        }
    }

    @Test("varints of every length read back; longer or larger ones are refused")
    func varints() throws {
        for shift in 0..<64 {
            for value in [UInt64(1) << shift, (UInt64(1) << shift) &- 1] {
                var writer = ByteWriter()
                writer.varint(value)
                writer.zigzag(Int64(bitPattern: value))
                var reader = ByteReader(writer.bytes)
                #expect(try reader.varint() == value)
                #expect(try reader.zigzag() == Int64(bitPattern: value))
            }
        }
        var eleven = ByteReader([UInt8](repeating: 0x80, count: 10) + [1])
        #expect(throws: BytesError(.overflow, "varint", at: 0)) { try eleven.varint() }
        var wide = ByteReader([UInt8](repeating: 0xFF, count: 9) + [2])
        #expect(throws: BytesError(.overflow, "varint", at: 0)) { try wide.varint() }
        var open = ByteReader([0x80, 0x80])
        #expect(throws: BytesError(.truncated, "varint", at: 0)) { try open.varint() }
        #expect(open.position == 0, "a failed read stays")
    }

    @Test("a count that the remaining bytes cannot hold is refused before anyone allocates")
    func counts() throws {
        var writer = ByteWriter()
        writer.varint(1 << 40)
        writer.raw([UInt8](repeating: 0, count: 16))
        var reader = ByteReader(writer.bytes)
        #expect(throws: BytesError(.overflow, "count", at: 0)) { try reader.count() }
        var negative = ByteWriter()
        negative.varint(.max)
        var huge = ByteReader(negative.bytes)
        #expect(throws: BytesError(.overflow, "count", at: 0)) { try huge.count() }
        #expect(throws: BytesError(.truncated, "prefixed bytes", at: 0)) {
            try huge.prefixedBytes()
        }
        var five = ByteReader([2, 0, 0, 0, 0, 0, 0, 0])
        #expect(throws: BytesError.self) { try five.count(itemBytes: 4) }
        #expect(try five.count(itemBytes: 3) == 2)
        #expect(throws: BytesError.self) { try five.bytes(count: -1) }
        #expect(throws: BytesError.self) { try five.skip(.max) }
    }

    @Test("a text that is not UTF-8 is refused at its place")
    func badText() {
        var reader = ByteReader([2, 0xC3, 0x28])
        #expect(throws: BytesError(.badUTF8, "text", at: 1)) { try reader.text() }
        #expect(reader.position == 0)
    }

    @Test("patches and cuts change what was written")
    func patches() throws {
        var writer = ByteWriter()
        let place = writer.reserveU32()
        writer.u64(0)
        writer.text("rest")
        writer.patch(u32: 0xCAFE_F00D, at: place)
        writer.patch(u64: 1 << 40, at: 4)
        var reader = ByteReader(writer.bytes)
        #expect(try reader.u32() == 0xCAFE_F00D)
        #expect(try reader.u64() == 1 << 40)
        writer.truncate(to: 4)
        #expect(writer.count == 4)
        writer.removeAll()
        #expect(writer.bytes.isEmpty)
    }

    @Test("a cursor reads borrowed memory in place")
    func cursor() throws {
        let file = MappedFile(copying: sample())
        try file.withBytes { (span) throws(BytesError) in
            var cursor = ByteCursor(over: span)
            let wide = try (
                cursor.u8(from: span), cursor.u16(from: span), cursor.u32(from: span),
                cursor.u64(from: span), cursor.fixed(Int64.self, from: span)
            )
            #expect(wide == (7, 0x1234, 0xDEAD_BEEF, .max - 1, -5))
            _ = try cursor.take(8)
            let small = try (
                cursor.varint(from: span), cursor.zigzag(from: span), cursor.count(from: span)
            )
            #expect(small == (300, -300, 3))
            let ranges = try (cursor.take(3), cursor.prefixed(from: span))
            #expect(ranges.0.count == 3 && ranges.1.count == 2)
            let text = try cursor.text(from: span)
            #expect(text == "héllo" && cursor.isAtEnd)
        }
    }

    @Test("a cursor given a shorter span than it was made for throws")
    func shorterSpan() {
        let file = MappedFile(copying: [1, 2])
        #expect(throws: BytesError(.truncated, "integer", at: 0)) {
            try file.withBytes { (span) throws(BytesError) in
                var cursor = ByteCursor(end: 100)
                return try cursor.u64(from: span)
            }
        }
    }

    @Test("random bytes never trap", arguments: [21 as UInt64])
    func fuzz(seed: UInt64) {
        var chance = SeededRandom(seed: seed)
        for _ in 0..<5_000 {
            let bytes = (0..<chance.below(40)).map { _ in UInt8(chance.below(256)) }
            var reader = ByteReader(bytes)
            for _ in 0..<10 {
                switch chance.below(6) {
                case 0: _ = try? reader.varint()
                case 1: _ = try? reader.text()
                case 2: _ = try? reader.prefixedBytes()
                case 3: _ = try? reader.count(itemBytes: chance.below(5))
                case 4: _ = try? reader.u64()
                default: _ = try? reader.zigzag()
                }
                #expect(reader.position <= bytes.count, "seed \(seed)")
            }
        }
    }
}
