// Somebody who follows the feeds of all segments, as the client libraries do.

import Basics
import Messages
import Wire

@testable import Evaluator

/// Keeps copies of feeds, which check themselves, and shows the judge what it was told.
final class Consumer: Node {
    private var random: SeededRandom
    private var copies: [Place: FeedCopy] = [:]
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
                for page in told.partitions { try take(page, place, copy) }
            }
            plan()
        }
    }

    /// A copy begins with who is in.
    private func begin(_ place: Place, _ evaluator: String) throws {
        try call(
            evaluator,
            EvaluationV1_FeedMethods.snapshot,
            EvaluationV1.SnapshotRequest(segment: place.segment, partition: place.partition),
            CallOptions(timeoutMs: 500, project: Simulation.project)
        ) { [self] answer in
            if case .success(let reply) = answer {
                var copy = FeedCopy(partition: place.partition)
                let page: EvaluationV1.SnapshotResponse = try reply.response()
                do throws(FeedCopy.Problem) {
                    try copy.take(page)
                } catch {
                    throw Broken(.i5, "the snapshot of \(place.segment): \(error)")
                }
                copies[place] = copy
            }
            plan()
        }
    }

    private func take(
        _ page: EvaluationV1.PartitionChanges,
        _ place: Place,
        _ before: FeedCopy
    ) throws {
        var copy = before
        do throws(FeedCopy.Problem) {
            // Another version's feed begins anew.
            guard try copy.take(page) else { return copies[place] = nil }
        } catch {
            throw Broken(.i5, "the feed of \(place.segment) told to a consumer: \(error)")
        }
        copies[place] = copy
        try stage.judge.told(page.changes, of: place)
    }

    override func finish() throws {
        // Also of whom nothing was ever heard.
        for place in stage.judge.feedPlaces { try stage.judge.ended(place, copies[place]) }
        try super.finish()
    }
}
