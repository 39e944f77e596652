// Conditions about the order of events by seed.

import Basics
import Segments

extension RandomDefinitions {
    mutating func occurrence() -> Condition {
        var match = match()
        // One event must pass everything, so that most would else never hold.
        if random.chance(0.6) { match.filters = [] }
        if random.chance(0.5) { match.window = .ever }
        var occurrence = Occurrence(match, mode: random.chance(0.6) ? .ever : .matching)
        if random.chance(0.3) { occurrence.named = [pick(RandomWorld.events)] }
        switch random.below(3) {
        case 0: return .first(First(occurrence))
        case 1: return .last(Last(occurrence))
        default: return .nth(Nth(2 + random.below(4), occurrence))
        }
    }

    mutating func share() -> Share {
        let parts = [Number(0), Number(e4: 3_333), Number(e4: 5_000), Number(e4: 6_667), Number(1)]
        return Share(match(), atLeast: pick(parts), minimum: 1 + random.below(4))
    }

    mutating func distinct() -> Distinct {
        var match = match()
        if random.chance(0.6) { (match.filters, match.window) = ([], .ever) }
        let days = random.chance(0.5)
        let count = CountTest(random.chance(0.5) ? .atLeast(1 + random.below(4)) : .atMost(3))
        return Distinct(
            match,
            days ? .days : .values(of: pick(RandomWorld.properties)),
            count: count
        )
    }

    mutating func times() -> LocalTimes {
        let hour: Int64 = 3_600_000
        var times = LocalTimes()
        if random.chance(0.6) {
            let from = Int64(random.below(24)) * hour
            // Never the same hour, past midnight now and then.
            let to = (from + Int64(1 + random.below(22)) * hour) % (24 * hour)
            times.clock = LocalTimes.ClockRange(fromMs: from, toMs: to == 0 ? 24 * hour : to)
        }
        if times.clock == nil || random.chance(0.4) {
            for day in 1...7 where random.chance(0.5) { times.weekdays.append(day) }
            if times.weekdays.isEmpty { times.weekdays = [6, 7] }
        }
        times.inUsersZone = random.chance(0.4)
        return times
    }

    mutating func favourite() -> Predominantly {
        let property: ExactName = pick(["city", "premium", "amount"])
        var match = match()
        if random.chance(0.6) { (match.filters, match.window) = ([], .ever) }
        // A value that the property can have, of a type that is counted.
        while true {
            if case .value(let value) = plain(property) {
                switch value {
                case .text, .number, .bool: return Predominantly(match, property, equals: value)
                case .instant, .list: continue
                }
            }
        }
    }

    mutating func sequence() -> InSequence {
        let hour: Int64 = 3_600_000
        var sequence = InSequence((0..<2 + random.below(2)).map { _ in step() })
        if random.chance(0.6) { sequence.withinMs = 1_000 + Int64(random.below(400)) * hour }
        if random.chance(0.4) { sequence.from = .previous }
        if random.chance(0.3) { sequence.order = .strict }
        if random.chance(0.3) { sequence.excluded = [step()] }
        if random.chance(0.3) { sequence.same = pick(["premium", "city", "amount"]) }
        sequence.strictlyLater = random.chance(0.3)
        if random.chance(0.5) { sequence.window = window() }
        return sequence
    }

    /// A window that begins with an event of the user's own.
    mutating func since() -> SinceWindow {
        let hour: Int64 = 3_600_000
        let ms = 1_000 + Int64(random.below(random.chance(0.5) ? 72 : 1_500)) * hour
        return SinceWindow(random.chance(0.5) ? .first : .last, step(), ms: ms)
    }

    private mutating func step() -> EventMatch {
        var step = EventMatch()
        for name in RandomWorld.events where random.chance(0.5) { step.events.append(name) }
        if random.chance(0.2) {
            step.filters = [filter()]
            step.filters[0].isOfUser = random.chance(0.3)
        }
        if random.chance(0.05) { step.times = times() }
        return step
    }
}
