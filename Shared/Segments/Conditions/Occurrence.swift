// One event of a user by its place among the others: the first, the n-th, the last.

import Basics

/// What `first`, `nth` and `last` have in common.
public struct Occurrence: Sendable, Hashable {
    /// Which place.
    public enum Place: Sendable, Hashable {
        /// Counted from the first, which is 1; at most `DefinitionLimits.countMax`.
        case nth(Int)
        /// The last one up to the answer's instant.
        case last
    }

    /// Among which events the place is counted.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// Among all events of these names; the one found must pass the filters.
        case ever
        /// Among those only that pass the filters.
        case matching
    }

    /// Which events; the window applies to the instant of the one found.
    public var match: EventMatch
    /// Among which events the place is counted.
    public var mode: Mode
    /// The event found has one of these names; empty: whichever it has.
    public var named: [ExactName]

    /// An occurrence among these events.
    public init(_ match: EventMatch, mode: Mode = .ever, named: [ExactName] = []) {
        self.match = match
        self.mode = mode
        self.named = named
    }

    static let fields = EventMatch.fields + ["mode", "is"]

    static func read(_ fields: Fields, zone: Zone) throws(DefinitionProblem) -> Occurrence {
        var occurrence = Occurrence(try EventMatch.read(fields, zone: zone))
        if let field = fields["mode"] { occurrence.mode = try field.choice(Mode.self) }
        if let field = fields["is"] {
            for item in try field.oneOrMore() {
                occurrence.named.append(ExactName(try item.text()))
            }
        }
        return occurrence
    }

    func entries(zone: Zone) -> [PlainEntry] {
        var entries = match.entries(zone: zone)
        if mode != .ever { entries.append(PlainEntry("mode", .text(mode.rawValue))) }
        if !named.isEmpty {
            entries.append(PlainEntry("is", .list(named.map { .text($0.text) })))
        }
        return entries
    }

    func check(_ audit: inout Audit, place: String) {
        match.check(&audit, place: place)
        guard named.count <= DefinitionLimits.events else {
            audit.refuse(
                .tooMany,
                place + ".is",
                "\(named.count) names, more than \(DefinitionLimits.events)"
            )
            return
        }
        for (index, name) in named.enumerated() {
            let at = place + ".is[\(index)]"
            audit.checkName(name, what: "an event's name", place: at)
            audit.checkEvent(name, place: at)
            if !match.events.isEmpty, !match.events.contains(name) {
                audit.warn(
                    .pointless,
                    at,
                    "the event is none of those it is found among",
                    hint: "write it under `event`, or `anyEvent: true` to find it among all"
                )
            }
        }
    }

    /// `the first "Charged" happened in the last 7 days, where "amount" is greater than 100`.
    func phrase(_ place: String, zone: Zone) -> String {
        let filters = match.filters.map { $0.phrase(zone: zone) }.joined(separator: " and ")
        let window = match.window.phrase(zone: zone)
        let isBare = filters.isEmpty && match.times == nil
        var wishes: [String] = []
        if !named.isEmpty {
            wishes.append("is " + named.map { Phrase.quoted($0.text) }.joined(separator: " or "))
        }
        if !window.isEmpty || named.isEmpty && (mode == .matching || isBare) {
            wishes.append("happened" + window)
        }
        if mode == .ever, !filters.isEmpty { wishes.append("has " + filters) }
        if mode == .ever, let times = match.times { wishes.append("was" + times.phrase) }
        // Without filters both modes find the same, and are said apart all the same.
        let kind = mode == .matching && isBare ? "matching " : ""
        return "the \(place) \(kind)\(among(zone: zone)) " + wishes.joined(separator: " and ")
    }

    /// What stands behind `the first` and the like.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Occurrence {
        let isMatching = words.take("matching")
        var occurrence = Occurrence(try EventMatch.parse(&words))
        let isBare = occurrence.match.filters.isEmpty && occurrence.match.times == nil
        if isMatching || !isBare { occurrence.mode = .matching }
        if words.take("is") {
            repeat {
                occurrence.named.append(ExactName(try words.quoted("an event")))
            } while words.isNextName(after: "or") && words.take("or")
        } else if try !occurrence.parseWish(&words) {
            throw words.expected("`happened`, `is`, `has` or `was`")
        }
        while ["happened", "has", "was"].contains(where: { words.isNext("and " + $0) }) {
            _ = words.take("and")
            guard try occurrence.parseWish(&words) else { break }
        }
        return occurrence
    }

    private mutating func parseWish(
        _ words: inout SentenceWords
    ) throws(DefinitionProblem) -> Bool {
        if words.take("happened") {
            match.window = try Window.parse(&words) ?? .ever
        } else if words.take("has") {
            match.filters += try PropertyFilter.parseAll(&words)
        } else if words.take("was") {
            guard let times = try LocalTimes.parse(&words) else {
                throw words.expected("a time of the day or days of the week")
            }
            match.times = times
        } else {
            return false
        }
        return true
    }

    /// Among which events the place is counted, in words.
    func among(zone: Zone) -> String {
        (mode == .ever ? EventMatch(match.events) : match).named(zone: zone)
    }

    func leaf(_ place: Place, _ window: CompiledWindow, zone: Zone) -> OrderedLeaf {
        let all = EventMatch(match.events)
        // In mode ever the filters are asked of the one found, else of those it is found among.
        var asked = mode == .ever ? match : all
        if !named.isEmpty { asked.events = named }
        return OrderedLeaf(
            matches: [
                CompiledMatch(mode == .ever ? all : match, zone: zone),
                CompiledMatch(asked, zone: zone),
            ],
            key: nil,
            window: window,
            test: .occurrence(place)
        )
    }
}

/// The kinds that find one event by its place.
protocol OccurrenceKind: ConditionKind {
    var occurrence: Occurrence { get }
    var place: Occurrence.Place { get }
    var placeName: String { get }
}

extension OccurrenceKind {
    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase(occurrence.phrase(placeName, zone: zone))
    }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .ordered(_, let said) = found else { return found.said }
        return isAlone ? "the \(placeName) \(occurrence.among(zone: zone)): \(said)" : said
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.ordered(self, window: occurrence.match.window, node: node) { window, zone in
            occurrence.leaf(place, window, zone: zone)
        }
    }
}
