// Which rows of a table match: by their properties, their local time, and what their user was then.

import Basics
import Columns
import Segments

/// Makes the masks of a match over tables of events.
struct MatchMask {
    private let match: CompiledMatch
    /// The instant of the answer.
    private let at: Timestamp
    private let own: UsersOwn?

    /// The mask of a match; with a window that begins with an event of each user's own, of the rows
    /// within it only.
    init(
        _ match: CompiledMatch,
        within window: CompiledWindow? = nil,
        _ columns: PartitionColumns,
        at: Timestamp
    ) {
        self.match = match
        self.at = at
        own = UsersOwn(match, within: window, columns, at: at)
    }

    /// The rows that pass; nil when there is nothing to pass.
    func rows(of table: EventTable) -> RowMask? {
        guard !match.filters.isEmpty || match.times != nil || own != nil else { return nil }
        var mask = RowMask(rowCount: table.rowCount)
        for filter in match.filters {
            FilterMask(filter: filter, at: at).narrow(
                table.property(filter.filter.property.text),
                &mask
            )
        }
        if let own {
            own.narrow(table, &mask)
        } else if var times = match.times {
            var passing = mask
            mask.forEach { row in
                if !times.contains(Timestamp(ms: table.times[row])) { passing[row] = false }
            }
            mask = passing
        }
        return mask
    }
}
