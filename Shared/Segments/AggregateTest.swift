// What is computed of the matching events of a `did`, besides their number and their sums.

import Basics

/// A test of a number or a value computed from the matching events.
///
/// Events without a value are skipped, or counted as 0 where that is said. Where no event is left
/// there is nothing to compare, and a comparison with what is absent is false.
public enum AggregateTest: Sendable, Hashable {
    /// Which of the events' values is compared.
    public enum Pick: String, Sendable, Hashable, CaseIterable {
        /// The least of those that can be ordered with what it is compared with: numbers with
        /// numbers, instants (and texts that are dates) with instants, versions with versions.
        case least = "min"
        /// The greatest of these.
        case greatest = "max"
        /// That of the first event that has one, of whichever type.
        case first
        /// That of the last event that has one.
        case last
    }

    /// The average of a property's numbers.
    case average(SumTest)
    /// The picked value of the filter's property passes the filter.
    case picked(Pick, PropertyFilter, missingIsZero: Bool = false)
    /// How many different values a property has.
    case distinct(ExactName, CountTest)
    /// On how many different days of the definition's zone the events lie.
    case distinctDays(CountTest)

    /// The property whose values it reads; nil: none.
    public var property: ExactName? {
        switch self {
        case .average(let test): test.property
        case .picked(_, let filter, _): filter.property
        case .distinct(let property, _): property
        case .distinctDays: nil
        }
    }

    /// The field name in documents.
    public var keyword: String {
        switch self {
        case .average: "avg"
        case .picked(let pick, _, _): pick.rawValue
        case .distinct: "distinct"
        case .distinctDays: "distinctDays"
        }
    }

    /// The field names, in the order in which a document is written.
    static let keywords = ["avg", "min", "max", "first", "last", "distinct", "distinctDays"]
}

// Document form, beside `sum` in a `did`: `avg: {property: amount, atLeast: 10}`,
// `min: {property: amount, greaterThan: 5}`, `last: {property: plan, equals: pro}`,
// `distinct: {property: section, atLeast: 8}`, `distinctDays: {atLeast: 5}`.
extension AggregateTest {
    static func read(_ keyword: String, _ field: Field, zone: Zone) throws(DefinitionProblem)
        -> AggregateTest
    {
        switch keyword {
        case "avg": return .average(try SumTest.read(field, named: "average"))
        case "distinct":
            let fields = try field.fields(["property"] + CountTest.fields)
            let property = ExactName(try fields.needed("property").text())
            return .distinct(property, try CountTest.read(fields))
        case "distinctDays":
            return .distinctDays(try CountTest.read(try field.fields(CountTest.fields)))
        default:
            let (rest, missingIsZero) = try missing(field)
            let filter = try PropertyFilter.read(rest, zone: zone)
            return .picked(Pick(rawValue: keyword) ?? .last, filter, missingIsZero: missingIsZero)
        }
    }

    /// Takes `missing: zero` out of the fields, which else are those of a filter.
    private static func missing(_ field: Field) throws(DefinitionProblem) -> (Field, Bool) {
        guard case .map(let entries) = field.value,
            let entry = entries.first(where: { $0.key == "missing" })
        else { return (field, false) }
        let missing = Field(
            value: entry.value,
            place: field.place + ".missing",
            line: entry.line ?? field.line
        )
        guard case .text = entry.value else {
            throw missing.unexpected(
                "zero or skip",
                hint: "for users without such a value write `where: [{property: …}]`"
            )
        }
        let rest = PlainValue.map(entries.filter { $0.key != "missing" })
        let isZero = try SumTest.readMissing(missing)
        return (Field(value: rest, place: field.place, line: field.line), isZero)
    }

    func written(zone: Zone) -> PlainValue {
        switch self {
        case .average(let test): return test.written()
        case .picked(_, let filter, let missingIsZero):
            guard missingIsZero, case .map(let entries) = filter.written(zone: zone) else {
                return filter.written(zone: zone)
            }
            return .map(entries + [PlainEntry("missing", .text("zero"))])
        case .distinct(let property, let count):
            return .map([PlainEntry("property", .text(property.text))] + count.entries())
        case .distinctDays(let count): return .map(count.entries())
        }
    }
}

