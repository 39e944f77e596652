// The same log, read anew by one evaluator and by three: each tells what the first one told, to the
// byte.

import Basics
import Chassis
import Messages
import Segments
import Testing
import Wire

/// One version of a segment's feed in one partition, from its first change to its last.
private struct WholeFeed: Hashable {
    /// Each change as it is told.
    var changes: [[UInt8]] = []
    var version: UInt32 = 0
    var generation: UInt32 = 0
    var stateHash: UInt64 = 0
    var members: UInt64 = 0
}

/// Segments of every trigger and followed conditions, and a log that fires them.
private enum Repertoire {
    static let gone = "gone"
    static let regulars = "regulars"

    private static func match(_ event: String) -> EventMatch { EventMatch([ExactName(event)]) }

    private static func did(_ event: String, atLeast count: Int, _ window: Window = .ever)
        -> Definition
    {
        let match = EventMatch([ExactName(event)], window: window)
        return Definition(.did(Did(match, count: CountTest(.atLeast(count)))))
    }

    /// Beside those of `LiveLoad`, which are of action and inaction.
    static let live: [(name: String, live: LiveDefinition)] = [
        ("due", LiveDefinition(.date(DateTrigger("due", offsetMs: 300)))),
        ("page", LiveDefinition(.page(PageTrigger(match("Viewed"), count: 2, gapMs: 1_000)))),
        (
            "plan",
            LiveDefinition(.propertyChanged(PropertyChange("plan")), stay: .duration(ms: 1_000))
        ),
        (
            "keen",
            LiveDefinition(
                .becomes(Becomes(did("Viewed", atLeast: 2, .rolling(ms: 1_500)))),
                stay: .while(did("Viewed", atLeast: 1, .rolling(ms: 1_000)))
            )
        ),
    ]

    static let conditions: [(name: String, definition: Definition)] = [
        ("lately", did("Bought", atLeast: 1, .rolling(ms: 2_000))),
        (gone, Definition(.didNot(DidNot(match("Bought"))))),
        (regulars, did("Viewed", atLeast: 3)),
        ("both", Definition(.inSegment(InSegment(ExactName(regulars))))),
    ]

    /// What `regulars` is from the middle of the log on.
    static let later = did("Viewed", atLeast: 4)

    static var names: [String] {
        LiveLoad.segments.map(\.name) + live.map(\.name) + conditions.map(\.name)
    }

    /// Users whose property changes, and for whom a date comes near.
    static func profiles(at now: Timestamp, _ chance: inout SeededRandom)
        -> [IngestionV1.TrackRecord]
    {
        (0..<8).map { _ in
            let dueMs = (now + Int64.random(in: 0...900, using: &chance)).ms
            let plan = ["free", "pro"][Int.random(in: 0..<2, using: &chance)]
            return IngestionV1.TrackRecord(
                userID: "user-\(Int.random(in: 0..<LiveLoad.users, using: &chance))",
                kind: .profile(
                    IngestionV1.TrackedProfile(set: [
                        LogV1.Property(name: "due", value: LogV1.Value(kind: .instantMs(dueMs))),
                        LogV1.Property(name: "plan", value: LogV1.Value(kind: .text(plan))),
                    ])
                )
            )
        }
    }
}

/// A suite whose evaluators are thrown away and begun anew.
private final class ReplaySuite {
    static let partitions: UInt32 = 6
    let suite: RealSuite
    private var started = 0
    private let options = CallOptions(timeoutMs: 10_000, project: RealSuite.project)

    init() async throws {
        suite = try RealSuite(settings: [
            "registry": ["--lease-ms", "600", "--partitions", "\(Self.partitions)"],
            "evaluator": ["--chunk-rows", "64"],
        ])
        try await suite.startAll(evaluators: 1)
        started = 1
    }

    private var evaluators: [String] = ["evaluator-1"]

    /// Ends the evaluators for good; so many begin that have read nothing.
    func begin(_ count: Int) async throws {
        for name in evaluators {
            let id = try await suite.instance(name).instanceID
            suite.killHard(name)
            _ = try await suite.registry.deregister(RegistryV1.DeregisterRequest(instanceID: id))
        }
        evaluators = (1...count).map { "evaluator-\(started + $0)" }
        started += count
        for name in evaluators { try suite.launch(name) }
        for name in evaluators { try await suite.ready(name) }
    }

