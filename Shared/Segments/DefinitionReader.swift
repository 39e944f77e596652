// Reads a definition from a document (YAML or JSON, parsed elsewhere). The grammar, by example:
//
//     name: loyal-facebook              # optional
//     description: Those who came by Facebook and stayed.     # optional
//     follow: false                     # optional: no feed of who comes and goes
//     zone: Europe/Berlin               # optional: of calendar windows and of dates
//     condition:
//       all:                            # all, any: a list of conditions; not: one condition
//         - user: {property: source, equals: facebook}
//         - did: {event: Charged, atLeast: 3, window: {between: [2025-05-01, 2025-07-01]}}
//         - did:
//             event: [Charged, Ticket Booked]        # any of these; left out: any event at all
//             where: [{property: amount, greaterThan: 100}]      # all of these
//             sum: {property: amount, atLeast: 500}              # or a list of sums
//             window: {rolling: 90d}
//         - didNot: {event: Charged, window: {rolling: 14d}}
//         - not: {user: {property: appVersion, lessThan: {version: "5.2"}}}
//         - any: [did: {anyEvent: true}, user: {property: city, in: [Pune, Mumbai]}]
//
// Instead of fields the whole document, or `condition`, may be a sentence (see `SentenceReader`):
//     condition: did "Charged" at least 3 times and did not "Charged" in the last 14 days
//
// The order of events (each beside `event`, `anyEvent`, `where`, `window` as in `did`):
//   - first: {event: Charged, window: {rolling: 7d}}   # the very first lies in the window
//   - nth: {n: 5, event: Read, mode: matching, where: [filters]}   # the fifth that passes; in mode
//                                                      # ever (the usual) the fifth must pass
//   - last: {anyEvent: true, is: [Declined]}           # the last of all is one of these
//   - share: {event: Play, where: [{property: genre, equals: Comedy}], atLeast: 0.6, minimum: 3}
//   - predominantly: {event: Play, property: genre, equals: Comedy}     # none more; a tie counts
//   - distinct: {event: Read, property: section, atLeast: 8}   # or days: true
//   - sequence: {steps: [Viewed, {event: Added, where: [filters]}, Charged], within: 7d,
//       from: first, order: loose, exclude: [Removed], same: sku, strictlyLater: false,
//       window: {rolling: 90d}}                        # from previous, order strict
//
// Habits (each beside `event`, `anyEvent`, `where`, without a window of its own):
//   - regularly: {event: Read, atLeast: 3, of: 4, unit: week, current: exclude}   # in 3 of the
//                                                      # last 4 whole weeks
//   - stopped: {event: Charged, within: 90d, notWithin: 30d}
//   - restarted: {event: Charged, within: 30d, pause: 60d}   # not in the 60 days before these 30,
//                                                      # but before that; pause: as within
//
// Cells: `bucket: {salt: spring-test, from: 0, to: 12.5}` is a fixed share of the users by chance,
//   in percent with two places (`Bucket` has the hash); `rfm: {event: Charged, recency: [4, 5],
//   frequency: 5, window: {rolling: 365d}, recencyEdges: [7d, 30d, 90d, 180d],
//   frequencyEdges: [2, 4, 8, 16]}` are scores of how lately and how often (`Rfm`; these edges are
//   the usual ones, a score alone or two with those between).
//
// Other segments, each with its own zone; up to 16 within each other:
//   - inSegment: payers
//   - inList: vip                                      # an uploaded list
//   - reachable: email                                 # push, webPush, sms, whatsApp, email, inApp
//   - reachable: {channel: push, state: optedOut}      # or noAddress
//   - known: true                                      # not by an anonymous identifier alone
// `universe: {reachable: email}` or `universe: known` beside `zone` bounds negations and the whole;
//   else all users.
//
// Local times, beside `event` and `where` everywhere: `timeOfDay: {from: "20:00", to: "24:00"}`
//   (to is not included; past midnight if it comes first), `dayOfWeek: [saturday, sunday]`; with
//   `zone: user` by the zone that the user's property `timeZone` names (else the definition's).
//
// What a user was then, in `where` everywhere: `{user: plan, equals: pro, at: event}` asks the
//   value in force when the event happened; durations in it count from the event, too.
//
// How often (inside `did`; at least once when none is there): `atLeast: 3`, `exactly: 3`,
//   `atMost: 3`, `between: [2, 5]`. Users without such an event match only with
//   `includeZero: true`. `exactly: 0` is refused: write `didNot`.
// avg: as sum, compared without dividing. min, max: the least, the greatest value by size, such as
//   `min: {property: amount, greaterThan: 5}`, `max: {property: seen, before: 2025-01-01}`. first,
//   last: the value of the first or last event that has one, by any operator: `last: {property:
//   plan, equals: pro}`. distinct: `{property: section, atLeast: 8}`; distinctDays: `{atLeast: 5}`.
//   Each may be a list; `missing: zero` where numbers compare.
// sum: `atLeast`, `exactly`, `atMost`, `between`, `greaterThan`, `lessThan` a number; an event
//   without a number there is skipped, or counts as 0 with `missing: zero`.
// window: `ever`, `{rolling: 30d}`, `{ago: {from: 60d, to: 30d}}`,
//   `{between: {from: 2025-05-01, to: 2025-07-01}}` (one end may be left out; or a list of two),
//   `{calendar: {last: 3, unit: month, current: include, zone: Asia/Tokyo}}` with unit day, week
//   (from Monday), month, quarter or year; `last` is 1 and `current` is exclude by default;
//   `{since: {first: App Installed, within: 7d}}` from that event of the user on (first or last; a
//   name, or `event` and `where`). Who has no such event has no window, and did nothing in it.
// durations: `500ms`, `90s`, `15m`, `36h`, `30d` (of 24 h), `2w`, or a number of milliseconds.
// instants: RFC 3339, or a date for its midnight; without an offset in the definition's zone.
// operators: equals, notEquals, lessThan, atMost, greaterThan, atLeast, between: [low, high] (both
//   included), in, notIn, contains, startsWith, endsWith, exists: true, missing: true, before,
//   after (at or after), withinLast: 30d, withinNext: 7d, hasAny, hasAll, hasNone: [values],
//   matches: "^[a-z]+@example\\.com$" (a regular expression, `PatternSyntax`; it may describe any
//   part of the text), onDay: 2025-05-01 or today, sameDayOfYear: 12-24 or today (of the local day;
//   29 February counts as 28 in other years), withinKm: {latitude: 52.52, longitude: 13.405,
//   km: 10} of a text such as "52.52,13.405"; `ignoreCase: true` beside them for texts.
//   Country, region and city are plain texts: equals, in, …
// values: `facebook`, `10`, `true`, `{version: "5.2"}`, `{instant: 2025-01-01}` (or `date`). The
//   document's types count: `equals: 10` is a number, `equals: "10"` is a text.

