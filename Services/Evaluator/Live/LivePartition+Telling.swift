// What is decided of users is told: feeds grow, and columns know who is in.

import Basics
import Columns
import Segments

extension LivePartition {
    /// Puts changes into the feed and into the columns, the same of each of some users.
    mutating func tell(
        _ changes: [LiveChange],
        of numbers: [UserNumber],
        wasMember: Bool,
        _ segment: FollowedSegment,
        _ moment: LiveMoment,
        _ state: inout [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        var end = segment.end
        guard let cause = changes.last?.cause,
            let index = state.index(forKey: end.feed.project)
        else { return }
        let mark = mark(in: state.values[index])
        for number in numbers {
            let hash = state.values[index].idHash(of: number)
            var isMember = wasMember
            for change in changes {
                end.sequence += 1
                let record = FeedRecord(
                    feed: end.feed,
                    sequence: end.sequence,
                    user: number,
                    change: change,
                    position: moment.position,
                    logTime: moment.now,
                    mark: mark,
                    isTurn: change.isMember != isMember
                )
                news.records.append(record)
                guard record.isTurn else { continue }
                isMember = change.isMember
                end.members += isMember ? 1 : -1
                end.stateHash = isMember ? end.stateHash &+ hash : end.stateHash &- hash
                // Who is in by a condition, the columns know without.
                guard !segment.plan.isFollowing else { continue }
                let mark = Mark(record, of: end)
                try put(mark, &state)
                hearing?.marks.append(mark)
            }
            guard isMember != wasMember, !segment.plan.isFollowing else { continue }
            wait(onMembersOf: segment, number, because: cause, moment)
        }
        // Never by the log, but by states that are older than the place at which they stand.
        guard end.members >= 0 else {
            throw unreadable(moment.position, "\(end.segment.text) has lost its members", .store)
        }
        segment.end = end
        news.feeds[end.feed] = (end, segment.since)
    }
}
