// What a firing does: the filter, the limit, entering, staying, leaving, and taking it back.

public import Basics

/// A place in the log at which a live segment decides about one user.
public struct LiveMoment: Sendable {
    /// The log time: of the record, or the instant at which a timer fires.
    public var now: Timestamp
    /// The record's place; of a timer that of the record to come.
    public var position: LogOffset

    /// A place.
    public init(now: Timestamp, position: LogOffset) {
        self.now = now
        self.position = position
    }
}

/// One decision under way: the user's state, what may be read, what is told.
struct LiveDecision<Past: LivePast> {
    let plan: LivePlan
    let moment: LiveMoment
    let past: Past
    var user: LiveUser
    var told: [LiveChange] = []

    init(_ plan: LivePlan, _ moment: LiveMoment, _ user: LiveUser, _ past: Past) {
        self.plan = plan
        self.moment = moment
        self.user = user
        self.past = past
    }

    /// Fires: tells it when filter and limit let it count.
    ///
    /// - Returns: which firing it is; 0: none that counts.
    @discardableResult
    mutating func fire(at: Timestamp, key: PropertyValue? = nil, cause: LiveChange.Cause) -> Int {
        guard passesFilter(cause), passesLimit(key: key) else { return 0 }
        user.occurrence += 1
        user.isInside = true
        tell(.entered, at: at, cause)
        switch plan.definition.stay {
        case .forever: break
        case .duration(let ms):
            user.leavesAt = max(user.leavesAt ?? .earliest, at + ms)
        case .while:
            guard let condition = plan.staysWhile else { break }
            let watch = condition.watch(past.history(condition.mentions.whole), at: moment.now)
            user.staying = watch
            if !watch.holds { leave(at: moment.now, cause) }
        }
        return user.occurrence
    }

    /// The stay has ended.
    mutating func leave(at: Timestamp, _ cause: LiveChange.Cause) {
        user.leave()
        tell(.left, at: at, cause)
    }

    /// A timer that ran out should not have.
    mutating func retract(_ index: Int) {
        let settled = user.settled.remove(at: index)
        guard settled.occurrence > 0 else { return }
        if settled.isStanding {
            if !user.hasStanding {
                user.leave()
            } else if case .duration(let ms) = plan.definition.stay {
                let ends = user.settled.lazy.filter(\.isStanding).map { $0.at + ms }
                user.leavesAt = (Array(ends) + [user.firmUntil].compactMap(\.self)).max()
            }
        }
        tell(.retracted, at: settled.at, .correction, occurrence: settled.occurrence)
    }

    private mutating func tell(
        _ kind: LiveChange.Kind,
        at: Timestamp,
        _ cause: LiveChange.Cause,
        occurrence: Int? = nil
    ) {
        told.append(
            LiveChange(
                kind,
                at: at,
                occurrence: occurrence ?? user.occurrence,
                isMember: user.isInside,
                cause: cause
            )
        )
    }

    /// Whether the filter holds at this place; a timer has no record of its own to leave out.
    private func passesFilter(_ cause: LiveChange.Cause) -> Bool {
        guard let filter = plan.filter else { return true }
        var history = past.history(filter.mentions.whole)
        if cause == .record {
            let reads = plan.definition.filterReads
            history = history.without(
                eventsFrom: reads.events == .before ? moment.position : nil,
                versionsFrom: reads.properties == .before ? moment.position : nil
            )
        }
        return filter.isMember(history, at: moment.now)
    }

    private mutating func passesLimit(key: PropertyValue?) -> Bool {
        switch plan.definition.limit {
        case .everyTime: return true
        case .once: return user.occurrence == 0
        case .oncePerKey:
            let key = LiveUser.limitKey(key)
            guard !user.keys.contains(key) else { return false }
            user.keys.append(key)
            if user.keys.count > LiveLimits.keysMax { user.keys.removeFirst() }
            return true
        case .times(let count, let perMs):
            let begin = moment.now - perMs
            user.recent.removeAll { $0 <= begin }
            guard user.recent.count < count else { return false }
            user.recent.append(moment.now)
            return true
        case .coolDown(let ms):
            if let last = user.recent.last, moment.now < last + ms { return false }
            user.recent = [moment.now]
            return true
        }
    }
}

extension Plan {
    /// Whether the condition holds at an instant, and when that may change by time alone.
    public func watch(_ history: UserHistory, at instant: Timestamp) -> LiveUser.Watch {
        let results = leafResults(history, at: instant)
        let (flip, isLast) = outlook(history, after: instant, leafResults: results)
        let next: Timestamp? =
            switch flip {
            case .never: nil
            case .at(let at), .notBefore(let at): at
            }
        return LiveUser.Watch(holds: run(results)[root], next: next, isLast: isLast)
    }
}

extension UserHistory {
    /// The same without what stands in the log from a place on.
    func without(eventsFrom: LogOffset?, versionsFrom: LogOffset?) -> UserHistory {
        guard eventsFrom != nil || versionsFrom != nil else { return self }
        return UserHistory(
            of: user,
            events: events.filter { event in eventsFrom.map { event.position < $0 } ?? true },
            versions: versions.filter { one in versionsFrom.map { one.position < $0 } ?? true }
        )
    }
}
