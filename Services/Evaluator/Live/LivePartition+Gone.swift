// Users who are gone: live segments forget them, and tell it once.

import Basics
import Columns
import Messages
import Segments

extension LivePartition {
    /// Everything remembered of a user is forgotten, timers and stays too; feeds of segments that
    /// the user was in tell one record of this kind.
    ///
    /// The columns have hidden the user already. Nobody else's membership changes by it.
    mutating func forget(
        _ number: UserNumber,
        of project: ProjectName,
        _ kind: LiveChange.Kind,
        _ moment: LiveMoment,
        _ state: [ProjectName: PartitionColumns]
    ) throws(EvaluatorError) {
        if projects[project]?.moved.removeValue(forKey: number) != nil {
            news.moved.insert(ProjectNumber(project: project, user: number))
        }
        for segment in projects[project]?.segments ?? [] {
            let user = try segment.user(number)
            guard user != LiveUser() else { continue }
            try keep(LiveUser(), of: [number], segment, was: user)
            guard user.isInside else { continue }
            let change = LiveChange(
                kind,
                at: moment.now,
                occurrence: user.occurrence,
                isMember: false,
                cause: .record
            )
            segment.end.sequence += 1
            segment.end.members -= 1
            segment.end.stateHash = try hash(segment, without: number, state[project])
            news.records.append(
                FeedRecord(
                    feed: segment.end.feed,
                    sequence: segment.end.sequence,
                    user: number,
                    change: change,
                    position: moment.position,
                    logTime: moment.now,
                    mark: mark(in: state[project]),
                    isTurn: true
                )
            )
            news.feeds[segment.end.feed] = (segment.end, segment.since)
        }
    }

    /// The sum of the members' hashes without a user, who is a member no more.
    ///
    /// Where the identifier is kept no more, the log having been rewritten meanwhile, it is summed
    /// up anew.
    private func hash(
        _ segment: FollowedSegment,
        without number: UserNumber,
        _ columns: PartitionColumns?
    ) throws(EvaluatorError) -> UInt64 {
        let id = columns?.withID(of: number) { id in id.indices.map { id[$0] } } ?? []
        guard id.isEmpty else { return segment.end.stateHash &- Checksum.xxh64(id) }
        var sum: UInt64 = 0
        for other in segment.known where try segment.user(other).isInside {
            sum &+= columns?.idHash(of: other) ?? 0
        }
        return sum
    }

    /// Records of a log that are no more.
    struct Losses: Sendable, Hashable {
        /// By which rewriting the log has lost some.
        var rewriting: UInt32 = 0
        /// How many were passed over that are set aside; one that was taken back counts for many,
        /// so that nobody who passed over it tells under the same generation.
        var aside: UInt32 = 0

        /// What one counts that was heard before it was set aside.
        static let takenBack: UInt32 = 1 << 16
        /// The bit of a segment's generation that begins where its version before was not followed
        /// here, and was elsewhere: others may have told more.
        static let cut: UInt32 = 1 << 31
    }

    /// A record that is no more is passed over for the first time here.
    mutating func noteLoss(by record: LogV1.LogRecord) {
        switch record.body {
        case .stub(let stub):
            guard let project = ProjectName(record.project) else { return }
            noteLoss(of: project) { $0.rewriting = max($0.rewriting, stub.rewriting) }
        case .leftOut:
            guard let project = ProjectName(record.project) else { return }
            passedOver.insert(LogOffset(record.offset))
            noteLoss(of: project) { $0.aside += 1 }
        default: break
        }
    }

    /// A record concerns nobody, as nothing is followed; of one heard before there is no news.
    mutating func passOver(_ record: LogV1.LogRecord) {
        let offset = LogOffset(record.offset)
        guard offset >= next else { return }
        next = offset.next
        noteLoss(by: record)
        if case .aside(let aside) = record.body { passedOver.remove(LogOffset(aside.offset)) }
    }

    /// Others have told more, so that what is told from now on is of another generation, by
    /// segments that begin later, too.
    mutating func noteLoss(of project: ProjectName, _ note: (inout Losses) -> Void) {
        note(&lost[project, default: Losses()])
        let generation = generation(of: project)
        for segment in projects[project]?.segments ?? []
        where segment.end.generation & ~Losses.cut < generation {
            segment.end.generation = generation | segment.end.generation & Losses.cut
            news.feeds[segment.end.feed] = (segment.end, segment.since)
        }
    }

    /// The generation of what is told from here on.
    func generation(of project: ProjectName) -> UInt32 {
        let lost = lost[project] ?? Losses()
        let generation = 1 + UInt64(lost.rewriting) + UInt64(lost.aside)
        return min(UInt32(clamping: generation), Losses.cut - 1)
    }
}
