// An owner dies between the record of a live segment's update and what comes of it: whoever takes
// over tells what the log alone says, to the byte, and nothing twice.

import Basics
import Chassis
import Foundation
import Messages
import Synchronization
import Testing

/// Two evaluators under live load, and segments that change again and again.
private final class UpdatedSuite {
    static let partitions: UInt32 = 4
    static let names = ["third-look", "left-cart"]

    let suite: RealSuite
    let living = LivingEvaluators()
    let readers: [FeedReader]
    private let options = CallOptions(timeoutMs: 5_000, project: RealSuite.project)

    init(_ evaluator: [String]) async throws {
        suite = try RealSuite(settings: [
            "registry": ["--lease-ms", "600", "--partitions", "\(Self.partitions)"],
            "evaluator": ["--chunk-rows", "64"] + evaluator,
        ])
        readers = Self.names.map { [suite, living] name in
            FeedReader(
                name,
                partitions: Int(Self.partitions),
                evaluators: living,
                clock: suite.clock
            )
        }
        try await suite.startAll(evaluators: 2)
        for name in ["evaluator-1", "evaluator-2"] { living.add(name, try suite.client(name)) }
        for (name, live) in LiveLoad.segments where Self.names.contains(name) {
            _ = try await segments("evaluator-1").create(.init(name: name, live: live), options)
        }
    }

    private func segments(_ name: String) throws -> EvaluationV1_SegmentsClient {
        EvaluationV1_SegmentsClient(try suite.client(name))
    }

    /// The same segment with other times: who waits goes on waiting, who stays does so otherwise.
    private func changed(_ name: String, _ round: Int) -> SegmentV1.LiveDefinition {
        var live = LiveLoad.segments.first { $0.name == name }?.live ?? .init()
        live.stayMs = UInt64(1_200 + 300 * (round % 4))
        if case .inaction(var inaction)? = live.trigger {
            inaction.withinMs = UInt64(1_200 + 200 * (round % 3))
            live.trigger = .inaction(inaction)
        }
        return live
    }

    /// One owner sleeps, so that it handles nothing of the update, whose record stands in its
    /// partitions; it dies, the other takes over, and it comes back.
    func update(_ round: Int, of name: String) async throws {
        let (victim, other) =
            round % 2 == 0 ? ("evaluator-1", "evaluator-2") : ("evaluator-2", "evaluator-1")
        let before = try await standing(of: name, by: other)
        living.remove(victim)
        suite.pause(victim, true)
        let request = EvaluationV1.UpdateRequest(
            name: name,
            expectedRevision: before.revision,
            live: changed(name, round)
        )
        let (segments, options) = (try segments(other), options)
        let updating = Task { try await segments.update(request, options) }
        // All partitions' logs have it at once: whoever has read it of its own proves it.
        let deadline = suite.clock.monotonicNs + RealSuite.patienceNs / 4
        while try await standing(of: name, by: other).version == before.version {
            guard suite.clock.monotonicNs < deadline else {
                throw SuiteError("round \(round): no update: \(await updating.result)")
            }
            try await suite.clock.sleep(forMs: 5)
        }
        suite.killHard(victim)
        do { _ = try await updating.value } catch let fault as Fault where fault.isRetriable {
            // Who asked cannot know, and would look.
        }
        try await suite.ownsNothing(victim)
        try await suite.start(victim)
        living.add(victim, try suite.client(victim))
    }

    private func standing(of name: String, by evaluator: String) async throws
        -> EvaluationV1.Segment
    {
        let answer = try await segments(evaluator).get(.init(name: name), options)
        return answer.segment ?? .init()
    }

    /// All that the readers have.
    var told: [FeedPlace: [EvaluationV1.MembershipChange]] {
        readers.reduce(into: [:]) { $0.merge($1.told) { first, _ in first } }
    }

    /// Waits until nothing has come for longer than any segment waits.
    func rest() async throws {
        var count = -1
        while told.values.reduce(0, { $0 + $1.count }) != count {
            count = told.values.reduce(0) { $0 + $1.count }
            try await suite.clock.sleep(forMs: 4_000)
        }
    }

