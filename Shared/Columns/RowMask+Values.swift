// Masks narrowed by a column's values: by tags, by ranges of decimals, by sets of texts.

import Basics

extension RowMask {
    /// Drops the rows without a value.
    mutating func dropAbsent(_ column: PropertyColumn) {
        and(column.tags, in: ValueTag.decimal.rawValue...UInt8.max)
    }

    /// Keeps the rows with a tag of this kind.
    mutating func and(_ column: PropertyColumn, tag: ValueTag) {
        and(column.tags, in: tag.rawValue...tag.rawValue)
    }

    private mutating func and(_ tags: TagColumn, in range: ClosedRange<UInt8>) {
        switch tags {
        case .uniform(let tag, _):
            if !range.contains(tag) { clear() }
        case .mapped(let tags): tags.withSpan { and($0, in: range) }
        case .array(let tags):
            forEachWord { index, rows, wanted in
                var kept: UInt64 = 0
                for row in rows where range.contains(row < tags.count ? tags[row] : 0) {
                    kept |= UInt64(1) << UInt64(row & 63)
                }
                return wanted & kept
            }
        }
    }

    /// Keeps the rows with a decimal of this range, in ten-thousandths, and of the doubles those
    /// that match.
    ///
    /// Decimals are compared where they lie, whatever their width.
    public mutating func and(
        _ column: PropertyColumn,
        decimals range: ClosedRange<Int64>,
        doubles matches: (Double) -> Bool
    ) {
        var doubles = self
        doubles.and(column, tag: .double)
        and(column, tag: .decimal)
        and(column.payloads, in: range)
        guard !doubles.isEmpty else { return }
        doubles.forEach { row in
            if matches(Double(bitPattern: column.payloads[row])) { self[row] = true }
        }
    }

    /// Keeps the rows whose text's code passes, and none without a text.
    public mutating func and(_ column: PropertyColumn, codes: PassingCodes) {
        precondition(codes.marks.count == column.textCount, "an answer for each code")
        and(column, tag: .text)
        guard !codes.runs.isEmpty else { return clear() }
        guard codes.runs.count > Self.comparedRunsMax else {
            return and(column.payloads, inAnyOf: codes.runs)
        }
        keep { row in codes.marks[Int(truncatingIfNeeded: column.payloads[row])] }
    }

    /// Runs of codes up to which comparing all rows beats looking each one up.
    private static let comparedRunsMax = 6

    private mutating func and(_ column: NarrowColumn, inAnyOf ranges: [ClosedRange<Int64>]) {
        guard ranges.count != 1 else { return and(column, in: ranges[0]) }
        var union = RowMask(rowCount: rowCount, all: false)
        for range in ranges {
            var part = self
            part.and(column, in: range)
            union.or(part)
        }
        self = union
    }

    /// Keeps the rows whose number, read as two's complement, lies in a range.
    private mutating func and(_ column: NarrowColumn, in range: ClosedRange<Int64>) {
        switch column.form {
        case .constant(let value, _):
            if !range.contains(Int64(bitPattern: value)) { clear() }
        case .mapped8(let steps, let elements): and(elements, steps, range)
        case .mapped16(let steps, let elements): and(elements, steps, range)
        case .mapped32(let steps, let elements): and(elements, steps, range)
        case .array, .array32, .mapped24, .mapped64:
            keep { row in range.contains(Int64(bitPattern: column[row])) }
        }
    }

    private mutating func and<Element: LaneElement>(
        _ elements: MappedArray<Element>,
        _ steps: Steps,
        _ range: ClosedRange<Int64>
    ) {
        guard let wanted: ClosedRange<Element> = steps.elements(in: range) else { return clear() }
        elements.withSpan { and($0, in: wanted) }
    }

    /// Keeps the rows that are wanted and that `isIn` says.
    mutating func keep(_ isIn: (Int) -> Bool) {
        forEachWord { index, _, wanted in
            var kept = wanted
            var rest = wanted
            while rest != 0 {
                let bit = rest & (0 &- rest)
                rest ^= bit
                if !isIn(index << 6 | bit.trailingZeroBitCount) { kept ^= bit }
            }
            return kept
        }
    }

    /// Replaces every word that wants a row.
    private mutating func forEachWord(_ narrowed: (Int, Range<Int>, UInt64) -> UInt64) {
        for index in words.indices where words[index] != 0 {
            let rows = index << 6..<min(index << 6 + 64, rowCount)
            setWord(index, to: narrowed(index, rows, words[index]))
        }
    }
}
