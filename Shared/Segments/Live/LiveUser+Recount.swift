// Two users become one, or two again: what is remembered of a user is found out anew.

public import Basics

extension LivePlan {
    /// The user's history has become another one, and what is remembered of the user becomes what
    /// it would be had it been that from the beginning: memberships, timers, stays, limits.
    ///
    /// Nothing fires by it. The segment is run over the history in the order of event time, as a
    /// backtest is; of more than `LiveLimits.recountedMax` events and writes that it reads, all
    /// stays as it is. Firings go on being numbered behind those that were told.
    ///
    /// - Parameters:
    ///   - begin: when the segment began.
    ///   - isHistory: whether a record was imported.
    /// - Returns: the change of the membership, as a correction; nothing where there is none.
    public func recount(
        at moment: LiveMoment,
        since begin: Timestamp,
        _ user: inout LiveUser,
        _ history: UserHistory,
        isHistory: (LogOffset) -> Bool
    ) -> [LiveChange] {
        let before = user
        defer { countTimers(from: begin, &user, history) }
        guard history.events.count + history.versions.count <= LiveLimits.recountedMax else {
            return []
        }
        // What is recorded at that instant was so before it.
        user = recalled(history, from: begin + 1, upTo: moment.now, isHistory: isHistory)
        user.occurrence = max(user.occurrence, before.occurrence)
        guard user.isInside != before.isInside else { return [] }
        return [
            LiveChange(
                user.isInside ? .entered : .left,
                at: moment.now,
                occurrence: user.occurrence,
                isMember: user.isInside,
                cause: .correction
            )
        ]
    }

    /// Nothing fires later by what was moved to a user behind the segment's beginning.
    public func countTimers(
        from begin: Timestamp,
        _ user: inout LiveUser,
        _ history: UserHistory
    ) {
        if case .inaction = trigger, history.events.contains(where: { $0.at <= begin }) {
            user.countedFrom = begin + 1
        }
    }
}
