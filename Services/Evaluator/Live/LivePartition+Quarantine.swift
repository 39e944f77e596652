// Segments that are quarantined: followed no more, as if they had never been.

import Basics
import Segments

extension LivePartition {
    /// Learns which versions are quarantined; those that are followed here are no more, nor is
    /// what uses them.
    ///
    /// At whichever place in the log: of what is quarantined nothing is told any more, and what
    /// begins later begins anew, so that it is the same whenever that was learnt.
    mutating func quarantine(_ versions: Set<SegmentVersion>) throws(EvaluatorError) {
        quarantined = versions
        for project in projects.keys.sorted() {
            try drop(projects[project]?.quarantine(versions) ?? [])
        }
    }

    /// Whether a timer falls due, or somebody is to hear of members, up to an instant.
    func isDue(through instant: Timestamp) -> Bool {
        waiting.first != nil || nextDue.map { $0 <= instant } ?? false
    }

    /// Segments are followed no more, and nothing is kept of them: of another evaluator's feed of
    /// the same version nothing is known either.
    mutating func drop(_ dropped: [FollowedSegment]) throws(EvaluatorError) {
        for segment in dropped {
            let feed = segment.end.feed
            slots[segment.slot] = nil
            try unwind(segment)
            news.records.removeAll { $0.feed == feed }
            (news.users[segment.slot], news.feeds[feed]) = (nil, nil)
            news.dropped.insert(feed)
        }
    }
}
