// How many different values or days: read at least 8 sections, came on at least 5 days.

import Basics

/// The user's matching events have so many different values of a property, or lie on so many
/// different local days.
///
/// Events without the property have no say; who has no matching event is out. A list is one value.
public struct Distinct: ConditionKind {
    static let keyword = "distinct"

    /// What is counted.
    public enum Subject: Sendable, Hashable {
        /// The values of this property.
        case values(of: ExactName)
        /// Days in the definition's zone.
        case days
    }

    /// Which events count.
    public var match: EventMatch
    /// What is counted.
    public var subject: Subject
    /// How many there must be.
    public var count: CountTest

    /// So many different ones.
    public init(_ match: EventMatch, _ subject: Subject, count: CountTest = .atLeastOne) {
        self.match = match
        self.subject = subject
        self.count = count
    }

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let counts = CountTest.fields.filter { $0 != "includeZero" }
        let fields = try field.fields(EventMatch.fields + counts + ["property", "days"])
        let match = try EventMatch.read(fields, zone: reading.zone)
        let hint = "write `property: …` or `days: true`, one of both"
        guard let name = try fields.atMostOne(of: ["property", "days"], hint: hint),
            let subject = fields[name]
        else { throw field.problem(.missingField, "nothing is counted", hint: hint) }
        let count = try CountTest.read(fields)
        guard name == "days" else {
            let property = ExactName(try subject.text())
            return .distinct(Distinct(match, .values(of: property), count: count))
        }
        guard try subject.bool() else { throw subject.problem(.shape, "`days` is true or absent") }
        return .distinct(Distinct(match, .days, count: count))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        var entries = match.entries(zone: zone)
        switch subject {
        case .values(let property): entries.append(PlainEntry("property", .text(property.text)))
        case .days: entries.append(PlainEntry("days", .bool(true)))
        }
        return .map(entries + count.entries())
    }

    func check(_ audit: inout Audit, place: String) {
        match.check(&audit, place: place)
        count.check(&audit, place: place + ".count")
        if count.includesZero {
            audit.refuse(
                .count,
                place + ".includeZero",
                "who has no such event has no different ones",
                hint: "write `any` with `didNot`"
            )
        }
        if case .values(let property) = subject {
            audit.checkName(property, what: "a property's name", place: place + ".property")
            audit.checkProperty(property, of: match.events, wants: [], place: place)
        }
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        let what =
            switch subject {
            case .values(let property): "values of \(Phrase.quoted(property.text))"
            case .days: "days"
            }
        return Phrase(
            "\(count.spoken) different \(what) of \(match.named(zone: zone))"
                + match.window.phrase(zone: zone)
        )
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard let count = try CountTest.parse(spoken: &words), words.take("different") else {
            return nil
        }
        var subject = Subject.days
        if !words.take("days") {
            try words.expect("values", hint: "write `different days` or `different values of`")
            try words.expect("of")
            subject = .values(of: ExactName(try words.quoted("a property")))
        }
        try words.expect("of")
        return .distinct(Distinct(try EventMatch.parse(windowed: &words), subject, count: count))
    }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .ordered(_, let said) = found else { return found.said }
        return isAlone ? "\(match.named(zone: zone)): \(said)" : said
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.ordered(self, window: match.window, node: node) { window, zone in
            let property: ExactName? = if case .values(let name) = subject { name } else { nil }
            return OrderedLeaf(
                matches: [CompiledMatch(match, zone: zone)],
                key: property,
                window: window,
                test: .distinct(count, days: property == nil ? zone : nil)
            )
        }
    }
}
