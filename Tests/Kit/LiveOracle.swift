// The naive reader of live segments: written for clarity from design/semantics.md alone.

public import Basics
import Foundation
public import Segments

/// Says what a live segment must tell of one user, whose records came in order or late.
///
/// It looks at every record and at every instant at which anything could change, asks there whether
/// the trigger fires, looking back over the whole log each time, and keeps a list of the firings
/// that counted. It has no timers, and asks conditions of `Oracle`.
public struct LiveOracle {
    let live: LiveDefinition
    let log: LiveLog
    let nested: [NestedSegment]
    let hears: Mentions
    let end: Timestamp
    let zone: TimeZone

    /// A firing that counted.
    struct Firing {
        let now: Timestamp
        let at: Timestamp
        let key: PropertyValue?
    }

    /// A record, or an instant that passes after all records at it.
    struct Moment {
        let at: Timestamp
        /// The record's index; nil: an instant.
        let entry: Int?
        /// How many records are known.
        let known: Int
    }

    /// The oracle for what is told up to an instant, itself not included.
    ///
    /// `hears` are the records of which the segment is told, which matters only for the order of
    /// what happens at one and the same instant.
    public init(
        _ live: LiveDefinition,
        _ log: LiveLog,
        until end: Timestamp,
        hears: Mentions,
        nested: [NestedSegment] = []
    ) {
        self.live = live
        self.log = log
        self.end = end
        self.hears = hears
        self.nested = nested
        zone = TimeZone(identifier: live.zone ?? "UTC") ?? .gmt
    }

    /// Everything told, in order.
    public func changes() -> [LiveChange] { told().map(\.change) }

    /// Something told, when it was decided, and by which record; nil: by time alone.
    struct Told {
        let change: LiveChange
        let now: Timestamp
        let entry: Int?
    }

    /// What has become of the user so far.
    struct Standing {
        /// The firings that counted, in order; the n-th is number n.
        var counted: [Firing] = []
        /// The numbers of those that are a reason to be in.
        var reasons: [Int] = []
        /// Waits that have run out, with their numbers; 0: none that counted.
        var settled: [Wait: Int] = [:]
        /// Whether the condition of `becomes` held when it was last asked.
        var held = false
        var told: [Told] = []

        var isIn: Bool { !reasons.isEmpty }

        mutating func tell(
            _ kind: LiveChange.Kind,
            _ at: Timestamp,
            _ moment: Moment,
            number: Int? = nil
        ) {
            let change = LiveChange(
                kind,
                at: at,
                occurrence: number ?? counted.count,
                isMember: isIn,
                cause: moment.entry == nil ? .timer : .record
            )
            told.append(Told(change: change, now: moment.at, entry: moment.entry))
        }

        mutating func leave(_ at: Timestamp, _ moment: Moment) {
            reasons = []
            tell(.left, at, moment)
        }
    }

    /// Everything told, in order.
    func told() -> [Told] {
        var standing = Standing()
        if case .becomes(let becomes) = live.trigger, log.begin > 0 {
            standing.held = holds(becomes.condition, log.history(log.begin), log.beginTime)
        }
        for moment in moments() {
            let history = log.history(moment.known)
            takeBack(moment, &standing)
            var hasFired = false
            for (at, key, wait) in firings(moment, history, &standing) {
                let firing = Firing(now: moment.at, at: at, key: key)
                let counts =
                    passesFilter(moment, isTimed: wait != nil)
                    && passesLimit(firing, standing.counted)
                if let wait { standing.settled[wait] = counts ? standing.counted.count + 1 : 0 }
                guard counts else { continue }
                standing.counted.append(firing)
                standing.reasons.append(standing.counted.count)
                hasFired = true
                standing.tell(.entered, at, moment)
                if case .while(let condition) = live.stay,
                    !holds(condition, history, moment.at)
                {
                    standing.leave(moment.at, moment)
                }
            }
            guard standing.isIn else { continue }
            switch live.stay {
            case .forever: break
            case .duration(let ms):
                // "[firing, firing + d)", records at the end's own instant coming first; an end
                // that is found to be over is told with the record by which it is.
                let last = standing.reasons.map { standing.counted[$0 - 1].at + ms }.max()
                if let last, moment.entry == nil ? last <= moment.at : last < moment.at {
                    standing.leave(last, moment)
                }
            case .while(let condition):
                if !hasFired, isHeard(moment), !holds(condition, history, moment.at) {
                    standing.leave(moment.at, moment)
                }
            }
        }
        return standing.told
    }

