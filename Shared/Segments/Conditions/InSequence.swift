// Several events one after the other: viewed, added to cart, paid, within a week.

import Basics

/// The user did the steps in their order.
///
/// There is a chain of as many different events as there are steps, each matching its step, in time
/// order. Neighbouring steps may share an instant in any order unless `strictlyLater`. The window
/// applies to the first step; the others may come after it, up to the answer's instant.
public struct InSequence: ConditionKind {
    static let keyword = "sequence"
    /// Steps of one sequence: those of a funnel.
    public static let stepsMax = 20
    /// Excluded events of one sequence.
    public static let excludedMax = 20

    /// What `within` counts from.
    public enum Start: String, Sendable, Hashable, CaseIterable {
        /// The first step.
        case first
        /// The step before.
        case previous
    }

    /// What may stand between the steps.
    public enum Order: String, Sendable, Hashable, CaseIterable {
        /// Anything.
        case loose
        /// No other event that some step names.
        case strict
    }

    /// The steps, 2 to `stepsMax`; their windows are `ever`.
    public var steps: [EventMatch]
    /// How long it may take, both ends included; nil: as long as it likes.
    ///
    /// Unit: ms.
    public var withinMs: Int64?
    /// What `withinMs` counts from.
    public var from: Start
    /// What may stand between the steps.
    public var order: Order
    /// Events that must not come between two steps (strictly, by their instants).
    public var excluded: [EventMatch]
    /// A property that must have one value in all steps, and in what is excluded; nil: none.
    public var same: ExactName?
    /// Whether each step is later than the one before.
    public var strictlyLater: Bool
    /// Which instants the first step may have.
    public var window: Window

    /// These steps, loosely and for as long as it takes.
    public init(
        _ steps: [EventMatch],
        withinMs: Int64? = nil,
        from: Start = .first,
        order: Order = .loose,
        excluded: [EventMatch] = [],
        same: ExactName? = nil,
        strictlyLater: Bool = false,
        window: Window = .ever
    ) {
        self.steps = steps
        self.withinMs = withinMs
        self.from = from
        self.order = order
        self.excluded = excluded
        self.same = same
        self.strictlyLater = strictlyLater
        self.window = window
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.ordered(self, window: window, node: node) { window, zone in
            let named = steps.contains { $0.events.isEmpty } ? [] : steps.flatMap(\.events)
            var matches = (steps + excluded).map { CompiledMatch($0, zone: zone) }
            // Only strict order asks which other events there are.
            if order == .strict { matches.append(CompiledMatch(EventMatch(named), zone: zone)) }
            return OrderedLeaf(
                matches: matches,
                key: same,
                window: window,
                test: .sequence(
                    SequenceRule(
                        steps: steps.count,
                        excluded: excluded.count,
                        withinMs: withinMs,
                        fromPrevious: from == .previous,
                        isStrict: order == .strict,
                        strictlyLater: strictlyLater,
                        hasKey: same != nil
                    )
                )
            )
        }
    }
}

// Document form: see `DefinitionReader`.
extension InSequence {
    private static let fields = [
        "steps", "within", "from", "order", "exclude", "same", "strictlyLater", "window",
    ]

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let zone = reading.zone
        let fields = try field.fields(Self.fields, hints: ["where": "filters stand in a step"])
        var sequence = InSequence([])
        for item in try fields.needed("steps").items() {
            sequence.steps.append(try step(item, zone: zone))
        }
        if let field = fields["within"] { sequence.withinMs = try field.duration() }
        if let field = fields["from"] { sequence.from = try field.choice(Start.self) }
        if let field = fields["order"] { sequence.order = try field.choice(Order.self) }
        if let field = fields["exclude"] {
            for item in try field.oneOrMore() {
                sequence.excluded.append(try step(item, zone: zone))
            }
        }
        if let field = fields["same"] { sequence.same = ExactName(try field.text()) }
        if let field = fields["strictlyLater"] { sequence.strictlyLater = try field.bool() }
        if let field = fields["window"] { sequence.window = try Window.read(field, zone: zone) }
        return .sequence(sequence)
    }

    private static func step(_ field: Field, zone: Zone) throws(DefinitionProblem) -> EventMatch {
        let hints = ["window": "the window of a sequence stands beside `steps`"]
        return try EventMatch.readStep(field, zone: zone, hints: hints)
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        func all(_ matches: [EventMatch]) -> PlainValue {
            .list(matches.map { .map($0.entries(zone: zone)) })
        }
        var entries = [PlainEntry("steps", all(steps))]
        if let withinMs {
            entries.append(PlainEntry("within", .text(DurationText.write(withinMs))))
        }
        if from != .first { entries.append(PlainEntry("from", .text(from.rawValue))) }
        if order != .loose { entries.append(PlainEntry("order", .text(order.rawValue))) }
        if !excluded.isEmpty { entries.append(PlainEntry("exclude", all(excluded))) }
        if let same { entries.append(PlainEntry("same", .text(same.text))) }
        if strictlyLater { entries.append(PlainEntry("strictlyLater", .bool(true))) }
        if window != .ever { entries.append(PlainEntry("window", window.written(zone: zone))) }
        return .map(entries)
    }
}

