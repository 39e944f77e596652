// Many instants in one pass: as of which of them an event counts, told by its own instant alone.

public import Basics

/// The intervals of a window as of up to 64 instants, both ends of which only move forward.
///
/// An event then counts as of neighbouring ones of those instants: a run of bits.
public struct InstantSpans: Sendable {
    /// Most instants: the bits of a word.
    public static let instantsMax = 64
    /// The first instant inside, as of each; the last one inside, likewise.
    @usableFromInline let first: [Int64]
    @usableFromInline let last: [Int64]

    /// The intervals [from, to), in the order of their instants; nil from: the beginning of time.
    ///
    /// Nil when some interval's end comes before an earlier one's.
    public init?(_ intervals: [(from: Timestamp?, to: Timestamp)]) {
        precondition(intervals.count <= Self.instantsMax, "as many instants as a word has bits")
        first = intervals.map { $0.from?.ms ?? .min }
        last = intervals.map { $0.to.ms == .min ? .min : $0.to.ms - 1 }
        guard zip(first, first.dropFirst()).allSatisfy({ $0 <= $1 }),
            zip(last, last.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return nil }
    }

    /// As of which instants an event of this instant counts, the earliest as the lowest bit.
    @usableFromInline
    func bits(_ time: Int64) -> UInt64 {
        let begin = Self.count(last) { $0 < time }
        let end = Self.count(first) { $0 <= time }
        return begin < end ? Self.low(end) & ~Self.low(begin) : 0
    }

    /// How many elements at the beginning satisfy.
    private static func count(_ elements: [Int64], where isBefore: (Int64) -> Bool) -> Int {
        var (low, high) = (0, elements.count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(elements[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func low(_ count: Int) -> UInt64 {
        count >= 64 ? .max : (1 << UInt64(count)) - 1
    }

    /// The bits of each stretch of 2^`shift` ms from `base` on, and whether they change within.
    @usableFromInline
    func stretches(from base: Int64, shift: UInt64, count: Int) -> [(bits: UInt64, isEdge: Bool)] {
        let bounds = (first + last.map { $0 == .max ? .max : $0 + 1 }).sorted()
        var next = 0
        var bits = self.bits(base)
        return (0..<count).map { stretch in
            let begin = base &+ Int64(bitPattern: UInt64(stretch) << shift)
            let (end, isOver) = begin.addingReportingOverflow(Int64(bitPattern: 1 << shift - 1))
            // Bounds up to the beginning have changed the bits, those behind it make an edge.
            let passed = next
            while next < bounds.count, bounds[next] <= begin { next += 1 }
            if next > passed { bits = self.bits(begin) }
            return (bits, isOver || next < bounds.count && bounds[next] <= end)
        }
    }
}

extension EventTable {
    /// Visits the rows that the mask wants and that count as of some instant: whose, as of which.
    ///
    /// Rows that were taken back are not among them.
    public func forEachSpan(
        _ spans: InstantSpans,
        mask: RowMask?,
        _ body: (_ user: UInt32, _ bits: UInt64) -> Void
    ) {
        guard let first = spans.first.first, let last = spans.last.last else { return }
        let window = TimeWindow(
            first == .min ? nil : Timestamp(ms: first),
            last == .max ? nil : Timestamp(ms: last + 1)
        )
        guard let rows = rows(window, mask) else { return }
        guard case .split(let times) = times.form else {
            users.forEach(of: rows.mask) { row, user in body(user, spans.bits(self.times[row])) }
            return
        }
        // So few stretches that what is known of them stays in the first-level cache.
        let coarser: UInt16 = 4
        let stretches = spans.stretches(
            from: times.base,
            shift: times.shift + UInt64(coarser),
            count: Int(UInt16.max >> coarser) + 1
        )
        times.coarse.withSpan { coarse in
            let stretches = stretches.span
            users.forEach(of: rows.mask) { row, user in
                let known = stretches[Int(coarse[row] >> coarser)]
                body(user, known.isEdge ? spans.bits(times[row]) : known.bits)
            }
        }
    }
}
