// Documents: what is read, what is refused and with which hint, and the way back.

import Basics
import Kit
import Segments
import Testing

@Suite struct DefinitionReaderTests {
    /// The example at the head of `DefinitionReader.swift`.
    private static let example = plain(
        """
        {name: loyal-facebook, description: Those who came by Facebook and stayed.,
        zone: Europe/Berlin, condition: {all: [
            {user: {property: source, equals: facebook}},
            {did: {event: Charged, atLeast: 3, window: {between: [2025-05-01, 2025-07-01]}}},
            {did: {event: [Charged, Ticket Booked],
                where: [{property: amount, greaterThan: 100}],
                sum: {property: amount, atLeast: 500},
                window: {rolling: 90d}}},
            {didNot: {event: Charged, window: {rolling: 14d}}},
            {not: {user: {property: appVersion, lessThan: {version: "5.2"}}}},
            {any: [{did: {anyEvent: true}}, {user: {property: city, in: [Pune, Mumbai]}}]}]}}
        """
    )

    private static func loyal() throws -> Definition {
        let day: Int64 = 86_400_000
        return Definition(
            nodes: [
                .all(AllOf([1, 2, 3, 4, 5, 6])),
                .user(UserProperty(PropertyFilter("source", .equals, [.text("facebook")]))),
                .did(
                    Did(
                        EventMatch(
                            ["Charged"],
                            window: .between(
                                from: try instant("2025-04-30T22:00:00Z"),
                                to: try instant("2025-06-30T22:00:00Z")
                            )
                        ),
                        count: CountTest(.atLeast(3))
                    )
                ),
                .did(
                    Did(
                        EventMatch(
                            ["Charged", "Ticket Booked"],
                            where: [PropertyFilter("amount", .greaterThan, [.number(Number(100))])],
                            window: .rolling(ms: 90 * day)
                        ),
                        sums: [SumTest("amount", .atLeast(Number(500)))]
                    )
                ),
                .didNot(DidNot(EventMatch(["Charged"], window: .rolling(ms: 14 * day)))),
                .not(Not(7)),
                .any(AnyOf([8, 9])),
                .user(UserProperty(PropertyFilter("appVersion", .lessThan, [.version("5.2")]))),
                .did(Did(EventMatch())),
                .user(UserProperty(PropertyFilter("city", .in, [.text("Pune"), .text("Mumbai")]))),
            ],
            zone: "Europe/Berlin"
        )
    }

    @Test("the example of the grammar is read whole, dates in the definition's zone")
    func grammarExample() throws {
        let document = try DefinitionReader.read(Self.example)
        #expect(document.name == "loyal-facebook")
        #expect(document.description == "Those who came by Facebook and stayed.")
        #expect(document.definition == (try Self.loyal()))
        #expect(Validation(document.definition).isValid)
    }

