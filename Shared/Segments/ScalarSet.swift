// A set of Unicode scalars: what one character of a text may be.

/// Scalars as ranges; asked in constant time for ASCII, else by halving.
struct ScalarSet: Sendable, Hashable {
    /// Every scalar.
    static let every = ScalarSet([0...0x10FFFF])

    /// In order, none touching another.
    private let ranges: [ClosedRange<UInt32>]
    /// Which of the first 128 are in it.
    private let ascii: (low: UInt64, high: UInt64)

    /// The scalars of these ranges, given in any order.
    init(_ given: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        for range in given.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard let last = merged.last, range.lowerBound <= last.upperBound + 1 else {
                merged.append(range)
                continue
            }
            merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        }
        ranges = merged
        var bits: [UInt64] = [0, 0]
        for range in merged where range.lowerBound < 128 {
            for value in range.lowerBound...min(range.upperBound, 127) {
                bits[Int(value / 64)] |= 1 << UInt64(value % 64)
            }
        }
        ascii = (bits[0], bits[1])
    }

    /// The scalars that are not in it.
    var inverted: ScalarSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return ScalarSet(gaps)
    }

    /// Together with what its scalars fold to, for texts that are folded.
    var folded: ScalarSet { ScalarSet(ranges + ranges.flatMap(CaseFolding.folded)) }

    /// The scalars of both.
    func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

    /// Whether a scalar is in it.
    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 128 {
            return (scalar < 64 ? ascii.low >> UInt64(scalar) : ascii.high >> UInt64(scalar - 64))
                & 1 == 1
        }
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(scalar)
    }

    /// The same ranges.
    static func == (left: ScalarSet, right: ScalarSet) -> Bool { left.ranges == right.ranges }

    /// Feeds the ranges.
    func hash(into hasher: inout Hasher) { hasher.combine(ranges) }
}

extension CaseFolding {
    /// What the scalars of a range that change when folded fold to.
    static func folded(_ range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
        let runs = CaseFoldingTable.runs
        var folded: [ClosedRange<UInt32>] = []
        for run in 0..<runs.count / 4 {
            let (low, high, delta, step) = (
                runs[run * 4], runs[run * 4 + 1], runs[run * 4 + 2], runs[run * 4 + 3]
            )
            for value in stride(from: low, through: high, by: Int(step)) {
                guard range.contains(UInt32(value)) else { continue }
                let to = UInt32(value + delta)
                folded.append(to...to)
            }
        }
        return folded
    }
}
