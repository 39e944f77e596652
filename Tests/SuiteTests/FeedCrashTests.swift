// kill -9 at random moments under live load: a feed has each change once and in order, and is what
// the log alone says.

import Basics
import Chassis
import Foundation
import Messages
import Synchronization
import Testing

/// What is to end.
private final class Ending: Sendable {
    let ofLoad = Atomic(false)
    let ofReading = Atomic(false)

    func end() {
        ofLoad.store(true, ordering: .relaxed)
        ofReading.store(true, ordering: .relaxed)
    }
}

/// Two evaluators that follow live segments, and what befalls them.
private final class LiveSuite {
    /// What befalls the suite in one cycle.
    enum Blow: CaseIterable {
        /// Ingestion dies and comes back.
        case ingestion
        /// An evaluator dies and is back before anybody else has its partitions.
        case crash
        /// An evaluator dies, the other takes over, and gives back.
        case takeOver
        /// Both evaluators die.
        case both
        /// Ingestion and an evaluator die.
        case mixed
        /// An evaluator dies for good, and one without any data takes its place.
        case fresh
    }

    /// How the suite is built, and what befalls it.
    struct Plan {
        var partitions = 8
        var evaluator: [String] = []
        var blows = Blow.allCases
        /// Thousands of records that are there before, about.
        var thousands = 0

        /// Few partitions with more records than are sooner read than copied, and nobody who has
        /// read them along: who is new takes one over from who lives, by a copy of columns, live
        /// state and feeds.
        static let copying = Plan(
            partitions: 2,
            evaluator: ["--standby-off"],
            blows: [.fresh, .takeOver],
            thousands: 12
        )
    }

    let plan: Plan
    let suite: RealSuite
    let living = LivingEvaluators()
    let readers: [FeedReader]
    private var counts: [Blow: Int] = [:]
    private var started = 2

    init(_ plan: Plan) async throws {
        self.plan = plan
        suite = try RealSuite(settings: [
            "registry": ["--lease-ms", "600", "--partitions", "\(plan.partitions)"],
            "ingestion": ["--journal-file-mib", "1"],
            "evaluator": ["--chunk-rows", "64"] + plan.evaluator,
        ])
        readers = LiveLoad.segments.map { [suite, living] segment in
            FeedReader(
                segment.name,
                partitions: plan.partitions,
                evaluators: living,
                clock: suite.clock
            )
        }
        try await suite.startAll(evaluators: 2)
        for name in ["evaluator-1", "evaluator-2"] { living.add(name, try suite.client(name)) }
        let segments = EvaluationV1_SegmentsClient(try suite.client("evaluator-1"))
        for (name, live) in LiveLoad.segments {
            _ = try await segments.create(
                EvaluationV1.CreateRequest(name: name, live: live),
                CallOptions(timeoutMs: 10_000, project: RealSuite.project)
            )
        }
    }

