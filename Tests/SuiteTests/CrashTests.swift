// kill -9 at random moments under load: nothing acked is lost, nothing is there twice, answers stay
// the same.

import Basics
import Chassis
import Foundation
import Messages
import Synchronization
import Testing

/// The log as read back through Fetch: the truth the answers are compared with.
private struct ReadLog {
    /// How often each event id stands in the log.
    var ids: [String: Int] = [:]
    /// Charged events per user.
    var charged: [String: Int] = [:]
    /// Amounts per user, in whole units.
    var amount: [String: Int] = [:]
    var users: Set<String> = []

    init(_ client: IngestionV1_IngestionClient) async throws {
        let ends = try await client.positions(
            IngestionV1.PositionsRequest(),
            CallOptions(project: RealSuite.project)
        )
        for end in ends.positions {
            var names: [UInt32: String] = [:]
            var next: UInt64 = 0
            while next < end.nextOffset {
                let page = try await client.fetch(
                    IngestionV1.FetchRequest(
                        cursors: [
                            IngestionV1.FetchCursor(partition: end.partition, nextOffset: next)
                        ]),
                    CallOptions(maxReplyBytes: 1 << 20)
                )
                for part in page.partitions {
                    for record in part.records {
                        #expect(record.offset == next, "offsets are dense")
                        next = record.offset + 1
                        take(record, &names)
                    }
                }
            }
        }
    }

    private mutating func take(_ record: LogV1.LogRecord, _ names: inout [UInt32: String]) {
        switch record.body {
        case .newUser(let new):
            #expect(users.insert(new.userID).inserted, "a user is numbered once")
            names[new.number] = new.userID
        case .event(let event):
            let user = names[event.userNumber] ?? "nobody"
            ids[event.eventID ?? "", default: 0] += 1
            if event.name == "Charged" { charged[user, default: 0] += 1 }
            if case .number(let amount) = event.properties.first?.value?.kind {
                self.amount[user, default: 0] += Int(amount)
            }
        default: break
        }
    }

    /// What is wrong with the log, given what was acked; empty when nothing is.
    func faults(acked: Set<String>) -> [String] {
        let lost = acked.filter { ids[$0] == nil }.sorted().prefix(5)
        let twice = ids.filter { $0.value > 1 }.keys.sorted().prefix(5)
        return lost.map { "lost: \($0)" } + twice.map { "twice: \($0)" }
    }
}

@Suite(.serialized)
struct CrashTests {
    @Test("the checker of the log sees a lost event and an event that stands there twice")
    func theCheckerSeesLossAndRepetition() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        let record = IngestionV1.TrackRecord(
            userID: "u",
            kind: .event(IngestionV1.TrackedEvent(name: "A", eventID: "1"))
        )
        _ = try await ingestion.track(
            IngestionV1.TrackRequest(records: [record]),
            CallOptions(project: RealSuite.project)
        )
        var log = try await ReadLog(ingestion)
        #expect(log.faults(acked: ["1"]) == [])
        #expect(log.faults(acked: ["1", "2"]) == ["lost: 2"])
        log.ids["1"] = 2
        #expect(log.faults(acked: ["1"]) == ["twice: 1"])
    }

    @Test(
        "50 times kill -9 of ingestion or an evaluator under load: no acked event lost or doubled"
    )
    func killedAtRandomMoments() async throws {
        let cycles = ProcessInfo.processInfo.environment["SHOAL_TEST_KILLS"].flatMap(Int.init) ?? 50
        let seed = UInt64(20_261_124)
        var chance = SeededRandom(seed: seed)
        let suite = try RealSuite(settings: [
            "ingestion": ["--journal-file-mib", "1"], "evaluator": ["--chunk-rows", "64"],
        ])
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        let ledger = AckLedger()
        let isOver = Mutex(false)
        let clock = suite.clock
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<3 {
                let producer = Producer(
                    number: number,
                    client: ingestion,
                    ledger: ledger,
                    isOver: { isOver.withLock { $0 } },
                    clock: clock
                )
                group.addTask { try await producer.run() }
            }
            do {
                for cycle in 0..<cycles {
                    // Some acks, then a moment somewhere in the work that follows.
                    try await suite.wait(for: ledger, above: ledger.count)
                    try await clock.sleep(forMs: UInt64.random(in: 0...60, using: &chance))
                    let victim = ["ingestion", "evaluator-1", "evaluator-2"].randomElement(
                        using: &chance
                    )
                    guard let victim else { continue }
                    suite.killHard(victim)
                    try await suite.start(victim)
                    if cycle % 10 == 9 {
                        print("crash test: seed \(seed), \(cycle + 1) kills, \(ledger.count) acked")
                    }
                }
            } catch {
                isOver.withLock { $0 = true }
                throw error
            }
            isOver.withLock { $0 = true }
            try await group.waitForAll()
        }
        #expect(ledger.rejected == [])
        let log = try await ReadLog(ingestion)
        #expect(log.faults(acked: ledger.acked) == [], "seed \(seed)")
        try await suite.expectAnswers(of: log, "after \(cycles) kills, seed \(seed)")
        for name in ["evaluator-1", "evaluator-2", "ingestion"] { suite.killHard(name) }
        for name in ["ingestion", "evaluator-1", "evaluator-2"] { try await suite.start(name) }
        let again = try await ReadLog(ingestion)
        #expect(again.ids == log.ids)
        try await suite.expectAnswers(of: log, "after all were killed, seed \(seed)")
    }
}

extension RealSuite {
    /// Waits until more events have been acked.
    fileprivate func wait(for ledger: AckLedger, above count: Int) async throws {
        let deadline = clock.monotonicNs + Self.patienceNs
        while ledger.count <= count {
            guard clock.monotonicNs < deadline else {
                throw SuiteError("no event was acked: \(log("ingestion"))")
            }
            try await clock.sleep(forMs: 2)
        }
    }

    /// Asks each evaluator and compares with what the log says.
    fileprivate func expectAnswers(of log: ReadLog, _ when: String) async throws {
        let often = Dictionary(grouping: log.users) { log.charged[$0] ?? 0 }
        let median = often.keys.sorted()[often.count / 2]
        for name in ["evaluator-1", "evaluator-2"] {
            let segments = EvaluationV1_SegmentsClient(try client(name))
            let count = try await segments.count(
                EvaluationV1.CountRequest(
                    subject: .did("Charged", atLeast: UInt64(max(median, 1)))
                ),
                CallOptions(timeoutMs: 30_000, project: Self.project)
            )
            let expected = log.users.filter { (log.charged[$0] ?? 0) >= max(median, 1) }.count
            #expect(count.users == UInt64(expected), "\(name) \(when)")
            #expect(count.universe == UInt64(log.users.count), "\(name) \(when)")
            let limit = (log.amount.values.max() ?? 0) / 2
            let sum = try await segments.count(
                EvaluationV1.CountRequest(subject: .sum("amount", atLeast: Double(limit))),
                CallOptions(timeoutMs: 30_000, project: Self.project)
            )
            let rich = log.users.filter { (log.amount[$0] ?? 0) >= limit }.count
            #expect(sum.users == UInt64(rich), "\(name) \(when)")
        }
    }
}
