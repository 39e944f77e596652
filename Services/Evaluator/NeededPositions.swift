// How far others must be read in one answer with some partitions: no merge is in it by one part.

import Basics
import Messages

/// Up to where partitions must have been read at least.
///
/// A merge stands in the logs of two partitions, each part with the other's place. Offsets only
/// rise, so that the highest place of a partition stands for all.
struct NeededPositions: Sendable, Hashable {
    /// The next offset by partition; 0: none is needed.
    ///
    /// By place, since a question adds up many of them.
    private var ends: [UInt64] = []

    init() {}

    /// As they were told.
    init(_ told: [LogV1.Position]) {
        for position in told { note(position.partition, next: position.nextOffset) }
    }

    /// The place of the other part of a merge.
    mutating func note(_ other: LogV1.OtherPart?) {
        guard let other else { return }
        note(other.partition, next: other.offset &+ 1)
    }

    /// A partition must be read up to an offset.
    mutating func note(_ partition: UInt32, next: UInt64) {
        // No number that another build wrote takes more room than there are partitions.
        guard let index = Int(exactly: partition), index < Limits.partitions else { return }
        if index >= ends.count { ends += repeatElement(0, count: index + 1 - ends.count) }
        ends[index] = max(ends[index], next)
    }

    /// What others need.
    mutating func add(_ others: NeededPositions) {
        if others.ends.count > ends.count {
            ends += repeatElement(0, count: others.ends.count - ends.count)
        }
        for (index, end) in others.ends.enumerated() where end > ends[index] { ends[index] = end }
    }

    /// Those that an answer does not reach in partitions that it is about.
    func missing(in positions: [LogV1.Position]) -> [Partition: LogOffset] {
        var missing: [Partition: LogOffset] = [:]
        for position in positions {
            guard let index = UInt16(exactly: position.partition), Int(index) < ends.count,
                position.nextOffset < ends[Int(index)]
            else { continue }
            missing[Partition(index: index)] = LogOffset(ends[Int(index)])
        }
        return missing
    }

    /// As it is told with an answer, which reaches some of it.
    func message(beside positions: [LogV1.Position]) -> [LogV1.Position] {
        guard !ends.isEmpty else { return [] }
        var ends = ends
        for position in positions {
            let index = Int(position.partition)
            if index < ends.count, position.nextOffset >= ends[index] { ends[index] = 0 }
        }
        return ends.enumerated().compactMap { index, end in
            end == 0 ? nil : LogV1.Position(partition: UInt32(index), nextOffset: end)
        }
    }
}

/// What a partition's log has told of merges, by project: an answer waits for its own only.
struct HeardMerges: Sendable {
    /// Up to where partitions were read that have the other parts.
    private var others: [String: NeededPositions] = [:]
    /// The project of the last record where it was moved: those behind it are of the same group.
    private var moving: String?

    /// A record was read.
    mutating func note(_ record: LogV1.LogRecord) {
        moving = record.isMoved ? record.project : nil
        let other: LogV1.OtherPart?
        switch record.body {
        case .mergeOut(let out): other = out.other
        case .mergeIn(let merge): other = merge.other
        case .mergeUndone(let undone): other = undone.other
        default: other = nil
        }
        guard let other else { return }
        others[record.project, default: NeededPositions()].note(other)
    }

    /// How far partitions must be read in one answer about a project with this one, read up to
    /// `next`.
    func needed(in project: ProjectName, from partition: Partition, _ next: LogOffset)
        -> NeededPositions
    {
        var needed = others[project.text] ?? NeededPositions()
        if moving == project.text {
            needed.note(UInt32(partition.index), next: next.next.value)
        }
        return needed
    }
}
