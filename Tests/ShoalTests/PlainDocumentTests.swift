// Tests of PlainDocument and DefinitionFile: types, lines, bounds, and the way back to YAML.

import Basics
import Segments
import Testing

@testable import ShoalCommand

@Suite struct PlainDocumentTests {
    @Test(
        "plain words are what YAML 1.2 says, quoted ones and dates are texts",
        arguments: [
            ("10", .int(10)), ("-3", .int(-3)), ("1.5", .double(1.5)), ("1e3", .double(1000)),
            ("\"10\"", .text("10")), ("'true'", .text("true")), ("true", .bool(true)),
            ("yes", .text("yes")), ("no", .text("no")), ("~", .null), ("null", .null),
            ("2025-05-01", .text("2025-05-01")), ("5.10.0", .text("5.10.0")),
            ("2025-05-01T00:00:00Z", .text("2025-05-01T00:00:00Z")), ("12:30", .text("12:30")),
            ("0x10", .text("0x10")), ("1_000", .text("1_000")), (".inf", .text(".inf")),
            ("!!str 10", .text("10")), ("Köln", .text("Köln")), ("007", .int(7)),
        ] as [(String, PlainValue)]
    )
    func words(_ text: String, _ value: PlainValue) throws {
        let found = try PlainDocument.read("v: \(text)")
        #expect(found == .map([PlainEntry("v", value)]))
    }

    @Test("JSON is read too, and every field knows its line")
    func lines() throws {
        let found = try PlainDocument.read("{\n  \"a\": [1, \"x\"],\n  \"b\": {\"c\": null}\n}\n")
        guard case .map(let entries) = found else {
            Issue.record("an object is a map")
            return
        }
        #expect(entries.map(\.key) == ["a", "b"] && entries.map(\.line) == [2, 3])
        #expect(entries[0].value == .list([.int(1), .text("x")]))
        #expect(try PlainDocument.read("") == .null)
    }

    @Test("what is no document is refused with its line")
    func refused() {
        for text in ["a: [1", "a: b: c", "a: 1\na: 2", "\"x", "a: *nowhere", "{a: 1}}"] {
            #expect(throws: DefinitionProblem.self, "\(text)") { try PlainDocument.read(text) }
        }
        do {
            _ = try PlainDocument.read("a: 1\nb: [2\n")
            Issue.record("an open list must be refused")
        } catch { #expect((error.line ?? 0) >= 2) }
    }

    @Test("depth and aliases are bounded: no stack is exhausted, no memory eaten")
    func bounds() {
        var bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for (next, last) in zip("bcdefgh", "abcdefg") {
            bomb +=
                "\(next): &\(next) ["
                + Array(repeating: "*\(last)", count: 9).joined(separator: ",")
            bomb += "]\n"
        }
        let deep = [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000),
            String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 100_000),
            String(repeating: "[", count: 500) + String(repeating: "]", count: 500), bomb,
        ]
        for text in deep {
            #expect(throws: DefinitionProblem.self) { try PlainDocument.read(text) }
        }
    }

    @Test("what is written reads as the same again")
    func wayBack() throws {
        let value = PlainValue.map([
            PlainEntry("text", .text("10")), PlainEntry("word", .text("Köln: 1 # no")),
            PlainEntry("empty", .text("")), PlainEntry("date", .text("2025-05-01")),
            PlainEntry("yes", .text("true")), PlainEntry("int", .int(-5)),
            PlainEntry("double", .double(0.25)), PlainEntry("no", .bool(false)),
            PlainEntry("list", .list([.text("a"), .map([PlainEntry("x", .null)]), .list([])])),
            PlainEntry("lines", .text("a\nb \"q\" \\")), PlainEntry("map", .map([])),
        ])
        #expect(try PlainDocument.read(try PlainDocument.write(value)) == value)
    }
}

@Suite struct DefinitionFileTests {
    @Test("a file may hold a sentence, and what is wrong with it is told with its place")
    func sentence() throws {
        let text = "did \"Charged\" at least 3 times\n  and user \"city\" is \"Pune\"\n"
        let file = try DefinitionFile(text, path: "payers.txt")
        #expect(
            try Sentence.say(file.document.definition)
                == #"did "Charged" at least 3 times and user property "city" is "Pune""#
        )
        do {
            _ = try DefinitionFile("did \"Charged\"\n and user city is 1", path: "payers.txt")
            Issue.record("it was read")
        } catch {
            #expect(error.place == "payers.txt: line 2, column 11")
        }
    }

    @Test("the demo's own definitions survive the way to the wire and back to YAML")
    func roundTrip() throws {
        for segment in DemoSegment.allCases {
            let file = try DefinitionFile(segment.yaml, path: "x")
            let yaml = try DefinitionFile.yaml(
                try file.wire(),
                name: file.document.name,
                description: file.document.description
            )
            let again = try DefinitionFile(yaml, path: "y")
            #expect(again.document == file.document, "\(yaml)")
        }
    }

    @Test("a problem names file, line and place, with a hint")
    func problem() {
        let text = "name: x\ncondition:\n  did:\n    event: A\n    windw: {rolling: 30d}\n"
        do {
            _ = try DefinitionFile(text, path: "s.yaml")
            Issue.record("an unknown field must be refused")
        } catch {
            #expect(error.code == .badData && error.place.hasPrefix("s.yaml:5: condition.did"))
            #expect(error.hint.contains("window"))
        }
    }

    @Test("a definition a thousand deep is refused in a sentence")
    func deep() {
        let open = String(repeating: "{not: ", count: 900)
        let text = "condition: " + open + "{did: {event: A}}" + String(repeating: "}", count: 900)
        #expect(throws: CommandError.self) { try DefinitionFile(text, path: "deep.yaml") }
    }
}
