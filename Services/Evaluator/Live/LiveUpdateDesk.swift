// What another definition of a live segment would do at once, gathered from its partitions' owners.

import Basics
import Bus
import Chassis
import Columns
import Messages
import Segments

/// Answers the dry run of an update of a live segment, out of the states of its users.
final class LiveUpdateDesk: Sendable {
    /// Users looked at in one turn of a lane, so that the log does not wait for all of them.
    private static let turnUsers = 1_000

    let feeds: FeedDoor

    init(feeds: FeedDoor) { self.feeds = feeds }

    /// The difference as far as partitions know: all of them, or those that the request names.
    func diff(
        _ request: EvaluationV1.UpdateRequest,
        to plan: LivePlan,
        _ call: CallContext
    ) async throws(Fault) -> EvaluationV1.LiveDiff {
        let project = try await feeds.segments.project(call)
        let feed = try await feeds.feed(request.name, project, call)
        let isPart = !request.partitions.isEmpty
        var (own, others): ([Partition], [Endpoint: [UInt32]]) = ([], [:])
        let count = UInt32(try feeds.segments.partitionCount().count)
        for index in isPart ? request.partitions : Array(0..<count) {
            let partition = try feeds.partition(index)
            if feeds.board[partition] != nil {
                own.append(partition)
            } else {
                let address = try feeds.address(of: partition, isForwarded: isPart)
                others[address, default: []].append(index)
            }
        }
        let sample = Int(min(request.sample, UInt32(Sampling.sizeMax)))
        do {
            var diff = EvaluationV1.LiveDiff()
            for part in try await parts(of: others, request, call) { diff.add(part, sample) }
            for partition in own {
                diff.add(try await part(of: partition, feed, plan, sample: sample), sample)
            }
            return diff
        } catch {
            throw FeedDoor.fault(error)
        }
    }

    private func parts(
        of others: [Endpoint: [UInt32]],
        _ request: EvaluationV1.UpdateRequest,
        _ call: CallContext
    ) async throws -> [EvaluationV1.LiveDiff] {
        try await withThrowingTaskGroup(of: EvaluationV1.LiveDiff.self) { group in
            for (address, partitions) in others {
                group.addTask { [feeds] in
                    var part = request
                    part.partitions = partitions
                    let peer = feeds.segments.gather.peers.pinned(to: address)
                    return try await EvaluationV1_SegmentsClient(peer)
                        .update(part, feeds.options(call)).liveDiff ?? .init()
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// One partition's users, some in each turn.
    private func part(of partition: Partition, _ feed: FeedID, _ plan: LivePlan, sample: Int)
        async throws -> EvaluationV1.LiveDiff
    {
        let lane = feeds.lanes[partition]
        let known = try await lane.ask([partition]) { states in
            try states[0].live.following(feed).known
        }
        var diff = EvaluationV1.LiveDiff()
        for start in stride(from: 0, to: known.count, by: Self.turnUsers) {
            let numbers = Array(known[start..<min(start + Self.turnUsers, known.count)])
            let part = try await lane.ask([partition]) { states in
                let segment = try states[0].live.following(feed)
                return try states[0].diff(of: numbers, segment, to: plan, sample: sample)
            }
            diff.add(part, sample)
        }
        return diff
    }
}

extension LivePartition {
    /// A segment that is followed here.
    ///
    /// - Throws: when it is not, or not yet.
    fileprivate func following(_ feed: FeedID) throws(EvaluatorError) -> FollowedSegment {
        let segments = projects[feed.project]?.segments ?? []
        guard let segment = segments.first(where: { $0.end.feed == feed }) else {
            throw EvaluatorError(
                .catchingUp,
                "compare live segments",
                place: Gather.list([partition]),
                hint: "its owner has not read so much of the log yet: ask again"
            )
        }
        return segment
    }
}

extension PartitionState {
    /// What would become of some users; nothing is kept of it.
    fileprivate func diff(
        of numbers: [UserNumber],
        _ segment: FollowedSegment,
        to plan: LivePlan,
        sample: Int
    ) throws(EvaluatorError) -> EvaluationV1.LiveDiff {
        var diff = EvaluationV1.LiveDiff()
        guard let columns = projects[segment.end.feed.project] else { return diff }
        let moment = LiveMoment(now: max(live.logTime, live.watermark), position: live.next)
        let carrying = plan.carrying(from: segment.plan)
        for number in numbers {
            let before = try segment.user(number)
            var after = before
            let past = ColumnsPast(columns: columns, user: number, since: segment.since)
            _ = plan.carry(from: segment.plan, at: moment, &after, past)
            let timers = UInt64(before.armed.count)
            switch carrying {
            case .kept, .moved(byMs: 0): diff.timersKept += timers
            case .moved: diff.timersMoved += timers
            case .ended: diff.timersEnded += timers
            }
            if before.isInside { diff.beforeUsers += 1 }
            if after.isInside { diff.afterUsers += 1 }
            guard before.isInside != after.isInside else { continue }
            let name = columns.id(of: number).map { [$0.text] } ?? []
            if after.isInside {
                diff.entering += 1
                if diff.enteringSample.count < sample { diff.enteringSample += name }
                continue
            }
            diff.leaving += 1
            if diff.leavingSample.count < sample { diff.leavingSample += name }
            if case .while = plan.definition.stay {
                diff.leavingByCondition += 1
            } else {
                diff.leavingByTime += 1
            }
        }
        return diff
    }
}

extension EvaluationV1.LiveDiff {
    /// Takes other users' part in.
    fileprivate mutating func add(_ part: EvaluationV1.LiveDiff, _ sample: Int) {
        beforeUsers = beforeUsers.saturating(part.beforeUsers)
        afterUsers = afterUsers.saturating(part.afterUsers)
        entering = entering.saturating(part.entering)
        leaving = leaving.saturating(part.leaving)
        leavingByTime = leavingByTime.saturating(part.leavingByTime)
        leavingByCondition = leavingByCondition.saturating(part.leavingByCondition)
        timersKept = timersKept.saturating(part.timersKept)
        timersMoved = timersMoved.saturating(part.timersMoved)
        timersEnded = timersEnded.saturating(part.timersEnded)
        enteringSample += part.enteringSample.prefix(max(sample - enteringSample.count, 0))
        leavingSample += part.leavingSample.prefix(max(sample - leavingSample.count, 0))
    }
}
