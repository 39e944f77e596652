// Ingestion knows its log by the port only: over the log in memory it does what it does over files.

import Basics
import Log
import Messages
import Testing

@testable import Ingestion

@Suite("Ingestion over another log")
struct LogPortTests {
    /// What is sent in each of three lives of an intake.
    private static let sent: [[IngestionV1.TrackRecord]] = [
        (0..<40).map { Sent.event("u\($0 % 13)", id: "\($0)") },
        [Sent.profile("u1", set: [Sent.property("plan", .text("x"))]), Sent.event("u2", id: "2")],
        (30..<60).map { Sent.event("u\($0 % 17)", id: "\($0)") },
    ]

    private struct Lives {
        var outcomes: [[Outcome]] = []
        var records: [LogV1.LogRecord] = []
    }

    /// Three lives over logs that are opened anew.
    private func live(_ rig: IngestionRig, opening: () throws -> OpenIntake) async throws -> Lives {
        var lives = Lives()
        for records in Self.sent {
            let open = try opening()
            #expect(open.replayed == 0)
            lives.outcomes.append(try await open.track(records))
            lives.records = try open.allRecords()
            try open.stop()
            rig.clock.advance(ms: 60_000)
        }
        return lives
    }

    @Test("the same batches give the same places and the same records")
    func theSame() async throws {
        let files = try IngestionRig()
        let memory = try IngestionRig()
        let store = MemoryLog.Store(partitions: memory.partitions)
        let one = try await live(files) { try files.open() }
        let other = try await live(memory) { try memory.open(over: store.open()) }
        #expect(one.outcomes == other.outcomes)
        #expect(one.records == other.records && one.records.count > 80)
    }

    @Test("a failed append ends the intake, and the next one knows what became of the batch")
    func failure() async throws {
        for failure in MemoryLog.AppendFailure.allCases {
            let rig = try IngestionRig()
            let store = MemoryLog.Store(partitions: rig.partitions)
            let open = try rig.open(over: store.open())
            _ = try await open.track([Sent.event("a", id: "1")])
            store.failNextAppend(failure)
            let error = await ingestionError {
                _ = try await open.track([Sent.event("b", id: "2")])
            }
            #expect(error?.code == .log && error?.isRetriable == true)
            try open.stop()
            #expect(open.end.withLock { $0 }?.code == .log)
            let next = try rig.open(over: store.open())
            let again = try await next.track([Sent.event("a", id: "1"), Sent.event("b", id: "2")])
            #expect(again.map(\.isDuplicate) == [true, failure == .kept])
            try next.stop()
        }
    }

    @Test("an intake whose log was taken over refuses, and writes nothing")
    func takenOver() async throws {
        let rig = try IngestionRig()
        let store = MemoryLog.Store(partitions: rig.partitions)
        let open = try rig.open(over: store.open())
        _ = try await open.track([Sent.event("a", id: "1")])
        let other = store.open()
        let error = await ingestionError { _ = try await open.track([Sent.event("b", id: "2")]) }
        #expect(error?.code == .log)
        try open.stop()
        #expect(open.end.withLock { $0 }?.exitCode == .locked)
        let ends = try rig.partitions.all.map { try other.end(of: $0).next.value }
        #expect(ends.reduce(0, +) == 2, "the user and her event")
    }
}
