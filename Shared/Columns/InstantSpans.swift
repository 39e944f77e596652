// Many instants in one pass: as of which of them an event counts, told by its own instant alone.

public import Basics

/// The intervals of a window as of many instants, both ends of which only move forward.
///
/// An event then counts as of neighbouring ones of those instants: a run of them.
public struct InstantSpans: Sendable {
    /// Most instants that have a bit each in a word.
    public static let instantsMax = 64
    /// The first instant inside, as of each; the last one inside, likewise.
    fileprivate let first: [Int64]
    fileprivate let last: [Int64]
    /// The instants as of which an event counts begin or end with events at these, in order.
    fileprivate let bounds: [Int64]
    /// Of two events no further apart, the later one counts from no later on than the earlier one
    /// does not count any more.
    ///
    /// Unit: ms.
    fileprivate let reachMs: UInt64

    /// The intervals [from, to), in the order of their instants; nil from: the beginning of time.
    ///
    /// Nil when some interval's end comes before an earlier one's.
    public init?(_ intervals: [(from: Timestamp?, to: Timestamp)]) {
        precondition(intervals.count <= Int(InstantRun.placeMax), "places of 15 bits")
        first = intervals.map { $0.from?.ms ?? .min }
        last = intervals.map { $0.to.ms == .min ? .min : $0.to.ms - 1 }
        bounds = (first + last.map { $0 == .max ? .max : $0 + 1 }).sorted()
        reachMs =
            zip(first, last).map { $0 > $1 ? 0 : UInt64(bitPattern: $1 &- $0) }.min() ?? 0
        guard zip(first, first.dropFirst()).allSatisfy({ $0 <= $1 }),
            zip(last, last.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return nil }
    }

    fileprivate var count: Int { first.count }

    /// As of which instants an event of this instant counts.
    fileprivate func run(_ time: Int64) -> InstantRun {
        let begin = Self.count(last) { $0 < time }
        return InstantRun(begin, max(begin, Self.count(first) { $0 <= time }))
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

    /// All that may hold rows; nil: nothing.
    fileprivate var window: TimeWindow? {
        guard let first = first.first, let last = last.last else { return nil }
        return TimeWindow(
            first == .min ? nil : Timestamp(ms: first),
            last == .max ? nil : Timestamp(ms: last + 1)
        )
    }
}

/// Neighbouring ones of many instants: from a place among them up to another.
private struct InstantRun {
    static let placeMax: UInt32 = 0x7FFF
    /// The beginning, and 15 bits higher the end.
    let packed: UInt32

    init(packed: UInt32) { self.packed = packed }

    init(_ begin: Int, _ end: Int) {
        packed = UInt32(truncatingIfNeeded: begin) | UInt32(truncatingIfNeeded: end) << 15
    }

    var begin: Int { Int(packed & Self.placeMax) }
    var end: Int { Int(packed >> 15) }

    /// A bit for each, where there are at most 64 instants.
    var bits: UInt64 { Self.low(end) & ~Self.low(begin) }

    private static func low(_ count: Int) -> UInt64 {
        count >= 64 ? .max : (1 << UInt64(count)) - 1
    }
}

/// The runs of the instants of a column in two parts, mostly told by the coarse part alone.
private struct InstantStretches {
    /// So few stretches that what is known of them stays in the first-level cache.
    private static let coarser: UInt16 = 4
    private static let edgeFlag: UInt32 = 1 << 31

    /// A stretch within which the run changes.
    private struct Edge {
        /// The only coarse part within which it does; nil: there are more.
        let coarse: UInt16?
        /// The only instant at which it does; nil: there are more.
        let bound: Int64?
        let before: InstantRun
        let after: InstantRun
    }

    private let spans: InstantSpans
    private let times: SplitTimes
    /// For each stretch its run, or with the flag its place among the edges.
    let known: [UInt32]
    private let edges: [Edge]

    init(_ spans: InstantSpans, _ times: SplitTimes) {
        self.spans = spans
        self.times = times
        let (base, fine) = (times.base, times.shift)
        let shift = fine + UInt64(Self.coarser)
        let count = Int(UInt16.max >> Self.coarser) + 1
        var known: [UInt32] = []
        known.reserveCapacity(count)
        var edges: [Edge] = []
        var run = spans.run(base)
        // Bounds up to the base have made the first run.
        var next = spans.bounds.firstIndex { $0 > base } ?? spans.bounds.count
        func coarse(_ bound: Int64) -> UInt64 { UInt64(bitPattern: bound &- base) >> fine }
        func stretch(_ bound: Int64) -> UInt64 { coarse(bound) >> UInt64(Self.coarser) }
        while next < spans.bounds.count, stretch(spans.bounds[next]) < UInt64(count) {
            let place = stretch(spans.bounds[next])
            let begin = base &+ Int64(bitPattern: place << shift)
            let (end, isOver) = begin.addingReportingOverflow((1 << Int64(shift)) - 1)
            let within = spans.bounds[next...].prefix { stretch($0) == place }
            next = within.endIndex
            // A bound at the beginning changes the run for the whole stretch.
            let edge = within.drop { $0 == begin }
            let lacking = Int(place) - known.count
            known.append(contentsOf: repeatElement(run.packed, count: lacking))
            if edge.count < within.count { run = spans.run(begin) }
            guard let first = edge.first, let last = edge.last else { continue }
            let before = run
            run = spans.run(isOver ? .max : end)
            known.append(Self.edgeFlag | UInt32(truncatingIfNeeded: edges.count))
            edges.append(
                Edge(
                    coarse: coarse(first) == coarse(last) ? UInt16(exactly: coarse(first)) : nil,
                    bound: first == last ? first : nil,
                    before: before,
                    after: run
                )
            )
        }
        known.append(contentsOf: repeatElement(run.packed, count: count - known.count))
        self.known = known
        self.edges = edges
    }

