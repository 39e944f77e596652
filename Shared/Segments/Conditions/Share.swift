// A share of a user's events: at least 60 % of the plays were comedies.

public import Basics

/// Of the user's events of some names in the window, so great a part passes the filters.
///
/// Who has fewer than `minimum` of them is out, since a share of two events says little.
public struct Share: ConditionKind {
    static let keyword = "share"
    /// Events there must be unless the definition says otherwise.
    static let usualMinimum = 3

    /// All events that are counted, by name and window; and the filters of the matching ones.
    public var match: EventMatch
    /// The part, from 0 to 1; four places count.
    public var atLeast: Number
    /// How many events of the names there must be.
    public var minimum: Int

    /// A share of these events.
    public init(_ match: EventMatch, atLeast: Number, minimum: Int = 3) {
        self.match = match
        self.atLeast = atLeast
        self.minimum = minimum
    }

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let fields = try field.fields(EventMatch.fields + ["atLeast", "minimum"])
        let match = try EventMatch.read(fields, zone: reading.zone)
        let part = try fields.needed("atLeast", hint: "write a part such as 0.6").number()
        let minimum = try fields["minimum"]?.whole() ?? usualMinimum
        return .share(Share(match, atLeast: part, minimum: minimum))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        var entries = match.entries(zone: zone)
        entries.append(PlainEntry("atLeast", atLeast.plain))
        if minimum != Self.usualMinimum {
            entries.append(PlainEntry("minimum", .int(Int64(minimum))))
        }
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        match.check(&audit, place: place)
        if partE4 == nil {
            audit.refuse(
                .operand,
                place + ".atLeast",
                "\(atLeast) is no part from 0 to 1 with four places",
                hint: "60 % is 0.6"
            )
        }
        if !(1...DefinitionLimits.countMax).contains(minimum) {
            audit.refuse(
                .count,
                place + ".minimum",
                "\(minimum) is not between 1 and \(DefinitionLimits.countMax)"
            )
        }
        if match.filters.isEmpty, match.times == nil {
            audit.warn(
                .pointless,
                place + ".where",
                "all of the events pass",
                hint: "say which ones are meant with `where`"
            )
        }
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        let least = " (of \(minimum) or more)"
        return Phrase(
            "a share of at least \(atLeast) of \(match.named(zone: zone))"
                + match.window.phrase(zone: zone) + least
        )
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("a share of") else { return nil }
        try words.expect("at least")
        let part = try words.number()
        try words.expect("of")
        var share = Share(try EventMatch.parse(windowed: &words), atLeast: part)
        if words.take("( of") {
            share.minimum = try words.whole()
            try words.expect("or more )")
        }
        return .share(share)
    }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .ordered(_, let said) = found else { return found.said }
        return isAlone ? "\(match.named(zone: zone)): \(said)" : said
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.ordered(self, window: match.window, node: node) { window, zone in
            OrderedLeaf(
                matches: [
                    CompiledMatch(EventMatch(match.events), zone: zone),
                    CompiledMatch(match, zone: zone),
                ],
                key: nil,
                window: window,
                test: .share(atLeastE4: partE4 ?? 10_000, minimum: minimum)
            )
        }
    }

    /// The part in ten-thousandths; nil when it is none.
    private var partE4: Int64? {
        guard case .decimal(let e4) = atLeast.form, (0...10_000).contains(e4) else { return nil }
        return e4
    }
}
