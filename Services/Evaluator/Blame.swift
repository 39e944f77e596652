// By what the process has ended, as far as what was in hand tells: a record, a segment, or what
// time brought about.

import Basics
import Segments

/// What the process may have ended by.
struct Doubt: Sendable, Hashable {
    let partition: Partition
    /// The first record and the one behind the last; the same: the instants before that record.
    let from, to: LogOffset
    /// Of instants: up to which one.
    var through = Timestamp(ms: 0)
    /// The segment that was being decided; nil: none was, or nobody looked so closely.
    var segment: SegmentVersion?

    /// Whether instants passed, and no record was heard.
    var isInstants: Bool { from == to }
    /// Whether it was one record alone.
    var isOne: Bool { to == from.next }

    /// Whether one of the records is the other's, too.
    func meets(_ other: Self) -> Bool {
        partition == other.partition && from < other.to && other.from < to
    }

    /// Whether it is in doubt for the same reason as another, of which more is known.
    fileprivate func covers(_ other: Self) -> Bool {
        guard partition == other.partition, segment == nil else { return false }
        // Timers come late: at whichever instant, and in the middle of a page.
        if other.isInstants { return isInstants || from <= other.from && other.from <= to }
        return from <= other.from && other.to <= to
    }
}

/// What ends the process again and again: a decision about what is in doubt, without any state.
///
/// Each doubt counts the ends by it. An end while a page was in hand counts for whichever of its
/// records is found to be the one, since it was one of them; with a segment in hand at that record
/// it counts for the segment. But a record by which several segments end is itself to blame.
struct Blame {
    /// Attempts at a record or a segment: by two ends it may have been somebody else, such as an
    /// operator.
    static let attemptsMax: UInt32 = 3

    /// What is tried no more.
    enum Culprit: Sendable, Hashable {
        case record(LogOffset)
        case segment(SegmentVersion)
        /// What time brings about, and no segment by it.
        case instants
    }

    /// What is tried no more, with how often it was.
    struct Verdict: Sendable, Hashable {
        let culprit: Culprit
        let attempts: UInt32
    }

    let ends: [Doubt: UInt32]

    /// What is tried no more of a partition.
    func verdicts(of partition: Partition) -> [Verdict] {
        guard ends.keys.contains(where: { $0.partition == partition }) else { return [] }
        let records = records(of: partition)
        let spared = Set(records.map(\.offset))
        return records.map { Verdict(culprit: .record($0.offset), attempts: $0.attempts) }
            + segments(of: partition, besides: spared)
            + instants(of: partition)
    }

    private func records(of partition: Partition) -> [(offset: LogOffset, attempts: UInt32)] {
        let ones = ends.keys.filter { $0.partition == partition && $0.isOne }
        return Dictionary(grouping: ones, by: \.from).compactMap { offset, doubts in
            let isItself = Set(doubts.compactMap(\.segment)).count > 1
            let own = doubts.filter { isItself || $0.segment == nil }
            guard let one = own.first else { return nil }
            let pages = ends.keys.filter { $0.covers(one) && !$0.isOne && !$0.isInstants }
            let attempts = sum(own) + sum(pages)
            return attempts >= Self.attemptsMax ? (offset, attempts) : nil
        }
    }

    /// A segment is to blame by what it does at one place: who is killed at any moment, again and
    /// again, has some segment in hand as well, but hardly twice at the same record.
    private func segments(of partition: Partition, besides spared: Set<LogOffset>) -> [Verdict] {
        let doubts = ends.keys.filter {
            $0.partition == partition && $0.segment != nil
                && !($0.isOne && spared.contains($0.from))
        }
        var verdicts: [SegmentVersion: UInt32] = [:]
        for (place, own) in Dictionary(grouping: doubts, by: Place.init) {
            guard let segment = place.segment, sum(own) + 1 >= Self.attemptsMax else { continue }
            // Timers come at whichever instant, so an end with a page in hand says less of them.
            let pages = ends.keys.filter { $0.covers(own[0]) }
            let attempts = sum(own) + (place.record == nil ? 0 : sum(pages))
            guard attempts >= Self.attemptsMax else { continue }
            verdicts[segment] = max(verdicts[segment] ?? 0, attempts)
        }
        return verdicts.map { Verdict(culprit: .segment($0.key), attempts: $0.value) }
    }

    /// Where a segment was in hand: at a record, or while instants passed.
    private struct Place: Hashable {
        let segment: SegmentVersion?
        let record: LogOffset?

        init(_ doubt: Doubt) {
            segment = doubt.segment
            record = doubt.isInstants ? nil : doubt.from
        }
    }

    private func instants(of partition: Partition) -> [Verdict] {
        let attempts = sum(
            ends.keys.filter { $0.partition == partition && $0.isInstants && $0.segment == nil }
        )
        return attempts >= Self.attemptsMax
            ? [Verdict(culprit: .instants, attempts: attempts)] : []
    }

    private func sum(_ doubts: [Doubt]) -> UInt32 {
        doubts.reduce(0) { $0 + (ends[$1] ?? 0) }
    }
}