    @Test("every form of window")
    func windows() throws {
        func window(_ text: String) throws -> Window {
            guard
                case .didNot(let didNot) = try condition("{didNot: {window: \(text)}}").nodes[0]
            else { return .ever }
            return didNot.match.window
        }
        let (may, july) = (try instant("2025-05-01"), try instant("2025-07-01"))
        #expect(try window("ever") == .ever)
        #expect(try window("{rolling: 36h}") == .rolling(ms: 129_600_000))
        #expect(try window("{rolling: 90000}") == .rolling(ms: 90_000))
        #expect(
            try window("{ago: {from: 8w, to: 90s}}")
                == .ago(fromMs: 4_838_400_000, toMs: 90_000)
        )
        #expect(
            try window("{between: {from: 2025-05-01, to: 2025-07-01T00:00:00Z}}")
                == .between(from: may, to: july)
        )
        #expect(try window("{between: [2025-05-01, 2025-07-01]}") == .between(from: may, to: july))
        #expect(try window("{between: {from: 2025-05-01}}") == .between(from: may, to: nil))
        #expect(
            try window("{calendar: {unit: week}}") == .calendar(CalendarWindow(unit: .week))
        )
        #expect(
            try window(#"{calendar: {last: 3, unit: month, current: include, zone: "Asia/Tokyo"}}"#)
                == .calendar(
                    CalendarWindow(last: 3, unit: .month, includesCurrent: true, zone: "Asia/Tokyo")
                )
        )
    }

    @Test("the document's types are the values' types")
    func types() throws {
        func operand(_ text: String, _ op: String = "equals") throws -> Operand? {
            let definition = try condition("{user: {property: p, \(op): \(text)}}")
            guard case .user(let user) = definition.nodes[0] else { return nil }
            return user.filter.operands.first
        }
        #expect(try operand("10") == .number(Number(10)))
        #expect(try operand("\"10\"") == .text("10"))
        #expect(try operand("10.5") == .number(Number(e4: 105_000)))
        #expect(try operand("true") == .bool(true))
        #expect(try operand("{version: \"5.2\"}") == .version("5.2"))
        #expect(try operand("{date: 2025-01-01}") == .instant(try instant("2025-01-01")))
        #expect(try operand("2025-01-01") == .text("2025-01-01"))
        #expect(try operand("2025-01-01", "before") == .instant(try instant("2025-01-01")))
        #expect(try operand("30d", "withinLast") == .duration(ms: 2_592_000_000))
    }

    @Test("any event is said by leaving `event` out or by `anyEvent: true`")
    func anyEvent() throws {
        let expected = Definition(.did(Did(EventMatch())))
        #expect(try condition("{did: {}}") == expected)
        #expect(try condition("{did: {anyEvent: true}}") == expected)
        #expect(problem(of: "{did: {anyEvent: true, event: A}}")?.code == .conflictingFields)
        #expect(problem(of: "{did: {anyEvent: false}}")?.code == .conflictingFields)
        #expect(problem(of: "{did: {event: []}}")?.code == .name)
    }

    @Test(
        "what is no definition is refused with place, reason and hint",
        arguments: table(
            #"""
            {did: {event: A, atleast: 3}}
                condition.did: unknown field `atleast`; did you mean `atLeast`?
            {didnt: {event: A}}
                condition: unknown field `didnt`; did you mean `didNot`?
            {and: []}
                condition: unknown field `and`; write `all`
            {did: {event: A, count: 3}}
                condition.did: unknown field `count`; write `atLeast: 3` and the like directly
                into `did`
            {all: [{did: {}}, {did: 5}]}
                condition.all[1].did: expected fields, found a number
            {did: {}, user: {}}
                condition: `did` and `user` stand side by side; put them as two conditions under
                `all` or `any`
            {did: {atLeast: "3"}}
                condition.did.atLeast: expected a whole number, found a text
            {did: {atLeast: 2.5}}
                condition.did.atLeast: expected a whole number, found a number
            {did: {atLeast: 2, atMost: 5}}
                condition.did: `atLeast` and `atMost` stand side by side; for a range write
                `between: [2, 5]`
            {did: {where: [{property: p}]}}
                condition.did.where[0]: the property is compared with nothing
            {user: {property: p, lessThan: {version: 5.2}}}
                condition.user.lessThan.version: expected a text, found a number; put the
                version in quotation marks: 5.10 alone is 5.1
            {user: {property: p, exists: false}}
                condition.user.exists: `exists: false` is said the other way; write `missing:
                true`
            {user: {property: p, equals: null}}
                condition.user.equals: expected a value, found nothing; for absent properties
                write `missing: true`
            {user: {property: p, between: [1]}}
                condition.user.between: `between` takes two values, not 1
            {did: {window: {rolling: 30 days}}}
                condition.did.window.rolling: "30 days" is not a duration; write a whole number
                and ms, s, m, h, d or w, such as 30d
            {did: {window: {calendar: {unit: days}}}}
                condition.did.window.calendar.unit: "days" is not a calendar unit; did you mean
                `day`?
            {did: {window: {between: [2025-13-01, 2025-07-01]}}}
                condition.did.window.between[0]: "2025-13-01" is not an instant; write it such
                as 2025-05-01 or 2025-05-01T12:00:00Z
            {didNot: {event: A, atLeast: 2}}
                condition.didNot: unknown field `atLeast`; `didNot` means no such event at all;
                for counts write `did`
            {not: [{did: {}}]}
                condition.not: expected one condition, found a list; for none of several: not:
                {any: […]}
            {}
                condition: a condition is missing; write one of all, any, not, did, didNot, user
            {nth: {event: A}}
                condition.nth: `n` is missing; say which one: `n: 5`
            {did: {event: A, timeOfDay: {from: "20:00", to: "25:00"}}}
                condition.did.timeOfDay.to: "25:00" is no time of the day; write 20:00 or
                20:00:30, in quotation marks
            {did: {event: A, dayOfWeek: [saturdy]}}
                condition.did.dayOfWeek[0]: "saturdy" is no day of the week; did you mean
                `saturday`?
            {distinct: {event: A, atLeast: 3}}
                condition.distinct: nothing is counted; write `property: …` or `days: true`, one
                of both
            {first: {event: A, mode: evr}}
                condition.first.mode: "evr" is not known here; did you mean `ever`?
            {share: {event: A}}
                condition.share: `atLeast` is missing; write a part such as 0.6
            {predominantly: {event: A, property: p, equals: [1]}}
                condition.predominantly.equals: expected a text, a number, true or false, found
                a list
            {sequence: {steps: [A, {event: B, window: {rolling: 1d}}]}}
                condition.sequence.steps[1]: unknown field `window`; the window of a sequence
                stands beside `steps`
            {sequence: {steps: [A, B], order: strictly}}
                condition.sequence.order: "strictly" is not known here; did you mean `strict`?
            """#
        )
    )
    func refusals(_ row: (document: String, expected: String)) throws {
        let found = try #require(problem(of: row.document))
        #expect(found.operation == .read)
        #expect(found.description.hasPrefix(row.expected), "\(found)")
    }

    @Test("the document around the condition is checked too, and lines are told")
    func document() {
        func refusal(_ plain: PlainValue) -> String {
            do {
                _ = try DefinitionReader.read(plain)
                return ""
            } catch { return error.description }
        }
        for (text, expected) in [
            (
                "7",
                "document: expected fields, found a number; a definition begins with `condition:`"
            ),
            ("{name: x}", "document: `condition` is missing"),
            ("{did: {}}", "document: unknown field `did`; conditions stand under `condition`"),
            (
                "{zone: Europe/Berlim, condition: {did: {}}}",
                "zone: unknown zone \"Europe/Berlim\"; did you mean `Europe/Berlin`?"
            ),
        ] {
            #expect(refusal(plain(text)) == expected)
        }
        let long = String(repeating: "x", count: 129)
        #expect(
            refusal(plain("{name: \(long), condition: {all: []}}"))
                == "name: the text is empty or longer than 128 bytes"
        )
        #expect(
            refusal(.map([PlainEntry("a\u{1B}[2J" + long, .null)])).hasPrefix(
                "document: unknown field `a\\u{1b}[2Jxxx"
            )
        )
        let twice = PlainValue.map([
            PlainEntry("condition", plain("{all: []}"), line: 1),
            PlainEntry("condition", plain("{}"), line: 2),
        ])
        #expect(refusal(twice) == "document.condition (line 2): `condition` is written twice")
    }

    @Test("a definition 1,000 deep is refused, as is one of 100,000 conditions")
    func hugeDocuments() throws {
        func deep(_ count: Int) -> String {
            String(repeating: "{not: ", count: count - 1) + "{did: {}}"
                + String(repeating: "}", count: count - 1)
        }
        #expect(problem(of: deep(1_000))?.code == .tooDeep)
        #expect(problem(of: deep(Limits.definitionDepth)) == nil)
        #expect(problem(of: deep(Limits.definitionDepth + 1))?.code == .tooDeep)
        func wide(_ count: Int) -> String {
            "{any: [" + String(repeating: "{did: {}}, ", count: count - 1) + "]}"
        }
        #expect(problem(of: wide(100_000))?.code == .tooMany)
        #expect(problem(of: wide(Limits.definitionNodes)) == nil)
        #expect(problem(of: wide(Limits.definitionNodes + 1))?.code == .tooMany)
    }

    @Test("what is written is read back equal, 2,000 definitions by seed")
    func roundTrip() throws {
        for number in 0..<2_000 {
            let seed = 0x5E60_4000 + UInt64(number)
            let random = SeededRandom(seed: seed)
            let centre = RandomWorld.centres[number % RandomWorld.centres.count]
            var definitions = RandomDefinitions(random, around: centre, sets: true)
            let document = DefinitionDocument(
                name: number % 2 == 0 ? "n\(number)" : nil,
                definition: definitions.next()
            )
            let plain = try DefinitionWriter.write(document)
            try #require(try DefinitionReader.read(plain) == document, "seed \(seed): \(plain)")
            #expect(Validation(document.definition).isValid, "seed \(seed)")
        }
    }

    @Test("durations are written in the largest unit that is whole, days at most")
    func durations() {
        for (ms, text) in [
            (1, "1ms"), (90_000, "90s"), (900_000, "15m"), (129_600_000, "36h"),
            (2_592_000_000, "30d"), (1_209_600_000, "14d"), (0, "0s"),
        ] as [(Int64, String)] {
            #expect(DurationText.write(ms) == text)
            #expect(DurationText.read(text) == ms)
        }
        #expect(DurationText.read("2w") == 1_209_600_000)
        for bad in ["", "d", "-1d", "1.5h", "1 d", "1D", "9999999999999999d", "1dd", "٣d"] {
            #expect(DurationText.read(bad) == nil, "\(bad)")
        }
    }
}
