// The user did something until lately: within 90 days, but not within 30.

import Basics

/// The user has a matching event in the last so long, and none in a shorter time up to now.
public struct Stopped: ConditionKind {
    static let keyword = "stopped"

    /// Which events count; their window is `ever`.
    public var match: EventMatch
    /// In the last so long there is one.
    ///
    /// Unit: ms.
    public var withinMs: Int64
    /// In the last so long there is none; shorter than `withinMs`.
    ///
    /// Unit: ms.
    public var notWithinMs: Int64

    /// Within the longer time, but not within the shorter.
    public init(_ match: EventMatch, withinMs: Int64, notWithinMs: Int64) {
        self.match = match
        self.withinMs = withinMs
        self.notWithinMs = notWithinMs
    }

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let fields = try field.fields(
            EventMatch.stepFields + ["within", "notWithin"],
            hints: ["window": "write `within: 90d` and `notWithin: 30d`"]
        )
        return .stopped(
            Stopped(
                try EventMatch.read(fields, zone: reading.zone),
                withinMs: try fields.needed("within", hint: "such as 90d").duration(),
                notWithinMs: try fields.needed("notWithin", hint: "such as 30d").duration()
            )
        )
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        var entries = match.entries(zone: zone)
        entries.append(PlainEntry("within", .text(DurationText.write(withinMs))))
        entries.append(PlainEntry("notWithin", .text(DurationText.write(notWithinMs))))
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        match.checkWithoutWindow(&audit, place: place)
        audit.checkDuration(withinMs, place: place + ".within")
        audit.checkDuration(notWithinMs, place: place + ".notWithin")
        if notWithinMs >= withinMs {
            audit.refuse(
                .window,
                place,
                "`notWithin` (\(DurationText.write(notWithinMs))) is not shorter than `within`"
                    + " (\(DurationText.write(withinMs)))",
                hint: notWithinMs > withinMs ? "swap them" : "make `within` the longer one"
            )
        }
    }

    /// `stopped "Charged" (did in the last 90 days, but not in the last 30 days)`.
    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase(
            "stopped \(match.named(zone: zone)) (did in the last \(DurationText.spoken(withinMs)),"
                + " but not in the last \(DurationText.spoken(notWithinMs)))"
        )
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("stopped") else { return nil }
        let match = try EventMatch.parse(&words)
        try words.expect("( did in the last")
        let withinMs = try words.duration()
        try words.expect(", but not in the last")
        let notWithinMs = try words.duration()
        try words.expect(")")
        return .stopped(Stopped(match, withinMs: withinMs, notWithinMs: notWithinMs))
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        let did = builder.events(match, in: .rolling(ms: withinMs), node: node)
        let lately = builder.events(match, in: .rolling(ms: notWithinMs), node: nil)
        return builder.composed([did, builder.not(lately)], node: node)
    }

    func combined(_ parts: [Explanation.Found]) -> Explanation.Found {
        let counts = parts.map { $0.events?.count ?? 0 }
        guard let events = parts.first?.events, counts.count == 2 else { return .version(nil) }
        let lately = counts[1] == 0 ? "none" : "\(counts[1])"
        return .ordered(
            events,
            said: "\(counts[0]) in the last \(DurationText.spoken(withinMs)), \(lately) of them in"
                + " the last \(DurationText.spoken(notWithinMs))"
        )
    }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .ordered(_, let said) = found else { return found.said }
        return isAlone ? "\(match.named(zone: zone)): \(said)" : said
    }
}
