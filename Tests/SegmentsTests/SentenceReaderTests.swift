// Sentences as input: what is said is read back equal, and what cannot be read is told where.

import Basics
import Foundation
import Kit
import Segments
import Testing

@Suite struct SentenceReaderTests {
    /// More than the usual ones, as SHOAL_TEST_DIFFERENTIAL_CASES says.
    private static var caseCount: UInt64 {
        ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"].flatMap(UInt64.init)
            ?? 2_000
    }

    @Test("random definitions are said, read back and written as equal ones")
    func roundTrip() throws {
        var kinds: [String: Int] = [:]
        var operators: Set<FilterOperator> = []
        for seed in 60_001...60_000 + Self.caseCount {
            let random = SeededRandom(seed: seed)
            let centre = RandomWorld.centres[Int(seed) % RandomWorld.centres.count]
            var definitions = RandomDefinitions(random, around: centre, nests: true)
            let definition = definitions.next()
            let sentence = try Sentence.say(definition)
            do {
                let read = try Sentence.read(sentence)
                let again = try Sentence.say(read)
                try #require(read == definition, "seed \(seed): \(sentence)\n\(again)")
            } catch let problem as DefinitionProblem {
                Issue.record("seed \(seed): \(problem)\n\(sentence)")
                return
            }
            let document = try DefinitionWriter.write(DefinitionDocument(definition: definition))
            #expect(try DefinitionReader.read(document).definition == definition, "seed \(seed)")
            for condition in definition.nodes {
                kinds[condition.keyword, default: 0] += 1
                if case .user(let user) = condition { operators.insert(user.filter.operator) }
            }
        }
        // Every kind and operator often enough: else it would prove nothing.
        for kind in Condition.keywords {
            #expect(kinds[kind, default: 0] > 20, "\(kind): \(kinds)")
        }
        #expect(operators.count == FilterOperator.allCases.count)
    }

    @Test("names and texts of any characters are read back byte for byte")
    func characters() throws {
        for text in [
            "\"", "\\", "\\\"", "a\nb\tc\r", "\u{1B}[0m", "\u{2028}\u{2029}\u{85}", "(,)",
            "e\u{301}",
            "\u{E9}", "\u{FEFF}x", "👩‍👩‍👧", " ", "\u{0}", "\\u{41}", "\u{FFFD}\u{10FFFF}",
        ] {
            let filter = PropertyFilter(ExactName("p" + text), .equals, [.text(text)])
            let match = EventMatch([ExactName("e" + text), "A"], where: [filter])
            let definition = Definition(.did(Did(match)))
            #expect(try Sentence.read(Sentence.say(definition)) == definition, "\(text)")
        }
    }

