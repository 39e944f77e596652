// Following a condition: a user is in exactly while it holds, and each change is told.

public import Basics

extension LivePlan {
    /// A condition is asked anew of a user, since what it means has changed, or what was known.
    ///
    /// - Parameter isThere: whether a record of the user stands; who is not there is not in.
    /// - Returns: what changed; nothing of a live segment.
    public func follow(
        at moment: LiveMoment,
        _ user: inout LiveUser,
        _ past: some LivePast,
        isThere: Bool,
        because cause: LiveChange.Cause
    ) -> [LiveChange] {
        guard let condition = following else { return [] }
        var decision = LiveDecision(self, moment, user, past)
        decision.follow(condition, cause, isThere: isThere)
        user = decision.user
        return decision.told
    }

    /// Whether what time does to a user at an instant follows from what is remembered alone.
    ///
    /// It then is the same for all of whom that is equal, and nothing of them need be read.
    public func foresees(_ user: LiveUser, at due: Timestamp) -> Bool {
        guard isFollowing, user.recheckAt == nil, let watch = user.becoming else {
            return false
        }
        return watch.isLast && watch.next == due
    }

    /// Whether a condition that is watched may hold of users of whom nothing is known but that
    /// they are there, and perhaps that they are anonymous.
    public var holdsOfNewcomers: Bool {
        guard let plan = becoming else { return false }
        let hasBucket = plan.leaves.contains { leaf in
            if case .bucket = leaf { true } else { false }
        }
        let nothing = [UserHistory(), UserHistory(versions: [Known.anonymity(at: .zero)])]
        return hasBucket || nothing.contains { plan.isMember($0, at: Timestamp(ms: 0)) }
    }
}

extension LiveDecision {
    /// What an import brings is looked at when the log time comes to a whole second.
    ///
    /// So a user of whom much is imported is asked about once. Whatever else is recorded is looked
    /// at at once.
    mutating func hearFollowed(_ condition: Plan, _ record: LiveRecord) {
        guard record.isHistory else {
            let isLate = record.at.map { $0 < moment.now - LiveLimits.correctionMs } ?? false
            return follow(condition, isLate ? .correction : record.cause)
        }
        if user.recheckAt == nil {
            let second: Int64 = 1_000
            user.recheckAt = Timestamp(ms: (moment.now.ms / second + 1) * second)
        }
    }

    mutating func passFollowed(_ condition: Plan, _ due: Timestamp) {
        if user.recheckAt == due {
            follow(condition, .correction)
        }
        guard let watch = user.becoming, watch.next == due else { return }
        // What was foreseen is as it was, but for what an import has brought since.
        guard plan.foresees(user, at: due) else { return follow(condition, .timer) }
        turn(LiveUser.Watch(holds: !watch.holds, next: nil), .timer)
    }

    /// Who is not in and will not be by time alone is not remembered, nor that something was still
    /// to be looked at.
    mutating func follow(_ condition: Plan, _ cause: LiveChange.Cause, isThere: Bool = true) {
        let watch =
            isThere
            ? condition.watch(past.history(plan.triggerReads), at: moment.now)
            : LiveUser.Watch(holds: false, next: nil)
        turn(watch, cause)
    }

    private mutating func turn(_ watch: LiveUser.Watch, _ cause: LiveChange.Cause) {
        let wasInside = user.isInside
        user = LiveUser()
        user.isInside = watch.holds
        if watch.holds || watch.next != nil { user.becoming = watch }
        guard watch.holds != wasInside else { return }
        told.append(
            LiveChange(
                watch.holds ? .entered : .left,
                at: moment.now,
                occurrence: 0,
                isMember: watch.holds,
                cause: cause
            )
        )
    }
}

extension LiveRecord {
    /// When it happened; nil: that has no say.
    fileprivate var at: Timestamp? {
        if case .event(let event, _) = self { event.at } else { nil }
    }
}
