// Records were taken back that nothing fired of: what they counted for or stood against is found
// in those that are left.

import Basics

extension LivePlan {
    /// Whether what is imported, of which nothing fires, moves anything all the same.
    public var heedsImports: Bool {
        if filter != nil || staysWhile != nil { return true }
        return switch trigger {
        case .action(let action, _, let firing): action.times != .every || firing.isOfUser
        case .date(_, let match?): match.isOfUser
        case .date(_, of: nil), .inaction, .page, .propertyChanged, .becomes, .holds: true
        }
    }

    /// Imported records of a user were taken back, and the segment cannot be run over what is left
    /// (`recount`): what is yet to come is what it would be without them; what was told stands.
    ///
    /// Pure; for any thread.
    ///
    /// - Returns: what changed, as a correction.
    public func reread(
        at moment: LiveMoment,
        _ user: inout LiveUser,
        _ past: some LivePast
    ) -> [LiveChange] {
        var decision = LiveDecision(self, moment, user, past)
        decision.reread()
        user = decision.user
        return decision.told
    }
}

extension LiveDecision {
    mutating func reread() {
        switch plan.trigger {
        // These are found in the history when the next event is heard.
        case .action: user.seen = nil
        case .page: user.session = nil
        case .inaction(let inaction, let did, let didNot): rewait(inaction, did, didNot)
        case .date(let date, of: nil): rearm(date)
        case .propertyChanged(let change, _, _):
            let history = past.history(plan.triggerReads)
            user.recheckAt = history.nextWrite(of: change.property, after: moment.now)
        case .becomes(let condition): rebecome(condition, .correction, isHistory: true)
        case .date, .holds: break
        }
        if user.isInside, let condition = plan.staysWhile { restay(condition, .correction) }
    }

    /// Waits that are not over go on where nothing stands against them any more.
    private mutating func rewait(
        _ inaction: Inaction,
        _ did: CompiledMatch,
        _ didNot: CompiledMatch
    ) {
        let now = moment.now
        (user.newest, user.newestDidNot) = (nil, nil)
        user.armed.removeAll { $0.due >= now }
        let begun = past.history(plan.triggerReads).events.filter {
            $0.at + inaction.withinMs >= now && passes(did, $0)
        }
        let settled = user.settled.map(\.timer)
        for key in Set(begun.map(inaction.key)) {
            for timer in timeline(key, inaction, did, didNot)
            where timer.due >= now && !settled.contains(timer) {
                user.arm(timer)
            }
        }
    }
}
