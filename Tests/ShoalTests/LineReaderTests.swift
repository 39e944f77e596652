// Tests of LineReader: every cut into pieces gives the same lines, long ones are passed over.

import Basics
import Testing

@testable import ShoalCommand

@Suite struct LineReaderTests {
    private func lines(_ bytes: [UInt8], piece: Int) throws -> [String?] {
        var reader = LineReader(pieces(bytes, of: piece))
        var lines: [String?] = []
        while let line = try reader.line() {
            switch line {
            case .whole(let range):
                lines.append(String(decoding: reader.buffer[range], as: UTF8.self))
            case .overlong: lines.append(nil)
            }
        }
        #expect(reader.number == lines.count)
        return lines
    }

    @Test(
        "lines end at newlines, with or without carriage return, the last without any",
        arguments: [
            ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\r\nb", ["a", "b"]),
            ("\n\nx\n", ["", "", "x"]), ("\u{FEFF}a\n\u{FEFF}b", ["a", "\u{FEFF}b"]),
        ] as [(String, [String])]
    )
    func ends(_ text: String, _ expected: [String]) throws {
        for piece in 1...8 {
            let found = try lines(Array(text.utf8), piece: piece).map { $0 ?? "?" }
            #expect(found.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
        }
    }

    @Test("a line longer than the limit is one line that is gone, and the next one is whole")
    func overlong() throws {
        let long = [UInt8](repeating: 0x61, count: LineReader.lineBytesMax + 1)
        let text = Array("x\n".utf8) + long + Array("\ny\n".utf8)
        for piece in [1 << 12, 1 << 18, 1 << 22] {
            #expect(try lines(text, piece: piece) == ["x", nil, "y"])
        }
        #expect(try lines(long, piece: 1 << 18) == [nil])
        #expect(try lines(Array(long.dropLast()), piece: 1 << 18).first??.utf8.count == 1 << 20)
    }
}
