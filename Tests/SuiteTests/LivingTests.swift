// The suite as it lives: leases hold while nothing happens, a missing owner is named, its return
// heals.

import Basics
import Chassis
import Foundation
import Messages
import Testing

@Suite(.serialized)
struct LivingTests {
    @Test("an idle suite keeps every lease over three times its length")
    func leasesHold() async throws {
        let suite = try RealSuite(settings: ["registry": ["--lease-ms", "1000"]])
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let registry = RegistryV1_RegistryClient(try suite.client("registry"))
        let end = suite.clock.monotonicNs + 3_000_000_000
        while suite.clock.monotonicNs < end {
            let roster = try await registry.roster(RegistryV1.RosterRequest())
            #expect(roster.instances.count == 3)
            let lost = roster.instances.filter { $0.state != .live }.map(\.name)
            #expect(lost == [])
            try await suite.clock.sleep(forMs: 50)
        }
    }

    @Test("a missing owner is an error that names it, and never a part of the answer")
    func aMissingOwnerIsNamed() async throws {
        // While the lease runs nobody takes over.
        let suite = try RealSuite(settings: ["registry": ["--lease-ms", "60000"]])
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        let records = (0..<500).map { number in
            IngestionV1.TrackRecord(
                userID: "user-\(number)",
                kind: .event(IngestionV1.TrackedEvent(name: "App Launched"))
            )
        }
        _ = try await ingestion.track(
            IngestionV1.TrackRequest(records: records),
            CallOptions(project: RealSuite.project)
        )
        let segments = EvaluationV1_SegmentsClient(try suite.client("evaluator-1"))
        let question = EvaluationV1.CountRequest(subject: .did("App Launched", atLeast: 1))
        let options = CallOptions(timeoutMs: 5_000, project: RealSuite.project)
        #expect(try await segments.count(question, options).users == 500)
        suite.killHard("evaluator-2")
        let fault = await suite.fault {
            _ = try await segments.count(
                question,
                CallOptions(
                    timeoutMs: 2_000,
                    project: RealSuite.project
                )
            )
        }
        #expect(fault?.code == .unavailable || fault?.code == .deadlineExceeded)
        let told = "\(fault?.message ?? "") \(fault?.place ?? "")"
        #expect(told.contains("evaluator-2"))
        try await suite.start("evaluator-2")
        #expect(try await segments.count(question, options).users == 500)
    }

    @Test("a suite told to stop ends cleanly and answers the same when it is started again")
    func stopsAndStartsAgain() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        let records = (0..<300).map { number in
            IngestionV1.TrackRecord(
                userID: "user-\(number % 100)",
                kind: .event(IngestionV1.TrackedEvent(name: "Charged"))
            )
        }
        let options = CallOptions(timeoutMs: 5_000, project: RealSuite.project)
        _ = try await ingestion.track(IngestionV1.TrackRequest(records: records), options)
        let segments = EvaluationV1_SegmentsClient(try suite.client("evaluator-1"))
        let definition = try #require(
            SegmentV1.Definition(subject: .did("Charged", atLeast: 3))
        )
        _ = try await segments.create(
            EvaluationV1.CreateRequest(name: "often", definition: definition),
            options
        )
        let question = EvaluationV1.CountRequest(
            subject: EvaluationV1.Subject(kind: .segment("often"))
        )
        #expect(try await segments.count(question, options).users == 100)
        for name in ["evaluator-1", "ingestion", "registry"] {
            #expect(suite.stop(name) == 0, "\(suite.log(name))")
        }
        for name in ["registry", "ingestion", "evaluator-1"] { try await suite.start(name) }
        #expect(try await segments.count(question, options).users == 100)
    }
}

extension SegmentV1.Definition {
    /// The definition a subject carries; nil when it names a segment.
    init?(subject: EvaluationV1.Subject) {
        guard case .definition(let definition) = subject.kind else { return nil }
        self = definition
    }
}
