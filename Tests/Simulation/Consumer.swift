// Somebody who follows the feeds of all segments, as the client libraries do.

import Basics
import Messages
import Wire

@testable import Evaluator

/// Keeps copies of feeds, which check themselves, and shows the judge what it was told.
final class Consumer: Node {
    private var random: SeededRandom
    private var copies: [Place: FeedCopy] = [:]
    /// The highest epochs under which it was told.
    private var epochs: [Place: UInt64] = [:]
    private var turn = 0

    struct Place: Hashable, Comparable {
        let segment: String
        let partition: UInt32

        static func < (left: Place, right: Place) -> Bool {
            (left.segment, left.partition) < (right.segment, right.partition)
        }
    }

    init(on stage: Simulation) {
        random = stage.chance()
        super.init("consumer", on: stage)
    }

    override func begin() async throws { plan() }

    private func plan() {
        after(ms: 5 + UInt64(random.below(30))) { [self] in try ask() }
    }

    /// The next feed of all in turn; of one evaluator after the other until one answers.
    private func ask() throws {
        let segments = stage.judge.segments
        guard !segments.isEmpty else { return plan() }
        let count = Int(Simulation.partitions.count)
        let number = turn / 2 % (segments.count * count)
        let place = Place(segment: segments[number / count], partition: UInt32(number % count))
        let evaluator = "evaluator-\(turn % 2)"
        turn += 1
        guard let copy = copies[place] else { return try begin(place, evaluator) }
        let request = EvaluationV1.ChangesRequest(
            segment: place.segment,
            cursors: [copy.cursor],
            // When all is well it is not to be too slow.
            limit: UInt32(1 + random.below(stage.isHealing ? 200 : 20))
        )
        try call(
            evaluator,
            EvaluationV1_FeedMethods.changes,
            request,
            CallOptions(timeoutMs: 500, project: Simulation.project)
        ) { [self] answer in
            if case .success(let reply) = answer {
                let told: EvaluationV1.ChangesResponse = try reply.response()
                for page in told.partitions { try take(page, place, copy, by: evaluator) }
            }
            plan()
        }
    }

    /// A copy begins with who is in, page by page; where one is refused it begins again.
    private func begin(_ place: Place, _ evaluator: String) throws {
        let copy = FeedCopy(partition: place.partition, epoch: epochs[place] ?? 0)
        let request = EvaluationV1.SnapshotRequest(
            segment: place.segment,
            partition: place.partition,
            limit: UInt32(1 + random.below(stage.isHealing ? 9 : 3)),
            epoch: epochs[place] ?? 0
        )
        try begin(copy, request, place, evaluator)
    }

    private func begin(
        _ copy: FeedCopy,
        _ request: EvaluationV1.SnapshotRequest,
        _ place: Place,
        _ evaluator: String
    ) throws {
        try call(
            evaluator,
            EvaluationV1_FeedMethods.snapshot,
            request,
            CallOptions(timeoutMs: 500, project: Simulation.project)
        ) { [self] answer in
            guard case .success(let reply) = answer else { return plan() }
            var copy = copy
            let page: EvaluationV1.SnapshotResponse = try reply.response()
            guard !copy.isOutdated(page.cursor) else { return plan() }
            try believe(page.cursor, of: place, by: evaluator)
            do throws(FeedCopy.Problem) {
                try copy.take(page)
            } catch {
                throw Broken(.i5, "the snapshot of \(place.segment): \(error)")
            }
            guard let next = page.next else {
                copies[place] = copy
                return plan()
            }
            var request = request
            (request.snapshot, request.from) = (page.snapshot, next)
            after(ms: 5 + UInt64(random.below(30))) { [self] in
                try begin(copy, request, place, evaluator)
            }
        }
    }

    private func take(
        _ page: EvaluationV1.PartitionChanges,
        _ place: Place,
        _ before: FeedCopy,
        by evaluator: String
    ) throws {
        var copy = before
        guard !copy.isOutdated(page.cursor) else { return }
        if let cursor = page.stale ? page.next : page.cursor {
            try believe(cursor, of: place, by: evaluator)
        }
        do throws(FeedCopy.Problem) {
            // A feed that goes on from nothing that was told begins anew.
            guard try copy.take(page) else { return copies[place] = nil }
        } catch {
            throw Broken(.i5, "the feed of \(place.segment) told to a consumer: \(error)")
        }
        copies[place] = copy
        try stage.judge.told(page.changes, of: place, version: page.cursor?.version)
    }

    /// Whoever is believed is the owner under the epoch that it tells, and was not superseded by
    /// one that was believed before.
    private func believe(
        _ cursor: EvaluationV1.FeedCursor?,
        of place: Place,
        by evaluator: String
    ) throws {
        let epoch = cursor?.epoch ?? 0
        let teller = (stage.nodes[evaluator] as? EvaluatorNode)?.membership.instance
        let owner = stage.judge.owner(of: place.partition, under: epoch)
        guard let owner, owner == teller, epoch >= epochs[place] ?? 0 else {
            throw Broken(
                .ownership,
                "\(evaluator) tells of \(place) under epoch \(epoch), behind \(epochs[place] ?? 0)"
            )
        }
        epochs[place] = epoch
    }

    override func finish() throws {
        // Also of whom nothing was ever heard.
        for place in stage.judge.feedPlaces { try stage.judge.ended(place, copies[place]) }
        try super.finish()
    }
}
