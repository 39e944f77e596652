// The machine of live segments: a record is heard, an instant passes.

public import Basics

extension LivePlan {
    /// A record about the user is heard, in the order of the log.
    ///
    /// The caller lets every instant before the record's log time pass first. `past` has the record
    /// already. Pure; for any thread.
    ///
    /// - Returns: what changed, in order.
    public func hear(
        _ record: LiveRecord,
        at moment: LiveMoment,
        _ user: inout LiveUser,
        _ past: some LivePast
    ) -> [LiveChange] {
        var decision = LiveDecision(self, moment, user, past)
        decision.hear(record)
        user = decision.user
        return decision.told
    }

    /// An instant passes at which time alone does something (`nextDue`): all records with a log
    /// time at or before it are in, and none after it.
    ///
    /// Due instants pass one after the other, each once. An instant that lies before the last
    /// record's log time, because it was found out late, passes right behind that record.
    ///
    /// - Returns: what changed, in order.
    public func pass(
        at moment: LiveMoment,
        due: Timestamp,
        _ user: inout LiveUser,
        _ past: some LivePast
    ) -> [LiveChange] {
        var decision = LiveDecision(self, moment, user, past)
        decision.pass(due)
        user = decision.user
        return decision.told
    }

    /// The segment begins to follow a user of whom something is known already; nothing is told.
    public func begin(at moment: LiveMoment, _ user: inout LiveUser, _ past: some LivePast) {
        var decision = LiveDecision(self, moment, user, past)
        decision.begin()
        user = decision.user
    }
}

extension LiveDecision {
    mutating func begin() {
        switch plan.trigger {
        case .becomes(let condition):
            user.becoming = condition.watch(past.history(plan.triggerReads), at: moment.now)
        case .holds(let condition):
            follow(condition, .definition)
            told = []
        case .date(let date, of: nil): rearm(date, from: moment.now + 1)
        default: break
        }
    }

    mutating func hear(_ record: LiveRecord) {
        if let condition = plan.following { return hearFollowed(condition, record) }
        user.forget(before: moment.now - LiveLimits.correctionMs)
        hearTrigger(record)
        // A stay that began with this record has been asked with it.
        let hasEntered = told.contains { $0.kind == .entered }
        if user.isInside, let condition = plan.staysWhile, !hasEntered {
            restay(condition, record.cause)
        }
    }

    private mutating func hearTrigger(_ record: LiveRecord) {
        switch (plan.trigger, record) {
        case (.action(let action, let counted, let firing), .event(let event, let isHistory)):
            hear(event, isHistory, action, counted, firing)
        case (.inaction(let inaction, let did, let didNot), .event(let event, let isHistory)):
            hear(event, isHistory, inaction, did, didNot)
        case (.date(let date, let match?), .event(let event, let isHistory)):
            guard !isHistory, passes(match, event) else { return }
            arm(date, event[date.property])
        case (.date(let date, of: nil), .properties(let names, _)):
            if names.contains(date.property) { rearm(date) }
        case (.page(let page, let views, let firing, let referrer), .event(let event, let old)):
            if views.concerns(event.name) { hear(event, old, page, firing, referrer) }
        case (.propertyChanged(let change, let from, let to), .properties(let names, let old)):
            guard names.contains(change.property) else { return }
            let after = past.history(plan.triggerReads)
            let before = after.without(eventsFrom: nil, versionsFrom: moment.position)
            user.recheckAt = after.nextWrite(of: change.property, after: moment.now)
            guard !old else { return }
            let values = [before, after].map { $0.value(of: change.property, at: moment.now) }
            hear(change, from, to, values[0], values[1], .record)
        case (.becomes(let condition), _):
            rebecome(condition, record.cause, isHistory: record.isHistory)
        default: break
        }
    }

    // What the user does

    private mutating func hear(
        _ event: UserHistory.Event,
        _ isHistory: Bool,
        _ action: Action,
        _ counted: CompiledMatch,
        _ firing: CompiledMatch
    ) {
        guard counted.concerns(event.name), passes(counted, event) else { return }
        let isWanted: Bool
        switch action.times {
        case .every: isWanted = true
        case .nth(let n): isWanted = count(counted) == n
        case .everyNth(let n): isWanted = count(counted) % n == 0
        }
        guard isWanted, isTimely(event, isHistory) else { return }
        guard action.mode == .matching || passes(firing, event) else { return }
        fire(at: moment.now, cause: .record)
    }

    /// Which one the event being heard is, in the order of the log.
    private mutating func count(_ counted: CompiledMatch) -> Int {
        if let seen = user.seen {
            user.seen = seen + 1
            return seen + 1
        }
        let history = past.history(plan.triggerReads)
        var test = MatchTest(counted, of: history, at: moment.now)
        var count = 0
        for event in history.events where event.position < moment.position {
            if test.passes(event) { count += 1 }
        }
        user.seen = count + 1
        return count + 1
    }

    /// Whether an event may fire: not imported, and not older than corrections are.
    func isTimely(_ event: UserHistory.Event, _ isHistory: Bool) -> Bool {
        !isHistory && event.at >= moment.now - LiveLimits.correctionMs
    }

    func passes(_ match: CompiledMatch, _ event: UserHistory.Event) -> Bool {
        guard match.concerns(event.name) else { return false }
        let history = match.isOfUser ? past.history(plan.triggerReads) : UserHistory()
        var test = MatchTest(match, of: history, at: moment.now)
        return test.passes(event)
    }