    /// Both die for good, and one that has read nothing reads the log.
    func begin(anew name: String) async throws {
        for old in living.names {
            living.remove(old)
            let id = try await suite.instance(old).instanceID
            suite.killHard(old)
            _ = try await suite.registry.deregister(.init(instanceID: id))
        }
        try await suite.start(name)
    }

    /// A feed from the first version's first change on, through all versions.
    func history(of segment: String, in partition: UInt32, by name: String) async throws
        -> [EvaluationV1.MembershipChange]
    {
        let feed = EvaluationV1_FeedClient(try suite.client(name))
        var cursor = EvaluationV1.FeedCursor(partition: partition, version: 1, generation: 1)
        var changes: [EvaluationV1.MembershipChange] = []
        let deadline = suite.clock.monotonicNs + RealSuite.patienceNs
        while suite.clock.monotonicNs < deadline {
            let page: EvaluationV1.PartitionChanges?
            do throws(Fault) {
                page = try await feed.changes(
                    .init(segment: segment, cursors: [cursor], waitMs: 500, limit: 1_000),
                    options
                ).partitions.first
            } catch {
                guard error.isRetriable else { throw error }
                try await suite.clock.sleep(forMs: 50)
                continue
            }
            guard let page else { return changes }
            guard let next = page.stale ? page.next : page.cursor else {
                throw SuiteError("\(segment)/\(partition) cannot go on behind \(cursor)")
            }
            changes += page.changes
            cursor = next
        }
        throw SuiteError("\(segment)/\(partition) never ends")
    }
}

@Suite(.serialized)
struct UpdateTakeOverTests {
    @Test(
        "owners die between an update's record and its end: the feeds are those of the log alone",
        arguments: [[], ["--standby-off"]] as [[String]]
    )
    func inTheMiddle(_ evaluator: [String]) async throws {
        let seed: UInt64 = 20_261_131
        var chance = SeededRandom(seed: seed)
        let live = try await UpdatedSuite(evaluator)
        let suite = live.suite
        defer { suite.close() }
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        let (ledger, clock, isOver) = (AckLedger(), suite.clock, Flag())
        for reader in live.readers { try await reader.begin(&chance) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, reader) in live.readers.enumerated() {
                group.addTask {
                    try await reader.run(seed: UInt64(number)) { isOver.isRaised("reading") }
                }
            }
            let load = Task {
                try await LiveLoad.send(to: ingestion, clock: clock, seed: seed, ledger) {
                    isOver.isRaised("load")
                }
            }
            defer { isOver.raise(["load", "reading"]) }
            for round in 0..<6 {
                try await clock.sleep(forMs: UInt64.random(in: 300...900, using: &chance))
                try await live.update(round, of: UpdatedSuite.names[round / 2 % 2])
            }
            isOver.raise(["load"])
            try await load.value
            try await live.rest()
            isOver.raise(["reading"])
            try await group.waitForAll()
        }
        #expect(ledger.rejected == [] && live.readers.flatMap(\.problems) == [], "seed \(seed)")
        let told = live.told
        let causes = Set(told.values.flatMap { $0.map(\.cause) })
        #expect(causes.isSuperset(of: [.record, .timer, .definition]), "\(causes)")
        try await live.begin(anew: "evaluator-3")
        for name in UpdatedSuite.names {
            for partition in 0..<UpdatedSuite.partitions {
                let place = FeedPlace(partition: partition, segment: name)
                let wanted = try await live.history(of: name, in: partition, by: "evaluator-3")
                let found = told[place] ?? []
                #expect(found.count == wanted.count, "\(place), seed \(seed)")
                let first = zip(found, wanted).first { $0 != $1 }
                #expect(first == nil, "\(place), seed \(seed)")
                #expect(!wanted.isEmpty)
            }
        }
        print("updates cut off \(evaluator): \(told.values.reduce(0) { $0 + $1.count }) changes")
    }
}

/// What is over.
private final class Flag: Sendable {
    private let raised = Mutex<Set<String>>([])

    func raise(_ names: Set<String>) { raised.withLock { $0.formUnion(names) } }
    func isRaised(_ name: String) -> Bool { raised.withLock { $0.contains(name) } }
}
