// What a live segment may ask of a user's past, out of a partition's columns.

import Basics
import Columns
import Segments

/// A user's past as the columns hold it now.
struct ColumnsPast: LivePast {
    let columns: PartitionColumns
    let user: UserNumber
    /// Where the segment begins.
    let since: LogOffset
    /// When it began; nil: a build kept it that did not say.
    var begunAt: Timestamp?
    /// The user's records that first came in elsewhere, or earlier.
    var moved: MovedRecords?

    func history(_ reads: Mentions) -> Segments.UserHistory {
        columns.history(of: user, read: reads, at: nil)
    }

    func isSilent(_ position: LogOffset) -> Bool {
        isBefore(position) || columns.imports.contains(position)
    }

    /// Whether a record came in before the segment began.
    func isBefore(_ position: LogOffset) -> Bool {
        guard position >= since else { return true }
        guard let begunAt, let logTime = moved?.logTime(at: position) else { return false }
        // What came in at that instant, elsewhere, was there before.
        return logTime <= begunAt
    }

    /// When a record came in, of those that a merge has counted anew.
    func arrival(of position: LogOffset) -> LivePlan.Arrival {
        LivePlan.Arrival(
            isBefore: isBefore(position),
            isImported: columns.imports.contains(position),
            logTime: moved?.logTime(at: position)
        )
    }
}