    /// How often each thing happened.
    var struck: String { counts.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ") }

    func strike(_ blow: Blow, _ chance: inout SeededRandom) async throws {
        counts[blow, default: 0] += 1
        let victim = living.names.randomElement(using: &chance) ?? "evaluator-1"
        switch blow {
        case .ingestion:
            suite.killHard("ingestion")
            try await suite.start("ingestion")
        case .crash:
            kill(victim)
            try await start([victim])
        case .takeOver:
            kill(victim)
            try await suite.ownsNothing(victim)
            try await start([victim])
        case .both:
            let names = living.names
            names.forEach(kill)
            try await start(names)
        case .mixed:
            suite.killHard("ingestion")
            kill(victim)
            try suite.launch("ingestion")
            try await start([victim])
            try await suite.ready("ingestion")
        case .fresh:
            kill(victim)
            let id = try await suite.instance(victim).instanceID
            try await suite.ownsNothing(victim)
            _ = try await suite.registry.deregister(RegistryV1.DeregisterRequest(instanceID: id))
            started += 1
            try await start(["evaluator-\(started)"])
        }
    }

    private func kill(_ name: String) {
        living.remove(name)
        suite.killHard(name)
    }

    private func start(_ names: [String]) async throws {
        for name in names { try suite.launch(name) }
        for name in names {
            try await suite.ready(name)
            living.add(name, try suite.client(name))
        }
    }

    /// How often a checkpoint was copied, as the evaluators that were there have logged.
    var copies: Int {
        (1...started).reduce(0) { sum, number in
            let path = "\(suite.folder)/evaluator-\(number).log"
            let log = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            return sum + log.components(separatedBy: "a checkpoint was copied").count - 1
        }
    }

    /// What all readers have.
    var told: [FeedPlace: [EvaluationV1.MembershipChange]] {
        readers.reduce(into: [:]) { $0.merge($1.told) { first, _ in first } }
    }

    var problems: [String] { readers.flatMap(\.problems) }

    /// Waits until the readers have as many changes as there must be.
    func read(all truth: LiveTruth) async throws {
        let deadline = suite.clock.monotonicNs + RealSuite.patienceNs / 3
        while suite.clock.monotonicNs < deadline, problems.isEmpty {
            let told = self.told
            if truth.told.keys.allSatisfy({ told[$0]?.count ?? 0 >= truth.count($0) }) { break }
            try await suite.clock.sleep(forMs: 50)
        }
        // What is too much comes, too.
        try await suite.clock.sleep(forMs: 500)
    }
}

@Suite(.serialized)
struct FeedCrashTests {
    @Test("the checker of feeds sees a change that is missing, comes twice, or is another")
    func theCheckerSees() throws {
        let live = try #require(LiveLoad.segments.first { $0.name == "buying" }).live
        let document = SegmentV1.SegmentDocument(name: "buying", live: live)
        var bodies: [LogV1.LogRecord.Body] = [
            .catalogue(
                LogV1.CatalogueChange(
                    revision: 1,
                    kind: "segment",
                    name: "buying",
                    body: try document.encode()
                )
            ), .newUser(LogV1.NewUser(number: 0, userID: "ann")),
        ]
        for atMs in [10_000, 11_000, 20_000] as [Int64] {
            bodies.append(.event(LogV1.Event(userNumber: 0, name: "Bought", atMs: atMs)))
        }
        let records = bodies.enumerated().map { index, body in
            var logTimeMs: Int64 = 9_000
            if case .event(let event) = body { logTimeMs = event.atMs }
            return LogV1.LogRecord(
                offset: UInt64(index),
                logTimeMs: logTimeMs,
                project: RealSuite.project?.text ?? "",
                body: body
            )
        }
        let truth = try LiveTruth(records, of: 0)
        let place = FeedPlace(partition: 0, segment: "buying")
        func change(
            _ sequence: UInt64,
            _ kind: EvaluationV1.MembershipKind,
            _ atMs: Int64,
            _ occurrence: UInt32
        ) -> EvaluationV1.MembershipChange {
            EvaluationV1.MembershipChange(
                sequence: sequence,
                userID: "ann",
                kind: kind,
                atMs: atMs,
                cause: kind == .left ? .timer : .record,
                member: kind == .entered,
                occurrence: occurrence
            )
        }
        let right = [
            change(1, .entered, 10_000, 1), change(2, .entered, 11_000, 2),
            change(3, .left, 12_500, 2), change(4, .entered, 20_000, 3),
            change(5, .left, 21_500, 3),
        ]
        #expect(truth.faults(in: [place: right]) == [])
        var wrong = right
        wrong.remove(at: 2)
        #expect(truth.faults(in: [place: wrong]) != [], "one is missing")
        #expect(truth.faults(in: [place: right.dropLast()]) != [], "the last is missing")
        #expect(truth.faults(in: [place: right + right.suffix(1)]) != [], "one comes twice")
        wrong = right
        wrong.append(change(6, .left, 21_500, 3))
        #expect(truth.faults(in: [place: wrong]) != [], "one comes again under the next number")
        wrong = right
        wrong[2].atMs += 1
        #expect(truth.faults(in: [place: wrong]) != [], "an instant is another")
        #expect(truth.faults(in: [:]) != [], "nothing was told")
    }

    private static let cycles =
        ProcessInfo.processInfo.environment["SHOAL_TEST_FEED_KILLS"].flatMap(Int.init) ?? 20

    @Test("20 times kill -9 under live load: the feeds are whole, and what the log says")
    func killedAtRandomMoments() async throws {
        try await kill(LiveSuite.Plan(), cycles: Self.cycles) { _ in }
    }

    @Test("taken over by copies of live state and feeds under live load: the feeds are whole, too")
    func copiedUnderLoad() async throws {
        try await kill(.copying, cycles: max(3, Self.cycles / 4)) { live in
            #expect(live.copies > 0, "nothing was copied")
        }
    }

