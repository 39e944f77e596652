// What a leaf over events counts and adds of one user: the one counting of reader and explanation.

import Basics

/// The matching events of a user at one instant, counted and added.
struct EventTally {
    /// How many match.
    private(set) var count = 0
    /// The sums of the leaf, in its order.
    private(set) var sums: [ExactSum]

    init(of leaf: EventLeaf) {
        sums = [ExactSum](repeating: ExactSum(), count: leaf.sums.count)
    }

    fileprivate mutating func add(_ event: UserHistory.Event, of leaf: EventLeaf) {
        count += 1
        for (index, sum) in leaf.sums.enumerated() {
            if let number = sum.number(of: event) { sums[index].add(number) }
        }
    }
}

extension EventLeaf {
    /// Counts a user's events; each match is handed over, too.
    func tally(
        _ user: UserHistory,
        at instant: Timestamp,
        onMatch: (UserHistory.Event) -> Void = { _ in }
    ) -> EventTally {
        let interval = window.resolve(at: instant, of: user)
        var tally = EventTally(of: self)
        var test = MatchTest(match, of: user, at: instant)
        for event in user.events where interval.contains(event.at) && test.passes(event) {
            tally.add(event, of: self)
            onMatch(event)
        }
        return tally
    }

    /// Whether the leaf holds for a user.
    func holds(_ user: UserHistory, at instant: Timestamp) -> Bool {
        accepts(tally(user, at: instant))
    }

    /// Whether what was counted passes.
    func accepts(_ tally: EventTally) -> Bool { accepts(count: tally.count, sums: tally.sums) }

    /// Whether an event's properties pass some of the leaf's filters.
    func passes(
        _ event: UserHistory.Event,
        _ filters: [CompiledFilter],
        at instant: Timestamp
    ) -> Bool {
        filters.allSatisfy { $0.matches(event[$0.filter.property], at: instant) }
    }
}

extension SumTest {
    /// What an event adds; nil when it has no number there.
    func number(of event: UserHistory.Event) -> Number? {
        guard case .number(let number)? = event[property] else { return nil }
        return number
    }
}
