// The user did something, so often, adding up to so much.

/// The user has so many matching events in the window, and they add up to what is asked.
///
/// A user without a matching event never matches unless the count includes zero.
public struct Did: ConditionKind {
    static let keyword = "did"

    /// Which events count.
    public var match: EventMatch
    /// How many there must be.
    public var count: CountTest
    /// What they must add up to besides, all of these.
    public var sums: [SumTest]
    /// What else is computed of them, all of these; with the sums at most `DefinitionLimits.sums`.
    public var aggregates: [AggregateTest]

    /// So many of these events, with these sums and other aggregates.
    public init(
        _ match: EventMatch,
        count: CountTest = .atLeastOne,
        sums: [SumTest] = [],
        aggregates: [AggregateTest] = []
    ) {
        self.match = match
        self.count = count
        self.sums = sums
        self.aggregates = aggregates
    }

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        let known =
            EventMatch.fields + CountTest.fields + ["sum"] + AggregateTest.keywords
        let fields = try field.fields(
            known,
            hints: [
                "count": "write `atLeast: 3` and the like directly into `did`",
                "lessThan": "write `atMost` with one less",
                "property": "write `where: [{property: …}]`",
                "greaterThan": "write `atLeast` with one more", "sums": "write `sum`",
                "average": "write `avg`", "days": "write `distinctDays: {atLeast: 5}`",
                "events": "write `event: [A, B]`", "filters": "write `where`",
            ]
        )
        var did = Did(try EventMatch.read(fields, zone: reading.zone))
        did.count = try CountTest.read(fields)
        if let field = fields["sum"] {
            for item in try field.oneOrMore() { did.sums.append(try SumTest.read(item)) }
        }
        for keyword in AggregateTest.keywords {
            guard let field = fields[keyword] else { continue }
            for item in try field.oneOrMore() {
                did.aggregates.append(try AggregateTest.read(keyword, item, zone: reading.zone))
            }
        }
        return .did(did)
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        var entries = match.entries(zone: zone) + count.entries()
        func write(_ keyword: String, _ values: [PlainValue]) {
            guard !values.isEmpty else { return }
            entries.append(PlainEntry(keyword, values.count == 1 ? values[0] : .list(values)))
        }
        write("sum", sums.map { $0.written() })
        for keyword in AggregateTest.keywords {
            let own = aggregates.filter { $0.keyword == keyword }
            write(keyword, own.map { $0.written(zone: zone) })
        }
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        match.check(&audit, place: place)
        count.check(&audit, place: place + ".count")
        let number = sums.count + aggregates.count
        if number > DefinitionLimits.sums {
            audit.refuse(
                .tooMany,
                aggregates.isEmpty ? place + ".sum" : place,
                "\(number) sums\(aggregates.isEmpty ? "" : " and other aggregates"), more than"
                    + " \(DefinitionLimits.sums)"
            )
            return
        }
        for (index, sum) in sums.enumerated() {
            let at = sums.count == 1 ? place + ".sum" : place + ".sum[\(index)]"
            sum.check(&audit, events: match.events, place: at)
        }
        checkAggregates(&audit, place: place)
    }

    private func checkAggregates(_ audit: inout Audit, place: String) {
        for keyword in AggregateTest.keywords {
            let own = aggregates.filter { $0.keyword == keyword }
            for (index, aggregate) in own.enumerated() {
                let at = place + "." + keyword + (own.count == 1 ? "" : "[\(index)]")
                aggregate.check(&audit, events: match.events, place: at)
            }
        }
        if count.includesZero, let first = aggregates.first {
            audit.warn(
                .pointless,
                place + ".includeZero",
                "who has no such event has no `\(first.keyword)`, and never matches",
                hint: "write `any` with `didNot`"
            )
        }
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        let amounts = (sums.map { $0.phrase() } + aggregates.map { $0.phrase(zone: zone) })
            .joined(separator: " and")
        let often = count.phrase() + amounts + match.window.phrase(zone: zone)
        return Phrase("did " + match.named(zone: zone) + often)
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("did"), !words.isNext("not") else { return nil }
        var did = Did(try EventMatch.parse(&words))
        // A sequence, a habit.
        if words.isNext("then") || words.isNext("in at least") { return nil }
        // As said, but in whichever order a person writes them.
        var hasCount = false
        var hasWindow = false
        while true {
            if !hasCount, let count = try CountTest.parse(&words) {
                (did.count, hasCount) = (count, true)
            } else if try did.parseAggregate(&words) {
                continue
            } else if !hasWindow, let window = try Window.parse(&words) {
                (did.match.window, hasWindow) = (window, true)
            } else {
                return .did(did)
            }
        }
    }

    /// A sum or another aggregate, from the second on behind `and`; false when none comes next.
    private mutating func parseAggregate(
        _ words: inout SentenceWords
    ) throws(DefinitionProblem) -> Bool {
        let begins = ["with a sum", "with an average", "with at", "with exactly", "whose", "on"]
        let isFirst = sums.isEmpty && aggregates.isEmpty
        let joint = isFirst ? "" : "and "
        let isCount = words.isNext(joint + "with") && words.wholeIsNext(ahead: isFirst ? 1 : 2)
        guard isCount || begins.contains(where: { words.isNext(joint + $0) }) else { return false }
        _ = words.take(joint)
        if words.take("with a sum of") {
            sums.append(try SumTest.parse(after: &words))
        } else if let aggregate = try AggregateTest.parse(&words) {
            aggregates.append(aggregate)
        }
        return true
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        var counted = self
        counted.aggregates = []
        let base = builder.events(counted, node: node)
        guard !aggregates.isEmpty else { return base }
        let computed = aggregates.map { aggregate in
            let question = Computed(match: match, aggregate: aggregate)
            return builder.ordered(question, window: match.window, node: node) { window, zone in
                OrderedLeaf(
                    matches: [CompiledMatch(match, zone: zone)],
                    key: aggregate.property,
                    window: window,
                    test: .aggregate(CompiledAggregate(aggregate, zone: zone))
                )
            }
        }
        return builder.composed([base] + computed, node: node)
    }

    /// What equal leaves have in common.
    private struct Computed: Hashable {
        let match: EventMatch
        let aggregate: AggregateTest
    }

    /// The events that were counted, and in words what was computed of them.
    func combined(_ parts: [Explanation.Found]) -> Explanation.Found {
        guard case .events(let events)? = parts.first else { return .version(nil) }
        let said = parts.dropFirst().map { part in
            if case .ordered(_, let said) = part { said } else { "" }
        }
        return .ordered(events, said: said.joined(separator: ", "))
    }

    /// `2 of at least 3 "Charged" in […), "amount" adds up to 120 of at least 500`.
    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        let computed: String
        switch found {
        case .ordered(_, let said): computed = ", " + said
        default: computed = ""
        }
        guard let events = found.events else { return found.said }
        let name = isAlone ? " " + match.named(zone: zone) : ""
        let amounts = zip(sums, events.sums).map { test, sum in
            ", " + test.finding(sum, events: events.count)
        }
        return "\(events.count) of \(count.wanted)\(name)" + match.window.found(events.interval)
            + amounts.joined() + computed
    }
}
