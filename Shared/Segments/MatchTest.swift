// Which of one user's events pass a match: by name, by properties, by what the user was then.

import Basics

/// A match asked of the events of one user at one instant.
struct MatchTest {
    private let match: CompiledMatch
    private let instant: Timestamp
    private var times: CompiledTimes?
    /// Per filter of the user's properties the writes in the order in which they came into force.
    private let writes: [[UserHistory.PropertyVersion]]

    init(_ match: CompiledMatch, of user: UserHistory, at instant: Timestamp) {
        self.match = match
        self.instant = instant
        times = match.times
        if let times, times.inUsersZone {
            let zone = user.value(of: LocalTimes.zoneProperty, at: instant)
            self.times = times.inZone(named: zone)
        }
        writes = match.userFilters.map { user.succession(of: $0.filter.property) }
    }

    /// Quickest when asked of events near each other.
    mutating func passes(_ event: UserHistory.Event) -> Bool {
        guard match.concerns(event.name) else { return false }
        for filter in match.filters
        where !filter.matches(event[filter.filter.property], at: instant) {
            return false
        }
        for (filter, writes) in zip(match.userFilters, writes)
        where !filter.matches(Self.value(in: writes, at: event.at), at: event.at) {
            return false
        }
        return times?.contains(event.at) ?? true
    }

    /// The value in force at an instant; by halves, since a user may have many.
    private static func value(
        in writes: [UserHistory.PropertyVersion],
        at instant: Timestamp
    ) -> PropertyValue? {
        var (low, high) = (0, writes.count)
        while low < high {
            let middle = (low + high) / 2
            if let since = writes[middle].since, since > instant {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low == 0 ? nil : writes[low - 1].value
    }
}

extension CompiledMatch {
    /// Whether it asks for more than what stands in the event and what holds for all users.
    var isOfUser: Bool { !userFilters.isEmpty || times?.inUsersZone ?? false }

    /// Every instant at which an event of the user may begin or cease to pass: there is no other,
    /// though at some of these nothing need happen.
    func turns(_ user: UserHistory, after instant: Timestamp) -> Set<Timestamp> {
        var turns: Set<Timestamp> = []
        if times?.inUsersZone ?? false {
            turns.formUnion(user.succession(of: LocalTimes.zoneProperty).compactMap(\.since))
        }
        let relative = filters.filter(\.dependsOnInstant)
        for event in user.events where concerns(event.name) {
            turns.insert(event.at)
            for filter in relative {
                let value = event[filter.filter.property]
                turns.formUnion(filter.turns(for: value, after: instant))
            }
        }
        return turns
    }

    /// The instants up to which `turns` has every change; none: it has all there are.
    func horizons(_ user: UserHistory, after instant: Timestamp) -> [Timestamp] {
        user.events.filter { concerns($0.name) }.flatMap { event in
            filters.compactMap {
                $0.horizon(for: event[$0.filter.property], after: instant)
            }
        }
    }
}
