// The user did nothing of the kind.

/// The user has no matching event in the window; a user without any event matches.
public struct DidNot: ConditionKind {
    static let keyword = "didNot"

    /// The events there must be none of.
    public var match: EventMatch

    /// None of these events.
    public init(_ match: EventMatch) { self.match = match }

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        var hints = ["sum": "`didNot` means no such event at all; for small sums write `did`"]
        for name in CountTest.fields {
            hints[name] = "`didNot` means no such event at all; for counts write `did`"
        }
        let fields = try field.fields(EventMatch.fields, hints: hints)
        return .didNot(DidNot(try EventMatch.read(fields, zone: reading.zone)))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        .map(match.entries(zone: zone))
    }

    func check(_ audit: inout Audit, place: String) { match.check(&audit, place: place) }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase("did not " + match.named(zone: zone) + match.window.phrase(zone: zone))
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("did not") else { return nil }
        return .didNot(DidNot(try EventMatch.parse(windowed: &words)))
    }

    /// The opposite of having done it once, so that both share one leaf.
    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.not(builder.events(Did(match), node: node))
    }

    /// `none "Charged" in […)`, `2 "Charged" in […), none wanted`.
    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .events(let events) = found else { return found.said }
        let name = isAlone ? " " + match.named(zone: zone) : ""
        let (count, wish) = events.count == 0 ? ("none", "") : ("\(events.count)", ", none wanted")
        return "\(count)\(name)" + match.window.found(events.interval) + wish
    }
}