    @Test(
        "what a person writes, in whichever order, case and lines, is what a document says",
        arguments: table(
            #"""
            {all: [{did: {event: Charged, atLeast: 3, window: {between: [2025-05-01,
            2025-07-01]}}}, {didNot: {event: Charged, window: {rolling: 14d}}}, {user: {property:
            source, equals: facebook}}]}
                did "Charged" at least 3 times between 2025-05-01 and 2025-07-01 and did not
                "Charged" in the last 14 days and user "source" is "facebook"
            {did: {event: A, atLeast: 3, window: {rolling: 14d}}}
                Did "A" in the last 2w at least 3 times
            {did: {event: A, exactly: 2, window: {calendar: {last: 3, unit: month}}}}
                did "A" twice in the last 3 whole calendar months
            {user: {property: n, notIn: [1, 2]}}
                user "n" is not one of 1, 2
            {user: {property: n, greaterThan: 5}}
                ( user property "n" is more than 5 )
            {any: [{did: {event: A}}, {predominantly: {event: [B, C], property: p, equals: x}}]}
                did "A" or "p" of "B" or "C" is mostly "x"
            {any: [{did: {event: [A, p]}}, {did: {event: B}}]}
                did "A" or "p" or did "B"
            {not: {all: [{did: {}}, {any: []}]}}
                not (did any event and is no user)
            {all: [{any: [{did: {}}]}, {all: []}]}
                any of (did any event) and is any user
            {share: {event: A, where: [{property: p, in: [1, 2]}], atLeast: 0.5}}
                a share of at least 0.5 of "A" where "p" is one of 1, 2
            {sequence: {steps: [A, {event: B, where: [{property: p, in: [1, 2]}]}], strictlyLater:
            true}}
                did "A" then "B" where "p" is one of 1, 2, each strictly later
            {did: {event: A, where: [{property: p, contains: "a \"b\""}, {property: q, matches:
            "x.y"}]}}
                did "A" where "p" contains "a \"b\"" and "q" matches "x.y"
            """#
        )
    )
    func people(_ row: (document: String, expected: String)) throws {
        #expect(try Sentence.read(row.expected) == condition(row.document))
        let lines = row.expected.split(separator: " ").joined(separator: "\n\t ")
        if !row.expected.contains("\\") {
            #expect(try Sentence.read(lines) == condition(row.document))
        }
    }

    @Test(
        "what cannot be read is told with line, column, what was expected and a hint",
        arguments: [
            ("", "line 1, column 1: expected a condition, found the end; such as did \"Charged\""),
            ("did Charged", "line 1, column 5: expected an event in quotation marks"),
            (
                "did \"A\"\n at least x times",
                "line 2, column 11: expected a whole number, found `x`"
            ),
            ("did \"A\" at least 3", "line 1, column 19: expected `times`, found the end"),
            (
                "did \"A\" in the last month",
                "line 1, column 21: expected a duration, found `month`;"
            ),
            ("did \"A\" and", "line 1, column 12: expected a condition, found the end"),
            (
                "did \"A\" and did \"B\" or did \"C\"",
                "line 1, column 21: `and` and `or` stand side"
            ),
            ("(did \"A\"", "line 1, column 9: expected `)`, found the end; or go on with `and`"),
            ("did \"A\")", "line 1, column 8: expected `and`, `or` or the end, found `)`"),
            ("did \"A\" sometimes", "line 1, column 9: expected `and`, `or` or the end"),
            ("did \"A", "line 1, column 5: the quotation mark is not closed; write `\"`"),
            ("did \"A\\d\"", "line 1, column 8: what follows `\\` is not known; known are"),
            ("user \"p\" equals 1", "line 1, column 10: expected `is`, `exists`, `contains`"),
            (
                "user \"p\" is Pune",
                "line 1, column 13: expected a value, found `Pune`; texts stand"
            ),
            (
                "user \"p\" is before soon",
                "line 1, column 20: expected a date, found `soon`; write"
            ),
            ("\"p\" is 1", "line 1, column 1: expected a condition, found \"p\"; for a property"),
            (
                "not did \"A\"",
                "line 1, column 1: expected a condition, found `not`; write `not (…)`"
            ),
            ("the first \"A\" in 2025", "line 1, column 15: expected `happened`, `is`, `has`"),
            ("did \"A\" then \"B\", twice", "line 1, column 17: expected `and`, `or` or the end"),
            ("did \"A\" in the last calendar day in Mars", "line 1, column 37: unknown zone"),
            ("did \"A\", with dates and days of Mars", "line 1, column 33: unknown zone \"Mars\""),
        ]
    )
    func problems(_ row: (sentence: String, expected: String)) throws {
        do {
            _ = try Sentence.read(row.sentence)
            Issue.record("it was read")
        } catch {
            #expect(error.description.hasPrefix(row.expected), "\(error)")
            #expect(error.operation == .read)
        }
    }

    @Test("brackets without end, long sentences and cut ones are refused without harm")
    func hostile() throws {
        let deep = String(repeating: "not (", count: 100_000)
        #expect(throws: DefinitionProblem.self) { try Sentence.read(deep) }
        let long = String(repeating: "did \"A\" and ", count: 100_000)
        #expect(throws: DefinitionProblem.self) { try Sentence.read(long) }
        let many = Array(repeating: "did \"A\"", count: 1_000).joined(separator: " and ")
        #expect(throws: DefinitionProblem.self) { try Sentence.read(many) }
        var random = SeededRandom(seed: 0x5E60_8000)
        for seed in UInt64(62_001)...62_200 {
            var definitions = RandomDefinitions(SeededRandom(seed: seed), around: Timestamp(ms: 0))
            var sentence = Array(try Sentence.say(definitions.next()).unicodeScalars)
            for _ in 0..<3 {
                let at = random.below(sentence.count)
                switch random.below(3) {
                case 0: sentence.remove(at: at)
                case 1: sentence[at] = ["\"", "\\", "(", ")", ",", " ", "9"][random.below(7)]
                default: sentence.removeLast(min(at, 5))
                }
                if sentence.isEmpty { break }
                var text = String.UnicodeScalarView()
                text.append(contentsOf: sentence)
                // Read or refused: either is fine, and what is read can be said again.
                if let read = try? Sentence.read(String(text)) { _ = try Sentence.say(read) }
            }
        }
    }

    @Test("a document may be a sentence, as a whole or as its condition")
    func documents() throws {
        let said = #"did "A" since 2025-05-01"#
        let berlin = Definition(
            .did(Did(EventMatch(["A"], window: .between(from: try midnight(), to: nil)))),
            zone: "Europe/Berlin"
        )
        let document = PlainValue.map([
            PlainEntry("name", .text("n")), PlainEntry("zone", .text("Europe/Berlin")),
            PlainEntry("condition", .text(said), line: 3),
        ])
        #expect(try DefinitionReader.read(document).definition == berlin)
        let whole = PlainValue.text(said + ", with dates and days of Europe/Berlin")
        #expect(try DefinitionReader.read(whole).definition == berlin)
        let both = PlainValue.map([
            PlainEntry("zone", .text("Asia/Tokyo")), PlainEntry("condition", whole),
        ])
        #expect(throws: DefinitionProblem.self) { try DefinitionReader.read(both) }
        do {
            let wrong = PlainValue.map([PlainEntry("condition", .text("did A"), line: 3)])
            _ = try DefinitionReader.read(wrong)
            Issue.record("it was read")
        } catch {
            #expect(error.place == "condition, line 1, column 5" && error.line == 3)
        }
    }

    private func midnight() throws -> Timestamp {
        try #require(Timestamp.rfc3339("2025-04-30T22:00:00Z"))
    }

    @Test(
        "a sentence is told from a document by how it begins",
        arguments: [
            (#"did "A""#, true), (#"  ( did "A" )"#, true), (#""p" of "A" is mostly 1"#, true),
            ("a share of", true), (#"user "a: b" is 1"#, true), ("condition:\n  did: {}", false),
            ("{condition: {}}", false), (#""condition": {}"#, false), ("# comment", false),
            ("---\nname: x", false), ("- did: {}", false), ("", false), ("name : x", false),
        ]
    )
    func isSentence(_ row: (text: String, expected: Bool)) {
        #expect(Sentence.isSentence(row.text) == row.expected)
    }
}
