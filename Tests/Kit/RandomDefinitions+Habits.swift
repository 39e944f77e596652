// Habits by seed.

import Basics
import Segments

extension RandomDefinitions {
    mutating func habit() -> Condition {
        let hour: Int64 = 3_600_000
        var match = match()
        match.window = .ever
        if random.chance(0.6) { match.filters = [] }
        func hours(_ most: Int) -> Int64 { (1 + Int64(random.below(most))) * hour }
        switch random.below(3) {
        case 0:
            let count = 1 + random.below(6)
            return .regularly(
                Regularly(
                    match,
                    atLeast: 1 + random.below(min(count, 3)),
                    of: count,
                    pick(CalendarUnit.allCases),
                    includesCurrent: random.chance(0.5)
                )
            )
        case 1:
            let shorter = hours(random.chance(0.5) ? 48 : 600)
            let longer = shorter + hours(2_000)
            return .stopped(Stopped(match, withinMs: longer, notWithinMs: shorter))
        default:
            match.filters = []
            let within = hours(1_000)
            let pause = random.chance(0.3) ? within : hours(random.chance(0.7) ? 48 : 500)
            return .restarted(Restarted(match, withinMs: within, pauseMs: pause))
        }
    }
}
