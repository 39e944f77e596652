// When a trigger fires, by looking back over the whole log.

import Basics
import Foundation
public import Segments

extension LiveOracle {
    /// What fires at a moment: the instant told, and of an inaction its key and which wait it is.
    func firings(_ moment: Moment, _ history: UserHistory, _ standing: inout Standing)
        -> [(at: Timestamp, key: PropertyValue?, wait: Wait?)]
    {
        let fires: Bool
        switch live.trigger {
        case .action(let action): fires = self.fires(action, moment)
        case .page(let page): fires = self.fires(page, moment)
        case .propertyChanged(let change): fires = self.fires(change, moment)
        case .inaction(let inaction): return firings(inaction, moment, standing)
        case .date(let date): return firings(date, moment, history).map { ($0, nil, nil) }
        case .becomes(let becomes):
            guard isHeard(moment) else { return [] }
            let before = standing.held
            standing.held = holds(becomes.condition, history, moment.at)
            fires = standing.held && !before && !isImported(moment)
        }
        return fires ? [(moment.at, nil, nil)] : []
    }

    private func isImported(_ moment: Moment) -> Bool {
        moment.entry.map { log.entries[$0].isImported } ?? false
    }

    /// The event of a moment, if it may fire: "imported events never fire live triggers".
    private func firingEvent(_ moment: Moment) -> UserHistory.Event? {
        guard let index = moment.entry, !log.entries[index].isImported else { return nil }
        return log.entries[index].event
    }

    /// Whether an event is one of these; asked of it alone, without the user's other records.
    func matches(_ event: UserHistory.Event, _ match: EventMatch) -> Bool {
        let definition = Definition(.did(Did(match)))
        let oracle = Oracle(definition, at: event.at, zone: zone)
        return !oracle.matching(match, UserHistory(events: [event])).isEmpty
    }

    private func events(_ count: Int) -> [UserHistory.Event] {
        log.entries[..<count].compactMap(\.event)
    }

    // "`action(event, where)`; with `first` or `nth: n`"; "count in log order".
    private func fires(_ action: Action, _ moment: Moment) -> Bool {
        guard let event = firingEvent(moment), matches(event, action.match) else { return false }
        let counted = action.mode == .matching ? action.match : EventMatch(action.match.events)
        let number = events(moment.known).count { matches($0, counted) }
        switch action.times {
        case .every: return true
        case .nth(let n): return number == n
        case .everyNth(let n): return number % n == 0
        }
    }

    // "page visit, count in a session, referrer". A session: views without a pause of `gap`.
    private func fires(_ page: PageTrigger, _ moment: Moment) -> Bool {
        guard let event = firingEvent(moment), matches(event, page.match) else { return false }
        let views = events(moment.known).filter { matches($0, EventMatch(page.match.events)) }
        var session: [UserHistory.Event] = []
        for view in views.reversed() {
            if let later = session.last, later.at.ms - view.at.ms >= page.gapMs { break }
            session.append(view)
        }
        guard let first = session.last else { return false }
        let oracle = Oracle(Definition(nodes: []), at: moment.at, zone: zone)
        return session.count { matches($0, page.match) } == page.count
            && page.referrer.allSatisfy { oracle.passes($0, first[$0.property]) }
    }

    // "`propertyChanged(from, to)`"
    private func fires(_ change: PropertyChange, _ moment: Moment) -> Bool {
        guard let index = moment.entry, !isImported(moment),
            log.entries[index].versions.contains(where: { $0.property == change.property })
        else { return false }
        let oracle = Oracle(Definition(nodes: []), at: moment.at, zone: zone)
        let old = oracle.valueInForce(change.property, log.history(index))
        let new = oracle.valueInForce(change.property, log.history(index + 1))
        return old != new && (change.from.map { oracle.passes($0, old) } ?? true)
            && (change.to.map { oracle.passes($0, new) } ?? true)
    }

    // "one timer per (user, value, occurrence)", "re-armed when the property changes"
    private func firings(_ date: DateTrigger, _ moment: Moment, _ history: UserHistory)
        -> [Timestamp]
    {
        guard moment.entry == nil else { return [] }
        let oracle = Oracle(Definition(nodes: []), at: moment.at, zone: zone)
        var values: Set<Timestamp> = []
        switch date.source {
        case .user:
            let value = oracle.valueInForce(date.property, history)
            if let instant = value.flatMap(oracle.instant) { values.insert(instant) }
        case .event(let match):
            for entry in log.entries[log.begin..<moment.known] where !entry.isImported {
                guard let event = entry.event, matches(event, match),
                    let value = event[date.property].flatMap(oracle.instant)
                else { continue }
                values.insert(value)
            }
        }
        return values.flatMap { instants(of: date, $0) }.filter { $0 == moment.at }
    }

