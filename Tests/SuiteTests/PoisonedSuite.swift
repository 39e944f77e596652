// A suite whose evaluators end by what they are told, and are started again.

import Basics
import Chassis
import Messages
import Testing

/// Evaluators that end by what they are told, and somebody who starts them again, as systemd does.
final class PoisonedSuite {
    let suite: RealSuite
    let options = CallOptions(timeoutMs: 5_000, project: RealSuite.project)
    /// How often each evaluator has ended by itself.
    private(set) var ends: [String: Int] = [:]

    init() async throws {
        suite = try RealSuite(settings: [
            "registry": ["--lease-ms", "600", "--partitions", "2"]
        ])
        suite.programs["evaluator"] = "shoal-poisoned"
        try await suite.startAll(evaluators: 2)
        let charged = SegmentV1.EventTest(events: ["Charged"])
        try await create("buyers", .action(SegmentV1.ActionTrigger(event: charged)))
    }

    /// Saves a live segment, while those that end are started again.
    func create(
        _ name: String,
        _ trigger: SegmentV1.LiveDefinition.Trigger,
        filter: [SegmentV1.Node] = [],
        reviving names: [String] = []
    ) async throws {
        let live = SegmentV1.LiveDefinition(trigger: trigger, filter: filter)
        try await patiently(reviving: names) {
            _ = try await self.segments("evaluator-1").create(
                .init(name: name, live: live),
                CallOptions(timeoutMs: 1_000, project: RealSuite.project)
            )
        }
    }

    func segments(_ name: String) throws -> EvaluationV1_SegmentsClient {
        EvaluationV1_SegmentsClient(try suite.client(name))
    }

    func track(_ events: [(user: String, event: String)]) async throws {
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        let now = suite.clock.now.ms
        let records = events.map { one in
            IngestionV1.TrackRecord(
                userID: one.user,
                kind: .event(IngestionV1.TrackedEvent(name: one.event, occurredAtMs: now))
            )
        }
        let answer = try await ingestion.track(.init(records: records), options)
        #expect(answer.accepted == UInt32(records.count))
    }

    /// Starts those again that have ended.
    func revive(_ names: [String]) throws {
        for name in names where suite.hasEnded(name) {
            ends[name, default: 0] += 1
            try suite.launch(name)
        }
    }

    /// Tries until it is done, while those that end are started again.
    func patiently<Answer>(
        reviving names: [String] = [],
        _ body: () async throws -> Answer
    ) async throws -> Answer {
        let deadline = suite.clock.monotonicNs + RealSuite.patienceNs
        while true {
            try revive(names)
            do {
                return try await body()
            } catch let error as Fault {
                guard suite.clock.monotonicNs < deadline else {
                    throw SuiteError("\(error); ends \(ends): \(suite.log("evaluator-1"))")
                }
                try await suite.clock.sleep(forMs: 20)
            }
        }
    }

    /// An answer, as soon as there is one, while those that end are started again.
    func count(_ event: String, by name: String, reviving names: [String] = []) async throws
        -> EvaluationV1.CountResponse
    {
        try await patiently(reviving: names) {
            try await self.segments(name).count(
                .init(subject: .did(event, atLeast: 1)),
                CallOptions(timeoutMs: 500, project: RealSuite.project)
            )
        }
    }

    /// All that a segment's feeds have told.
    func changes(
        of segment: String = "buyers",
        in partitions: [UInt32] = [0, 1],
        by name: String
    ) async throws -> [EvaluationV1
        .MembershipChange]
    {
        let feed = EvaluationV1_FeedClient(try suite.client(name))
        var changes: [EvaluationV1.MembershipChange] = []
        for partition in partitions {
            let request = EvaluationV1.ChangesRequest(
                segment: segment,
                cursors: [EvaluationV1.FeedCursor(partition: partition)],
                limit: 10_000
            )
            changes += try await feed.changes(request, options).partitions.flatMap(\.changes)
        }
        return changes
    }
}

extension EvaluationV1.CountResponse {
    /// Records that the answer lacks.
    var leftOut: UInt32 {
        (exactness?.positions ?? []).reduce(0) { $0 + $1.leftOut }
    }
}
