// Whether steps follow each other: one pass over a user's marks, instant by instant.

import Basics

/// The rule of a sequence, whose matches are its steps, then what is excluded, then, for strict
/// order, every event that some step names.
///
/// One event serves one step. Neighbouring steps may share an instant in any order unless they must
/// be strictly later; in strict order those of one instant are taken in their order in the log. An
/// excluded event breaks a chain when its instant lies strictly between those of two steps.
struct SequenceRule: Sendable {
    /// How many steps.
    let steps: Int
    /// How many excluded matches.
    let excluded: Int
    /// How long it may take; nil: as long as it likes.
    ///
    /// Unit: ms.
    let withinMs: Int64?
    /// Whether `withinMs` counts from the step before, else from the first.
    let fromPrevious: Bool
    /// Whether no other event that some step names may stand between.
    let isStrict: Bool
    /// Whether each step is later than the one before.
    let strictlyLater: Bool
    /// Whether all steps (and what is excluded) have one value of the key property.
    let hasKey: Bool

    /// Whether some chain whose first step lies in the window reaches all steps.
    func holds(_ marks: [Mark], _ interval: Interval) -> Bool {
        // Most users have no event at all for one of the steps.
        let all: UInt64 = steps == 64 ? .max : (1 << UInt64(steps)) - 1
        let met = marks.reduce(0) { $0 | $1.bits }
        return met & all == all && furthest(marks, interval) == steps
    }

    /// The most steps that some chain reaches whose first step lies in the window.
    func furthest(_ marks: [Mark], _ interval: Interval) -> Int {
        guard hasKey else { return furthestOfOne(marks, interval) }
        var groups: [PropertyValue: [Mark]] = [:]
        for mark in marks {
            if let value = mark.value { groups[value, default: []].append(mark) }
        }
        var furthest = 0
        for group in groups.values {
            furthest = max(furthest, furthestOfOne(group, interval))
            if furthest == steps { break }
        }
        return furthest
    }

    private func furthestOfOne(_ marks: [Mark], _ interval: Interval) -> Int {
        isStrict ? strict(marks, interval) : loose(marks, interval)
    }

    private func isExcluded(_ mark: Mark) -> Bool {
        (steps..<steps + excluded).contains { mark.passes($0) }
    }

    // MARK: Loose

    /// Keeps, for each number of steps reached, the one chain that can go on the longest: that with
    /// the latest first step, or with the latest step so far, whichever `withinMs` counts from.
    private func loose(_ marks: [Mark], _ interval: Interval) -> Int {
        var best = [Timestamp?](repeating: nil, count: steps + 1)
        var furthest = 0
        var next = 0
        while next < marks.count {
            let at = marks[next].at
            var end = next
            while end < marks.count, marks[end].at == at { end += 1 }
            let group = marks[next..<end]
            if end == next + 1, !isExcluded(marks[next]) {
                furthest = max(furthest, advance(&best, by: marks[next], interval))
                if furthest == steps { return steps }
                next = end
                continue
            }
            next = end
            let reached = reached(group, at, best, interval)
            for step in 1...steps where reached[step] != nil { furthest = max(furthest, step) }
            if furthest == steps { return steps }
            let isBroken = group.contains(where: isExcluded)
            for step in 1...steps {
                // A chain that an excluded event follows goes on from this instant or not at all.
                best[step] = isBroken ? reached[step] : later(best[step], reached[step])
            }
        }
        return furthest
    }

    /// Lets chains go on with the only event of an instant, which serves one step of each; gives
    /// the most steps that one of them reaches by it.
    private func advance(
        _ best: inout [Timestamp?],
        by mark: Mark,
        _ interval: Interval
    ) -> Int {
        var furthest = 0
        // The longest first, so that none goes on twice.
        for start in (0..<steps).reversed() where mark.passes(start) {
            let from = start == 0 ? (interval.contains(mark.at) ? mark.at : nil) : best[start]
            guard let anchor = from else { continue }
            if let withinMs, mark.at.msSince(anchor) > withinMs { continue }
            best[start + 1] = later(best[start + 1], fromPrevious ? mark.at : anchor)
            furthest = max(furthest, start + 1)
        }
        return furthest
    }

    /// The chains whose last step is one of this instant's events.
    private func reached(
        _ group: ArraySlice<Mark>,
        _ at: Timestamp,
        _ best: [Timestamp?],
        _ interval: Interval
    ) -> [Timestamp?] {
        var reached = [Timestamp?](repeating: nil, count: steps + 1)
        for start in 0..<steps {
            let from = start == 0 ? (interval.contains(at) ? at : nil) : best[start]
            // Most instants serve no step of most chains: nothing is set up for those.
            guard let anchor = from, group.contains(where: { $0.passes(start) }) else { continue }
            if let withinMs, at.msSince(anchor) > withinMs { continue }
            var assignment = Assignment(group)
            for step in start..<steps {
                guard assignment.add(step) else { break }
                reached[step + 1] = later(reached[step + 1], fromPrevious ? at : anchor)
                if strictlyLater { break }
            }
        }
        return reached
    }

    private func later(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
        guard let one, let other else { return one ?? other }
        return max(one, other)
    }

    // MARK: Strict

    /// Tries every event that some step names as the first step.
    private func strict(_ marks: [Mark], _ interval: Interval) -> Int {
        let named = marks.filter { $0.passes(steps + excluded) }
        let breaks = marks.filter(isExcluded).map(\.at)
        var furthest = 0
        for start in named.indices where interval.contains(named[start].at) {
            var step = 0
            while step < steps, start + step < named.count {
                let mark = named[start + step]
                guard mark.passes(step) else { break }
                if step > 0 {
                    let before = named[start + step - 1].at
                    let anchor = fromPrevious ? before : named[start].at
                    if strictlyLater, mark.at == before { break }
                    if let withinMs, mark.at.msSince(anchor) > withinMs { break }
                    if Self.has(breaks, between: before, and: mark.at) { break }
                }
                step += 1
            }
            furthest = max(furthest, step)
            if furthest == steps { break }
        }
        return furthest
    }

    /// Whether one of these instants, which are in order, lies strictly between two.
    private static func has(_ instants: [Timestamp], between low: Timestamp, and high: Timestamp)
        -> Bool
    {
        var (start, end) = (0, instants.count)
        while start < end {
            let middle = (start + end) / 2
            if instants[middle] <= low { start = middle + 1 } else { end = middle }
        }
        return start < instants.count && instants[start] < high
    }
}

/// Gives each of some steps an event of its own among those of one instant, by augmenting paths.
private struct Assignment {
    private let group: [Mark]
    /// The step that each event serves.
    private var stepOf: [Int?]

    init(_ group: ArraySlice<Mark>) {
        self.group = Array(group)
        stepOf = [Int?](repeating: nil, count: group.count)
    }

    /// Whether this step gets an event, too, the others keeping one each.
    mutating func add(_ step: Int) -> Bool {
        var seen = [Bool](repeating: false, count: group.count)
        return place(step, &seen)
    }

    private mutating func place(_ step: Int, _ seen: inout [Bool]) -> Bool {
        for index in group.indices where group[index].passes(step) && !seen[index] {
            seen[index] = true
            guard let other = stepOf[index] else {
                stepOf[index] = step
                return true
            }
            if place(other, &seen) {
                stepOf[index] = step
                return true
            }
        }
        return false
    }
}
