// Reads and writes live segments as documents. The grammar, by example:
//
//     name: left-cart                   # optional, as `description` and `zone`
//     trigger:                          # one of:
//       action: {event: Article Read, where: [filters], nth: 5}   # or first: true, everyNth: 5,
//                                       # or none of these; or the event's name alone
//       inaction: {did: Added To Cart, didNot: Purchased, within: 15m, key: cartId,
//                  anchor: last, grace: 30s}             # anchor: last (usual), first, each
//       dateProperty: {property: startsAt, event: Appointment Booked, before: 24h}   # or after;
//                                       # without `event` the user's; yearly: true
//       page: {where: [{property: path, equals: /pricing}], count: 3,
//              referrer: [{property: referrer, contains: news}]}     # event: Page Viewed, gap: 30m
//       propertyChanged: {property: plan, from: free, to: pro}   # or {atLeast: 3} and the like
//       becomes: CONDITION              # fields or a sentence, as everywhere
//     filter: CONDITION                 # optional: at the trigger's own place in the log
//     filterReads: {events: before, properties: after}     # these are the usual ones
//     stay: forever                     # the usual, or a duration, or {while: CONDITION}
//     limit: everyTime                  # the usual, or once, oncePerKey,
//                                       # {times: 3, per: 7d}, {coolDown: 1d}
//
// The filters, matches and conditions are those of `DefinitionReader`.

import Basics

/// A live segment with its name, as a document holds it.
public struct LiveDocument: Sendable, Hashable {
    /// The segment's name; nil where none is needed.
    public var name: String?
    /// A sentence for people.
    public var description: String?
    /// What lets users in, and when they leave.
    public var definition: LiveDefinition

    /// A document.
    public init(name: String? = nil, description: String? = nil, definition: LiveDefinition) {
        self.name = name
        self.description = description
        self.definition = definition
    }
}

/// Reads documents of live segments; whether they make sense is for `LiveValidation` to say.
public enum LiveReader {
    /// Whether a document is of a live segment: it has a trigger.
    public static func isLive(_ plain: PlainValue) -> Bool {
        guard case .map(let entries) = plain else { return false }
        return entries.contains { $0.key == "trigger" }
    }

    /// The document in `plain`; throws the first field that is not of the language.
    ///
    /// `zone` is the project's, for dates when the document names none.
    public static func read(
        _ plain: PlainValue,
        zone projectZone: Zone = .utc
    ) throws(DefinitionProblem) -> LiveDocument {
        let whole = Field(value: plain, place: "", line: nil)
        let fields = try whole.top(
            [
                "name", "description", "zone", "trigger", "filter", "filterReads", "stay", "limit",
            ],
            hints: ["condition": "a live segment has a `trigger`; conditions stand in `filter`"]
        )
        let zoneName = try fields["zone"]?.text()
        var zone = projectZone
        if let zoneName, let field = fields["zone"] { zone = try Zone.read(zoneName, field) }
        var live = LiveDefinition(
            try trigger(try fields.needed("trigger"), zone: zone),
            zone: zoneName
        )
        if let filter = fields["filter"] {
            live.filter = try DefinitionReader.condition(in: filter, zone: zone)
        }
        if let reads = fields["filterReads"] {
            let moments = try reads.fields(["events", "properties"])
            if let events = moments["events"] {
                live.filterReads.events = try events.choice(FilterReads.Moment.self)
            }
            if let properties = moments["properties"] {
                live.filterReads.properties = try properties.choice(FilterReads.Moment.self)
            }
        }
        if let stay = fields["stay"] { live.stay = try self.stay(stay, zone: zone) }
        if let limit = fields["limit"] { live.limit = try self.limit(limit) }
        return LiveDocument(
            name: try fields["name"]?.text(upTo: Limits.nameBytes),
            description: try fields["description"]?.text(upTo: DefinitionLimits.descriptionBytes),
            definition: live
        )
    }

    private static func trigger(_ field: Field, zone: Zone) throws(DefinitionProblem) -> Trigger {
        let keywords = Trigger.keywords
        let fields = try field.fields(
            keywords,
            hints: [
                "event": "write `action: {event: …}`", "did": "write `action: {event: …}`",
                "date": "write `dateProperty`",
            ]
        )
        guard let keyword = try fields.atMostOne(of: keywords, hint: "a segment has one trigger"),
            let inner = fields[keyword],
            let kind = Trigger.kinds.first(where: { $0.keyword == keyword })
        else {
            throw field.problem(
                .missingField,
                "a trigger is missing",
                hint: "write one of " + keywords.joined(separator: ", ")
            )
        }
        return try kind.read(inner, zone: zone)
    }

