// A habit: in at least 3 of the last 4 weeks.

import Basics

/// In so many of the last calendar units the user has a matching event.
public struct Regularly: ConditionKind {
    static let keyword = "regularly"

    /// Which events count; their window is `ever`.
    public var match: EventMatch
    /// In how many of the units there must be one, 1…`of`.
    public var atLeast: Int
    /// How many units are looked at, 1…`DefinitionLimits.calendarUnits`.
    public var of: Int
    /// Units of the definition's zone.
    public var unit: CalendarUnit
    /// Whether the unit of the answer's instant is the last of them (its part up to then).
    public var includesCurrent: Bool

    /// A habit of these events.
    public init(
        _ match: EventMatch,
        atLeast: Int,
        of count: Int,
        _ unit: CalendarUnit,
        includesCurrent: Bool = false
    ) {
        self.match = match
        self.atLeast = atLeast
        of = count
        self.unit = unit
        self.includesCurrent = includesCurrent
    }

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let own = ["atLeast", "of", "unit", "current"]
        let fields = try field.fields(
            EventMatch.stepFields + own,
            hints: ["window": "`of` and `unit` say which time is looked at"]
        )
        var habit = Regularly(
            try EventMatch.read(fields, zone: reading.zone),
            atLeast: try fields.needed("atLeast", hint: "say in how many units").whole(),
            of: try fields.needed("of", hint: "say of how many units").whole(),
            try fields.needed("unit", hint: "day, week, month, quarter or year")
                .choice(CalendarUnit.self)
        )
        if let field = fields["current"] {
            habit.includesCurrent = try CalendarWindow.readCurrent(field, habit.unit)
        }
        return .regularly(habit)
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        var entries = match.entries(zone: zone)
        entries.append(PlainEntry("atLeast", .int(Int64(atLeast))))
        entries.append(PlainEntry("of", .int(Int64(of))))
        entries.append(PlainEntry("unit", .text(unit.rawValue)))
        if includesCurrent { entries.append(PlainEntry("current", .text("include"))) }
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        match.checkWithoutWindow(&audit, place: place)
        if !(1...DefinitionLimits.calendarUnits).contains(of) {
            audit.refuse(
                .count,
                place + ".of",
                "\(of) is not between 1 and \(DefinitionLimits.calendarUnits)"
            )
        } else if !(1...of).contains(atLeast) {
            audit.refuse(.count, place + ".atLeast", "\(atLeast) is not between 1 and \(of)")
        }
    }

    /// `did "Read" in at least 3 of the last 4 whole weeks`.
    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        let whole = includesCurrent ? "" : "whole "
        let units = of == 1 ? unit.rawValue : "\(of) \(whole)\(unit.rawValue)s"
        return Phrase(
            "did \(match.named(zone: zone)) in at least \(atLeast) of the last \(units)"
                + (includesCurrent ? " with the current one" : "")
        )
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("did") else { return nil }
        let match = try EventMatch.parse(&words)
        guard words.take("in at least") else { return nil }
        let atLeast = try words.whole()
        try words.expect("of the last")
        let of = words.wholeNext == nil ? 1 : try words.whole()
        _ = words.take("whole")
        let unit = try CalendarWindow.unit(&words)
        let isCurrent = words.take("with the current one")
        return .regularly(
            Regularly(match, atLeast: atLeast, of: of, unit, includesCurrent: isCurrent)
        )
    }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .ordered(_, let said) = found else { return found.said }
        return isAlone ? "\(match.named(zone: zone)): \(said)" : said
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        let window = CalendarWindow(last: of, unit: unit, includesCurrent: includesCurrent)
        return builder.ordered(self, window: .calendar(window), node: node) { window, zone in
            OrderedLeaf(
                matches: [CompiledMatch(match, zone: zone)],
                key: nil,
                window: window,
                test: .habit(atLeast: atLeast, HabitUnits(unit: unit, zone: zone))
            )
        }
    }
}

/// Counts the different calendar units that a user's events lie in.
struct HabitUnits: Sendable {
    let unit: CalendarUnit
    let zone: Zone

    /// Of instants in order.
    ///
    /// An instant lies in the last unit that began by then, so that where a clock is put back
    /// across midnight no unit comes twice.
    func count(_ instants: some Sequence<Timestamp>) -> Int {
        var count = 0
        var end = Timestamp(ms: .min)
        for at in instants where at >= end {
            count += 1
            end = self.end(of: at)
        }
        return count
    }

    /// The first instant behind the unit of an instant.
    private func end(of instant: Timestamp) -> Timestamp {
        var own = unit.start(zone.local(instant).day)
        while true {
            let next = unit.start(own, plus: 1)
            let begin = zone.instant(ofLocal: next.midnight)
            if begin > instant || next <= own { return begin }
            own = next
        }
    }
}
