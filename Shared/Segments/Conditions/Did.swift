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
    /// What they must add up to besides, all of these; at most `DefinitionLimits.sums`.
    public var sums: [SumTest]

    /// So many of these events, with these sums.
    public init(_ match: EventMatch, count: CountTest = .atLeastOne, sums: [SumTest] = []) {
        self.match = match
        self.count = count
        self.sums = sums
    }

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        let known = EventMatch.fields + CountTest.fields + ["sum"]
        let fields = try field.fields(
            known,
            hints: [
                "count": "write `atLeast: 3` and the like directly into `did`",
                "lessThan": "write `atMost` with one less",
                "property": "write `where: [{property: …}]`",
                "greaterThan": "write `atLeast` with one more", "sums": "write `sum`",
                "events": "write `event: [A, B]`", "filters": "write `where`",
            ]
        )
        var did = Did(try EventMatch.read(fields, zone: reading.zone))
        did.count = try CountTest.read(fields)
        if let field = fields["sum"] {
            for item in try field.oneOrMore() { did.sums.append(try SumTest.read(item)) }
        }
        return .did(did)
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        var entries = match.entries(zone: zone) + count.entries()
        if sums.count == 1 {
            entries.append(PlainEntry("sum", sums[0].written()))
        } else if !sums.isEmpty {
            entries.append(PlainEntry("sum", .list(sums.map { $0.written() })))
        }
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        match.check(&audit, place: place)
        count.check(&audit, place: place + ".count")
        if sums.count > DefinitionLimits.sums {
            audit.refuse(
                .tooMany,
                place + ".sum",
                "\(sums.count) sums, more than \(DefinitionLimits.sums)"
            )
            return
        }
        for (index, sum) in sums.enumerated() {
            let at = sums.count == 1 ? place + ".sum" : place + ".sum[\(index)]"
            sum.check(&audit, events: match.events, place: at)
        }
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        let amounts = sums.map { $0.phrase() }.joined(separator: " and")
        let often = count.phrase() + amounts + match.window.phrase(zone: zone)
        return Phrase("did " + match.named(zone: zone) + often)
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("did"), !words.isNext("not") else { return nil }
        var did = Did(try EventMatch.parse(&words))
        // A sequence.
        if words.isNext("then") { return nil }
        // As said, but in whichever order a person writes them.
        var hasCount = false
        var hasWindow = false
        while true {
            if !hasCount, let count = try CountTest.parse(&words) {
                (did.count, hasCount) = (count, true)
            } else if let sum = try SumTest.parse(&words, isFirst: did.sums.isEmpty) {
                did.sums.append(sum)
            } else if !hasWindow, let window = try Window.parse(&words) {
                (did.match.window, hasWindow) = (window, true)
            } else {
                return .did(did)
            }
        }
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.events(self, node: node)
    }

    /// `2 of at least 3 "Charged" in […), "amount" adds up to 120 of at least 500`.
    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .events(let events) = found else { return found.said }
        let name = isAlone ? " " + match.named(zone: zone) : ""
        let amounts = zip(sums, events.sums).map { test, sum in
            ", " + test.finding(sum, events: events.count)
        }
        return "\(events.count) of \(count.wanted)\(name) in \(events.interval)"
            + amounts.joined()
    }
}
