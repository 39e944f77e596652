// Which rows of a table match: by their properties and by their local time.

import Basics
import Columns
import Segments

/// Makes the masks of filters and local times over tables of events.
struct MatchMask {
    let filters: [CompiledFilter]
    let times: CompiledTimes?
    /// The instant of the answer.
    let at: Timestamp

    /// The rows that pass; nil when there is nothing to pass.
    func rows(of table: EventTable) -> RowMask? {
        guard !filters.isEmpty || times != nil else { return nil }
        var mask = RowMask(rowCount: table.rowCount)
        for filter in filters {
            FilterMask(filter: filter, at: at).narrow(
                table.property(filter.filter.property.text),
                &mask
            )
        }
        guard var times else { return mask }
        var passing = mask
        mask.forEach { row in
            if !times.contains(Timestamp(ms: table.times[row])) { passing[row] = false }
        }
        return passing
    }
}