import Basics

/// A definition with its name, as a document holds it.
public struct DefinitionDocument: Sendable, Hashable {
    /// The segment's name; nil where none is needed.
    public var name: String?
    /// A sentence for people.
    public var description: String?
    /// What the segment means.
    public var definition: Definition
    /// Whether its members are followed, so that it has a feed.
    public var isFollowed: Bool

    /// A document.
    public init(
        name: String? = nil,
        description: String? = nil,
        definition: Definition,
        isFollowed: Bool = true
    ) {
        self.name = name
        self.description = description
        self.definition = definition
        self.isFollowed = isFollowed
    }
}

/// Reads documents; whether the definition makes sense is for `Validation` to say afterwards.
public enum DefinitionReader {
    /// The document in `plain`; throws the first field that is not of the language.
    ///
    /// Conditions are visited from a list, level by level, so that no depth of input can exhaust
    /// the stack. `zone` is the project's, for dates when the document names none.
    public static func read(
        _ plain: PlainValue,
        zone projectZone: Zone = .utc
    ) throws(DefinitionProblem) -> DefinitionDocument {
        if case .text(let sentence) = plain {
            return DefinitionDocument(definition: try Sentence.read(sentence, zone: projectZone))
        }
        let whole = Field(value: plain, place: "", line: nil)
        let known = ["name", "description", "follow", "zone", "universe", "condition"]
        var hints = ["trigger": "a document with a trigger is a live segment"]
        for kind in Condition.kinds {
            hints[kind.keyword] = "conditions stand under `condition`"
        }
        let fields = try whole.top(known, hints: hints)
        let zoneName = try fields["zone"]?.text()
        var zone = projectZone
        if let zoneName, let field = fields["zone"] {
            zone = try Zone.read(zoneName, field)
        }
        var definition = try condition(in: try fields.needed("condition"), zone: zone, zoneName)
        if let universe = fields["universe"] { definition.universe = try Universe.read(universe) }
        return DefinitionDocument(
            name: try fields["name"]?.text(upTo: Limits.nameBytes),
            description: try fields["description"]?.text(upTo: DefinitionLimits.descriptionBytes),
            definition: definition,
            isFollowed: try fields["follow"]?.bool() ?? true
        )
    }

