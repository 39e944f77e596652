// The naive reader of conditions about habits, from design/semantics.md alone.

import Basics
import Segments

extension Oracle {
    // "regularly(event, atLeast k of n periods, unit)"
    func holds(_ habit: Regularly, _ user: UserHistory) -> Bool {
        let events = matching(habit.match, user)
        func isInLast(_ count: Int, _ event: UserHistory.Event) -> Bool {
            let window = CalendarWindow(
                last: count,
                unit: habit.unit,
                includesCurrent: habit.includesCurrent
            )
            return count > 0 && isInside(event.at, window)
        }
        // The period so many back holds what the last so many hold and one less do not.
        let periods = (1...habit.of).filter { back in
            events.contains { isInLast(back, $0) && !isInLast(back - 1, $0) }
        }
        return periods.count >= habit.atLeast
    }

    // "stopped(event, within a, but not within b)"
    func holds(_ stopped: Stopped, _ user: UserHistory) -> Bool {
        let ages = matching(stopped.match, user).map { now.ms - $0.at.ms }
        return ages.contains { $0 < stopped.withinMs }
            && !ages.contains { $0 < stopped.notWithinMs }
    }

    // "restarted: did in the recent window, not in the one before it, and did before that."
    func holds(_ restarted: Restarted, _ user: UserHistory) -> Bool {
        let ages = matching(restarted.match, user).map { now.ms - $0.at.ms }
        let start = restarted.withinMs + restarted.pauseMs
        return ages.contains { $0 < restarted.withinMs }
            && !ages.contains { $0 >= restarted.withinMs && $0 < start }
            && ages.contains { $0 >= start }
    }
}
