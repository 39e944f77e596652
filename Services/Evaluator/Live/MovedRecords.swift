// When records first came in that were moved to a user: live segments count by that, not by when
// they were moved.

import Basics
import Segments

/// Names a user of one project of a partition.
struct ProjectNumber: Sendable, Hashable {
    let project: ProjectName
    let user: UserNumber
}

/// The log times at which one user's moved records came in, wherever that was.
struct MovedRecords: Sendable, Hashable {
    /// More are told apart no more: of a user with so many nothing is counted anew.
    static let runsMax = LiveLimits.recountedMax

    /// Records that follow each other in the log and came in together, or all before whoever
    /// follows began.
    private struct Run: Sendable, Hashable {
        let from: LogOffset
        var to: LogOffset
        var logTime: Timestamp
    }

    /// By offset.
    private var runs: [Run] = []

    /// Nothing was moved.
    init() {}

    /// Takes the next record in the log.
    ///
    /// - Parameter begin: when the first of those began who may ask.
    mutating func note(_ offset: LogOffset, _ logTime: Timestamp, begin: Timestamp) {
        if let last = runs.last, last.to == offset,
            last.logTime == logTime || max(last.logTime, logTime) <= begin
        {
            runs[runs.count - 1].to = offset.next
            runs[runs.count - 1].logTime = max(last.logTime, logTime)
        } else if runs.count < Self.runsMax {
            runs.append(Run(from: offset, to: offset.next, logTime: logTime))
        }
    }

    /// When a record came in that was moved; nil: it stands where it came in.
    func logTime(at offset: LogOffset) -> Timestamp? {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].to <= offset { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].from <= offset ? runs[low].logTime : nil
    }

    // As they are kept: a count, then of each run how far behind the last one it begins, how many
    // records it has and how much later than those of the last one they came in.

    /// As they are kept.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.count(runs.count)
        var (end, time): (UInt64, Int64) = (0, 0)
        for run in runs {
            writer.varint(run.from.value - end)
            writer.varint(run.to.value - run.from.value)
            writer.zigzag(run.logTime.ms - time)
            (end, time) = (run.to.value, run.logTime.ms)
        }
        return writer.bytes
    }

    /// Those that bytes hold.
    init(bytes: [UInt8]) throws(BytesError) {
        var reader = ByteReader(bytes)
        let count = try reader.count()
        guard count <= Self.runsMax else { throw BytesError(.outOfBounds, "runs", at: 0) }
        var (end, time): (UInt64, Int64) = (0, 0)
        for _ in 0..<count {
            let (from, isFar) = end.addingReportingOverflow(try reader.varint())
            let (to, isLong) = from.addingReportingOverflow(try reader.varint())
            guard !isFar, !isLong, from < to else { throw BytesError(.outOfBounds, "run", at: 0) }
            (end, time) = (to, time &+ (try reader.zigzag()))
            runs.append(Run(from: LogOffset(from), to: LogOffset(to), logTime: Timestamp(ms: time)))
        }
    }
}