    /// The condition that a field holds, as fields or as a sentence; `zone` is that of its dates,
    /// `zoneName` its own, where one is named.
    static func condition(
        in field: Field,
        zone: Zone,
        _ zoneName: String? = nil
    ) throws(DefinitionProblem) -> Definition {
        if case .text(let sentence) = field.value {
            return try said(sentence, field, zone: zone, zoneName)
        }
        return Definition(nodes: try conditions(field, zone: zone), zone: zoneName)
    }

    /// A condition said in a sentence, whose places are inside the field.
    private static func said(
        _ sentence: String,
        _ field: Field,
        zone: Zone,
        _ zoneName: String?
    ) throws(DefinitionProblem) -> Definition {
        var definition: Definition
        do {
            definition = try Sentence.read(sentence, zone: zone)
        } catch {
            throw DefinitionProblem(
                error.code,
                .read,
                place: "\(field.place), \(error.place)",
                line: field.line,
                message: error.message,
                hint: error.hint
            )
        }
        if let zoneName, let own = definition.zone, own != zoneName {
            throw field.problem(
                .conflictingFields,
                "the sentence names the zone \(own), the document \(zoneName)",
                hint: "leave one of them out"
            )
        }
        definition.zone = definition.zone ?? zoneName
        return definition
    }

    private static func conditions(
        _ root: Field,
        zone: Zone
    ) throws(DefinitionProblem) -> [Condition] {
        var reading = Reading(root: root, zone: zone)
        var nodes: [Condition] = []
        while let field = reading.next() {
            let keywords = Condition.kinds.map { $0.keyword }
            let fields = try field.fields(keywords, hints: hints)
            guard
                let keyword = try fields.atMostOne(
                    of: keywords,
                    hint: "put them as two conditions under `all` or `any`"
                ),
                let inner = fields[keyword],
                let kind = Condition.kinds.first(where: { $0.keyword == keyword })
            else {
                throw field.problem(
                    .missingField,
                    "a condition is missing",
                    hint: "write one of " + keywords.joined(separator: ", ")
                )
            }
            nodes.append(try kind.read(inner, &reading))
        }
        return nodes
    }

    /// What people write from other languages.
    private static let hints = [
        "and": "write `all`", "or": "write `any`", "none": "write `not` with `any`",
        "property": "write `user: {property: …}`", "event": "write `did: {event: …}`",
    ]
}

extension Field {
    /// The fields of the document itself, whose places have no leading dot.
    func top(
        _ known: [String],
        hints: [String: String]
    ) throws(DefinitionProblem) -> Fields {
        guard case .map(let entries) = value else {
            throw DefinitionProblem(
                .shape,
                .read,
                place: "document",
                message: "expected fields, found \(value.shape)",
                hint: "a definition begins with `condition:`"
            )
        }
        let named = Field(value: .map(entries), place: "document", line: line)
        let fields = try named.fields(known, hints: hints)
        var byName: [String: Field] = [:]
        for name in known {
            guard let field = fields[name] else { continue }
            byName[name] = Field(value: field.value, place: name, line: field.line)
        }
        return Fields(whole: named, byName: byName)
    }
}

/// The conditions still to be read, in the order of their node indices.
struct Reading {
    /// The zone of dates.
    let zone: Zone
    private var pending: [(field: Field, depth: Int)]
    private var visited = 0

    init(root: Field, zone: Zone) {
        self.zone = zone
        pending = [(root, 1)]
    }

    mutating func next() -> Field? {
        guard visited < pending.count else { return nil }
        visited += 1
        return pending[visited - 1].field
    }

    /// Takes the children of the condition being read; answers their node indices.
    mutating func children(_ fields: [Field]) throws(DefinitionProblem) -> [Int] {
        let depth = pending[visited - 1].depth + 1
        if let first = fields.first, depth > Limits.definitionDepth {
            throw first.problem(
                .tooDeep,
                "deeper than \(Limits.definitionDepth) levels",
                hint: "`all` within `all` and `any` within `any` can be one list"
            )
        }
        if pending.count + fields.count > Limits.definitionNodes, let first = fields.first {
            throw first.problem(
                .tooMany,
                "more than \(Limits.definitionNodes) conditions",
                hint: "`in` takes a list of values, `event` a list of names"
            )
        }
        let start = pending.count
        for field in fields { pending.append((field, depth)) }
        return Array(start..<pending.count)
    }
}
