// A window while time passes: what it means at one instant after the other, and where events enter
// and leave it.

import Basics

/// A window looked at from many instants; remembers what takes long, which are calendar's days.
struct WindowCourse {
    private let window: CompiledWindow
    private var intervals: [Timestamp: Interval] = [:]
    private var passages: [CivilDate: [Timestamp]] = [:]

    init(_ window: CompiledWindow) { self.window = window }

    /// What the window means at an instant.
    mutating func interval(at instant: Timestamp) -> Interval {
        guard case .calendar = window.window else { return window.resolve(at: instant) }
        if let known = intervals[instant] { return known }
        let interval = window.resolve(at: instant)
        intervals[instant] = interval
        return interval
    }

    /// Every instant at which an event of instant `at` may enter the window or leave it: there is
    /// no other, though at some of these nothing need happen.
    mutating func turns(ofEventAt at: Timestamp) -> [Timestamp] {
        switch window.window {
        // Of a window of the user's own the leaf looks at every event that may begin it.
        case .ever, .between, .since: return [at]
        case .rolling(let ms): return [at, at + ms]
        case .ago(let fromMs, let toMs): return [at + toMs, at + fromMs]
        case .calendar(let calendar): return [at] + turns(of: calendar, eventAt: at)
        }
    }

    /// The event belongs to the last unit that began by its instant; it enters or leaves whenever
    /// the local clock passes the beginning of a unit so many units later.
    private mutating func turns(of calendar: CalendarWindow, eventAt at: Timestamp) -> [Timestamp] {
        var own = calendar.unit.start(window.zone.local(at).day)
        while true {
            let next = calendar.unit.start(own, plus: 1)
            // Where a clock was put back across midnight, the next unit has begun once already.
            guard next > own, passages(of: next)[0] <= at else { break }
            own = next
        }
        func later(_ count: Int) -> CivilDate { calendar.unit.start(own, plus: count) }
        if calendar.includesCurrent { return passages(of: later(calendar.last)) }
        return passages(of: later(1)) + passages(of: later(calendar.last + 1))
    }

    private mutating func passages(of day: CivilDate) -> [Timestamp] {
        if let known = passages[day] { return known }
        let found = window.zone.passages(ofLocal: day.midnight)
        passages[day] = found
        return found
    }
}
