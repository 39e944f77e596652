// The notebook of a check: what is refused, what is warned of, and the checks all kinds share.

import Basics

/// Collects problems while the conditions of one definition are checked.
struct Audit {
    private(set) var errors: [DefinitionProblem] = []
    private(set) var warnings: [DefinitionProblem] = []
    private let vocabulary: Vocabulary?

    init(vocabulary: Vocabulary?) { self.vocabulary = vocabulary }

    mutating func refuse(
        _ code: DefinitionProblem.Code,
        _ place: String,
        _ message: String,
        hint: String? = nil
    ) {
        guard errors.count < DefinitionLimits.problems else { return }
        errors.append(DefinitionProblem(code, place: place, message: message, hint: hint))
    }

    mutating func warn(
        _ code: DefinitionProblem.Code,
        _ place: String,
        _ message: String,
        hint: String? = nil
    ) {
        guard warnings.count < DefinitionLimits.problems else { return }
        warnings.append(DefinitionProblem(code, place: place, message: message, hint: hint))
    }

    mutating func checkName(_ name: ExactName, what: String, place: String) {
        if name.text.isEmpty {
            refuse(.name, place, "\(what) is empty")
        } else if name.text.utf8.count > Limits.nameBytes {
            refuse(.name, place, "\(what) is longer than \(Limits.nameBytes) bytes")
        }
    }

    mutating func checkDuration(
        _ ms: Int64,
        least: Int64 = DefinitionLimits.rollingMsMin,
        place: String
    ) {
        if ms < least {
            refuse(
                .window,
                place,
                "the duration is shorter than \(DurationText.spoken(least))",
                hint: ms > 0 ? "a number alone is in milliseconds; write 30d for days" : nil
            )
        } else if ms > DefinitionLimits.durationMsMax {
            refuse(
                .window,
                place,
                "the duration is longer than 10 years",
                hint: "write `ever`, or a fixed `between`"
            )
        }
    }

    mutating func checkZone(_ name: String, place: String) {
        guard Zone(name) == nil else { return }
        let text = Zone.unknown(name)
        refuse(.zone, place, text.message, hint: text.hint)
    }

    mutating func checkEvent(_ name: ExactName, place: String) {
        guard let vocabulary, !name.text.isEmpty, vocabulary.events[name] == nil else { return }
        warn(
            .unknownEvent,
            place,
            "no event \(Quoted.name(name.text)) has been seen",
            hint: Self.nearest(name, in: vocabulary.events.keys)
        )
    }

    mutating func checkProperty(
        _ name: ExactName,
        of events: [ExactName],
        wants: ValueTypes,
        place: String
    ) {
        guard let vocabulary else { return }
        // An unknown event is a warning of its own; its properties would only repeat it.
        guard events.isEmpty || events.contains(where: { vocabulary.events[$0] != nil }) else {
            return
        }
        let whose = events.isEmpty ? "events" : events.map(\.text).joined(separator: ", ")
        check(name, in: vocabulary.properties(of: events), whose, wants: wants, place: place)
    }

    mutating func checkProperty(
        _ filter: PropertyFilter,
        of events: [ExactName],
        place: String
    ) {
        checkProperty(filter.property, of: events, wants: filter.wantedTypes, place: place)
    }

    mutating func checkUserProperty(_ filter: PropertyFilter, place: String) {
        guard let vocabulary else { return }
        check(
            filter.property,
            in: vocabulary.userProperties,
            "users",
            wants: filter.wantedTypes,
            place: place
        )
    }

    private mutating func check(
        _ name: ExactName,
        in known: [ExactName: ValueTypes],
        _ whose: String,
        wants: ValueTypes,
        place: String
    ) {
        guard !name.text.isEmpty else { return }
        guard let seen = known[name] else {
            warn(
                .unknownProperty,
                place + ".property",
                "no property \(Quoted.name(name.text)) of \(Quoted.name(whose)) has been seen",
                hint: Self.nearest(name, in: known.keys)
            )
            return
        }
        guard !wants.isEmpty, !seen.isEmpty, seen.isDisjoint(with: wants) else { return }
        warn(
            .otherType,
            place,
            "\(Quoted.name(name.text)) is compared as \(wants), but all its values are \(seen);"
                + " types do not mix",
            hint: Self.otherType(wants: wants, seen: seen)
        )
    }

    private static func otherType(wants: ValueTypes, seen: ValueTypes) -> String? {
        if seen == .list { return "for lists write hasAny, hasAll or hasNone" }
        if wants == .list { return "hasAny, hasAll and hasNone are for lists; write `in`" }
        if seen == .text { return "put the value in quotation marks, or write {version: …}" }
        if wants == .text { return "write the value without quotation marks" }
        return nil
    }

    private static func nearest(
        _ name: ExactName,
        in known: some Sequence<ExactName>
    ) -> String? {
        NearestName.nearest(to: name.text, in: known.lazy.map(\.text)).map {
            "did you mean \(Quoted.name($0))?"
        }
    }
}
