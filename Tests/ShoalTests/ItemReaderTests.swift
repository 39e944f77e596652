// Tests of ItemReader: a file's beginning tells lines from lists, and lists hold the same records.

import Testing

@testable import ShoalCommand

@Suite struct ItemReaderTests {
    private func items(_ text: String, piece: Int) throws -> [String] {
        var reader = ItemReader(pieces(Array(text.utf8), of: piece))
        var found: [String] = []
        while let item = try reader.item() {
            guard case .whole(let range) = item else { continue }
            found.append("\(reader.line) " + String(decoding: reader.buffer[range], as: UTF8.self))
        }
        return found
    }

    private static let long = String(repeating: "[", count: 100_000)

    @Test(
        "the beginning tells lines from a list",
        arguments: [
            ("", []), ("\n{}\n", ["1 ", "2 {}"]), ("{\"a\":[1]}\n{}", ["1 {\"a\":[1]}", "2 {}"]),
            ("\u{FEFF}{\"a\":1}", ["1 {\"a\":1}"]), ("\u{FEFF}\n [1]", ["2 1"]),
            ("{\"events\":{\"a\":1}}", ["1 {\"events\":{\"a\":1}}"]),
            ("{\"events\":[]}", []), ("{\"a\":\"cut\n{}", ["1 {\"a\":\"cut", "2 {}"]),
            ("rubbish\n[1]", ["1 rubbish", "2 [1]"]),
            ("{\"a\":1} {\"d\":[2]}", ["1 {\"a\":1} {\"d\":[2]}"]),
            ("{\"a\":\"\(long)\",\"d\":[7]}", ["1 7"]),
            ("{\"a\":\"\(long)\"}\n{}", ["1 {\"a\":\"\(long)\"}", "2 {}"]),
        ] as [(String, [String])]
    )
    func shapes(_ text: String, _ expected: [String]) throws {
        for piece in [1, 7, 1 << 16] { #expect(try items(text, piece: piece) == expected) }
    }

    @Test(
        "a peer's sample is read the same in one list, in an object and in pages",
        arguments: [FileFormat.segment, .mixpanel, .clevertap, .amplitude]
    )
    func lists(_ format: FileFormat) throws {
        // The blank line is none in a list, and a text without end would break it.
        let lines = try sampleText(format).split(separator: "\n")
            .filter { $0.hasSuffix("}") || $0.hasSuffix("]") }
        let settings = SourceSettings(format: format)
        func read(_ text: String) throws -> [String] {
            try records(text, settings).map { try $0.summary() }
        }
        let expected = try read(lines.joined(separator: "\n"))
        #expect(expected.count >= 11)
        let list = "[" + lines.joined(separator: ",") + "]"
        #expect(try read(list) == expected)
        #expect(try read("[\n" + lines.joined(separator: " ,\r\n") + "\n]\n") == expected)
        #expect(try read("{\"api_key\":\"k\",\"events\": \(list),\"options\":{}}") == expected)
        let pages = lines.map { "{\"status\":\"success\",\"records\":[\($0)]}" }
        #expect(try read(pages.joined(separator: "\n")) == expected)
    }

    @Test("a bad record of a list is told by its number and line, and the rest is read")
    func badRecord() throws {
        let text = "[{\"user_id\":\"a\"}, {\"user\":\"b\"},\n {\"user_id\":\"c\"}]"
        let all = try records(text)
        #expect(all.map(\.place.description) == ["line 1", "record 2, line 1", "record 3, line 2"])
        #expect(all[1].problem?.field == "user" && all[2].record?.userID == "c")
        var settings = SourceSettings(format: .ndjson)
        settings.skipThrough = 2
        #expect(try records(text, settings).map(\.number) == [3])
    }

    @Test("a list that breaks off is refused as bad data, with where")
    func brokenOff() throws {
        do {
            _ = try records("[{\"user_id\":\"a\"},\n{\"user_id\":\"b\"")
            Issue.record("half a list must be refused")
        } catch {
            let told = CommandError(error, "import")
            #expect(told.code == .badData && told.place == "record 2, line 2", "\(told)")
        }
    }
}
