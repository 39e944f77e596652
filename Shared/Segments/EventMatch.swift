// Which events count for a condition: by name, by properties, by instant.

import Basics

/// The events a condition is about: any of some names, all of some filters, inside a window.
public struct EventMatch: Sendable, Hashable {
    /// Any of these names; empty: any event at all; at most `DefinitionLimits.events`.
    public var events: [ExactName]
    /// All of these must hold for an event to count; at most `DefinitionLimits.filters`.
    public var filters: [PropertyFilter]
    /// Which events count by their instant.
    public var window: Window
    /// Which events count by their local time of the day and day of the week; nil: all.
    public var times: LocalTimes?

    /// The events of these names that pass every filter and lie in the window.
    public init(
        _ events: [ExactName] = [],
        where filters: [PropertyFilter] = [],
        window: Window = .ever,
        times: LocalTimes? = nil
    ) {
        self.events = events
        self.filters = filters
        self.window = window
        self.times = times
    }
}

// Document form: `event: Charged` or `event: [Charged, Ticket Booked]`, or nothing, or
// `anyEvent: true` for any event at all; `where: [filters]`; `window: …`.
extension EventMatch {
    /// The fields of a match; a condition adds its own.
    static let fields = ["event", "anyEvent", "where", "window"] + LocalTimes.fields

    /// The fields of a match without a window of its own.
    static let stepFields = fields.filter { $0 != "window" }

    static func read(_ fields: Fields, zone: Zone) throws(DefinitionProblem) -> EventMatch {
        var match = EventMatch()
        if let field = fields["event"] {
            for item in try field.oneOrMore() { match.events.append(ExactName(try item.text())) }
            guard !match.events.isEmpty else {
                throw field.problem(
                    .name,
                    "no event is named",
                    hint: "name one, or leave `event` out"
                )
            }
        }
        if let field = fields["anyEvent"] {
            let means = try field.bool()
            if means, fields["event"] != nil {
                throw field.problem(
                    .conflictingFields,
                    "`anyEvent: true` and `event` exclude each other",
                    hint: "leave one of them out"
                )
            }
            if !means, fields["event"] == nil {
                throw field.problem(
                    .conflictingFields,
                    "`anyEvent: false` without `event` means nothing",
                    hint: "name an event"
                )
            }
        }
        if let field = fields["where"] {
            for item in try field.oneOrMore() {
                match.filters.append(try PropertyFilter.readBesideEvent(item, zone: zone))
            }
        }
        if let field = fields["window"] { match.window = try Window.read(field, zone: zone) }
        match.times = try LocalTimes.read(fields)
        return match
    }

    /// A name alone, or a match without a window.
    static func readStep(
        _ field: Field,
        zone: Zone,
        hints: [String: String]
    ) throws(DefinitionProblem) -> EventMatch {
        if case .text(let name) = field.value { return EventMatch([ExactName(name)]) }
        return try read(try field.fields(stepFields, hints: hints), zone: zone)
    }

    func entries(zone: Zone) -> [PlainEntry] {
        var entries: [PlainEntry] = []
        switch events.count {
        case 0: entries.append(PlainEntry("anyEvent", .bool(true)))
        case 1: entries.append(PlainEntry("event", .text(events[0].text)))
        default:
            entries.append(PlainEntry("event", .list(events.map { .text($0.text) })))
        }
        if !filters.isEmpty {
            entries.append(PlainEntry("where", .list(filters.map { $0.written(zone: zone) })))
        }
        entries += times?.entries ?? []
        if window != .ever { entries.append(PlainEntry("window", window.written(zone: zone))) }
        return entries
    }
}

extension EventMatch {
    /// The same where something else says which time is looked at.
    func checkWithoutWindow(_ audit: inout Audit, place: String) {
        check(&audit, place: place)
        if window != .ever {
            audit.refuse(.window, place + ".window", "a window has no place here")
        }
    }

    func check(_ audit: inout Audit, place: String) {
        if events.count > DefinitionLimits.events {
            audit.refuse(
                .tooMany,
                place + ".event",
                "\(events.count) events are named, more than \(DefinitionLimits.events)"
            )
            return
        }
        for (index, event) in events.enumerated() {
            let at = events.count == 1 ? place + ".event" : place + ".event[\(index)]"
            audit.checkName(event, what: "an event's name", place: at)
            audit.checkEvent(event, place: at)
        }
        if filters.count > DefinitionLimits.filters {
            audit.refuse(
                .tooMany,
                place + ".where",
                "\(filters.count) filters, more than \(DefinitionLimits.filters)"
            )
            return
        }
        for (index, filter) in filters.enumerated() {
            let at = place + ".where[\(index)]"
            filter.check(&audit, place: at)
            if filter.isOfUser {
                audit.checkUserProperty(filter, place: at)
            } else {
                audit.checkProperty(filter, of: events, place: at)
            }
        }
        times?.check(&audit, place: place)
        window.check(&audit, place: place + ".window")
    }
}

extension EventMatch {
    /// `"Charged" or "Ticket Booked" where "amount" is greater than 100`.
    func named(zone: Zone) -> String {
        let names =
            events.isEmpty
            ? "any event" : events.map { Phrase.quoted($0.text) }.joined(separator: " or ")
        let timed = names + (times?.phrase ?? "")
        guard !filters.isEmpty else { return timed }
        let tests = filters.map { $0.phrase(zone: zone) }
        return timed + " where " + tests.joined(separator: " and ")
    }
}
