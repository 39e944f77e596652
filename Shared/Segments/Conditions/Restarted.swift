// The user does something again after a pause.

import Basics

/// The user has a matching event in the last so long, none in the time before that, and one before.
public struct Restarted: ConditionKind {
    static let keyword = "restarted"

    /// Which events count; their window is `ever`.
    public var match: EventMatch
    /// In the last so long there is one.
    ///
    /// Unit: ms.
    public var withinMs: Int64
    /// In so long before that there is none.
    ///
    /// Unit: ms.
    public var pauseMs: Int64

    /// Again within the last so long, after a pause.
    public init(_ match: EventMatch, withinMs: Int64, pauseMs: Int64) {
        self.match = match
        self.withinMs = withinMs
        self.pauseMs = pauseMs
    }

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let fields = try field.fields(
            EventMatch.stepFields + ["within", "pause"],
            hints: ["window": "write `within: 30d` and `pause: 60d`"]
        )
        let withinMs = try fields.needed("within", hint: "such as 30d").duration()
        return .restarted(
            Restarted(
                try EventMatch.read(fields, zone: reading.zone),
                withinMs: withinMs,
                pauseMs: try fields["pause"]?.duration() ?? withinMs
            )
        )
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        var entries = match.entries(zone: zone)
        entries.append(PlainEntry("within", .text(DurationText.write(withinMs))))
        if pauseMs != withinMs {
            entries.append(PlainEntry("pause", .text(DurationText.write(pauseMs))))
        }
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        match.checkWithoutWindow(&audit, place: place)
        audit.checkDuration(withinMs, place: place + ".within")
        audit.checkDuration(pauseMs, place: place + ".pause")
    }

    /// `restarted "Charged" (did in the last 30 days, not in the 60 days before, and before that)`.
    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase(
            "restarted \(match.named(zone: zone)) (did in the last"
                + " \(DurationText.spoken(withinMs)), not in the \(DurationText.spoken(pauseMs))"
                + " before, and before that)"
        )
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("restarted") else { return nil }
        let match = try EventMatch.parse(&words)
        try words.expect("( did in the last")
        let withinMs = try words.duration()
        try words.expect(", not in the")
        let pauseMs = try words.duration()
        try words.expect("before , and before that )")
        return .restarted(Restarted(match, withinMs: withinMs, pauseMs: pauseMs))
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        let start = withinMs + pauseMs
        let again = builder.events(match, in: .rolling(ms: withinMs), node: node)
        let paused = builder.events(match, in: .ago(fromMs: start, toMs: withinMs), node: nil)
        // No instant is as long ago as that.
        let before = builder.events(match, in: .ago(fromMs: .max, toMs: start), node: nil)
        return builder.composed([again, builder.not(paused), before], node: node)
    }

    func combined(_ parts: [Explanation.Found]) -> Explanation.Found {
        let counts = parts.map { $0.events?.count ?? 0 }
        guard let events = parts.first?.events, counts.count == 3 else { return .version(nil) }
        let words = counts.map { $0 == 0 ? "none" : "\($0)" }
        return .ordered(
            events,
            said: "\(words[0]) in the last \(DurationText.spoken(withinMs)), \(words[1]) in the"
                + " \(DurationText.spoken(pauseMs)) before, \(words[2]) before that"
        )
    }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .ordered(_, let said) = found else { return found.said }
        return isAlone ? "\(match.named(zone: zone)): \(said)" : said
    }
}
