// Averages, least and greatest, first and last values: read, refused, said, and what they mean.

import Basics
import Segments
import Testing

@Suite struct AggregateTests {
    private static let at = Timestamp(ms: 10_000_000)

    /// Whether who has done `A` with these values of `p`, a minute apart, is in.
    private func holds(_ test: String, _ values: [PropertyValue?]) throws -> Bool {
        let events = values.enumerated().map { index, value in
            UserHistory.Event(
                "A",
                at: Timestamp(ms: Int64(index) * 60_000),
                position: LogOffset(UInt64(index)),
                properties: value.map { [(name: ExactName("p"), value: $0)] } ?? []
            )
        }
        let plan = try Plan(condition("{did: {event: A, \(test)}}"))
        return plan.isMember(UserHistory(events: events), at: Self.at)
    }

    private func numbers(_ numbers: [Double?]) -> [PropertyValue?] {
        numbers.map { $0.flatMap { Number($0) }.map(PropertyValue.number) }
    }

    @Test(
        "what is computed compares",
        arguments: [
            ("avg: {property: p, exactly: 0.1}", [0.1, 0.1, 0.1], true),
            ("avg: {property: p, exactly: 2}", [1, nil, 3], true),
            ("avg: {property: p, lessThan: 2, missing: zero}", [1, nil, 3], true),
            ("avg: {property: p, lessThan: 2}", [nil, nil], false),
            ("avg: {property: p, lessThan: 2, missing: zero}", [nil, nil], true),
            ("avg: {property: p, between: [1, 2]}", [1, 2, 3], true),
            ("min: {property: p, atLeast: 1}", [1, 2], true),
            ("min: {property: p, atLeast: 1, missing: zero}", [1, nil], false),
            ("max: {property: p, lessThan: 5}", [nil], false),
            ("max: {property: p, equals: 3}", [1, 3, 2], true),
            ("first: {property: p, equals: 3}", [nil, 3, 2], true),
            ("last: {property: p, equals: 3}", [3, 2, nil], false),
            ("last: {property: p, equals: 0, missing: zero}", [3, nil], true),
            ("distinct: {property: p, atLeast: 2}", [1, 1, nil], false),
            ("distinct: {property: p, exactly: 2}", [1, 1, 4], true),
            ("distinctDays: {exactly: 1}", [1, nil], true),
            ("min: {property: p, atLeast: 1}, max: {property: p, atMost: 3}", [1, 3], true),
            ("min: [{property: p, atLeast: 1}, {property: p, atMost: 0}]", [1], false),
            ("atLeast: 3, avg: {property: p, atLeast: 1}", [1, 1], false),
            ("avg: {property: p, atLeast: 0}, atMost: 5, includeZero: true", [], false),
        ] as [(String, [Double?], Bool)]
    )
    func computes(_ row: (test: String, values: [Double?], holds: Bool)) throws {
        #expect(try holds(row.test, numbers(row.values)) == row.holds)
    }

    @Test(
        "the least date is that of instants and of texts that are dates, the least version by parts"
    )
    func otherTypes() throws {
        let dates: [PropertyValue?] = [
            .text("2025-03-01"), .instant(Timestamp(ms: 0)), .number(Number(5)), .text("soon"),
        ]
        #expect(try holds("min: {property: p, before: 1970-01-02}", dates))
        #expect(try holds("max: {property: p, lessThan: {date: 2025-03-02}}", dates))
        #expect(try !holds("max: {property: p, before: 2025-03-01}", dates))
        let versions: [PropertyValue?] = [.text("5.10"), .text("5.9"), nil]
        #expect(try holds("min: {property: p, equals: {version: \"5.9\"}}", versions))
        #expect(try holds("max: {property: p, atLeast: {version: \"5.10\"}}", versions))
        #expect(try holds("last: {property: p, startsWith: \"5.9\"}", versions))
        // Types do not mix: the first value is a text, whatever comes later.
        #expect(try !holds("first: {property: p, atLeast: 0}", [.text("1"), .number(Number(1))]))
    }

