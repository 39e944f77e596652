// Who entered and left lately, gathered from the owners of a segment's partitions.

import Basics
import Bus
import Chassis
import Messages

/// Answers shoal.evaluation.v1.Segments.Activity out of the feeds.
final class ActivityDesk: Sendable {
    let feeds: FeedDoor
    let tallies: FeedActivity

    init(feeds: FeedDoor) {
        self.feeds = feeds
        tallies = FeedActivity(shelf: feeds.shelf)
    }

    func answer(_ request: EvaluationV1.ActivityRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.ActivityResponse
    {
        guard case .segment(let name)? = request.subject?.kind else {
            throw Fault.invalidArgument(
                "only a saved segment has a feed",
                place: "subject",
                hint: "name it"
            )
        }
        // Partitions are named by an evaluator that gathers, with the instant for all of them.
        let isPart = !request.partitions.isEmpty
        guard isPart || request.atMs == nil else {
            throw Fault(
                .unimplemented,
                "activity is told as of now",
                place: "at_ms",
                hint: "leave it out"
            )
        }
        let project = try await feeds.segments.project(call)
        let feed = try await feeds.feed(name, project, call)
        let now = request.atMs.map(Timestamp.init(ms:)) ?? feeds.segments.clock.now
        guard now.hasText else { throw Definitions.instantFault }
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
        var answer = EvaluationV1.ActivityResponse(atMs: now.ms)
        for part in try await parts(of: others, request, now, call) {
            FeedTally.add(part, to: &answer)
        }
        FeedTally.add(try await part(own, feed, now), to: &answer)
        return answer
    }

    /// Other owners' parts, as of the same instant.
    private func parts(
        of others: [Endpoint: [UInt32]],
        _ request: EvaluationV1.ActivityRequest,
        _ now: Timestamp,
        _ call: CallContext
    ) async throws(Fault) -> [EvaluationV1.ActivityResponse] {
        do {
            return try await withThrowingTaskGroup(of: EvaluationV1.ActivityResponse.self) {
                group in
                for (address, partitions) in others {
                    group.addTask { [feeds] in
                        var part = request
                        part.partitions = partitions
                        part.atMs = now.ms
                        let peer = feeds.segments.gather.peers.pinned(to: address)
                        return try await EvaluationV1_SegmentsClient(peer)
                            .activity(part, feeds.options(call))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        } catch {
            throw FeedDoor.fault(error)
        }
    }

    /// What this instance's own partitions tell.
    private func part(_ partitions: [Partition], _ feed: FeedID, _ now: Timestamp)
        async throws(Fault) -> EvaluationV1.ActivityResponse
    {
        var part = EvaluationV1.ActivityResponse()
        FeedTally().add(to: &part, at: now)
        var latest: [(partition: Partition, record: FeedRecord)] = []
        for partition in partitions {
            guard let page = feeds.board[partition] else {
                throw EvaluatorError(
                    .notTheOwner,
                    "read a feed",
                    place: Gather.list([partition]),
                    hint: "ask again: the partition map has changed"
                ).fault
            }
            part.positions.append(
                LogV1.Position(
                    partition: UInt32(partition.index),
                    nextOffset: page.next.value,
                    watermarkMs: page.watermark.ms,
                    stateEpoch: page.epoch.value
                )
            )
            // A partition that has not read of the segment yet has nothing to tell.
            guard let end = page.ends[feed] else { continue }
            part.members += UInt64(end.members)
            do {
                // Versions of before count as long as what they told is kept. What is let go of
                // hangs on the own clock: whoever asks may have another one.
                let old = min(now, feeds.segments.clock.now)
                for end in page.versions(before: end) + [end] {
                    let tally = try tallies.tally(of: end, in: partition, at: old)
                    tally.add(to: &part, at: now)
                    latest += tally.latest.map { (partition, $0) }
                }
            } catch {
                throw FeedDoor.fault(error)
            }
        }
        // Only the latest of all are named: names are asked of the lanes.
        latest.sort { $0.record.logTime > $1.record.logTime }
        for (partition, record) in latest.prefix(FeedTally.latestMax) {
            let ids = try await feeds.ids(of: [record.user], partition, feed.project)
            part.latest += ids.map { record.message(of: $0) }
        }
        part.latest = FeedTally.newest(part.latest)
        return part
    }
}
