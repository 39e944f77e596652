// Masks of rows sorted by user: what holds of each user's rows, 64 rows at a time.

import Basics

/// Rows come in runs, a user's rows each; `ends` has a bit for the last row of each.
///
/// Let b be all rows of a run but for its end, and w those of them that are wanted. As numbers,
/// b + w carries into the end's bit just if w is not 0, and leaves w - 1 below it. So one addition
/// over all words tells of every run whether it has a wanted row, and which is its first.
extension RowMask {
    /// The ends of the runs with so many wanted rows: of one user each.
    func ends(withAtLeast count: Int, of ends: RowMask) -> RowMask {
        precondition(rowCount == ends.rowCount, "ends of this table's runs")
        var wanted = self
        for _ in 1..<max(count, 1) { wanted.sumRuns(ends) { wanted, sum, _ in wanted & sum } }
        wanted.sumRuns(ends) { wanted, sum, ends in (wanted | sum) & ends }
        return wanted
    }

    /// Replaces each word by what `combine` makes of it, its sum and its ends.
    @inline(__always)
    private mutating func sumRuns(
        _ ends: RowMask,
        _ combine: (_ wanted: UInt64, _ sum: UInt64, _ ends: UInt64) -> UInt64
    ) {
        var carry: UInt64 = 0
        let ends = ends.words.span
        replaceWords { index, wanted in
            let inner = ~ends[index]
            let (sum, isOver) = (wanted & inner).addingReportingOverflow(inner)
            let (whole, isOverNow) = sum.addingReportingOverflow(carry)
            carry = isOver || isOverNow ? 1 : 0
            return combine(wanted, whole, ends[index])
        }
    }

    /// The ends of the runs with at least so many wanted rows, and so great a share of them, in
    /// ten-thousandths, in `part`, whose rows are all wanted.
    func ends(withShareOf part: RowMask, atLeastE4 share: UInt64, fewest: UInt32, of ends: RowMask)
        -> RowMask
    {
        var found = self.ends(withAtLeast: 1, of: ends)
        found.lendWords { found in
            WideLanes.keepShares(
                &found,
                of: words.span,
                in: part.words.span,
                fewest: fewest,
                atLeastE4: share
            )
        }
        return found
    }
}
