// Evaluators come and go under load: every answer is right for its positions, or a clear refusal.

import Basics
import Chassis
import Foundation
import Messages
import Synchronization
import Testing

/// A suite whose evaluators come and go.
private final class ElasticSuite {
    /// What befalls the suite in one round.
    enum Event: CaseIterable { case join, drain, takeOver, crash, registry }

    static let evaluatorsMax = 3
    let suite: RealSuite
    let living = LivingEvaluators()
    private var counts: [Event: Int] = [:]

    init() async throws {
        suite = try RealSuite(settings: [
            "registry": ["--lease-ms", "600", "--partitions", "16"],
            "ingestion": ["--journal-file-mib", "1"], "evaluator": ["--chunk-rows", "64"],
        ])
        try await suite.startAll(evaluators: 2)
        for name in ["evaluator-1", "evaluator-2"] { living.add(name, try suite.client(name)) }
    }

    /// Lets something happen, or what is possible instead.
    func play(_ wanted: Event, _ chance: inout SeededRandom) async throws {
        var event = wanted
        if event == .join, living.names.count >= Self.evaluatorsMax { event = .drain }
        if event == .drain || event == .takeOver, living.names.count < 2 { event = .join }
        counts[event, default: 0] += 1
        let victim = living.names.randomElement(using: &chance) ?? "evaluator-1"
        switch event {
        case .join:
            let name = (1...9).map { "evaluator-\($0)" }.first { !living.names.contains($0) }
            try await start(name ?? "evaluator-9")
        case .drain:
            try await drain(victim)
        case .takeOver:
            living.remove(victim)
            suite.killHard(victim)
            try await suite.ownsNothing(victim)
            try await start(victim)
        case .crash:
            living.remove(victim)
            suite.killHard(victim)
            try await start(victim)
        case .registry:
            suite.killHard("registry")
            try await suite.start("registry")
        }
    }

    /// How often each thing happened.
    var played: String { counts.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ") }

    func start(_ name: String) async throws {
        try await suite.start(name)
        living.add(name, try suite.client(name))
    }

    /// Takes an evaluator out as an operator does: its partitions first, then the process.
    func drain(_ name: String) async throws {
        let id = try await suite.instance(name).instanceID
        living.remove(name)
        _ = try await suite.registry.drain(RegistryV1.DrainRequest(instanceID: id))
        try await suite.ownsNothing(name)
        #expect(suite.stop(name) == 0)
        _ = try await suite.registry.deregister(RegistryV1.DeregisterRequest(instanceID: id))
    }
}

@Suite(.serialized)
struct ElasticTests {
    @Test(
        "50 times an evaluator joins, drains or dies, or the registry restarts: answers are right"
    )
    func comeAndGo() async throws {
        let rounds =
            ProcessInfo.processInfo.environment["SHOAL_TEST_ROUNDS"].flatMap(Int.init) ?? 50
        let seed = UInt64(20_261_127)
        var chance = SeededRandom(seed: seed)
        let elastic = try await ElasticSuite()
        let suite = elastic.suite
        defer { suite.close() }
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        let (ledger, book) = (AckLedger(), AnswerBook())
        let isOver = Mutex(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let producer = Producer(
                number: 1,
                client: ingestion,
                ledger: ledger,
                isOver: { isOver.withLock { $0 } },
                clock: suite.clock,
                restMs: 100
            )
            group.addTask { try await producer.run() }
            for number in 0..<4 as Range<UInt64> {
                let questioner = Questioner(
                    number: number,
                    clock: suite.clock,
                    book: book,
                    evaluator: { [living = elastic.living] in living.any(&$0) },
                    isOver: { isOver.withLock { $0 } }
                )
                group.addTask { try await questioner.run(seed: seed) }
            }
            do {
                for _ in 0..<rounds {
                    let event = ElasticSuite.Event.allCases.randomElement(using: &chance)
                    try await elastic.play(event ?? .join, &chance)
                }
            } catch {
                isOver.withLock { $0 = true }
                throw error
            }
            isOver.withLock { $0 = true }
            try await group.waitForAll()
        }
        let answers = book.answers
        print(
            "elastic: seed \(seed), \(rounds) rounds (\(elastic.played)), \(ledger.count) acked, "
                + "\(answers.count) answers, not answered \(book.refusals)"
        )
        #expect(book.unclear == [], "seed \(seed)")
        let log = try await LoggedUsers(ingestion)
        // Evenly over the run, as the naive reader takes its time.
        let step = max(answers.count / 400, 1)
        let checked = stride(from: 0, to: answers.count, by: step).map { answers[$0] }
        #expect(checked.count >= min(rounds, 100))
        #expect(try log.faults(in: checked) == [], "seed \(seed)")
        try await expectEqualToOneAlone(elastic, log, seed: seed)
    }

    @Test("a question whose owner has just died is answered once another has taken over")
    func asksTheNextOwner() async throws {
        let elastic = try await ElasticSuite()
        let suite = elastic.suite
        defer { suite.close() }
        let records = (0..<50).map { number in
            IngestionV1.TrackRecord(
                userID: "user-\(number)",
                kind: .event(IngestionV1.TrackedEvent(name: "Charged"))
            )
        }
        _ = try await IngestionV1_IngestionClient(try suite.client("ingestion")).track(
            IngestionV1.TrackRequest(records: records),
            CallOptions(project: RealSuite.project)
        )
        suite.killHard("evaluator-2")
        let beganNs = suite.clock.monotonicNs
        let answer = try await Questioner.ask(
            0,
            of: "evaluator-1",
            try suite.client("evaluator-1"),
            at: suite.clock.now,
            timeoutMs: 60_000
        )
        #expect(answer.members == 50)
        // An asker that stayed with the dead owner would give up after four fifths of its time.
        #expect(suite.clock.monotonicNs - beganNs < 30_000_000_000)
    }

    /// Every evaluator's answers, and those of a single one that has read the log from its start.
    private func expectEqualToOneAlone(_ elastic: ElasticSuite, _ log: LoggedUsers, seed: UInt64)
        async throws
    {
        let suite = elastic.suite
        let instant = suite.clock.now
        func ask(_ name: String) async throws -> [KeptAnswer] {
            var answers: [KeptAnswer] = []
            for question in Questioner.questions.indices {
                let client = try suite.client(name)
                answers.append(
                    try await Questioner.ask(
                        question,
                        of: name,
                        client,
                        at: instant,
                        timeoutMs: 30_000
                    )
                )
            }
            return answers
        }
        var last: [KeptAnswer] = []
        for name in elastic.living.names {
            last = try await ask(name)
            #expect(try log.faults(in: last) == [], "seed \(seed)")
        }
        let less = log.forgetting(oneWhoDid: "Charged")
        #expect(try less.faults(in: last) != [], "the checker sees that events are missing")
        try await elastic.start("evaluator-alone")
        for name in elastic.living.names where name != "evaluator-alone" {
            try await elastic.drain(name)
        }
        let alone = try await ask("evaluator-alone")
        #expect(alone.map(\.members) == last.map(\.members), "seed \(seed)")
        #expect(alone.map(\.universe) == last.map(\.universe), "seed \(seed)")
        #expect(try log.faults(in: alone) == [], "seed \(seed)")
    }
}
