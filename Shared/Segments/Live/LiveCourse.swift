// One user followed by a live segment through a log that is told record by record.

public import Basics

/// A user's course through a live segment, for whoever has the records at hand: stories, tests.
///
/// Records are heard in the order of the log, and between them every instant passes at which time
/// alone does something, as when an evaluator follows the log. For one thread at a time.
public struct LiveCourse: Sendable {
    /// A record about the user.
    public enum Record: Sendable {
        /// Something the user did.
        case event(UserHistory.Event)
        /// Properties of the user that were written by one record.
        case properties([UserHistory.PropertyVersion])
    }

    /// The segment.
    public private(set) var plan: LivePlan
    /// What is remembered of the user.
    public private(set) var user = LiveUser()
    private var past: Past
    private var hasBegun: Bool { begunAt != nil }
    private var begunAt: Timestamp?
    /// Whether it was given another definition since.
    private var isCarried = false
    /// Where the first record of the user stands; nil: there is none.
    private var first: LogOffset?

    /// A segment that does not follow its user yet.
    public init(_ plan: LivePlan, of user: UserID? = nil) {
        self.plan = plan
        past = Past(user: user)
    }

    /// The segment begins to follow the user, of whom it knows what was heard before.
    public mutating func begin(at now: Timestamp) {
        begunAt = now
        guard plan.watchesEverybody, past.isKnown else { return }
        plan.begin(at: moment(now), &user, past)
    }

    /// The segment means something else from now on.
    ///
    /// - Returns: what changed up to now, and by it.
    public mutating func change(to plan: LivePlan, at now: Timestamp) -> [LiveChange] {
        guard hasBegun else {
            self.plan = plan
            return []
        }
        var told = pass(before: now)
        isCarried = true
        let old = self.plan
        self.plan = plan
        if plan.carrying(from: old) == .ended { past.silenceAll() }
        guard past.isKnown else { return told }
        told += plan.carry(from: old, at: moment(now), &user, past)
        return told
    }

    /// A record is heard; neither `logTime` nor its place in the log goes back.
    ///
    /// - Returns: what changed up to it, in order.
    public mutating func hear(
        _ record: Record,
        at logTime: Timestamp,
        isHistory: Bool = false
    ) -> [LiveChange] {
        let told = pass(before: logTime)
        learn(record, at: logTime, isHistory: isHistory)
        return told + decide(record, at: logTime, isHistory: isHistory)
    }

    /// A record is known before it is heard: where several segments hear of it one after the
    /// other, each knows it from the beginning.
    public mutating func learn(
        _ record: Record,
        at logTime: Timestamp,
        isHistory: Bool = false
    ) {
        if !past.isKnown { first = record.place }
        past.take(record, at: logTime, isSilent: isHistory || !hasBegun)
    }

    /// A record that is known already is heard; every instant before it has passed.
    public mutating func decide(
        _ record: Record,
        at logTime: Timestamp,
        isHistory: Bool = false
    ) -> [LiveChange] {
        var told: [LiveChange] = []
        guard hasBegun, let place = record.place else { return told }
        // Who is new may fulfil a condition by being there.
        let hearsAll = place == first && plan.watchesEverybody
        guard let heard = mentioned(record, isHistory: isHistory, or: hearsAll) else { return told }
        let moment = LiveMoment(now: logTime, position: place)
        told += plan.hear(heard, at: moment, &user, past)
        return told
    }