    /// The run of a row with this coarse part.
    @inline(__always)
    func run(_ known: Span<UInt32>, _ coarse: UInt16, _ row: Int) -> InstantRun {
        let packed = known[Int(coarse >> Self.coarser)]
        if packed & Self.edgeFlag == 0 { return InstantRun(packed: packed) }
        return run(edge: Int(packed & ~Self.edgeFlag), coarse, row)
    }

    @inline(never)
    private func run(edge: Int, _ coarse: UInt16, _ row: Int) -> InstantRun {
        let edge = edges[edge]
        if let only = edge.coarse, coarse != only {
            return coarse < only ? edge.before : edge.after
        }
        let time = times[row]
        guard let bound = edge.bound else { return spans.run(time) }
        return time < bound ? edge.before : edge.after
    }
}

extension EventTable {
    /// Visits the rows that the mask wants and that count as of some instant: whose, as of which.
    ///
    /// Rows that were taken back are not among them. At most 64 instants.
    public func forEachSpan(
        _ spans: InstantSpans,
        mask: RowMask?,
        _ body: (_ user: UInt32, _ bits: UInt64) -> Void
    ) {
        guard let window = spans.window, let rows = rows(window, mask) else { return }
        guard case .split(let times) = times.form else {
            users.forEach(of: rows.mask) { row, user in
                body(user, spans.run(self.times[row]).bits)
            }
            return
        }
        let stretches = InstantStretches(spans, times)
        times.coarse.withSpan { coarse in
            let known = stretches.known.span
            users.forEach(of: rows.mask) { row, user in
                body(user, stretches.run(known, coarse[row], row).bits)
            }
        }
    }

    /// Adds, for each instant, how many users have a row that the mask wants and that counts as of
    /// it; false, and nothing is added, where a user's rows are not together and in order of time.
    ///
    /// A user's rows in order count as of runs of instants whose ends only move forward, so that
    /// those as of which any counts are few runs, found without a place per user.
    public func addUsers(_ spans: InstantSpans, mask: RowMask?, to totals: inout [UInt64]) -> Bool {
        guard isSorted, case .split(let times) = times.form else { return false }
        guard let window = spans.window, let rows = rows(window, mask) else { return true }
        // Rows outside count as of nothing; where they are few, to leave them out costs more.
        let isSparse = rows.mask.map { $0.count < rowCount / 2 } ?? false
        let wanted = mask == nil && undone == nil && !isSparse ? nil : rows.mask
        // At each instant those that begin less those that end.
        var changes = Array(repeating: 0 as Int64, count: spans.count + 1)
        let isDone = wanted == nil && countBreaks(spans, times, &changes)
        if !isDone { countRuns(spans, times, wanted, &changes) }
        var now: Int64 = 0
        for place in totals.indices {
            now += changes[place]
            totals[place] += UInt64(bitPattern: now)
        }
        return true
    }

    /// Adds where the runs of instants of each user begin and end, by a look at every row wanted.
    private func countRuns(
        _ spans: InstantSpans,
        _ times: SplitTimes,
        _ wanted: RowMask?,
        _ changes: inout [Int64]
    ) {
        let stretches = InstantStretches(spans, times)
        times.coarse.withSpan { coarse in
            let known = stretches.known.span
            var places = changes.mutableSpan
            var (current, begin, end) = (UInt32.max, 0, 0)
            users.forEach(of: wanted) { row, user in
                let run = stretches.run(known, coarse[row], row)
                if user != current || run.begin > end {
                    places[begin] += 1
                    places[end] -= 1
                    (current, begin) = (user, run.begin)
                }
                end = run.end
            }
            places[begin] += 1
            places[end] -= 1
        }
    }

    /// The same for all rows, by a look at those alone behind which a run may break off: a user's
    /// last, and whose next is further away than a window is long; false where that is no help.
    private func countBreaks(
        _ spans: InstantSpans,
        _ times: SplitTimes,
        _ changes: inout [Int64]
    ) -> Bool {
        // How far apart coarse parts may be, whatever the fine ones are.
        let reach = (spans.reachMs &+ 1 == 0 ? .max : spans.reachMs + 1) >> times.shift
        guard reach > 0, var breaks = runs?.ends, let ends = runs?.ends else { return false }
        return times.coarse.withSpan { coarse in
            guard breaks.addJumps(in: coarse, above: UInt16(clamping: reach - 1)) else {
                return false
            }
            let stretches = InstantStretches(spans, times)
            let known = stretches.known.span
            var places = changes.mutableSpan
            let last = rowCount - 1
            places[stretches.run(known, coarse[0], 0).begin] += 1
            places[stretches.run(known, coarse[last], last).end] -= 1
            breaks[last] = false
            breaks.forEach { row in
                let end = stretches.run(known, coarse[row], row).end
                let begin = stretches.run(known, coarse[row + 1], row + 1).begin
                if begin > end || ends[row] {
                    places[end] -= 1
                    places[begin] += 1
                }
            }
            return true
        }
    }
}
