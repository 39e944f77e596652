// The naive reader of conditions about the order of events, from design/semantics.md alone.

import Basics
import Foundation
import Segments

extension Oracle {
    // "firstEver(event) then where (if the very first one fails the filter the user is out) and
    // firstMatching(event, where); likewise nth and last. The window applies to the instant of
    // that event."
    func holds(_ occurrence: Occurrence, number: Int?, _ user: UserHistory) -> Bool {
        let known = inOrder(user).filter { isNamed($0, occurrence.match) }
        let among =
            occurrence.mode == .ever
            ? known : known.filter { passesAll($0, occurrence.match, user) }
        let found: UserHistory.Event?
        if let number {
            found = among.count >= number ? among[number - 1] : nil
        } else {
            found = among.last
        }
        guard let found, isInside(found.at, occurrence.match.window, user) else { return false }
        return passesAll(found, occurrence.match, user)
            && (occurrence.named.isEmpty || occurrence.named.contains(found.name))
    }

    // "matching ÷ all of the user's such events in the window, at least `minimum` of them."
    func holds(_ share: Share, _ user: UserHistory) -> Bool {
        let all = inOrder(user).filter {
            isNamed($0, share.match) && isInside($0.at, share.match.window, user)
        }
        let matching = all.filter { passesAll($0, share.match, user) }
        guard all.count >= share.minimum, !all.isEmpty else { return false }
        return Double(matching.count) / Double(all.count) >= share.atLeast.double - 1e-12
    }

    // "v's count is the maximum; a tie counts."
    func holds(_ favourite: Predominantly, _ user: UserHistory) -> Bool {
        let values = inOrder(user)
            .filter {
                isNamed($0, favourite.match) && isInside($0.at, favourite.match.window, user)
                    && passesAll($0, favourite.match, user)
            }
            .compactMap { $0[favourite.property] }
        func count(_ value: PropertyValue) -> Int { values.filter { $0 == value }.count }
        let own = count(favourite.value)
        return own > 0 && values.allSatisfy { count($0) <= own }
    }

    // "One event serves one step; strict forbids any other event of the named set in between;
    // strictlyLater as in funnels." Every choice of events is tried.
    func holds(_ sequence: InSequence, _ user: UserHistory) -> Bool {
        let events = inOrder(user)
        func isStep(_ index: Int, _ step: Int) -> Bool {
            isNamed(events[index], sequence.steps[step])
                && passesAll(events[index], sequence.steps[step], user)
        }
        func goesOn(_ chain: [Int]) -> Bool {
            guard chain.count < sequence.steps.count else {
                return isAllowed(chain, events, sequence, user)
            }
            return events.indices.contains {
                !chain.contains($0) && isStep($0, chain.count) && goesOn(chain + [$0])
            }
        }
        return goesOn([])
    }

    private func isAllowed(
        _ chain: [Int],
        _ events: [UserHistory.Event],
        _ sequence: InSequence,
        _ user: UserHistory
    ) -> Bool {
        let first = events[chain[0]]
        guard isInside(first.at, sequence.window, user) else { return false }
        if let same = sequence.same {
            guard let value = first[same],
                chain.allSatisfy({ events[$0][same] == value })
            else { return false }
        }
        // Events of another value of the held property have no part in it.
        func takesPart(_ event: UserHistory.Event) -> Bool {
            guard let same = sequence.same else { return true }
            return event[same] != nil && event[same] == first[same]
        }
        for (one, other) in zip(chain, chain.dropFirst()) {
            let (before, after) = (events[one], events[other])
            guard after.at >= before.at, !sequence.strictlyLater || after.at > before.at else {
                return false
            }
            if let within = sequence.withinMs {
                let start = sequence.from == .first ? first : before
                guard after.at.ms - start.at.ms <= within else { return false }
            }
            let isBroken = events.contains { event in
                event.at > before.at && event.at < after.at && takesPart(event)
                    && sequence.excluded.contains {
                        isNamed(event, $0) && passesAll(event, $0, user)
                    }
            }
            if isBroken { return false }
            if sequence.order == .strict {
                guard one < other else { return false }
                let isDisturbed = events.indices.contains { index in
                    index > one && index < other && takesPart(events[index])
                        && sequence.steps.contains { isNamed(events[index], $0) }
                }
                if isDisturbed { return false }
            }
        }
        return true
    }

