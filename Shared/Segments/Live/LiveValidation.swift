// Whether a live segment means something, and what it says in one sentence.

import Basics

/// Checks live segments as `Validation` checks conditions.
public enum LiveValidation {
    /// What is refused and what is warned of; input never traps.
    public static func check(_ live: LiveDefinition, vocabulary: Vocabulary? = nil) -> Validation {
        var audit = Audit(vocabulary: vocabulary)
        if let zone = live.zone { audit.checkZone(zone, place: "zone") }
        let trigger = live.trigger
        trigger.kind.check(&audit, place: "trigger." + trigger.keyword)
        if let filter = live.filter {
            audit.take(Validation(filter, vocabulary: vocabulary), place: "filter")
        }
        switch live.stay {
        case .forever: break
        case .duration(let ms): audit.checkDuration(ms, place: "stay")
        case .while(let condition):
            audit.take(Validation(condition, vocabulary: vocabulary), place: "stay.while")
        }
        for (place, condition) in live.conditions {
            if condition.zone != nil {
                audit.refuse(
                    .zone,
                    place,
                    "the condition names a zone of its own",
                    hint: "name the zone once, beside `trigger`"
                )
            }
            if condition.universe != .all {
                audit.refuse(
                    .absent,
                    place,
                    "a condition of a live segment is not taken against some users only",
                    hint: "write `all` with `reachable` or `known`"
                )
            }
        }
        check(live.limit, of: trigger, &audit)
        return Validation(errors: audit.errors, warnings: audit.warnings)
    }

    /// Throws the first error of a live segment.
    public static func require(_ live: LiveDefinition) throws(DefinitionProblem) {
        if let problem = check(live).errors.first { throw problem }
    }

    private static func check(
        _ limit: FiringLimit,
        of trigger: Trigger,
        _ audit: inout Audit
    ) {
        switch limit {
        case .everyTime, .once: break
        case .oncePerKey:
            guard case .inaction(let inaction) = trigger, inaction.key != nil else {
                audit.refuse(
                    .conflictingFields,
                    "limit",
                    "the trigger has no key",
                    hint: "oncePerKey goes with an inaction that names a `key`"
                )
                return
            }
        case .times(let count, let perMs):
            if !(1...LiveLimits.timesMax).contains(count) {
                audit.refuse(.count, "limit.times", "not between 1 and \(LiveLimits.timesMax)")
            }
            audit.checkDuration(perMs, place: "limit.per")
        case .coolDown(let ms): audit.checkDuration(ms, place: "limit.coolDown")
        }
    }
}

extension Audit {
    /// Takes over what was found of a condition that stands at a place.
    mutating func take(_ validation: Validation, place: String) {
        func moved(_ problem: DefinitionProblem) -> String {
            let inner =
                problem.place.hasPrefix("condition")
                ? String(problem.place.dropFirst("condition".count)) : "." + problem.place
            return place + inner
        }
        for problem in validation.errors {
            refuse(problem.code, moved(problem), problem.message, hint: problem.hint)
        }
        for problem in validation.warnings {
            warn(problem.code, moved(problem), problem.message, hint: problem.hint)
        }
    }
}

extension Sentence {
    /// A live segment in words, without a full stop; it is said only, not read.
    ///
    /// `enters when "Charged" happens for the 1st time, if did "App Launched" at least 10 times`.
    public static func say(_ live: LiveDefinition) throws(DefinitionProblem) -> String {
        let zone = try live.zone(projectZone: nil)
        var text = "enters when " + (try live.trigger.kind.phrase(zone: zone))
        if let filter = live.filter { text += ", if " + (try say(filter, zone: zone)) }
        if live.filterReads.events == .after { text += ", that event counted" }
        if live.filterReads.properties == .before { text += ", as the user was before" }
        if let stay = try stay(live.stay, zone: zone) { text += ", and \(stay)" }
        if let limit = limit(live.limit) { text += ", \(limit)" }
        return text + (live.zone.map { ", with dates and days of \($0)" } ?? "")
    }
}