    // "a firing that should not have happened (a late B; a late A that restarts the timer) yields a
    // `retracted` record"; "retraction refunds no limit and revives nothing suppressed".
    private func takeBack(_ moment: Moment, _ standing: inout Standing) {
        guard case .inaction(let inaction) = live.trigger, moment.entry != nil else { return }
        let waits = self.standing(inaction, moment.known)
        let gone = standing.settled.keys.filter { !waits.contains($0) }
        for wait in gone.sorted(by: { $0.due > $1.due }) {
            guard let number = standing.settled.removeValue(forKey: wait), number > 0 else {
                continue
            }
            standing.reasons.removeAll { $0 == number }
            standing.tell(.retracted, wait.due, moment, number: number)
        }
    }

    /// Records, and behind those of an instant the instant itself, up to the end.
    private func moments() -> [Moment] {
        var moments = log.entries.indices.filter { $0 >= log.begin }.map { index in
            Moment(at: log.entries[index].logTime, entry: index, known: index + 1)
        }
        for instant in instants() where instant > log.beginTime {
            let known = log.entries.count { $0.logTime <= instant }
            moments.append(Moment(at: instant, entry: nil, known: max(known, log.begin)))
        }
        // Of whom nothing is known is no user.
        return moments.filter { $0.at < end && $0.known > 0 }.sorted {
            ($0.at, $0.entry ?? .max) < ($1.at, $1.entry ?? .max)
        }
    }

    /// Whether the segment is asked at a moment: who is new is, whatever the record says.
    func isHeard(_ moment: Moment) -> Bool {
        guard let index = moment.entry else { return true }
        let entry = log.entries[index]
        let isEverybody: Bool
        switch live.trigger {
        case .becomes: isEverybody = true
        case .date(let date): isEverybody = date.source == .user
        default: isEverybody = false
        }
        if index == 0, isEverybody { return true }
        if let event = entry.event { return hears.concerns(event: event.name) }
        return entry.versions.contains { hears.concerns(property: $0.property) }
    }

    func holds(_ condition: Definition, _ history: UserHistory, _ at: Timestamp) -> Bool {
        var condition = condition
        condition.zone = live.zone
        return Oracle(condition, at: at, nested: nested).isMember(history)
    }

    // "past-behaviour parts see the state before the triggering event, user properties the state
    // after it; both can be chosen". What time fires has no record of its own.
    private func passesFilter(_ moment: Moment, isTimed: Bool) -> Bool {
        guard let filter = live.filter else { return true }
        guard var entry = moment.entry, !isTimed, !log.entries[entry].isTimed else {
            return holds(filter, log.history(moment.known), moment.at)
        }
        // What a record brings about stands at the record's own place.
        while entry > 0, log.entries[entry].isConsequence { entry -= 1 }
        let (before, after) = (log.history(entry), log.history(entry + 1))
        let reads = live.filterReads
        let history = UserHistory(
            of: log.user,
            events: (reads.events == .before ? before : after).events,
            versions: (reads.properties == .before ? before : after).versions
        )
        return holds(filter, history, moment.at)
    }

    // "every time (default), once, once per key, n per window, cool-down d"
    private func passesLimit(_ firing: Firing, _ counted: [Firing]) -> Bool {
        switch live.limit {
        case .everyTime: return true
        case .once: return counted.isEmpty
        case .oncePerKey: return !counted.contains { $0.key == firing.key }
        case .times(let count, let perMs):
            return counted.count { $0.now > firing.now - perMs } < count
        case .coolDown(let ms):
            guard let last = counted.last else { return true }
            return firing.now >= last.now + ms
        }
    }
}
