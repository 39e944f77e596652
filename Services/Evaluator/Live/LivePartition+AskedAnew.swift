// Conditions mean something else, or what was known is known no more: users are asked anew.

import Basics
import Columns
import Messages
import Segments

extension LivePartition {
    /// Segments' conditions mean something else from here on.
    ///
    /// Where they are followed, who is in by them now enters. Of others nothing fires: what a
    /// trigger waits for may have turned true, and whose stay asks for what is no more leaves.
    mutating func askAnew(
        _ changed: [FollowedSegment],
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        isHistory = true
        defer { isHistory = false }
        // Who is used by another comes before it.
        for segment in changed.sorted(by: { $0.order < $1.order })
        where segment.plan.watchesConditions {
            try settle(before: segment.order, because: .definition, moment, &state)
            let count = UInt32(clamping: state[segment.end.feed.project]?.userCount ?? 0)
            let everybody = (0..<count).lazy.map { UserNumber($0) }
            for number in segment.plan.becoming != nil ? Array(everybody) : segment.known {
                try ask(number, segment, because: .definition, moment, &state)
            }
        }
        try settle(because: .definition, moment, &state)
    }

    /// A user is asked about the conditions of a segment; of whom no record stands is in none.
    mutating func ask(
        _ number: UserNumber,
        _ segment: FollowedSegment,
        because cause: LiveChange.Cause,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        let isThere = state[segment.end.feed.project]?.isPresent(number) ?? false
        guard isThere || segment.plan.isFollowing else { return }
        let record = LiveRecord.members(because: cause, isHistory: true)
        try decide(number, segment, moment, &state) { plan, user, past in
            plan.isFollowing
                ? plan.follow(at: moment, &user, past, isThere: isThere, because: cause)
                : plan.hear(record, at: moment, &user, past)
        }
    }

    // Imports that are taken back

    /// An import is taken back, and what is remembered of those of whom it had records becomes what
    /// it would be had it never been.
    ///
    /// Nothing fires by it. Only segments that read such records are asked, and only about those
    /// users.
    mutating func takeBack(
        from users: ImportedUsers,
        of project: ProjectName,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        isHistory = true
        defer { isHistory = false }
        for segment in (projects[project]?.segments ?? []).sorted(by: { $0.order < $1.order }) {
            try settle(before: segment.order, because: .correction, moment, &state)
            guard segment.plan.heedsImports else { continue }
            let reads = reads(of: segment, state[project])
            for number in users.concerning(segment.plan) {
                if segment.plan.isFollowing {
                    try ask(number, segment, because: .correction, moment, &state)
                } else {
                    try forgetImport(of: number, segment, reads, moment, &state)
                }
            }
        }
        try settle(because: .correction, moment, &state)
    }

    /// A live segment counts a user anew without what was imported, as when two become one; where
    /// it cannot, what it told of the user stands, and what it waits for is found anew.
    private mutating func forgetImport(
        of number: UserNumber,
        _ segment: FollowedSegment,
        _ reads: Mentions,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        let isThere = state[segment.end.feed.project]?.isPresent(number) ?? false
        let (begin, isCarried) = (segment.end.begunAt, segment.end.isCarried)
        try decide(number, segment, moment, &state) { plan, user, past in
            let history = isThere ? past.history(reads) : Segments.UserHistory()
            let isLong = history.events.count + history.versions.count > LiveLimits.recountedMax
            guard !isThere || begin != nil && !isCarried && !isLong else {
                return plan.reread(at: moment, &user, past)
            }
            return plan.recount(at: moment, since: begin ?? moment.now, &user, history) {
                past.arrival(of: $0)
            }
        }
    }
}

extension ImportedUsers {
    /// Those of whom a segment read something, or for whom it counts that they are there.
    fileprivate func concerning(_ plan: LivePlan) -> [UserNumber] {
        let (reads, isOfAll) = (plan.reads, plan.holdsOfNewcomers)
        let concerning =
            events.filter { isOfAll || reads.concerns(event: ExactName($0.name)) }
            + properties.filter { isOfAll || reads.concerns(property: ExactName($0.name)) }
        guard var all = concerning.first?.users else { return [] }
        for named in concerning.dropFirst() { all.or(named.users) }
        var numbers: [UserNumber] = []
        all.forEach { numbers.append($0) }
        return numbers
    }
}