    @Test("averages do not round: the sum stands against the operand as often as there are numbers")
    func averages() throws {
        var sum = ExactSum()
        for _ in 0..<3 { sum.add(decimalE4: 3_333) }
        let third = try #require(Number(1.0 / 3.0))
        #expect(sum.compareAverage(of: 3, with: Number(e4: 3_333)) == 0)
        #expect(sum.compareAverage(of: 3, with: third) == -1)
        #expect(sum.compareAverage(of: 4, with: Number(e4: 2_500)) == -1)
        #expect(sum.compareAverage(of: 3, with: try #require(Number(1e-300))) == 1)
        #expect(sum.compareAverage(of: 3, with: try #require(Number(1e300))) == -1)
        #expect(sum.compareAverage(of: 3, with: try #require(Number(-1e300))) == 1)
        // 1 by 3, and what is 2^-54 below it.
        var one = ExactSum()
        one.add(decimalE4: 10_000)
        #expect(one.compareAverage(of: 3, with: third) == 1)
        #expect(one.compareAverage(of: 3, with: try #require(Number(third.double.nextUp))) == -1)
        var minus = ExactSum()
        minus.add(decimalE4: -10_000)
        #expect(minus.compareAverage(of: 3, with: try #require(Number(-third.double))) == -1)
        // A sum of doubles, as often as the operand, in doubles.
        var doubles = ExactSum()
        for _ in 0..<3 { doubles.add(third) }
        #expect(doubles.compareAverage(of: 3, with: third) == 0)
    }

    @Test("an explanation tells the events that count and what was computed of them")
    func explanation() throws {
        let text =
            "{did: {event: A, avg: {property: p, atLeast: 2}, last: {property: p, equals: 3}}}"
        let events = [1.0, 2.0].enumerated().map { index, value in
            UserHistory.Event(
                "A",
                at: Timestamp(ms: Int64(index)),
                position: LogOffset(UInt64(index)),
                properties: [("p", .number(Number(value) ?? .zero))]
            )
        }
        let plan = try Plan(condition(text))
        let told = plan.explain(UserHistory(events: events), at: Timestamp(ms: 5))
        #expect(
            told.parts.map(\.finding) == [
                "2 of at least 1 in […, 1970-01-01T00:00:00.006Z), the average of \"p\" is 1.5 of"
                    + " at least 2, the last \"p\" is 2"
            ]
        )
        #expect(told.lines.count == 5 && told.lines[2].contains("log position 0"))
        // Its window is told once, though three leaves read it.
        #expect(plan.resolvedWindows(at: Timestamp(ms: 5)).count == 1)
    }

    @Test("as an early event leaves the window the average of the others counts")
    func flip() throws {
        let day: Int64 = 86_400_000
        let events = [(0, 1), (1, 5)].map { at, value in
            UserHistory.Event(
                "A",
                at: Timestamp(ms: Int64(at) * day),
                position: LogOffset(UInt64(at)),
                properties: [("p", .number(Number(value)))]
            )
        }
        let text = "{did: {event: A, avg: {property: p, atLeast: 4}, window: {rolling: 7d}}}"
        let told = try Plan(condition(text))
            .explain(UserHistory(events: events), at: Timestamp(ms: 2 * day))
        #expect(!told.isMember && told.flip == .at(Timestamp(ms: 7 * day)))
    }

    @Test(
        "what is refused",
        arguments: table(
            #"""
            {did: {avg: {property: p}}}
                condition.did.avg: the average is compared with nothing
            {did: {min: {property: p, contains: x}}}
                condition.did.min.contains: the least value is compared by size; write lessThan
            {did: {max: {property: p, equals: x}}}
                condition.did.max.equals: the greatest value is compared by size
            {did: {first: {property: p, exists: true}}}
                condition.did.first.exists: events without a value are skipped, so that there is
                always one
            {did: {first: {property: p, missing: true}}}
                condition.did.first.missing: expected zero or skip, found true or false
            {did: {last: {property: p, equals: x, missing: zero}}}
                condition.did.last.missing: zero is a number, and the value is not compared with
                one
            {did: {distinct: {property: p, atMost: 2, includeZero: true}}}
                condition.did.distinct.includeZero: who has no such event has no different ones
            {did: {distinctDays: {exactly: 0}}}
                condition.did.distinctDays: `exactly: 0` never happens
            {did: {min: [{property: p, atLeast: 1}, {property: "", atLeast: 1}]}}
                condition.did.min[1].property: a property's name is empty
            """#
        )
    )
    func refusals(_ row: (document: String, expected: String)) throws {
        let found = try #require(problem(of: row.document))
        #expect(found.description.hasPrefix(row.expected), "\(found)")
    }

    @Test("nine sums and other aggregates are one too many, and nobody has an average of nothing")
    func limits() throws {
        let sum = SumTest("p", .atLeast(.zero))
        let did = Did(
            EventMatch(),
            sums: Array(repeating: sum, count: 5),
            aggregates: Array(repeating: .average(sum), count: 4)
        )
        #expect(Validation(Definition(.did(did))).errors.first?.code == .tooMany)
        let none = Did(
            EventMatch(),
            count: CountTest(.atMost(3), includesZero: true),
            aggregates: [.average(sum)]
        )
        #expect(Validation(Definition(.did(none))).warnings.map(\.code) == [.pointless])
    }
}
