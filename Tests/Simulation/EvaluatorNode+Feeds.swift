// Feeds in the simulator: what the feed's door tells of one partition, without waiting for news.

import Basics
import Messages
import Wire

@testable import Evaluator

extension EvaluatorNode {
    /// What came of a call, or the fault that its caller hears.
    func answer(_ request: RequestFrame, _ answering: Answering) throws {
        do {
            switch request.header.method {
            case EvaluationV1_FeedMethods.snapshot.name:
                try answering.reply(try snapshot(try request.message()))
            case EvaluationV1_FeedMethods.changes.name:
                try answering.reply(try changes(try request.message()))
            default: throw Fault.internal("nobody serves \(request.header.method)")
            }
        } catch let fault as Fault {
            try answering.fail(fault)
        } catch let error as EvaluatorError {
            try answering.fail(error.fault)
        }
    }

    private struct Asked {
        let partition: Partition
        let feed: FeedID
        let page: FeedBoard.Page
        let state: PartitionState
    }

    /// - Parameter epoch: the newest under which the caller was told anything.
    private func asked(_ index: UInt32, _ segment: String, heard epoch: UInt64) throws -> Asked {
        let partition = Partition(index: UInt16(truncatingIfNeeded: index))
        guard let now = parts, let page = now.board[partition],
            let state = now.states[partition], page.epoch.value >= epoch
        else {
            throw EvaluatorError(.notTheOwner, "read a feed", place: "\(partition)", hint: "")
        }
        let saved = try now.catalogue.segment(segment, in: Simulation.project)
        let feed = FeedID(project: Simulation.project, revision: saved.feed)
        return Asked(partition: partition, feed: feed, page: page, state: state)
    }

    private func snapshot(_ request: EvaluationV1.SnapshotRequest) throws
        -> EvaluationV1.SnapshotResponse
    {
        let asked = try asked(request.partition, request.segment, heard: request.epoch)
        guard let snapshots = parts?.snapshots else { throw Fault(.unavailable, "no feeds") }
        let kept: FeedSnapshots.Kept
        if let number = request.snapshot, stage.bug != .snapshotTakenAnew {
            guard let found = snapshots[number], found.partition == asked.partition else {
                throw Fault.outOfRange("the snapshot is kept no more")
            }
            kept = found
        } else {
            kept = try take(asked)
        }
        var numbers: [UserNumber] = []
        var next = kept.members.first(from: UserNumber(request.from))
        while let user = next, numbers.count < Int(request.limit) {
            numbers.append(user)
            next = kept.members.first(from: UserNumber(user.value + 1))
        }
        let columns = asked.state.projects[asked.feed.project]
        let ids = numbers.map { columns?.id(of: $0)?.text ?? "" }
        guard !ids.contains("") else { throw Fault.outOfRange("a member is gone since") }
        var number = request.snapshot
        if number == nil, next != nil { number = try snapshots.keep(kept) }
        return EvaluationV1.SnapshotResponse(
            cursor: kept.end.cursor(
                kept.partition,
                at: kept.end.sequence,
                under: Epoch(kept.position.stateEpoch)
            ),
            users: ids,
            snapshot: number ?? 0,
            next: next?.value,
            members: UInt64(kept.end.members),
            stateHash: kept.end.stateHash,
            numbers: numbers.map(\.value)
        )
    }

    private func take(_ asked: Asked) throws -> FeedSnapshots.Kept {
        let (feed, live) = (asked.feed, asked.state.live)
        let count = asked.state.projects[feed.project]?.userCount ?? 0
        guard !asked.state.isBehindFeeds, let end = live.ends.first(where: { $0.feed == feed }),
            let members = try live.members(of: feed, userCount: count)
        else {
            throw EvaluatorError(.catchingUp, "read a feed", place: "\(feed)", hint: "")
        }
        return FeedSnapshots.Kept(
            partition: asked.partition,
            end: end,
            members: members,
            position: asked.state.position(in: feed.project)
        )
    }

    private func changes(_ request: EvaluationV1.ChangesRequest) throws
        -> EvaluationV1.ChangesResponse
    {
        guard let cursor = request.cursors.first, let shelf = feeds else { return .init() }
        let asked = try asked(cursor.partition, request.segment, heard: cursor.epoch)
        guard let end = asked.page.ends[asked.feed] else { return .init() }
        var told = end
        if !cursor.fits(end) {
            // What its version has told and the consumer has not comes before the next version.
            guard let over = asked.page.over(cursor.version, before: end), cursor.fits(over),
                cursor.sequence < over.sequence, stage.bug != .versionCutShort
            else { return .init(partitions: [stale(cursor, asked, end)]) }
            told = over
        }
        guard cursor.sequence < told.sequence else { return .init() }
        let records = try shelf.records(
            of: told.feed,
            in: asked.partition,
            after: cursor.sequence,
            limit: Int(request.limit)
        ).filter { $0.sequence <= told.sequence }
        let last = records.last?.sequence ?? cursor.sequence
        let isWhole = last == told.sequence && !told.isOver
        let columns = stage.bug == .nameForgotten ? nil : asked.state.projects[asked.feed.project]
        var page = EvaluationV1.PartitionChanges(
            cursor: told.cursor(asked.partition, at: last, under: asked.page.epoch),
            changes: records.map { $0.message(of: columns?.id(of: $0.user)?.text ?? "") },
            stateHash: isWhole ? told.stateHash : nil,
            members: isWhole ? UInt64(told.members) : 0
        )
        // Somebody is gone since, as the next changes tell: the sum still has the name.
        if page.changes.contains(where: { $0.userID.isEmpty && !$0.tellsWhoIsGone }) {
            page.stateHash = nil
        }
        return .init(partitions: [page])
    }
    /// A cursor is of no use: told where the next version goes on, if it does so from there.
    private func stale(_ cursor: EvaluationV1.FeedCursor, _ asked: Asked, _ end: FeedEnd)
        -> EvaluationV1.PartitionChanges
    {
        var told = EvaluationV1.PartitionChanges(cursor: cursor, stale: true)
        guard let over = asked.page.over(cursor.version, before: end),
            cursor.version < end.version
        else { return told }
        let next = asked.page.next(after: over, upTo: end)
        told.nextVersion = next.version
        let isRead = cursor.sequence == over.sequence || stage.bug == .versionCutShort
        if next.isCarried, cursor.fits(over), isRead {
            told.next = next.cursor(asked.partition, at: 0, under: asked.page.epoch)
        }
        return told
    }
}