    private static func stay(_ field: Field, zone: Zone) throws(DefinitionProblem) -> Stay {
        switch field.value {
        case .text("forever"): return .forever
        case .map:
            let condition = try field.fields(["while"]).needed("while")
            return .while(try DefinitionReader.condition(in: condition, zone: zone))
        default: return .duration(ms: try field.duration())
        }
    }

    private static func limit(_ field: Field) throws(DefinitionProblem) -> FiringLimit {
        switch field.value {
        case .text("everyTime"): return .everyTime
        case .text("once"): return .once
        case .text("oncePerKey"): return .oncePerKey
        case .map:
            let fields = try field.fields(["times", "per", "coolDown"])
            if let coolDown = fields["coolDown"] {
                if let times = fields["times"] {
                    throw times.problem(.conflictingFields, "one limit is enough")
                }
                return .coolDown(ms: try coolDown.duration())
            }
            let times = try fields.needed("times", hint: "write {times: 3, per: 7d}").whole()
            return .times(times, perMs: try fields.needed("per", hint: "such as 7d").duration())
        default:
            throw field.unexpected(
                "a limit",
                hint: "write everyTime, once, oncePerKey, {times: 3, per: 7d} or {coolDown: 1d}"
            )
        }
    }
}

/// Turns live segments into plain values; the inverse of `LiveReader`.
public enum LiveWriter {
    /// The document; the definition must be valid, or a problem says why it is not.
    public static func write(_ document: LiveDocument) throws(DefinitionProblem) -> PlainValue {
        let live = document.definition
        try LiveValidation.require(live)
        let zone = try live.zone(projectZone: nil)
        var entries: [PlainEntry] = []
        if let name = document.name { entries.append(PlainEntry("name", .text(name))) }
        if let description = document.description {
            entries.append(PlainEntry("description", .text(description)))
        }
        if let zone = live.zone { entries.append(PlainEntry("zone", .text(zone))) }
        let trigger = PlainEntry(live.trigger.keyword, try live.trigger.kind.written(zone: zone))
        entries.append(PlainEntry("trigger", .map([trigger])))
        if let filter = live.filter {
            let written = try DefinitionWriter.condition(filter, zone: zone)
            entries.append(PlainEntry("filter", written))
        }
        if live.filterReads != FilterReads() {
            let moments = [
                PlainEntry("events", .text(live.filterReads.events.rawValue)),
                PlainEntry("properties", .text(live.filterReads.properties.rawValue)),
            ]
            entries.append(PlainEntry("filterReads", .map(moments)))
        }
        switch live.stay {
        case .forever: break
        case .duration(let ms):
            entries.append(PlainEntry("stay", .text(DurationText.write(ms))))
        case .while(let condition):
            let written = try DefinitionWriter.condition(condition, zone: zone)
            entries.append(PlainEntry("stay", .map([PlainEntry("while", written)])))
        }
        if let limit = limit(live.limit) { entries.append(PlainEntry("limit", limit)) }
        return .map(entries)
    }

    private static func limit(_ limit: FiringLimit) -> PlainValue? {
        switch limit {
        case .everyTime: return nil
        case .once: return .text("once")
        case .oncePerKey: return .text("oncePerKey")
        case .times(let count, let perMs):
            let per = PlainEntry("per", .text(DurationText.write(perMs)))
            return .map([PlainEntry("times", .int(Int64(count))), per])
        case .coolDown(let ms):
            return .map([PlainEntry("coolDown", .text(DurationText.write(ms)))])
        }
    }
}

extension LiveDefinition {
    /// The zone of its dates and calendar windows.
    func zone(projectZone: Zone?) throws(DefinitionProblem) -> Zone {
        guard let name = zone else { return projectZone ?? .utc }
        guard let zone = Zone(name) else {
            let text = Zone.unknown(name)
            throw DefinitionProblem(.zone, place: "zone", message: text.message, hint: text.hint)
        }
        return zone
    }
}
