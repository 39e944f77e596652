// Tests of ListReader: lists, objects around them and pages give their elements in any pieces; what
// breaks a list is told by record and line.

import Basics
import Kit
import Testing

@testable import ShoalCommand

@Suite struct ListReaderTests {
    /// Elements with the lines they begin on; nil for one that was too long.
    private func elements(_ text: String, piece: Int = 7) throws -> [String?] {
        var reader = ListReader(pieces(Array(text.utf8), of: piece))
        var found: [String?] = []
        while let element = try reader.element() {
            guard case .whole(let range) = element else {
                found.append(nil)
                continue
            }
            found.append("\(reader.line) " + String(decoding: reader.buffer[range], as: UTF8.self))
        }
        return found
    }

    @Test(
        "elements are cut out with their line, whatever stands around the list",
        arguments: [
            ("[]", []), (" [ ] \n", []),
            ("[1,\"a]\" , {\"b\":[2]}]", ["1 1", "1 \"a]\"", "1 {\"b\":[2]}"]),
            (
                "[\n  {\n    \"a\": \"\\\\\\\"}\"\n  },\n  {}\n]",
                ["2 {\n    \"a\": \"\\\\\\\"}\"\n  }", "5 {}"]
            ),
            ("{\"k\":{\"d\":[0]},\"d\":[1,2],\"n\":null}", ["1 1", "1 2"]),
            ("{\"events\":[{}],\"records\":[{\"a\":1}]}", ["1 {}", "1 {\"a\":1}"]),
            ("{\"s\":\"],{\",\"batch\":[true]}\n{\"batch\":[]}[3]", ["1 true", "2 3"]),
            ("", []),
        ] as [(String, [String])]
    )
    func elements(_ text: String, _ expected: [String]) throws {
        for piece in 1...9 { #expect(try elements(text, piece: piece) == expected) }
    }

    @Test(
        "what breaks a list is told with the last record and the line",
        arguments: [
            ("[1 2]", "record 1, line 1"), ("[1,\n2}", "record 2, line 2"),
            ("[{\"a\":1}},{}]", "record 1, line 1"), ("[1,]", "record 2, line 1"),
            ("[{\"a\":\"b\n\"}]", "record 1, line 1"), ("[1,2", "record 2, line 1"),
            ("[{\"a\":[1]", "record 1, line 1"), ("[1]\n x", "record 1, line 2"),
            ("[1]\n{\"a\":1}", "record 1, line 2"), ("{\"d\":[1] 2}", "record 1, line 1"),
            ("{\"d\" [1]}", "record 0, line 1"), ("{d:[1]}", "record 0, line 1"),
        ]
    )
    func broken(_ text: String, _ place: String) throws {
        for piece in [1, 64] {
            do {
                _ = try elements(text, piece: piece)
                Issue.record("\(text) must be refused")
            } catch let problem as FileProblem { #expect(problem.place == place, "\(problem)") }
        }
    }

    @Test("an element longer than the limit is gone and not kept; the next is whole")
    func overlong() throws {
        let long = String(repeating: "x", count: ListReader.elementBytesMax)
        #expect(
            try elements("[\"\(long)\",{},\"\(long.dropLast(2))\"]", piece: 1 << 18)[..<2] == [
                nil, "1 {}",
            ]
        )
        var reader = ListReader(pieces(Array("[\"\(long)\(long)\"]".utf8), of: 1 << 18))
        #expect(try reader.element() == .overlong)
        #expect(reader.buffer.count == ListReader.elementBytesMax)
    }

    @Test("lists damaged at random are read or refused, never worse")
    func mutations() throws {
        var random = SeededRandom(seed: 5)
        let text = Array(#"{"a":"\"]","d":[{"b":[1,{"c":"}"}]},2],"e":{}} [null]"#.utf8)
        var refused = 0
        for _ in 0..<5_000 {
            var bytes = text
            for _ in 0...random.below(3) {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            do {
                _ = try elements(String(decoding: bytes, as: UTF8.self))
            } catch is FileProblem { refused += 1 }
        }
        #expect(refused > 1_000, "seed 5: much damage breaks the list")
    }
}
