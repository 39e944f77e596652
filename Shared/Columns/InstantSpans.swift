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

    /// The intervals [from, to), in the order of their instants; nil from: the beginning of time.
    ///
    /// Nil when some interval's end comes before an earlier one's.
    public init?(_ intervals: [(from: Timestamp?, to: Timestamp)]) {
        precondition(intervals.count <= Int(InstantRun.placeMax), "places of 15 bits")
        first = intervals.map { $0.from?.ms ?? .min }
        last = intervals.map { $0.to.ms == .min ? .min : $0.to.ms - 1 }
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

    /// The instants as of which an event counts begin or end with events at these, in order.
    fileprivate var bounds: [Int64] {
        (first + last.map { $0 == .max ? .max : $0 + 1 }).sorted()
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
        let shift = times.shift + UInt64(Self.coarser)
        let bounds = spans.bounds
        var edges: [Edge] = []
        var next = 0
        var run = spans.run(times.base)
        known = (0...Int64(UInt16.max >> Self.coarser)).map { stretch in
            let begin = times.base &+ (stretch << Int64(shift))
            let (end, isOver) = begin.addingReportingOverflow((1 << Int64(shift)) - 1)
            // Bounds up to the beginning have changed the run, those behind it make an edge.
            let passed = next
            while next < bounds.count, bounds[next] <= begin { next += 1 }
            if next > passed { run = spans.run(begin) }
            guard isOver || next < bounds.count && bounds[next] <= end else { return run.packed }
            let within = isOver ? [] : Set(bounds[next...].prefix { $0 <= end })
            let coarse = Set(within.map { UInt64(bitPattern: $0 &- times.base) >> times.shift })
            let only = coarse.count == 1 ? coarse.first : nil
            edges.append(
                Edge(
                    coarse: only.flatMap(UInt16.init(exactly:)),
                    bound: within.count == 1 ? within.first : nil,
                    before: run,
                    after: isOver ? run : spans.run(end)
                )
            )
            return Self.edgeFlag | UInt32(truncatingIfNeeded: edges.count - 1)
        }
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
        let stretches = InstantStretches(spans, times)
        // Rows outside count as of nothing; where they are few, to leave them out costs more.
        let isSparse = rows.mask.map { $0.count < rowCount / 2 } ?? false
        let wanted = mask == nil && undone == nil && !isSparse ? nil : rows.mask
        // At each instant those that begin less those that end.
        var changes = Array(repeating: 0 as Int64, count: spans.count + 1)
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
        var now: Int64 = 0
        for place in totals.indices {
            now += changes[place]
            totals[place] += UInt64(bitPattern: now)
        }
        return true
    }
}
