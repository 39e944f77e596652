// A live segment means something else from a place in the log on: users' states are carried over.

import Basics

extension LivePlan {
    /// What becomes of the timers that run when one definition follows another.
    public enum Carrying: Sendable, Hashable {
        /// The trigger is the same: everything goes on.
        case kept
        /// Only its time is another: each timer counts from the same instant, and stands so much
        /// later, or earlier.
        case moved(byMs: Int64)
        /// It is another trigger: timers end untold, and it begins as in a new segment.
        case ended
    }

    /// How this definition goes on where another ends.
    public func carrying(from old: LivePlan) -> Carrying {
        guard zone.name == old.zone.name else { return .ended }
        switch (old.definition.trigger, definition.trigger) {
        case (let before, let after) where before == after: return .kept
        case (.inaction(var before), .inaction(let after)):
            let ms = after.withinMs - before.withinMs
            (before.withinMs, before.graceMs) = (after.withinMs, after.graceMs)
            return before == after ? .moved(byMs: ms) : .ended
        case (.date(var before), .date(let after)):
            let ms = after.offsetMs - before.offsetMs
            before.offsetMs = after.offsetMs
            return before == after ? .moved(byMs: ms) : .ended
        default: return .ended
        }
    }

    /// The segment goes on with a user whom another definition of it has followed.
    ///
    /// Who is in stays in as long as the new stay says, and what limits have counted counts. A
    /// timer whose time has passed by the new definition fires now, told as of its own instant;
    /// a stay that is over by it ends now. All of it is because of the definition, and so sets off
    /// no campaign. Pure; for any thread.
    ///
    /// - Returns: what changed, in order.
    public func carry(
        from old: LivePlan,
        at moment: LiveMoment,
        _ user: inout LiveUser,
        _ past: some LivePast
    ) -> [LiveChange] {
        var decision = LiveDecision(self, moment, user, past)
        decision.carry(from: old)
        user = decision.user
        return decision.told
    }
}

extension LiveDecision {
    mutating func carry(from old: LivePlan) {
        switch plan.carrying(from: old) {
        case .kept: break
        case .moved(let ms):
            for index in user.armed.indices { user.armed[index].due = user.armed[index].due + ms }
            for index in user.settled.indices {
                user.settled[index].timer.due = user.settled[index].timer.due + ms
                user.settled[index].movedMs += ms
            }
        case .ended: beginAnew()
        }
        carryLimit(from: old.definition)
        carryStay(from: old.definition.stay)
        while let timer = user.armed.first, timer.due + plan.graceMs < moment.now {
            user.armed.removeFirst()
            ran(out: timer, because: .definition)
        }
        endStay()
    }

    /// Another trigger begins; who is in and how often the user has entered stands.
    private mutating func beginAnew() {
        var carried = LiveUser()
        carried.isInside = user.isInside
        carried.isFirm = user.isInside
        carried.firmUntil = user.leavesAt
        carried.occurrence = user.occurrence
        (carried.leavesAt, carried.staying) = (user.leavesAt, user.staying)
        (carried.keys, carried.recent) = (user.keys, user.recent)
        user = carried
        begin()
    }

    /// What a limit has remembered is known to one of the same kind.
    private mutating func carryLimit(from old: LiveDefinition) {
        let isKeyed = plan.definition.limit == .oncePerKey
        if !isKeyed || plan.definition.trigger.key != old.trigger.key {
            user.keys = []
        } else if old.limit != .oncePerKey {
            // Another limit has not remembered them, but late events of them are waited for.
            let fired = user.settled.lazy.filter { $0.occurrence > 0 }.map(\.limitKey)
            for key in fired where !user.keys.contains(key) { user.keys.append(key) }
            user.keys = user.keys.suffix(LiveLimits.keysMax)
        }
        if !(plan.definition.limit.isOfTime && old.limit.isOfTime) { user.recent = [] }
    }

    /// A duration counts from the last firing where that is known, else from now.
    private mutating func carryStay(from old: Stay) {
        guard user.isInside else { return }
        let leavesAt = user.leavesAt
        user.leavesAt = nil
        defer { if user.firmUntil != nil { user.firmUntil = user.leavesAt } }
        switch (old, plan.definition.stay) {
        case (.duration(let before), .duration(let after)):
            user.leavesAt = (leavesAt ?? moment.now) + (after - before)
        case (_, .duration(let ms)): user.leavesAt = moment.now + ms
        case (_, .while): return
        case (_, .forever): break
        }
        user.staying = nil
    }

    /// A stay that is over by the new definition ends.
    private mutating func endStay() {
        guard user.isInside else { return }
        if let leavesAt = user.leavesAt, leavesAt < moment.now {
            leave(at: moment.now, .definition)
        } else if let condition = plan.staysWhile {
            restay(condition, .definition)
        }
    }
}

extension Trigger {
    /// The property whose values an inaction tells apart.
    fileprivate var key: ExactName? {
        if case .inaction(let inaction) = self { inaction.key } else { nil }
    }
}

extension FiringLimit {
    /// Whether it remembers when firings were.
    fileprivate var isOfTime: Bool {
        switch self {
        case .times, .coolDown: true
        case .everyTime, .once, .oncePerKey: false
        }
    }
}
