// Mapped bytes and arrays: bounds and alignment are checked before anything is read.

import Basics
import Testing

struct MappedFileTests {
    private let file: MappedFile = {
        var writer = ByteWriter()
        for value in 0..<10 { writer.u32(UInt32(value * 1_000)) }
        return MappedFile(copying: writer.bytes)
    }()

    @Test("an array reads the integers where they lie")
    func arrays() throws {
        let all = try file.array(of: UInt32.self, at: 0, count: 10)
        #expect(all.count == 10)
        #expect(all[9] == 9_000)
        #expect(all.copied() == (0..<10).map { UInt32($0 * 1_000) })
        let sum = all.withSpan { span in
            var sum: UInt32 = 0
            for index in span.indices { sum += span[index] }
            return sum
        }
        #expect(sum == 45_000)
        #expect(try file.array(of: UInt32.self, at: 36, count: 1)[0] == 9_000)
        #expect(try file.array(of: UInt16.self, at: 4, count: 1)[0] == 1_000)
        #expect(try file.array(of: UInt64.self, at: 40, count: 0).isEmpty)
    }

    @Test(
        "an array outside the file or off its alignment is refused",
        arguments: [(0, 11), (4, 10), (44, 0), (-4, 1), (0, -1), (0, Int.max), (Int.max, 1)]
    )
    func outside(offset: Int, count: Int) {
        #expect(throws: BytesError.self) {
            try file.array(of: UInt32.self, at: offset, count: count)
        }
    }

    @Test("an array off its alignment is refused")
    func misaligned() {
        #expect(throws: BytesError(.misaligned, "mapped array", at: 2)) {
            try file.array(of: UInt32.self, at: 2, count: 1)
        }
    }

    @Test("a range outside the file is refused, spans cover all of it")
    func ranges() throws {
        #expect(try file.bytes(in: 4..<6) == [0xE8, 0x03])
        #expect(try file.bytes(in: 40..<40) == [])
        #expect(throws: BytesError.self) { try file.bytes(in: 39..<41) }
        #expect(throws: BytesError.self) { try file.bytes(in: -1..<1) }
        #expect(file.withBytes { $0.byteCount } == 40)
    }

    @Test("an array keeps its file alive")
    func lifetime() throws {
        func made() throws -> MappedArray<UInt16> {
            try MappedFile(copying: [1, 0, 2, 0]).array(of: UInt16.self, at: 0, count: 2)
        }
        #expect(try made().copied() == [1, 2])
    }
}