    /// Saves all segments, and fills the log with what fires them, with late events, property
    /// changes, a segment that is changed, and an import that is taken back.
    func live(_ chance: inout SeededRandom) async throws {
        let ingestion = IngestionV1_IngestionClient(try suite.client("ingestion"))
        let segments = EvaluationV1_SegmentsClient(try suite.client("evaluator-1"))
        let live = try Repertoire.live.map { ($0.name, try LiveCoding.encode($0.live)) }
        for (name, live) in LiveLoad.segments + live {
            _ = try await segments.create(.init(name: name, live: live), options)
        }
        for (name, definition) in Repertoire.conditions {
            let definition = try DefinitionCoding.encode(definition)
            _ = try await segments.create(.init(name: name, definition: definition), options)
        }
        let ledger = AckLedger()
        var number = 0
        for round in 0..<60 {
            let now = suite.clock.now
            var records: [IngestionV1.TrackRecord] = []
            for _ in 0..<4 {
                records += LiveLoad.batch(from: number, at: now, &chance)
                number += LiveLoad.batchRecords
            }
            if round % 4 == 0 { records += Repertoire.profiles(at: now, &chance) }
            let answer = try await ingestion.track(.init(records: records), options)
            for verdict in answer.verdicts { ledger.note("\(number)", verdict) }
            switch round {
            case 20:
                _ = try await ingestion.import(
                    .init(importID: "old", records: LiveLoad.batch(from: 9_000, at: now, &chance)),
                    options
                )
            case 30:
                let definition = try DefinitionCoding.encode(Repertoire.later)
                let standing = try await segments.get(.init(name: Repertoire.regulars), options)
                _ = try await segments.update(
                    .init(
                        name: Repertoire.regulars,
                        definition: definition,
                        expectedRevision: standing.segment?.revision ?? 0
                    ),
                    options
                )
            case 40: _ = try await ingestion.undoImport(.init(importID: "old"), options)
            default: break
            }
            try await suite.clock.sleep(forMs: 25)
        }
        #expect(ledger.rejected == [])
    }

    /// Reads every feed from its beginning until nothing has come for some seconds: the longest
    /// wait of a segment is two.
    func feeds() async throws -> [FeedPlace: WholeFeed] {
        var feeds: [FeedPlace: WholeFeed] = [:]
        for segment in Repertoire.names {
            for partition in 0..<Self.partitions {
                feeds[FeedPlace(partition: partition, segment: segment)] = WholeFeed()
            }
        }
        var quietSinceNs = suite.clock.monotonicNs
        let deadlineNs = quietSinceNs + RealSuite.patienceNs
        while suite.clock.monotonicNs - quietSinceNs < 3_500_000_000 {
            guard suite.clock.monotonicNs < deadlineNs else { throw SuiteError("never at rest") }
            var isNews = false
            for segment in Repertoire.names where try await read(segment, &feeds) { isNews = true }
            if isNews { quietSinceNs = suite.clock.monotonicNs }
        }
        return feeds
    }

    /// - Returns: whether anything came.
    private func read(_ segment: String, _ feeds: inout [FeedPlace: WholeFeed]) async throws
        -> Bool
    {
        let cursors = (0..<Self.partitions).map { partition in
            let feed = feeds[FeedPlace(partition: partition, segment: segment)] ?? WholeFeed()
            return EvaluationV1.FeedCursor(
                partition: partition,
                sequence: UInt64(feed.changes.count)
            )
        }
        // Any evaluator answers for all.
        let asked = EvaluationV1_FeedClient(try suite.client(evaluators.last ?? ""))
        let answer: EvaluationV1.ChangesResponse
        do throws(Fault) {
            answer = try await asked.changes(
                .init(segment: segment, cursors: cursors, waitMs: 0, limit: 1_000),
                options
            )
        } catch {
            guard error.isRetriable else { throw error }
            try await suite.clock.sleep(forMs: 50)
            return true
        }
        for page in answer.partitions {
            let cursor = page.cursor ?? .init()
            let place = FeedPlace(partition: cursor.partition, segment: segment)
            guard var feed = feeds[place], !page.stale else {
                throw SuiteError("\(segment): no such feed")
            }
            feed.changes += try page.changes.map { try $0.encode() }
            (feed.version, feed.generation) = (cursor.version, cursor.generation)
            feed.stateHash = page.stateHash ?? 0
            feed.members = page.members
            feeds[place] = feed
        }
        return !answer.partitions.isEmpty
    }
}

@Suite(.serialized)
struct ReplayTests {
    @Test("the same log on one evaluator, on another and on three: the same feeds to the byte")
    func replay() async throws {
        let seed: UInt64 = 20_261_129
        var chance = SeededRandom(seed: seed)
        let replay = try await ReplaySuite()
        defer { replay.suite.close() }
        try await replay.live(&chance)
        let told = try await replay.feeds()
        for name in Repertoire.names {
            let changes = told.filter { $0.key.segment == name }.map(\.value.changes.count)
            #expect(changes.contains { $0 > 0 }, "nothing was told of \(name)")
        }
        let regulars = told.filter { $0.key.segment == Repertoire.regulars }.values
        let versions = Set(regulars.filter { !$0.changes.isEmpty }.map(\.version))
        #expect(versions == [2], "it was changed, and the first version's feed is over")
        var kinds: [EvaluationV1.MembershipCause: Int] = [:]
        for change in told.values.flatMap(\.changes) {
            kinds[try EvaluationV1.MembershipChange.decode(change).cause, default: 0] += 1
        }
        let causes: [EvaluationV1.MembershipCause] = [.record, .timer, .correction, .definition]
        #expect(causes.allSatisfy { kinds[$0] ?? 0 > 0 }, "\(kinds)")
        for count in [1, 3] {
            try await replay.begin(count)
            let again = try await replay.feeds()
            for (place, feed) in told.sorted(by: { $0.key < $1.key }) {
                #expect(again[place] == feed, "\(place) on \(count), seed \(seed)")
            }
        }
        print("replay test: seed \(seed), \(kinds.values.reduce(0, +)) changes on 1, 1 and 3")
    }
}