extension InSequence {
    func check(_ audit: inout Audit, place: String) {
        guard (2...Self.stepsMax).contains(steps.count) else {
            audit.refuse(
                .tooMany,
                place + ".steps",
                "a sequence has 2 to \(Self.stepsMax) steps, not \(steps.count)",
                hint: steps.count == 1 ? "for one event write `did`" : nil
            )
            return
        }
        guard excluded.count <= Self.excludedMax else {
            audit.refuse(
                .tooMany,
                place + ".exclude",
                "\(excluded.count) excluded events, more than \(Self.excludedMax)"
            )
            return
        }
        let parts =
            steps.enumerated().map { ("\(place).steps[\($0.offset)]", $0.element) }
            + excluded.enumerated().map { ("\(place).exclude[\($0.offset)]", $0.element) }
        for (at, match) in parts {
            match.check(&audit, place: at)
            if match.window != .ever {
                audit.refuse(.window, at + ".window", "a step has no window of its own")
            }
        }
        if let withinMs { audit.checkDuration(withinMs, place: place + ".within") }
        if let same {
            audit.checkName(same, what: "a property's name", place: place + ".same")
            for (at, match) in parts.prefix(steps.count) {
                audit.checkProperty(same, of: match.events, wants: [], place: at)
            }
        }
        window.check(&audit, place: place + ".window")
    }

    /// `did "A" then "B" within 7 days of the first, …`.
    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        var text = "did " + steps.map { $0.named(zone: zone) }.joined(separator: " then ")
        if let withinMs {
            let start = from == .first ? "the first" : "the one before"
            text += " within \(DurationText.spoken(withinMs)) of \(start)"
        } else if from == .previous {
            text += " within any time of the one before"
        }
        if strictlyLater { text += ", each strictly later" }
        if let same { text += ", with the same \(Phrase.quoted(same.text))" }
        if order == .strict { text += ", with no other of these between" }
        if !excluded.isEmpty {
            let names = excluded.map { $0.named(zone: zone) }.joined(separator: " nor ")
            text += ", without \(names) between"
        }
        if window != .ever { text += ", beginning" + window.phrase(zone: zone) }
        return Phrase(text)
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("did") else { return nil }
        var sequence = InSequence([])
        repeat { sequence.steps.append(try EventMatch.parse(&words)) } while words.take("then")
        guard sequence.steps.count > 1 else { return nil }
        if words.take("within any time of the one before") {
            sequence.from = .previous
        } else if words.take("within") {
            sequence.withinMs = try words.duration()
            try words.expect("of")
            if words.take("the one before") {
                sequence.from = .previous
            } else {
                try words.expect("the first", hint: "or `the one before`")
            }
        }
        while words.isNext(",") {
            let known = ["each", "with", "without", "beginning"]
            guard known.contains(words.word(1) ?? ""), words.take(",") else { break }
            try sequence.parseRule(&words)
        }
        return .sequence(sequence)
    }

    /// What stands behind a comma.
    private mutating func parseRule(_ words: inout SentenceWords) throws(DefinitionProblem) {
        if words.take("each strictly later") {
            strictlyLater = true
        } else if words.take("with the same") {
            same = ExactName(try words.quoted("a property"))
        } else if words.take("with no other of these between") {
            order = .strict
        } else if words.take("without") {
            repeat { excluded.append(try EventMatch.parse(&words)) } while words.take("nor")
            try words.expect("between")
        } else if words.take("beginning"), let window = try Window.parse(&words) {
            self.window = window
        } else {
            throw words.expected(
                "`each strictly later`, `with the same`, `with no other of these between`,"
                    + " `without` or `beginning`"
            )
        }
    }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .ordered(_, let said) = found else { return found.said }
        let names = steps.map { $0.named(zone: zone) }.joined(separator: " then ")
        return isAlone ? "\(names): \(said)" : said
    }
}
