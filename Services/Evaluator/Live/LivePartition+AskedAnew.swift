// Conditions mean something else: users are asked anew.

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
}
