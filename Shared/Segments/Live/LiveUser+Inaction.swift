// Inaction: events in their order move timers on; one that comes late has the order told anew.

import Basics

extension LiveDecision {
    /// An event is heard that may be an A, a B, or both.
    mutating func hear(
        _ event: UserHistory.Event,
        _ isHistory: Bool,
        _ inaction: Inaction,
        _ did: CompiledMatch,
        _ didNot: CompiledMatch
    ) {
        let isWanted = passes(did, event) && !isHistory
        let isA = isWanted && isTimely(event, isHistory)
        let isB = passes(didNot, event)
        if isWanted, !isA { user.note(tooLate: event.at, moment.now, inaction) }
        guard isA || isB else { return }
        let key = inaction.key(of: event)
        if user.newest == nil { recallNewest() }
        let isInOrder =
            user.newest.map { event.at > $0 || event.at == $0 && event.clientSequence == nil }
            ?? true
        // A B of the same instant stands before the A in the log, and cancels it all the same.
        let isCancelled = isA && user.newestDidNot.map { $0 >= event.at } ?? false
        user.newest = max(user.newest ?? event.at, event.at)
        guard isInOrder, !isCancelled, hasSettled(event, key, inaction) == false else {
            if isB { user.newestDidNot = max(user.newestDidNot ?? event.at, event.at) }
            return retell(event, key, inaction, did, didNot)
        }
        if isB {
            user.newestDidNot = event.at
            user.armed.removeAll { $0.key == key && $0.anchor <= event.at && $0.due >= event.at }
        }
        guard isA else { return }
        let timer = LiveUser.Armed(key: key, anchor: event.at, due: event.at + inaction.withinMs)
        // One that is over waits for its grace only.
        func runs(_ other: LiveUser.Armed) -> Bool { other.key == key && other.due >= event.at }
        switch inaction.anchor {
        case .each: break
        case .first: if user.armed.contains(where: runs) { return }
        case .last: user.armed.removeAll(where: runs)
        }
        user.arm(timer)
        runOverdue()
    }

    /// What the user had done before the segment heard of it cancels as well.
    private mutating func recallNewest() {
        let known = past.history(plan.triggerReads).events.last { $0.position < moment.position }
        user.newest = known?.at
        user.newestDidNot = known?.at
    }

    /// Whether a timer of the key that has run out would have heard of the event.
    private func hasSettled(
        _ event: UserHistory.Event,
        _ key: PropertyValue?,
        _ inaction: Inaction
    ) -> Bool {
        user.settled.contains { $0.timer.key == key && $0.at >= event.at }
    }

    /// An event came late: what should have been is found in the history, and told where it differs
    /// from what was told.
    private mutating func retell(
        _ event: UserHistory.Event,
        _ key: PropertyValue?,
        _ inaction: Inaction,
        _ did: CompiledMatch,
        _ didNot: CompiledMatch
    ) {
        let wanted = timeline(key, inaction, did, didNot)
        let horizon = moment.now - LiveLimits.correctionMs
        for index in user.settled.indices.reversed() {
            let (timer, at) = (user.settled[index].timer, user.settled[index].at)
            guard timer.key == key, timer.due >= horizon else { continue }
            // What another definition told stands, unless what is heard came before its end.
            let isMoved = user.settled[index].movedMs != 0
            if isMoved, event.at < timer.anchor || event.at > at { continue }
            if !wanted.contains(timer) { retract(index) }
        }
        user.armed.removeAll { $0.key == key }
        let settled = user.settled.map(\.timer)
        for timer in wanted where !settled.contains(timer) && timer.due >= horizon {
            user.arm(timer)
        }
        runOverdue()
    }

    /// Timers found to be due before now run out at once.
    private mutating func runOverdue() {
        while let timer = user.armed.first, timer.due + plan.graceMs < moment.now {
            user.armed.removeFirst()
            ran(out: timer)
        }
    }

    /// The timers of a key that no event cancels or restarts, by the user's history.
    func timeline(
        _ key: PropertyValue?,
        _ inaction: Inaction,
        _ did: CompiledMatch,
        _ didNot: CompiledMatch
    ) -> [LiveUser.Armed] {
        let history = past.history(plan.triggerReads)
        var isA = MatchTest(did, of: history, at: moment.now)
        var isB = MatchTest(didNot, of: history, at: moment.now)
        // From the first event on: which one counts from the first hangs on those before.
        let horizon = moment.now - LiveLimits.correctionMs
        var (open, over): ([Wait], [LiveUser.Armed]) = ([], [])
        var lastB: UserHistory.Event?
        for event in history.events {
            guard inaction.key(of: event) == key else { continue }
            over += open.filter { $0.until < event.at && $0.timer.due >= horizon }.map(\.timer)
            open.removeAll { $0.until < event.at }
            let cancels = isB.passes(event)
            if cancels { open = [] }
            if isA.passes(event), !past.isSilent(event.position), !user.tooLate.contains(event.at) {
                if inaction.anchor == .last { open = [] }
                let isCancelled = lastB?.at == event.at
                if !isCancelled, inaction.anchor != .first || open.isEmpty {
                    let due = event.at + inaction.withinMs
                    let timer = LiveUser.Armed(key: key, anchor: event.at, due: due)
                    open.append(Wait(timer, until: user.settled.first { $0.timer == timer }?.at))
                }
            }
            if cancels { lastB = event }
        }
        return over + open.map(\.timer)
    }
}

/// A timer as a timeline has it.
private struct Wait {
    let timer: LiveUser.Armed
    /// When it is over: a longer wait of a later definition takes nothing of what was told.
    let until: Timestamp

    init(_ timer: LiveUser.Armed, until told: Timestamp?) {
        self.timer = timer
        until = min(told ?? timer.due, timer.due)
    }
}

extension LiveUser {
    /// An A has come too late to start a timer, and no later event has it started.
    fileprivate mutating func note(tooLate at: Timestamp, _ now: Timestamp, _ inaction: Inaction) {
        let begin = now - LiveLimits.correctionMs - inaction.withinMs - inaction.graceMs
        tooLate.removeAll { $0 < begin }
        guard at >= begin, !tooLate.contains(at) else { return }
        tooLate.append(at)
        if tooLate.count > LiveLimits.armedMax { tooLate.removeFirst() }
    }
}
