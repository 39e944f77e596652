// The trigger of dates: an appointment in 24 hours, a renewal three days ago, a birthday.

import Basics

/// An instant that a property holds comes near or has passed: fires so long before or after it.
///
/// One timer per user and value. A value that is another is another timer, and that of the value
/// before is gone. It never fires for an instant that had passed when the value came into force.
public struct DateTrigger: TriggerKind {
    static let keyword = "dateProperty"

    /// Whose property it is.
    public enum Source: Sendable, Hashable {
        /// The user's, as long as it has this value.
        case user
        /// An event's: every such event has its own timer; the match's window is `ever`.
        case event(EventMatch)
    }

    /// The property.
    public var property: ExactName
    /// Whose it is.
    public var source: Source
    /// How long after its instant; negative: before it.
    ///
    /// Unit: ms.
    public var offsetMs: Int64
    /// Whether it comes again every year, on the same local day and time; 29 February counts as 28
    /// in other years.
    public var isYearly: Bool

    /// So long after, or before, the property's instant.
    public init(
        _ property: ExactName,
        of source: Source = .user,
        offsetMs: Int64 = 0,
        isYearly: Bool = false
    ) {
        self.property = property
        self.source = source
        self.offsetMs = offsetMs
        self.isYearly = isYearly
    }

    /// Those of a match of a named event.
    private static let matchFields = EventMatch.stepFields.filter { $0 != "anyEvent" }

    static func read(_ field: Field, zone: Zone) throws(DefinitionProblem) -> Trigger {
        let fields = try field.fields(
            ["property", "before", "after", "yearly"] + matchFields,
            hints: [
                "offset": "write `before: 24h` or `after: 3d`", "repeat": "write `yearly: true`",
            ]
        )
        var date = DateTrigger(ExactName(try fields.needed("property").text()))
        if fields["event"] != nil {
            date.source = .event(try EventMatch.read(fields, zone: zone))
        } else if let filters = fields["where"] {
            throw filters.problem(
                .conflictingFields,
                "`where` is about an event, and none is named",
                hint: "what the user is stands in `filter`"
            )
        }
        if let name = try fields.atMostOne(of: ["before", "after"], hint: "write one of them"),
            let inner = fields[name]
        {
            let ms = try inner.duration()
            date.offsetMs = name == "before" ? -ms : ms
        }
        if let yearly = fields["yearly"] { date.isYearly = try yearly.bool() }
        return .date(date)
    }

    func written(zone: Zone) -> PlainValue {
        var entries = [PlainEntry("property", .text(property.text))]
        if case .event(let match) = source { entries += match.entries(zone: zone) }
        if offsetMs < 0 {
            entries.append(PlainEntry("before", .text(DurationText.write(-offsetMs))))
        } else if offsetMs > 0 {
            entries.append(PlainEntry("after", .text(DurationText.write(offsetMs))))
        }
        if isYearly { entries.append(PlainEntry("yearly", .bool(true))) }
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        audit.checkName(property, what: "a property's name", place: place + ".property")
        if case .event(let match) = source {
            match.checkWithoutWindow(&audit, place: place)
            if match.events.isEmpty {
                audit.refuse(.name, place + ".event", "an event must be named")
            }
        }
        if !(-LiveLimits.waitMsMax...LiveLimits.waitMsMax).contains(offsetMs) {
            audit.refuse(.window, place, "the offset is longer than 2 years")
        }
    }

    /// `it is 1 day before "startsAt" of "Appointment Booked"`.
    func phrase(zone: Zone) -> String {
        let whose: String
        switch source {
        case .user: whose = "the user's \(Phrase.quoted(property.text))"
        case .event(let match):
            whose = "\(Phrase.quoted(property.text)) of \(match.named(zone: zone))"
        }
        let yearly = isYearly ? " in any year" : ""
        switch offsetMs {
        case 0: return "it is \(whose)\(yearly)"
        case ..<0: return "it is \(DurationText.spoken(-offsetMs)) before \(whose)\(yearly)"
        default: return "it is \(DurationText.spoken(offsetMs)) after \(whose)\(yearly)"
        }
    }
}
