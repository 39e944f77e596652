// A record or an instant, with all that it brings about, as one step: who uses a segment hears of
// its members behind it.

import Basics
import Columns
import Segments

extension LivePartition {
    /// Segments hear of a record, each behind those that it uses, of whose members it then knows.
    mutating func tell(
        _ record: LiveRecord,
        of user: UserNumber,
        _ segments: [FollowedSegment],
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        isHistory = record.isHistory
        hearing = Hearing(project: segments.first?.end.feed.project, at: moment.position)
        defer { (isHistory, hearing) = (false, nil) }
        for segment in segments {
            try settle(before: segment.order, moment, &state)
            try decide(user, segment, moment, &state) { plan, user, past in
                plan.hear(record, at: moment, &user, past)
            }
            // What was found to be due before now passes at once, before the next record.
            while let first = try firstTimer(through: moment.now - 1) { try fire(first, &state) }
        }
        try settle(moment, &state)
    }

    /// Every instant up to one passes.
    ///
    /// Of equal instants a segment comes behind those that it uses, and hears of their members
    /// before its own timers.
    mutating func pass(to last: Timestamp, _ state: inout [ProjectName: PartitionColumns])
        throws(EvaluatorError)
    {
        while true {
            let timer = try firstTimer(through: last)
            // What is overdue passes now.
            let turn = timer.map {
                TimerQueue.Entry(due: max($0.due, logTime), order: $0.order, user: $0.user)
            }
            if let first = waiting.first, turn.map({ first <= $0 }) ?? true,
                let next = waiting.pop()
            {
                let moment = LiveMoment(now: first.due, position: self.next)
                let cause = next.correction ?? .timer
                try hearMembers(next.entry, because: cause, moment, &state)
            } else if let timer {
                try fire(timer, &state)
            } else {
                return
            }
        }
    }

    /// The first timer falls due, with those behind it that come to the same.
    private mutating func fire(
        _ entry: TimerQueue.Entry,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        _ = timers.pop()
        guard let segment = slots[entry.slot] else { return }
        let before = try segment.user(entry.user)
        guard segment.plan.nextDue(before) == entry.due else { return }
        let moment = LiveMoment(now: max(entry.due, logTime), position: next)
        if segment.plan.foresees(before, at: entry.due), waiting.first == nil {
            let crowd = crowd(behind: entry, segment, before)
            return try pass(crowd, segment, before, entry.due, moment, &state)
        }
        try decide(entry.user, segment, moment, &state, because: .time) { plan, user, past in
            plan.pass(at: moment, due: entry.due, &user, past)
        }
    }

    /// Takes out who comes next at the same instant in the same segment, as long as the same is
    /// remembered of them; with the first one, by number.
    private mutating func crowd(
        behind entry: TimerQueue.Entry,
        _ segment: FollowedSegment,
        _ user: LiveUser
    ) -> [UserNumber] {
        let bytes = user.bytes
        var crowd = [entry.user]
        while let other = timers.first, other.due == entry.due, other.order == entry.order,
            segment.remembers(bytes, of: other.user)
        {
            _ = timers.pop()
            // An entry may stand there twice.
            if crowd.last != other.user { crowd.append(other.user) }
        }
        return crowd
    }

    /// What was foreseen of users of whom the same is remembered comes about: none of them is read,
    /// so it is decided once, even when a day ends for a million.
    private mutating func pass(
        _ crowd: [UserNumber],
        _ segment: FollowedSegment,
        _ before: LiveUser,
        _ due: Timestamp,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        guard let first = crowd.first, let past = past(of: first, segment, state) else { return }
        try inHand?.take(segment.end.segmentVersion, because: .time)
        var user = before
        let changes = segment.plan.pass(at: moment, due: due, &user, past)
        try keep(user, of: crowd, segment, was: before)
        try tell(changes, of: crowd, wasMember: before.isInside, segment, moment, &state)
        try inHand?.letGo()
    }

    /// Lets a segment decide about a user, and keeps what comes of it.
    mutating func decide(
        _ number: UserNumber,
        _ segment: FollowedSegment,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns],
        because cause: PlantedTraps.Cause = .record,
        _ body: (LivePlan, inout LiveUser, ColumnsPast) -> [LiveChange]
    ) throws(EvaluatorError) {
        try inHand?.take(segment.end.segmentVersion, because: cause)
        try decided(number, segment, moment, &state, body)
        try inHand?.letGo()
    }

    private mutating func decided(
        _ number: UserNumber,
        _ segment: FollowedSegment,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns],
        _ body: (LivePlan, inout LiveUser, ColumnsPast) -> [LiveChange]
    ) throws(EvaluatorError) {
        let before = try segment.user(number)
        var user = before
        guard
            let changes = past(of: number, segment, state).map({ body(segment.plan, &user, $0) }),
            user != before
        else { return }
        try keep(user, of: [number], segment, was: before)
        try tell(changes, of: [number], wasMember: before.isInside, segment, moment, &state)
    }

    /// A user has come into a segment or gone: who uses it is to hear of it in this step.
    mutating func wait(
        onMembersOf segment: FollowedSegment,
        _ user: UserNumber,
        because cause: LiveChange.Cause,
        _ moment: LiveMoment
    ) {
        let property = segment.end.inFeed.property
        let live = projects[segment.end.feed.project]
        for other in live?.hearing(properties: [property], isNew: false) ?? [] {
            let entry = TimerQueue.Entry(due: moment.now, order: other.order, user: user)
            waiting.push(entry, because: cause)
        }
    }

    /// Segments of which it is the turn before another one's hear of the members of those that they
    /// use.
    mutating func settle(
        before order: UInt32 = .max,
        because cause: LiveChange.Cause = .record,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        while let first = waiting.first, first.order < order, let next = waiting.pop() {
            try hearMembers(next.entry, because: next.correction ?? cause, moment, &state)
        }
    }

    /// Who has heard of the same step already has nothing to tell.
    private mutating func hearMembers(
        _ entry: TimerQueue.Entry,
        because cause: LiveChange.Cause,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        guard let segment = slots[entry.slot] else { return }
        // By an import a followed condition is asked a little later; by all else, and of whom no
        // record stands any more, at once.
        let isThere = state[segment.end.feed.project]?.isPresent(entry.user) ?? false
        guard cause == .record || cause == .timer, isThere || !isHistory else {
            return try ask(entry.user, segment, because: cause, moment, &state)
        }
        let record = LiveRecord.members(because: cause, isHistory: isHistory)
        try decide(entry.user, segment, moment, &state) { plan, user, past in
            plan.hear(record, at: moment, &user, past)
        }
    }
}