    private func kill(
        _ plan: LiveSuite.Plan,
        cycles: Int,
        _ look: (LiveSuite) throws -> Void
    ) async throws {
        let seed = UInt64(20_261_128)
        var chance = SeededRandom(seed: seed)
        let live = try await LiveSuite(plan)
        let suite = live.suite
        defer { suite.close() }
        try await prefill(suite, thousands: plan.thousands, &chance)
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        let ledger = AckLedger()
        let (clock, ending) = (suite.clock, Ending())
        for reader in live.readers { try await reader.begin(&chance) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, reader) in live.readers.enumerated() {
                group.addTask {
                    try await reader.run(seed: UInt64(number)) {
                        ending.ofReading.load(ordering: .relaxed)
                    }
                }
            }
            let load = Task {
                try await LiveLoad.send(to: ingestion, clock: clock, seed: seed, ledger) {
                    ending.ofLoad.load(ordering: .relaxed)
                }
            }
            defer { ending.end() }
            for cycle in 0..<cycles {
                try await clock.sleep(forMs: UInt64.random(in: 50...900, using: &chance))
                // Each kind comes as often as the others, in an order of chance.
                let blows = plan.blows
                let blow = cycle < blows.count ? blows[cycle] : blows.randomElement(using: &chance)
                try await live.strike(blow ?? .crash, &chance)
                guard live.problems.isEmpty else { break }
            }
            ending.ofLoad.store(true, ordering: .relaxed)
            try await load.value
            let truth = try await LiveTruth(ingestion)
            try await live.read(all: truth)
            let told = live.told
            print(
                "feed crash test: seed \(seed), \(cycles) cycles (\(live.struck)), "
                    + "\(ledger.count) acked, \(told.values.reduce(0) { $0 + $1.count }) changes, "
                    + "put off \(live.readers.map(\.refusals)), \(live.copies) copies"
            )
            #expect(ledger.rejected == [])
            #expect(live.problems == [], "seed \(seed)")
            #expect(Array(truth.faults(in: told).prefix(5)) == [], "seed \(seed)")
            try await expectMembers(of: truth, live, &chance)
            try look(live)
            ending.end()
            try await group.waitForAll()
        }
    }

    /// More records than are sooner read than copied, of which no feed tells: readers begin behind
    /// them.
    private func prefill(
        _ suite: RealSuite,
        thousands: Int,
        _ chance: inout SeededRandom
    ) async throws {
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        for part in 0..<thousands {
            var records: [IngestionV1.TrackRecord] = []
            for number in 0..<64 {
                // Other ids than the load's.
                let first = 1_000_000 + (part * 64 + number) * LiveLoad.batchRecords
                records += LiveLoad.batch(from: first, at: suite.clock.now, &chance)
            }
            for index in records.indices {
                guard case .event(var event)? = records[index].kind else { continue }
                event.name = "Seen"
                records[index].kind = .event(event)
            }
            _ = try await ingestion.track(
                IngestionV1.TrackRequest(records: records),
                CallOptions(timeoutMs: 10_000, project: RealSuite.project)
            )
        }
    }

    /// Who is in by the log is in by the consumer's copy, a new one, and a question to anybody.
    private func expectMembers(
        of truth: LiveTruth,
        _ live: LiveSuite,
        _ chance: inout SeededRandom
    ) async throws {
        for reader in live.readers {
            let wanted = truth.members(of: reader.segment)
            #expect(reader.members == wanted, "\(reader.segment)")
            let new = FeedReader(
                reader.segment,
                partitions: live.plan.partitions,
                evaluators: live.living,
                clock: live.suite.clock
            )
            try await new.begin(&chance)
            #expect(new.members == wanted, "a new copy of \(reader.segment)")
            for name in live.living.names {
                let segments = EvaluationV1_SegmentsClient(try live.suite.client(name))
                let answer = try await segments.count(
                    EvaluationV1.CountRequest(
                        subject: EvaluationV1.Subject(kind: .segment(reader.segment)),
                        atMs: max(live.suite.clock.now.ms, truth.lastMs)
                    ),
                    CallOptions(timeoutMs: 30_000, project: RealSuite.project)
                )
                #expect(answer.users == UInt64(wanted.count), "\(reader.segment) by \(name)")
            }
        }
    }
}