    private mutating func hear(
        _ event: UserHistory.Event,
        _ isHistory: Bool,
        _ page: PageTrigger,
        _ firing: CompiledMatch,
        _ referrer: [CompiledFilter]
    ) {
        if user.session == nil { recallSession(page, firing, referrer) }
        guard view(event, page, firing, referrer), isTimely(event, isHistory) else { return }
        fire(at: moment.now, cause: .record)
    }

    /// The session that was under way before the segment heard of the user's views.
    private mutating func recallSession(
        _ page: PageTrigger,
        _ firing: CompiledMatch,
        _ referrer: [CompiledFilter]
    ) {
        let names = page.match.events
        for event in past.history(plan.triggerReads).events
        where event.position < moment.position && (names.isEmpty || names.contains(event.name)) {
            _ = view(event, page, firing, referrer)
        }
    }

    /// Puts a view into its session.
    ///
    /// - Returns: whether it is the one that fires.
    private mutating func view(
        _ event: UserHistory.Event,
        _ page: PageTrigger,
        _ firing: CompiledMatch,
        _ referrer: [CompiledFilter]
    ) -> Bool {
        // A view of an older session.
        if let session = user.session, event.at <= session.start - page.gapMs { return false }
        if let session = user.session, event.at < session.last + page.gapMs {
            user.session?.last = max(session.last, event.at)
        } else {
            user.session = LiveUser.Session(
                start: event.at,
                last: event.at,
                count: 0,
                isWanted: referrer.allSatisfy {
                    $0.matches(event[$0.filter.property], at: moment.now)
                }
            )
        }
        guard passes(firing, event), var session = user.session else { return false }
        session.count += 1
        user.session = session
        return session.count == page.count && session.isWanted
    }

    // What the user is

    private mutating func hear(
        _ change: PropertyChange,
        _ from: CompiledFilter?,
        _ to: CompiledFilter?,
        _ old: PropertyValue?,
        _ new: PropertyValue?,
        _ cause: LiveChange.Cause
    ) {
        guard old != new, from?.matches(old, at: moment.now) ?? true,
            to?.matches(new, at: moment.now) ?? true
        else { return }
        fire(at: moment.now, cause: cause)
    }

    mutating func rebecome(
        _ condition: Plan,
        _ cause: LiveChange.Cause,
        isHistory: Bool = false
    ) {
        let watch = condition.watch(past.history(plan.triggerReads), at: moment.now)
        let held = user.becoming?.holds ?? false
        user.becoming = watch
        if watch.holds, !held, !isHistory { fire(at: moment.now, cause: cause) }
    }

    mutating func restay(_ condition: Plan, _ cause: LiveChange.Cause) {
        let watch = condition.watch(past.history(condition.mentions.whole), at: moment.now)
        user.staying = watch
        if !watch.holds { leave(at: moment.now, cause) }
    }

    // Time

    /// What fires at an instant comes before what ends at it, as with records: who fires again at
    /// the end of the stay goes on staying.
    mutating func pass(_ due: Timestamp) {
        if let condition = plan.following { return passFollowed(condition, due) }
        user.forget(before: moment.now - LiveLimits.correctionMs)
        if case .becomes(let condition) = plan.trigger, user.becoming?.next == due {
            rebecome(condition, .timer)
        }
        if user.recheckAt == due { recheck(due) }
        while let timer = user.armed.first, timer.due + plan.graceMs == due {
            user.armed.removeFirst()
            ran(out: timer)
        }
        if user.leavesAt == due { leave(at: due, .timer) }
        if user.isInside, let condition = plan.staysWhile, user.staying?.next == due {
            restay(condition, .timer)
        }
    }

    /// A value that was known already comes into force.
    private mutating func recheck(_ due: Timestamp) {
        switch plan.trigger {
        case .date(let date, of: nil): rearm(date)
        case .propertyChanged(let change, let from, let to):
            let history = past.history(plan.triggerReads)
            let old = history.value(of: change.property, at: due - 1)
            let new = history.value(of: change.property, at: due)
            user.recheckAt = history.nextWrite(of: change.property, after: due)
            hear(change, from, to, old, new, .timer)
        default: break
        }
    }

    /// A timer has run out.
    mutating func ran(
        out timer: LiveUser.Armed,
        because cause: LiveChange.Cause = .timer
    ) {
        let occurrence = fire(at: timer.due, key: timer.key, cause: cause)
        switch plan.trigger {
        case .inaction:
            user.settle(timer, occurrence, isStanding: occurrence > 0 && user.isInside)
        case .date(let date, let match):
            // Of events another may bring the same date once more.
            if match != nil { user.settle(timer, occurrence, isStanding: false) }
            guard date.isYearly else { break }
            let next = date.due(of: timer.anchor, after: timer.due, zone: plan.zone)
            if let next { user.arm(.init(key: nil, anchor: timer.anchor, due: next)) }
        default: break
        }
    }
}

extension LiveRecord {
    /// Whether it is history from elsewhere, of which nothing fires.
    public var isHistory: Bool {
        switch self {
        case .event(_, let isHistory), .properties(_, let isHistory), .members(_, let isHistory):
            isHistory
        }
    }

    /// What is said to have brought about what comes of it.
    var cause: LiveChange.Cause {
        var cause = LiveChange.Cause.record
        if case .members(let given, _) = self { cause = given }
        return isHistory && cause != .definition ? .correction : cause
    }
}