    private func isNamed(_ event: UserHistory.Event, _ match: EventMatch) -> Bool {
        match.events.isEmpty || match.events.contains(event.name)
    }

    func passesAll(_ event: UserHistory.Event, _ match: EventMatch, _ user: UserHistory) -> Bool {
        isTimely(event.at, match.times, user)
            && match.filters.allSatisfy { filter in
                guard filter.isOfUser else { return passes(filter, event[filter.property]) }
                // "with `at: event`, the one in force when the event happened"
                return Oracle(definition, at: event.at, zone: zone).passes(
                    filter,
                    value(of: filter.property, user, at: event.at)
                )
            }
    }

    // "timeOfDay(from,to), dayOfWeek(set) restrict the events, in the definition's zone or the
    // user's."
    func isTimely(_ instant: Timestamp, _ times: LocalTimes?, _ user: UserHistory) -> Bool {
        guard let times else { return true }
        var clock = zone
        if times.inUsersZone, case .text(let name)? = value(of: "timeZone", user, at: now),
            TimeZone.knownTimeZoneIdentifiers.contains(name) || name == "UTC"
        {
            clock = TimeZone(identifier: name) ?? zone
        }
        let local = localFields(instant, clock)
        if !times.weekdays.isEmpty, !times.weekdays.contains(local.weekday) { return false }
        guard let clock = times.clock else { return true }
        let isBehindFrom = local.ms >= clock.fromMs
        let isBeforeTo = local.ms < clock.toMs
        return clock.fromMs < clock.toMs
            ? isBehindFrom && isBeforeTo : isBehindFrom || isBeforeTo
    }

    // "distinct(property), distinctDays"
    func holds(_ distinct: Distinct, _ user: UserHistory) -> Bool {
        let events = inOrder(user).filter {
            isNamed($0, distinct.match) && isInside($0.at, distinct.match.window, user)
                && passesAll($0, distinct.match, user)
        }
        let count: Int
        switch distinct.subject {
        case .values(let property): count = Set(events.compactMap { $0[property] }).count
        case .days: count = Set(events.map { localFields($0.at).day }).count
        }
        return holds(distinct.count, count)
    }

    func localFields(_ instant: Timestamp, _ clock: TimeZone? = nil)
        -> (day: String, weekday: Int, ms: Int64)
    {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = clock ?? zone
        // To the whole second: a Date is a Double.
        let seconds = (Double(instant.ms) / 1000).rounded(.down)
        let fields = calendar.dateComponents(
            [.year, .month, .day, .weekday, .hour, .minute, .second],
            from: Date(timeIntervalSince1970: seconds)
        )
        let clock = ((fields.hour ?? 0) * 60 + (fields.minute ?? 0)) * 60 + (fields.second ?? 0)
        let day = "\(fields.year ?? 0)-\(fields.month ?? 0)-\(fields.day ?? 0)"
        let rest = instant.ms - Int64(seconds) * 1000
        return (day, ((fields.weekday ?? 1) + 5) % 7 + 1, Int64(clock) * 1000 + rest)
    }

    /// What has happened by now, ties by client sequence when given, then by log position.
    private func inOrder(_ user: UserHistory) -> [UserHistory.Event] {
        inOrder(user.events.filter { $0.at <= now })
    }

    func inOrder(_ events: [UserHistory.Event]) -> [UserHistory.Event] {
        events.sorted {
            ($0.at.ms, $0.clientSequence.map { Int64($0) } ?? -1, $0.position.value)
                < ($1.at.ms, $1.clientSequence.map { Int64($0) } ?? -1, $1.position.value)
        }
    }
}