    /// When a date is due: once, or in its own year and every one after it.
    func instants(of date: DateTrigger, _ value: Timestamp) -> [Timestamp] {
        guard date.isYearly else { return [value + date.offsetMs] }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        func parts(_ instant: Timestamp) -> DateComponents {
            let date = Date(timeIntervalSince1970: Double(instant.ms) / 1000)
            return calendar.dateComponents([.year, .month, .day], from: date)
        }
        let (own, last) = (parts(value), parts(end - date.offsetMs))
        guard let begin = own.year, let year = last.year, begin <= year + 1 else { return [] }
        let inDay = local(value).ms % 86_400_000
        return (begin...year + 1).compactMap { year -> Timestamp? in
            var day = DateComponents(year: year, month: own.month, day: own.day)
            // "29 February counts as 28 in other years."
            if own.month == 2, own.day == 29, !Self.isLeap(year) { day.day = 28 }
            var utc = Calendar(identifier: .gregorian)
            utc.timeZone = .gmt
            guard let midnight = utc.date(from: day) else { return nil }
            let wanted = Int64(midnight.timeIntervalSince1970) * 1_000 + inDay
            return first(atLocal: wanted).map { $0 + date.offsetMs }
        }
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private func local(_ instant: Timestamp) -> Timestamp {
        let date = Date(timeIntervalSince1970: Double(instant.ms) / 1000)
        return instant + Int64(zone.secondsFromGMT(for: date)) * 1_000
    }

    // "A local instant inside an overlap means the earlier instant; inside a gap, the first instant
    // after it": the first instant at which the local clock shows that or more.
    private func first(atLocal wanted: Int64) -> Timestamp? {
        let day: Int64 = 86_400_000
        var tried: Set<Int64> = []
        for near in [wanted - day, wanted, wanted + day] {
            let date = Date(timeIntervalSince1970: Double(near) / 1000)
            tried.insert(wanted - Int64(zone.secondsFromGMT(for: date)) * 1_000)
            if let turn = zone.nextDaylightSavingTimeTransition(after: date) {
                tried.insert(Int64(turn.timeIntervalSince1970) * 1_000)
            }
        }
        return tried.sorted().map { Timestamp(ms: $0) }.first { local($0).ms >= wanted }
    }
}

// Inaction. "One timer per (user, key) at event time A + T." "A B with event time in [A, A+T]
// cancels, both ends included, whichever of the two arrives first in the log; the event that is
// the A itself never counts as its own B."
extension LiveOracle {
    /// An A whose time runs out: when, and for which key.
    public struct Wait: Hashable {
        /// A's event time + T.
        public let due: Timestamp
        /// The value of the key.
        public let key: PropertyValue?
    }

    private func firings(_ inaction: Inaction, _ moment: Moment, _ standing: Standing)
        -> [(at: Timestamp, key: PropertyValue?, wait: Wait?)]
    {
        // "`grace g` delays the firing to log time A+T+g"; what a late record shows to have been
        // due before it fires with it.
        let open = self.standing(inaction, moment.known).filter { standing.settled[$0] == nil }
        let due = open.filter { wait in
            let at = wait.due + inaction.graceMs
            return moment.entry == nil ? at == moment.at : at < moment.at
        }
        return due.sorted { $0.due < $1.due }.map { ($0.due, $0.key, $0) }
    }

    /// Every A of the first so many records that no other event cancels or restarts, however late
    /// they came.
    public func standing(_ inaction: Inaction, _ count: Int) -> Set<Wait> {
        let all = log.entries[..<count].enumerated().filter { $0.element.event != nil }
        // A list is no key.
        func key(_ event: UserHistory.Event) -> PropertyValue? {
            let value = inaction.key.flatMap { event[$0] }
            if case .list = value { return nil }
            return value
        }
        var waits: Set<Wait> = []
        let keys = Set(all.compactMap { $0.element.event.map(key) })
        for one in keys {
            let mine = all.compactMap { index, entry -> (UserHistory.Event, Bool)? in
                guard let event = entry.event, key(event) == one else { return nil }
                return (event, index >= log.begin && !entry.isImported)
            }
            let as_ = mine.filter { $1 && matches($0, inaction.did) }.map(\.0)
                .sorted { $0.order < $1.order }
            let bs = mine.map(\.0).filter { matches($0, inaction.didNot) }
            for due in dues(as_, bs, inaction) { waits.insert(Wait(due: due, key: one)) }
        }
        return waits
    }

    /// The ends of those As of one key whose time runs out.
    private func dues(
        _ as_: [UserHistory.Event],
        _ bs: [UserHistory.Event],
        _ inaction: Inaction
    ) -> [Timestamp] {
        func due(_ a: UserHistory.Event) -> Timestamp { a.at + inaction.withinMs }
        func isCancelled(_ a: UserHistory.Event) -> Bool {
            bs.contains { $0.position != a.position && $0.at >= a.at && $0.at <= due(a) }
        }
        switch inaction.anchor {
        case .each: return as_.filter { !isCancelled($0) }.map(due)
        case .last:
            return as_.filter { a in
                !isCancelled(a) && !as_.contains { $0.order > a.order && $0.at <= due(a) }
            }.map(due)
        case .first:
            // An A counts unless one before it is still waited for.
            var waited: [UserHistory.Event] = []
            for a in as_ {
                let isWaiting = waited.contains { other in
                    let isOver = due(other) < a.at
                    let isEnded = bs.contains {
                        $0.position != other.position && $0.at >= other.at && $0.order <= a.order
                    }
                    return !isOver && !isEnded
                }
                if !isWaiting { waited.append(a) }
            }
            return waited.filter { !isCancelled($0) }.map(due)
        }
    }
}
