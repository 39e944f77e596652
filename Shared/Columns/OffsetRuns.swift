// Places in the log as runs: many records that few batches wrote take little room.

import Basics

/// Log offsets of one partition, as runs in rising order.
///
/// Takes 16 bytes a run, however many offsets it has.
public struct OffsetRuns: Sendable, Hashable {
    /// The runs; none touches the next.
    public private(set) var runs: [Range<UInt64>] = []

    /// No offsets.
    public init() {}

    /// The offsets of all runs, which may come in any order and may overlap.
    public init(_ runs: some Sequence<Range<UInt64>>) {
        for run in runs.sorted(by: { $0.lowerBound < $1.lowerBound }) where !run.isEmpty {
            append(run)
        }
    }

    /// Whether there are none.
    public var isEmpty: Bool { runs.isEmpty }

    /// Adds offsets that do not begin before the last run does.
    public mutating func append(_ run: Range<UInt64>) {
        guard let last = runs.last, run.lowerBound <= last.upperBound else {
            runs.append(run)
            return
        }
        precondition(run.lowerBound >= last.lowerBound, "runs come in rising order")
        runs[runs.count - 1] = last.lowerBound..<max(last.upperBound, run.upperBound)
    }

    /// Whether an offset is among them: a binary search.
    public func contains(_ offset: UInt64) -> Bool {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].lowerBound <= offset
    }

    /// Whether any of them lies in [from, to).
    func meets(_ from: LogOffset, _ to: LogOffset) -> Bool {
        runs.contains { $0.lowerBound < to.value && from.value < $0.upperBound }
    }
}
