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
        let columns = asked.state.projects[asked.feed.project]
        guard !asked.state.isBehindFeeds,
            let end = asked.state.live.ends.first(where: { $0.feed == asked.feed }),
            let members = try asked.state.live.members(
                of: asked.feed,
                userCount: columns?.userCount ?? 0
            )
        else {
            throw EvaluatorError(.catchingUp, "read a feed", place: "\(asked.feed)", hint: "")
        }
        var users: [UserNumber] = []
        members.forEach { users.append($0) }
        return EvaluationV1.SnapshotResponse(
            cursor: end.cursor(asked.partition, at: end.sequence, under: asked.page.epoch),
            users: users.map { columns?.id(of: $0)?.text ?? "" },
            members: UInt64(end.members),
            stateHash: end.stateHash,
            numbers: users.map(\.value)
        )
    }

    private func changes(_ request: EvaluationV1.ChangesRequest) throws
        -> EvaluationV1.ChangesResponse
    {
        guard let cursor = request.cursors.first, let shelf = feeds else { return .init() }
        let asked = try asked(cursor.partition, request.segment, heard: cursor.epoch)
        guard let end = asked.page.ends[asked.feed] else { return .init() }
        guard cursor.fits(end) else {
            return .init(partitions: [.init(cursor: cursor, stale: true)])
        }
        guard cursor.sequence < end.sequence else { return .init() }
        let records = try shelf.records(
            of: asked.feed,
            in: asked.partition,
            after: cursor.sequence,
            limit: Int(request.limit)
        ).filter { $0.sequence <= end.sequence }
        let last = records.last?.sequence ?? cursor.sequence
        let columns = stage.bug == .nameForgotten ? nil : asked.state.projects[asked.feed.project]
        var page = EvaluationV1.PartitionChanges(
            cursor: end.cursor(asked.partition, at: last, under: asked.page.epoch),
            changes: records.map { $0.message(of: columns?.id(of: $0.user)?.text ?? "") },
            stateHash: last == end.sequence ? end.stateHash : nil,
            members: last == end.sequence ? UInt64(end.members) : 0
        )
        // Somebody is gone since, as the next changes tell: the sum still has the name.
        if page.changes.contains(where: { $0.userID.isEmpty && !$0.tellsWhoIsGone }) {
            page.stateHash = nil
        }
        return .init(partitions: [page])
    }
}
