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

    func history(_ reads: Mentions) -> Segments.UserHistory {
        columns.history(of: user, read: reads, at: nil)
    }

    func isSilent(_ position: LogOffset) -> Bool {
        position < since || columns.imports.contains(position)
    }
}
