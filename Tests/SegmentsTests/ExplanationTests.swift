// What an explanation tells, against the oracle, and how it reads.

import Basics
import Kit
import Segments
import Testing

@Suite struct ExplanationTests {
    @Test("answer, parts, counts, sums and values are the oracle's in 2,000 random definitions")
    func agreesWithOracle() throws {
        var seen: [String: Int] = [:]
        for number in 0..<2_000 {
            let seed = 0x5E60_5000 + UInt64(number)
            var random = SeededRandom(seed: seed)
            let centre = RandomWorld.centres[random.below(RandomWorld.centres.count)]
            var definitions = RandomDefinitions(random.fork(), around: centre, sets: true)
            var makers = RandomHistories(random.fork(), around: centre, lists: true)
            let definition = definitions.next()
            let (history, at) = (makers.next(), makers.instant())
            let plan = try Plan(definition, nested: definitions.nested)
            let explanation = plan.explain(history, at: at)
            let oracle = Oracle(definition, at: at, nested: definitions.nested)
            #expect(explanation.isMember == plan.isMember(history, at: at), "seed \(seed)")
            try #require(explanation.isMember == oracle.isMember(history), "seed \(seed)")
            #expect(explanation.parts.map(\.node).sorted() == Array(definition.nodes.indices))
            for part in explanation.parts {
                let condition = definition.nodes[part.node]
                try #require(
                    part.holds == oracle.holds(part.node, history),
                    "seed \(seed), \(part.place): \(explanation.lines.joined(separator: "\n"))"
                )
                #expect(part.place == definition.places[part.node] + "." + condition.keyword)
                check(part, condition, oracle, history, "seed \(seed), \(part.place)")
                seen["\(condition.keyword) \(part.holds)", default: 0] += 1
            }
            try check(explanation.segments, definitions.nested, history, at, "seed \(seed)")
        }
        for kind in Condition.keywords {
            for holds in ["true", "false"] {
                #expect(seen["\(kind) \(holds)", default: 0] > 10, "\(seen)")
            }
        }
    }

    /// A segment that is used is explained as if it were asked about itself.
    private func check(
        _ segments: [Explanation.Segment],
        _ nested: [NestedSegment],
        _ history: UserHistory,
        _ at: Timestamp,
        _ comment: Comment
    ) throws {
        for segment in segments {
            let used = try #require(nested.first { $0.name == segment.name }, comment)
            let alone = try Plan(used.definition, nested: nested).explain(history, at: at)
            #expect(segment.isMember == alone.isMember, comment)
            #expect(segment.parts == alone.parts, comment)
            switch (segment.flip, alone.flip) {
            case (.notBefore, _), (_, .notBefore): break
            default: #expect(segment.flip == alone.flip, comment)
            }
        }
    }

    private func check(
        _ part: Explanation.Part,
        _ condition: Condition,
        _ oracle: Oracle,
        _ history: UserHistory,
        _ comment: Comment
    ) {
        switch (condition, part.found) {
        case (.did(let did), .events(let events)), (.did(let did), .ordered(let events, _)):
            check(events, oracle.matching(did.match, history), did.sums, comment)
        case (.rfm(let rfm), .events(let events)):
            check(events, oracle.matching(rfm.match, history), [], comment)
        case (.bucket, .fact(let said)): #expect(said.hasPrefix("falls to "), comment)
        case (.didNot(let didNot), .events(let events)):
            check(events, oracle.matching(didNot.match, history), [], comment)
        case (.user(let user), .version(let version)):
            let value = oracle.valueInForce(user.filter.property, history)
            #expect(version?.value == value, comment)
        case (.all, .conditions(let holding, let count)),
            (.any, .conditions(let holding, let count)),
            (.not, .conditions(let holding, let count)):
            let children = condition.children
            #expect(holding == children.count { oracle.holds($0, history) }, comment)
            #expect(count == children.count, comment)
        case (.reachable(let reachable), .channel(let state, _)):
            #expect((state == reachable.state) == part.holds, comment)
        case (.known, .version(let version)):
            #expect((version?.value == nil) == part.holds, comment)
        case (.inList(let list), .version(let version)):
            #expect(version?.value == oracle.valueInForce(list.property, history), comment)
        case (.inSegment, .segment(let isMember, let reason)):
            #expect(isMember == part.holds && !reason.isEmpty, comment)
        case (_, .ordered(let events, let said)):
            // Which events were looked at is the condition's own affair; they are the user's.
            let own = Set(history.events.map(\.position))
            #expect(own.isSuperset(of: events.events.map(\.position)), comment)
            #expect(events.count >= events.events.count && events.events.count <= 6, comment)
            #expect(!said.isEmpty, comment)
        default: Issue.record(comment)
        }
    }

    /// The earliest three and the newest three, each once.
    private func check(
        _ found: Explanation.FoundEvents,
        _ matching: [UserHistory.Event],
        _ sums: [SumTest],
        _ comment: Comment
    ) {
        #expect(found.count == matching.count, comment)
        #expect(found.sums.count == sums.count, comment)
        let shown = matching.count <= 6 ? matching : matching.prefix(3) + matching.suffix(3)
        #expect(found.events.map(\.position) == shown.map(\.position), comment)
        #expect(found.events.map(\.name) == shown.map(\.name), comment)
        #expect(found.events.map(\.at) == shown.map(\.at), comment)
        for (sum, total) in zip(sums, found.sums) {
            let numbers = matching.compactMap { event -> Double? in
                guard case .number(let number)? = event[sum.property] else { return nil }
                return number.double
            }
            #expect(total.count == numbers.count, comment)
            #expect(abs(total.double - numbers.reduce(0, +)) < 1e-3, comment)
        }
    }

    private static let at = Timestamp(ms: 1_751_328_000_000)  // 2025-07-01

    /// Ann charged twice in May and once in June, moved to Pune, and was born some day.
    private func ann() -> UserHistory {
        func charged(_ text: String, _ position: UInt64, _ amount: Int) -> UserHistory.Event {
            UserHistory.Event(
                "Charged",
                at: Timestamp.rfc3339(text) ?? .earliest,
                position: LogOffset(position),
                properties: [("amount", .number(Number(amount)))]
            )
        }
        return UserHistory(
            events: [
                charged("2025-05-03T10:00:00Z", 4, 100), charged("2025-05-20", 9, 20),
                charged("2025-06-30", 12, 5),
            ],
            versions: [
                UserHistory.PropertyVersion(
                    "city",
                    .text("Pune"),
                    since: Timestamp.rfc3339("2025-02-01"),
                    position: LogOffset(2)
                )
            ]
        )
    }

    @Test("one condition: the answer names what was found of what is asked")
    func oneCondition() throws {
        let definition = try condition(
            "{did: {event: Charged, atLeast: 3, window: {between: [2025-05-01, 2025-06-01]}}}"
        )
        #expect(
            try Plan(definition).explain(ann(), at: Self.at).lines == [
                "not a member: 2 of at least 3 \"Charged\""
                    + " in [2025-05-01T00:00:00.000Z, 2025-06-01T00:00:00.000Z)",
                "  no  did \"Charged\" at least 3 times between 2025-05-01 and 2025-06-01:"
                    + " 2 of at least 3 in [2025-05-01T00:00:00.000Z, 2025-06-01T00:00:00.000Z)",
                "        2025-05-03T10:00:00.000Z \"Charged\", log position 4",
                "        2025-05-20T00:00:00.000Z \"Charged\", log position 9",
                "as of 2025-07-01T00:00:00.000Z; time alone will not change that",
            ]
        )
    }

    @Test("a tree: the reason is that of the first condition that decides, the parts are indented")
    func tree() throws {
        let definition = try condition(
            """
            {all: [{user: {property: city, in: [Pune, Mumbai]}}, {did: {event: Charged, sum:
            {property: amount, atLeast: 100}}}, {not: {did: {event: Charged, window: {rolling:
            2d}}}}]}
            """
        )
        let lines = try Plan(definition).explain(ann(), at: Self.at).lines
        #expect(
            lines == [
                "not a member: 1 of at least 1 \"Charged\""
                    + " in [2025-06-29T00:00:00.001Z, 2025-07-01T00:00:00.001Z) (under `not`)",
                "  no  all of: 2 of 3 conditions hold",
                "    yes user property \"city\" is one of \"Pune\", \"Mumbai\":"
                    + " it is \"Pune\" since 2025-02-01T00:00:00.000Z",
                "    yes did \"Charged\" with a sum of \"amount\" of at least 100: 3 of at least 1"
                    + " in […, 2025-07-01T00:00:00.001Z),"
                    + " \"amount\" adds up to 125 of at least 100",
                "          2025-05-03T10:00:00.000Z \"Charged\", log position 4",
                "          2025-05-20T00:00:00.000Z \"Charged\", log position 9",
                "          2025-06-30T00:00:00.000Z \"Charged\", log position 12",
                "    no  not: its condition holds",
                "      yes did \"Charged\" in the last 2 days: 1 of at least 1"
                    + " in [2025-06-29T00:00:00.001Z, 2025-07-01T00:00:00.001Z)",
                "            2025-06-30T00:00:00.000Z \"Charged\", log position 12",
                "as of 2025-07-01T00:00:00.000Z;"
                    + " enters at 2025-07-02T00:00:00.000Z by time alone",
            ]
        )
    }

    @Test(
        "findings",
        arguments: table(
            #"""
            {did: {event: Charged}}
                a member: 3 of at least 1 "Charged" in […, 2025-07-01T00:00:00.001Z)
            {did: {event: Charged, atMost: 2}}
                not a member: 3 of 1 to 2 "Charged" in […, 2025-07-01T00:00:00.001Z)
            {did: {event: Charged, atMost: 2, includeZero: true}}
                not a member: 3 of at most 2 "Charged" in […, 2025-07-01T00:00:00.001Z)
            {did: {event: Refunded, between: [0, 2]}}
                not a member: 0 of 1 to 2 "Refunded" in […, 2025-07-01T00:00:00.001Z)
            {did: {event: Charged, exactly: 3, sum: {property: tax, lessThan: 1}}}
                not a member: 3 of exactly 3 "Charged" in […, 2025-07-01T00:00:00.001Z), no number
                in "tax", wanted less than 1
            {didNot: {event: Refunded}}
                a member: none "Refunded" in […, 2025-07-01T00:00:00.001Z)
            {didNot: {event: Charged}}
                not a member: 3 "Charged" in […, 2025-07-01T00:00:00.001Z), none wanted
            {user: {property: city, equals: Mumbai}}
                not a member: user property "city" is "Pune" since 2025-02-01T00:00:00.000Z
            {user: {property: age, exists: true}}
                not a member: user property "age" has no value
            {any: [{user: {property: age, exists: true}}, {did: {event: Refunded}}]}
                not a member: none of 2 conditions holds
            {any: [{user: {property: age, exists: true}}, {did: {event: Charged}}]}
                a member: 3 of at least 1 "Charged" in […, 2025-07-01T00:00:00.001Z)
            {all: [{user: {property: city, exists: true}}, {did: {event: Charged}}]}
                a member: all 2 conditions hold
            {all: []}
                a member: it asks nothing
            {any: []}
                not a member: it has no condition
            """#
        )
    )
    func findings(_ row: (document: String, expected: String)) throws {
        let explanation = try Plan(condition(row.document)).explain(ann(), at: Self.at)
        #expect(explanation.lines.first == row.expected)
    }

    @Test("many events are shown from both ends, long texts are cut, odd names are escaped")
    func bounds() throws {
        let long = String(repeating: "ö", count: 500)
        let events = (0..<9).map { number in
            UserHistory.Event(
                "A\u{1B}\"",
                at: Timestamp(ms: Int64(number)),
                position: LogOffset(UInt64(number))
            )
        }
        let history = UserHistory(
            events: events,
            versions: [
                UserHistory.PropertyVersion("p", .text(long), since: nil, position: .zero)
            ]
        )
        let match = EventMatch(["A\u{1B}\"", ExactName(String(repeating: "n", count: 128))])
        let filter = PropertyFilter("p", .notIn, [.text("a"), .text(long), .text("o" + long)])
        let tree = DefinitionTree.all([
            .leaf(.did(Did(match))), .leaf(.user(UserProperty(filter))),
        ])
        let plan = try Plan(tree.definition())
        let lines = plan.explain(history, at: Timestamp(ms: 100)).lines
        #expect(lines.contains("          … 3 more …"))
        #expect(lines.contains(#"          1970-01-01T00:00:00.008Z "A\u{1b}\"", log position 8"#))
        #expect(lines.allSatisfy { $0.utf8.count <= Explanation.textBytes + 8 })
    }
}
