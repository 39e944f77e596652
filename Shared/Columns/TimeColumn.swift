// The instants of a table's rows: as they are in the open tail, in two parts in a chunk.

import Basics

/// The instants of a table's rows in milliseconds since the Unix epoch.
///
/// Any thread may read.
///
/// In a chunk an instant stands above the earliest as a coarse part of 16 bits, which alone
/// answers all but the rows at a window's edge, and a fine part of the bits below: 2^18 ms, some
/// four minutes, in a chunk of half a year. So a scan reads two bytes a row.
public struct TimeColumn: Sendable {
    enum Form: Sendable {
        case array([Int64])
        /// Every row has this instant.
        case same(Int64, count: Int)
        case split(SplitTimes)
    }

    let form: Form

    init(_ form: Form) { self.form = form }

    /// The number of rows.
    public var count: Int {
        switch form {
        case .array(let times): times.count
        case .same(_, let count): count
        case .split(let times): times.coarse.count
        }
    }

    /// The instant of a row, which must be below `count`.
    public subscript(row: Int) -> Int64 {
        switch form {
        case .array(let times): return times[row]
        case .same(let time, let count):
            precondition(row >= 0 && row < count, "row outside a column")
            return time
        case .split(let times): return times[row]
        }
    }
}

/// Instants in two parts: base + coarse · 2^shift + fine.
struct SplitTimes: Sendable {
    let base: Int64
    /// Bits of the fine part, 0 to 48.
    let shift: UInt64
    let coarse: MappedArray<UInt16>
    /// Below 2^shift.
    let fine: NarrowColumn

    /// The greatest shift: a coarse part of 16 bits above it covers all instants.
    static let shiftMax: UInt64 = 48

    /// The shift with which instants so far above the earliest fit.
    static func shift(range: UInt64) -> UInt64 {
        UInt64(max(48 - range.leadingZeroBitCount, 0))
    }

    subscript(row: Int) -> Int64 {
        base &+ Int64(bitPattern: UInt64(coarse[row]) << shift | fine[row])
    }

    /// Copies the instants of `rows` into the first places of `out`; `buffer` has as many.
    fileprivate func decode(
        _ rows: Range<Int>,
        into out: inout [Int64],
        by buffer: inout [UInt64]
    ) {
        fine.decode(rows: rows, into: &buffer)
        var out = out.mutableSpan
        coarse.withSpan { coarse in
            let part = coarse.extracting(rows)
            for place in part.indices {
                let above = UInt64(part[place]) << shift | buffer[place]
                out[place] = base &+ Int64(bitPattern: above)
            }
        }
    }

    /// The two parts of an instant at or after the base.
    private func parts(_ time: Int64) -> (coarse: UInt64, fine: UInt64) {
        let above = UInt64(bitPattern: time &- base)
        return (above >> shift, above & (1 << shift - 1))
    }

    /// Keeps the rows inside the window, whose first instant is not before the base.
    func narrow(_ mask: inout RowMask, from first: Int64, to last: Int64) {
        let low = parts(first)
        // Behind the last instant there is no edge.
        let high = last == .max ? (coarse: UInt64.max, fine: 0) : parts(last)
        guard low.coarse <= 0xFFFF else { return mask.clear() }
        let coarseLow = UInt16(low.coarse)
        let coarseHigh = UInt16(clamping: high.coarse)
        coarse.withSpan { coarse in
            mask.and(coarse, in: coarseLow...coarseHigh)
            // Only rows that share an edge's coarse part need their fine part read.
            if low.fine > 0 {
                mask.drop(coarse, at: coarseLow) { fine[$0] < low.fine }
            }
            if high.coarse <= 0xFFFF, high.fine < 1 << shift - 1 {
                mask.drop(coarse, at: coarseHigh) { fine[$0] > high.fine }
            }
        }
    }
}

/// The instants of rows that are visited in order: 64 at a time where many of them are wanted.
@usableFromInline
struct TimeWalk {
    private let times: TimeColumn
    private let rows: RowMask?
    @usableFromInline var word = -1
    @usableFromInline var isDecoded = false
    @usableFromInline var decoded = Array(repeating: 0 as Int64, count: 64)
    private var buffer = Array(repeating: 0 as UInt64, count: 64)

    /// Wanted rows of 64 from which on it is faster to decode all.
    private static let manyMin = 8

    /// The instants of these rows; nil: of all.
    @usableFromInline
    init(_ times: TimeColumn, _ rows: RowMask?) {
        self.times = times
        self.rows = rows
    }

    /// The instant of a row that is wanted.
    @inlinable
    mutating func time(of row: Int) -> Int64 {
        if row >> 6 != word { enter(row >> 6) }
        return isDecoded ? decoded[row & 63] : single(row)
    }

    @usableFromInline
    func single(_ row: Int) -> Int64 { times[row] }

    @usableFromInline
    mutating func enter(_ word: Int) {
        self.word = word
        isDecoded = false
        guard case .split(let split) = times.form,
            rows.map({ $0.words[word].nonzeroBitCount >= Self.manyMin }) ?? true
        else { return }
        let start = word << 6
        split.decode(start..<min(start + 64, times.count), into: &decoded, by: &buffer)
        isDecoded = true
    }
}
