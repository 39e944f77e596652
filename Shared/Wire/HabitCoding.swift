// Conditions about habits on the wire: kept up, given up, taken up again.

import Basics
import Messages
import Segments

/// The coding of habits.
enum HabitCoding {
    static func decode(_ sent: SegmentV1.Regularly) throws(WireError) -> Regularly {
        guard let unit = WindowCoding.units.first(where: { $0.sent == sent.unit })?.own else {
            throw ValueCoding.refused(
                "no calendar unit",
                "say day, week, month, quarter or year",
                at: "unit"
            )
        }
        return Regularly(
            try DefinitionCoding.match(sent.events, sent.where, nil, sent.times),
            atLeast: try DefinitionCoding.exact(sent.atLeast, "a count"),
            of: try DefinitionCoding.exact(sent.of, "a count"),
            unit,
            includesCurrent: sent.includeCurrent
        )
    }

    static func encode(_ habit: Regularly) throws(WireError) -> SegmentV1.Regularly {
        let (events, filters, _) = try DefinitionCoding.sent(habit.match)
        return SegmentV1.Regularly(
            events: events,
            where: filters,
            times: try TimesCoding.encode(habit.match.times),
            atLeast: try DefinitionCoding.exact(habit.atLeast, "a count"),
            of: try DefinitionCoding.exact(habit.of, "a count"),
            unit: WindowCoding.units.first { $0.own == habit.unit }?.sent ?? .unspecified,
            includeCurrent: habit.includesCurrent
        )
    }

    static func decode(_ sent: SegmentV1.Stopped) throws(WireError) -> Stopped {
        Stopped(
            try DefinitionCoding.match(sent.events, sent.where, nil, sent.times),
            withinMs: try DefinitionCoding.exact(sent.withinMs, "a duration"),
            notWithinMs: try DefinitionCoding.exact(sent.notWithinMs, "a duration")
        )
    }

    static func encode(_ stopped: Stopped) throws(WireError) -> SegmentV1.Stopped {
        let (events, filters, _) = try DefinitionCoding.sent(stopped.match)
        return SegmentV1.Stopped(
            events: events,
            where: filters,
            times: try TimesCoding.encode(stopped.match.times),
            withinMs: try DefinitionCoding.exact(stopped.withinMs, "a duration"),
            notWithinMs: try DefinitionCoding.exact(stopped.notWithinMs, "a duration")
        )
    }

    static func decode(_ sent: SegmentV1.Restarted) throws(WireError) -> Restarted {
        Restarted(
            try DefinitionCoding.match(sent.events, sent.where, nil, sent.times),
            withinMs: try DefinitionCoding.exact(sent.withinMs, "a duration"),
            pauseMs: try DefinitionCoding.exact(sent.pauseMs, "a duration")
        )
    }

    static func encode(_ restarted: Restarted) throws(WireError) -> SegmentV1.Restarted {
        let (events, filters, _) = try DefinitionCoding.sent(restarted.match)
        return SegmentV1.Restarted(
            events: events,
            where: filters,
            times: try TimesCoding.encode(restarted.match.times),
            withinMs: try DefinitionCoding.exact(restarted.withinMs, "a duration"),
            pauseMs: try DefinitionCoding.exact(restarted.pauseMs, "a duration")
        )
    }
}
