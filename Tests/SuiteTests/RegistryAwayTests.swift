// The registry is away: everything but changes of ownership and of definitions goes on.

import Basics
import Chassis
import Messages
import Testing

@Suite(.serialized)
struct RegistryAwayTests {
    /// Sends some events, one each of so many users; all are accepted.
    private func track(_ users: Range<Int>, _ suite: RealSuite) async throws {
        let records = users.map { number in
            IngestionV1.TrackRecord(
                userID: "user-\(number)",
                kind: .event(IngestionV1.TrackedEvent(name: "Charged", eventID: "\(number)"))
            )
        }
        let answer = try await IngestionV1_IngestionClient(try suite.client("ingestion")).track(
            IngestionV1.TrackRequest(records: records),
            CallOptions(timeoutMs: 20_000, project: RealSuite.project)
        )
        #expect(answer.accepted == UInt32(users.count))
    }

    private func count(_ name: String, _ suite: RealSuite) async throws -> UInt64 {
        try await EvaluationV1_SegmentsClient(try suite.client(name)).count(
            EvaluationV1.CountRequest(subject: .did("Charged", atLeast: 1)),
            CallOptions(timeoutMs: 30_000, project: RealSuite.project)
        ).users
    }

    @Test("without a registry events are taken, questions answered, and killed services come back")
    func everythingElseGoesOn() async throws {
        let suite = try RealSuite(settings: ["registry": ["--lease-ms", "600"]])
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        try await track(0..<40, suite)
        #expect(try await count("evaluator-1", suite) == 40)
        suite.killHard("registry")
        // For longer than a lease, so that nothing rests on one.
        let leaseEndsNs = suite.clock.monotonicNs + 900_000_000
        var users = 40
        while suite.clock.monotonicNs < leaseEndsNs {
            try await track(users..<(users + 1), suite)
            users += 1
        }
        #expect(try await count("evaluator-2", suite) == UInt64(users))
        for name in ["evaluator-1", "ingestion"] {
            suite.killHard(name)
            try await suite.start(name)
        }
        try await track(users..<(users + 10), suite)
        for name in ["evaluator-1", "evaluator-2"] {
            #expect(try await count(name, suite) == UInt64(users + 10))
        }
        try await suite.start("registry")
        let registry = RegistryV1_RegistryClient(try suite.client("registry"))
        let roster = try await registry.roster(RegistryV1.RosterRequest())
        #expect(roster.instances.allSatisfy { $0.state == .live })
        #expect(try await count("evaluator-1", suite) == UInt64(users + 10))
    }
}
