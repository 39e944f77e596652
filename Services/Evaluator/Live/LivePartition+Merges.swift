// Two users become one, and two again: who follows them counts anew, and nothing fires by it.

import Basics
import Columns
import Messages
import Segments
import Wire

extension LivePartition {
    /// A user has another's records from here on, or the own ones again.
    mutating func hear(
        _ merge: LogV1.MergeIn,
        _ newcomer: Newcomer?,
        of project: ProjectName,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        let user = UserNumber(merge.userNumber)
        let isNew = newcomer == Newcomer(project: project, user: user)
        try recount(user, merge.names, isNew: isNew, of: project, moment, &state)
    }

    /// A user has lost another's records again.
    mutating func hear(
        _ undone: LogV1.MergeUndone,
        of project: ProjectName,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        let user = UserNumber(undone.userNumber)
        let isOver = state[project]?.isPresent(user) == false
        try recount(user, undone.names, isNew: isOver, of: project, moment, &state)
    }

    /// A record of a user is set aside, or taken in again: it stood before, and was moved.
    ///
    /// Of one that was passed over there is nothing to take back. Whether it was is known here
    /// alone: the columns may have begun anew since, without it.
    mutating func hear(
        _ aside: LogV1.Aside,
        of project: ProjectName,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        let isLate = !aside.retried && passedOver.remove(LogOffset(aside.offset)) == nil
        guard aside.retried || isLate else { return }
        let user = UserNumber(aside.userNumber)
        if state[project]?.isGone(user) == false {
            try recount(user, aside.names, isNew: false, of: project, moment, &state)
        }
        if isLate { noteLoss(of: project) { $0.aside += Losses.takenBack } }
    }

    /// A user's history has become another one by records that were moved, which the columns have.
    ///
    /// - Parameter isNew: whether the user is there by them, and was not, or the reverse.
    private mutating func recount(
        _ number: UserNumber,
        _ names: LogV1.MovedNames?,
        isNew: Bool,
        of project: ProjectName,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        isHistory = true
        defer { isHistory = false }
        let isThere = state[project]?.present?[number] ?? true
        let segments = projects[project]?.segments ?? []
        // Who is used by another comes before it.
        for segment in segments.sorted(by: { $0.order < $1.order })
        where isNew || segment.plan.reads.concern(names) {
            try settle(before: segment.order, because: .correction, moment, &state)
            let (begin, isCarried) = (segment.end.begunAt, segment.end.isCarried)
            let reads = reads(of: segment, state[project])
            try decide(number, segment, moment, &state) { plan, user, past in
                guard !plan.isFollowing else {
                    return plan.follow(
                        at: moment,
                        &user,
                        past,
                        isThere: isThere,
                        because: .correction
                    )
                }
                guard let begin else { return [] }
                // What earlier versions told stands: only they could run over what was before.
                guard !isCarried else { return [] }
                let history = past.history(reads)
                return plan.recount(at: moment, since: begin, &user, history) {
                    past.arrival(of: $0)
                }
            }
        }
        try settle(because: .correction, moment, &state)
    }

    /// A record is moved to a user: when it first came in is remembered, as long as a segment is
    /// followed for which that matters.
    mutating func note(moved record: LogV1.LogRecord, of project: ProjectName) {
        guard let user = record.user, let begin = projects[project]?.firstBegun() else { return }
        let logTimeMs = record.origin?.logTimeMs ?? record.atMs ?? record.logTimeMs
        let (offset, logTime) = (LogOffset(record.offset), Timestamp(ms: logTimeMs))
        projects[project]?.moved[user, default: .init()].note(offset, logTime, begin: begin)
        news.moved.insert(ProjectNumber(project: project, user: user))
    }

    /// What a segment reads of a history that is counted anew.
    func reads(of segment: FollowedSegment, _ columns: PartitionColumns?) -> Mentions {
        var reads = segment.plan.reads
        guard segment.plan.holdsOfNewcomers else { return reads }
        // The first record of a user is heard, whatever it is.
        reads.anyEvent = true
        let names = columns?.propertyNames() ?? []
        reads.pastUserProperties.formUnion(names.map { ExactName($0) })
        return reads
    }
}

extension Mentions {
    /// Whether any of the records that were moved is to be told of.
    fileprivate func concern(_ names: LogV1.MovedNames?) -> Bool {
        guard let names else { return false }
        return anyEvent && !names.events.isEmpty
            || names.events.contains { concerns(event: ExactName($0)) }
            || names.properties.contains { concerns(property: ExactName($0)) }
            || names.lists.contains { concerns(property: InList(ExactName($0)).property) }
    }
}

extension LogV1.LogRecord {
    /// Whether it was moved here with a merge: who follows hears of it with the end of that.
    var isMoved: Bool { origin?.offset != nil }

    /// Whom it says something about that is kept in a history; nil: it says nothing such.
    fileprivate var user: UserNumber? {
        switch body {
        case .event(let event): UserNumber(event.userNumber)
        case .profile(let profile): UserNumber(profile.userNumber)
        case .listChange(let change): UserNumber(change.userNumber)
        case .userKnown(let known): UserNumber(known.userNumber)
        default: nil
        }
    }

    /// When what it says happened, as it says itself.
    fileprivate var atMs: Int64? {
        switch body {
        case .event(let event): event.atMs
        case .profile(let profile): profile.atMs
        case .listChange(let change): change.atMs
        default: nil
        }
    }
}
