// Masks narrowed by ranges of a column's integers, sixteen rows at a time.

import Basics

extension RowMask {
    /// Keeps the rows whose element lies in a range; one element per row.
    mutating func and<Element: LaneElement>(
        _ elements: Span<Element>,
        in range: ClosedRange<Element>
    ) {
        precondition(elements.count == rowCount, "a column of the mask's table")
        let low = range.lowerBound
        let reach = range.upperBound &- low
        let whole = rowCount >> 6
        if !lendWords({ Element.keepWide(&$0, elements, from: low, reach: reach) }) {
            for index in 0..<whole where words[index] != 0 {
                let found = Element.bits(of: elements, at: index << 6, from: low, reach: reach)
                setWord(index, to: words[index] & found)
            }
        }
        guard whole < words.count else { return }
        var rest = words[whole]
        for row in whole << 6..<rowCount where elements[row] &- low > reach {
            rest &= ~(UInt64(1) << UInt64(row & 63))
        }
        setWord(whole, to: rest)
    }

    /// The same for numbers of 64 bits.
    mutating func and(_ numbers: Span<Int64>, in range: ClosedRange<Int64>) {
        precondition(numbers.count == rowCount, "a column of the mask's table")
        let low = range.lowerBound
        let reach = UInt64(bitPattern: range.upperBound &- low)
        let whole = rowCount >> 6
        let isDone = lendWords { WideLanes.keep(&$0, numbers, from: low, reach: reach) }
        for index in (isDone ? whole : 0)..<words.count where words[index] != 0 {
            var found: UInt64 = 0
            for row in index << 6..<min(index << 6 + 64, rowCount) {
                let isIn = UInt64(bitPattern: numbers[row] &- low) <= reach
                found |= (isIn ? 1 : 0) << UInt64(row & 63)
            }
            setWord(index, to: words[index] & found)
        }
    }

    /// Drops the rows with exactly this element that `isOut` says; it is asked about few.
    mutating func drop<Element: LaneElement>(
        _ elements: Span<Element>,
        at element: Element,
        where isOut: (Int) -> Bool
    ) {
        var asked = self
        asked.and(elements, in: element...element)
        asked.forEach { row in if isOut(row) { self[row] = false } }
    }

    /// Wants also the rows whose element is followed by one more than `reach` above it, and perhaps
    /// some that are followed by a lesser one.
    ///
    /// - Returns: false, and nothing is done, where that is no faster than to look at every row.
    mutating func addJumps(in elements: Span<UInt16>, above reach: UInt16) -> Bool {
        precondition(elements.count == rowCount, "a column of the mask's table")
        guard lendWords({ WideLanes.putJumps(&$0, in: elements, above: reach) }) else {
            return false
        }
        for row in max(rowCount - 1, 0) & ~63..<max(rowCount - 1, 0)
        where elements[row + 1] &- elements[row] > reach { self[row] = true }
        return true
    }

    /// Wants the rows whose element differs from the next one's, and the last row.
    mutating func setChanges<Element: LaneElement>(in elements: Span<Element>) {
        precondition(elements.count == rowCount, "a column of the mask's table")
        guard rowCount > 0 else { return }
        let whole = (rowCount - 1) >> 6
        for index in 0..<whole {
            setWord(index, to: Element.changes(in: elements, at: index << 6))
        }
        var rest: UInt64 = 0
        for row in whole << 6..<rowCount
        where row == rowCount - 1 || elements[row] != elements[row + 1] {
            rest |= UInt64(1) << UInt64(row & 63)
        }
        setWord(whole, to: rest)
    }

    /// The rows whose successor a mask of the same table does not want; the last row is one.
    func notFollowed() -> RowMask {
        var mask = RowMask(rowCount: rowCount, all: true)
        for index in words.indices {
            let carry = index + 1 < words.count ? words[index + 1] << 63 : 0
            mask.setWord(index, to: mask.words[index] & ~(words[index] >> 1 | carry))
        }
        return mask
    }
}