    /// The user's records are these from here on, in the order of the log: two users have become
    /// one, or two again.
    ///
    /// - Returns: what changed up to it, and by it as a correction.
    public mutating func recount(
        _ records: [(record: Record, at: Timestamp, isMoved: Bool)],
        at now: Timestamp
    ) -> [LiveChange] {
        var told = pass(before: now)
        var joined = Past(user: past.user)
        var arrivals: [LogOffset: LivePlan.Arrival] = [:]
        for (record, at, isMoved) in records {
            // Of moved ones is known when they came in, of others what stands before them.
            let isBefore = begunAt.map { isMoved ? at <= $0 : at < $0 } ?? true
            joined.take(record, at: at, isSilent: isBefore)
            guard let place = record.place else { continue }
            arrivals[place] = LivePlan.Arrival(
                isBefore: isBefore,
                isImported: false,
                logTime: isMoved ? at : nil
            )
        }
        joined.note(now)
        past = joined
        first = records.first?.record.place
        guard let begunAt else { return told }
        let moment = moment(now)
        if !plan.isFollowing {
            // What earlier definitions told stands: only they could run over what was before.
            guard !isCarried else { return told }
            told += plan.recount(
                at: moment,
                since: begunAt,
                &user,
                past.history(plan.reads)
            ) { arrivals[$0] ?? LivePlan.Arrival(isBefore: true, isImported: false) }
        } else {
            told += plan.follow(
                at: moment,
                &user,
                past,
                isThere: !records.isEmpty,
                because: .correction
            )
        }
        return told
    }

    /// Every instant before one passes: no record before it comes any more.
    ///
    /// - Returns: what changed, in order.
    public mutating func pass(before end: Timestamp) -> [LiveChange] {
        guard hasBegun else { return [] }
        var told: [LiveChange] = []
        while let due = plan.nextDue(user), due < end { told += pass(due) }
        return told
    }

    /// One instant passes, whether something is due at it or not.
    public mutating func pass(_ due: Timestamp) -> [LiveChange] {
        let now = max(due, past.latest ?? due)
        return plan.pass(at: moment(now), due: due, &user, past)
    }

    private func moment(_ now: Timestamp) -> LiveMoment {
        LiveMoment(now: now, position: past.next)
    }

    /// The record as the segment hears it; nil: it mentions nothing that the segment reads.
    private func mentioned(
        _ record: Record,
        isHistory: Bool,
        or hearsAll: Bool
    ) -> LiveRecord? {
        switch record {
        case .event(let event):
            guard hearsAll || plan.hears.concerns(event: event.name) else { return nil }
            return .event(event, isHistory: isHistory)
        case .properties(let versions):
            let names = versions.map(\.property)
            guard hearsAll || names.contains(where: plan.hears.concerns(property:)) else {
                return nil
            }
            return .properties(names, isHistory: isHistory)
        }
    }
}

extension LiveCourse.Record {
    /// Where it stands in the log; nil: it says nothing.
    fileprivate var place: LogOffset? {
        switch self {
        case .event(let event): event.position
        case .properties(let versions): versions.first?.position
        }
    }
}

/// What was heard of the user.
private struct Past: LivePast {
    let user: UserID?
    private var events: [UserHistory.Event] = []
    private var versions: [UserHistory.PropertyVersion] = []
    private var silent: Set<LogOffset> = []
    /// All below it fire nothing.
    private var begin = LogOffset(0)
    /// Behind the last record.
    private(set) var next = LogOffset(0)
    /// The log time of the last record.
    private(set) var latest: Timestamp?
    /// Whether there was any.
    var isKnown: Bool { latest != nil }

    init(user: UserID?) { self.user = user }

    /// Takes a record that says something.
    mutating func take(
        _ record: LiveCourse.Record,
        at logTime: Timestamp,
        isSilent: Bool
    ) {
        guard let place = record.place else { return }
        switch record {
        case .event(let event): events.append(event)
        case .properties(let written): versions += written
        }
        if isSilent { silent.insert(place) }
        next = max(next, LogOffset(place.value + 1))
        latest = logTime
    }

    /// The log has come so far.
    mutating func note(_ logTime: Timestamp) { latest = max(latest ?? logTime, logTime) }

    func history(_ reads: Mentions) -> UserHistory {
        UserHistory(of: user, events: events, versions: versions)
    }

    /// What was recorded so far fires nothing any more.
    mutating func silenceAll() { begin = next }

    func isSilent(_ position: LogOffset) -> Bool {
        position < begin || silent.contains(position)
    }
}