extension AggregateTest {
    func check(_ audit: inout Audit, events: [ExactName], place: String) {
        switch self {
        case .average(let test): test.check(&audit, events: events, place: place)
        case .picked(let pick, let filter, let missingIsZero):
            filter.check(&audit, place: place)
            filter.checkStandsAlone(&audit, place: place)
            audit.checkProperty(filter, of: events, place: place)
            Self.check(pick, filter, &audit, place: place)
            if missingIsZero, filter.wantedTypes != .number {
                audit.refuse(
                    .operand,
                    place + ".missing",
                    "zero is a number, and the value is not compared with one",
                    hint: "leave `missing` out: events without a value are skipped"
                )
            }
        case .distinct(let property, let count):
            audit.checkName(property, what: "a property's name", place: place + ".property")
            audit.checkProperty(property, of: events, wants: [], place: place)
            Self.check(count, &audit, place: place)
        case .distinctDays(let count): Self.check(count, &audit, place: place)
        }
    }

    private static func check(
        _ pick: Pick,
        _ filter: PropertyFilter,
        _ audit: inout Audit,
        place: String
    ) {
        let at = place + ".\(filter.operator.rawValue)"
        if filter.operator.isPresence {
            audit.refuse(
                .operand,
                at,
                "events without a value are skipped, so that there is always one",
                hint: "write `where: [{property: …}]` beside it"
            )
        }
        guard pick == .least || pick == .greatest else { return }
        let op = filter.operator
        let hasOrder = ValueOrder(of: filter) != nil
        guard op.isOrdering || op.isInstant || op == .equals && hasOrder else {
            audit.refuse(
                .operand,
                at,
                "the \(pick == .least ? "least" : "greatest") value is compared by size",
                hint: "write lessThan, atMost, greaterThan, atLeast, between, before or after"
            )
            return
        }
    }

    private static func check(_ count: CountTest, _ audit: inout Audit, place: String) {
        count.check(&audit, place: place)
        if count.includesZero {
            audit.refuse(
                .count,
                place + ".includeZero",
                "who has no such event has no different ones",
                hint: "write `any` with `didNot`"
            )
        }
    }
}

extension AggregateTest {
    /// ` with an average of "amount" of at least 10`, ` whose last "plan" is "pro"`.
    func phrase(zone: Zone) -> String {
        switch self {
        case .average(let test): return test.phrase(of: "an average")
        case .picked(let pick, let filter, let missingIsZero):
            let missing = missingIsZero ? " (missing as 0)" : ""
            return " whose \(pick.said) \(filter.phrase(zone: zone))" + missing
        case .distinct(let property, let count):
            return " with \(count.spoken) different values of \(Phrase.quoted(property.text))"
        case .distinctDays(let count): return " on \(count.spoken) different days"
        }
    }
}

extension AggregateTest {
    /// What `phrase` says, the `and` between two being taken already; nil when none comes next.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> AggregateTest? {
        if words.take("with an average of") {
            return .average(try SumTest.parse(after: &words))
        }
        if words.take("whose") {
            guard let said = words.word(),
                let pick = Pick.allCases.first(where: { $0.said == said })
            else { throw words.expected("`least`, `greatest`, `first` or `last`") }
            _ = words.take(said)
            let filter = try PropertyFilter.parse(&words)
            return .picked(pick, filter, missingIsZero: words.take("( missing as 0 )"))
        }
        let isDays = words.isNext("on")
        guard isDays || words.isNext("with") else { return nil }
        _ = words.take(isDays ? "on" : "with")
        guard let count = try CountTest.parse(spoken: &words) else {
            throw words.expected("how many different ones", hint: "such as at least 3 different")
        }
        try words.expect(isDays ? "different days" : "different values of")
        return isDays
            ? .distinctDays(count) : .distinct(ExactName(try words.quoted("a property")), count)
    }
}

extension AggregateTest.Pick {
    /// In words.
    var said: String {
        switch self {
        case .least: "least"
        case .greatest: "greatest"
        case .first: "first"
        case .last: "last"
        }
    }
}
