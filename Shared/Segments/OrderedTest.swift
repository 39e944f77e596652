// What ordered leaves ask: an occurrence, a share, a favourite, a sequence.

import Basics

/// The question of an ordered leaf.
enum OrderedTest: Sendable {
    /// The n-th of match 0 from the beginning, or the last, passes match 1 and lies in the window.
    case occurrence(Occurrence.Place)
    /// Of match 0 in the window, `minimum` at least, so great a part passes match 1 too.
    ///
    /// Unit of the part: ten-thousandths.
    case share(atLeastE4: Int64, minimum: Int)
    /// Of the values of match 0 in the window, none is more frequent than this one.
    case predominance(PropertyValue)
    /// Match 0 in the window has so many different values, or lies on so many days of a zone.
    case distinct(CountTest, days: Zone?)
    /// What is computed of match 0 in the window compares.
    case aggregate(CompiledAggregate)
    /// Match 0 in the window lies in so many different calendar units.
    case habit(atLeast: Int, HabitUnits)
    /// The steps follow each other.
    case sequence(SequenceRule)

    /// Whether marks outside the window have no say.
    var readsWindowOnly: Bool {
        switch self {
        case .share, .predominance, .distinct, .aggregate, .habit: true
        case .occurrence, .sequence: false
        }
    }

    /// A filter of the test's own, whose answer may depend on the instant.
    var filter: CompiledFilter? {
        if case .aggregate(let aggregate) = self { aggregate.filter } else { nil }
    }

    func holds(_ marks: [Mark], _ interval: Interval, at instant: Timestamp) -> Bool {
        switch self {
        case .occurrence(let place):
            guard let mark = Self.mark(at: place, marks) else { return false }
            return mark.passes(1) && interval.contains(mark.at)
        case .share(let atLeastE4, let minimum):
            let (matching, all) = Self.share(marks)
            return all >= max(minimum, 1) && Int64(matching) * 10_000 >= atLeastE4 * Int64(all)
        case .predominance(let value):
            let counts = Self.counts(marks)
            let own = counts[value] ?? 0
            return own > 0 && counts.values.allSatisfy { $0 <= own }
        case .distinct(let count, let zone):
            return count.matches(Self.different(marks, zone))
        case .sequence(let rule): return rule.holds(marks, interval)
        case .aggregate(let aggregate): return aggregate.holds(marks, at: instant)
        case .habit(let atLeast, let units):
            return units.count(marks.lazy.map(\.at)) >= atLeast
        }
    }

    /// What was found, in words beside what is asked.
    func finding(_ marks: [Mark], _ interval: Interval) -> String {
        switch self {
        case .occurrence(let place):
            guard let mark = Self.mark(at: place, marks) else {
                let count = marks.count { $0.passes(0) }
                return count == 0 ? "there is none" : "there are \(count) only"
            }
            let other = mark.passes(1) ? "" : ", which does not pass"
            let outside = interval.contains(mark.at) ? "" : ", outside \(interval)"
            return "it was at \(mark.at.rfc3339)\(other)\(outside)"
        case .share(_, let minimum):
            let (matching, all) = Self.share(marks)
            let few = all < minimum ? ", too few to tell" : ""
            return "\(matching) of \(all) in \(interval)\(few)"
        case .predominance(let value):
            let counts = Self.counts(marks)
            let most = counts.values.max() ?? 0
            return "\(counts[value] ?? 0) times in \(interval), the most frequent value \(most)"
        case .distinct(let count, let zone):
            return "\(Self.different(marks, zone)) of \(count.wanted) different in \(interval)"
        case .sequence(let rule):
            return "\(rule.furthest(marks, interval)) of \(rule.steps) steps reached"
        case .aggregate(let aggregate): return aggregate.finding(marks)
        case .habit(let atLeast, let units):
            let count = units.count(marks.lazy.map(\.at))
            return "in \(count) \(units.unit.rawValue)s of at least \(atLeast) in \(interval)"
        }
    }

    private static func mark(at place: Occurrence.Place, _ marks: [Mark]) -> Mark? {
        switch place {
        case .last: return marks.last { $0.passes(0) }
        case .nth(let number):
            var left = number
            for mark in marks where mark.passes(0) {
                left -= 1
                if left == 0 { return mark }
            }
            return nil
        }
    }

    private static func share(_ marks: [Mark]) -> (matching: Int, all: Int) {
        var (matching, all) = (0, 0)
        for mark in marks where mark.passes(0) {
            all += 1
            if mark.passes(1) { matching += 1 }
        }
        return (matching, all)
    }

    private static func different(_ marks: [Mark], _ zone: Zone?) -> Int {
        guard let zone else {
            var values = FewDifferent<PropertyValue>()
            for mark in marks where mark.passes(0) {
                if let value = mark.value { values.insert(value) }
            }
            return values.count
        }
        var clock = LocalClock(zone)
        var days = FewDifferent<CivilDate>()
        for mark in marks where mark.passes(0) { days.insert(clock.local(mark.at).day) }
        return days.count
    }

    private static func counts(_ marks: [Mark]) -> [PropertyValue: Int] {
        var counts: [PropertyValue: Int] = [:]
        for mark in marks where mark.passes(0) {
            if let value = mark.value { counts[value, default: 0] += 1 }
        }
        return counts
    }
}

/// Different elements, of which there are mostly few: looked through before they are hashed.
private struct FewDifferent<Element: Hashable> {
    /// Up to here looking through takes less than hashing.
    private static var fewMax: Int { 8 }
    private var few: [Element] = []
    private var many: Set<Element> = []

    var count: Int { few.count + many.count }

    mutating func insert(_ element: Element) {
        // Days come in order, and users do the same again.
        if few.last == element || few.contains(element) { return }
        if few.count < Self.fewMax { few.append(element) } else { many.insert(element) }
    }
}
