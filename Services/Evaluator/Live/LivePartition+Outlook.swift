// When who is in a live segment changes by time alone, for those who explain an answer.

import Basics
import Segments

extension LivePartition {
    /// When time alone may have a user come into a live segment that is read, or go; nil: never.
    ///
    /// Of those that it uses itself, too, since it hears of their members at once.
    func nextChange(of user: UserNumber, in project: ProjectName, _ reads: Mentions)
        throws(EvaluatorError) -> Timestamp?
    {
        var unread = (projects[project]?.segments ?? []).filter { !$0.plan.isFollowing }
        var (left, next) = ([reads], nil as Timestamp?)
        while let reads = left.popLast() {
            for segment in unread where reads.concerns(property: segment.end.inFeed.property) {
                unread.removeAll { $0 === segment }
                left.append(segment.plan.reads)
                guard let due = segment.plan.nextDue(try segment.user(user)) else { continue }
                next = min(next ?? due, due)
            }
        }
        return next
    }
}
