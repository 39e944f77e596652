// A round of backup, wipe and restore of the real suite under load: nothing acked before is lost,
// answers are equal.

import Basics
import Chassis
import Foundation
import Messages
import Synchronization
import Testing

@Suite(.serialized)
struct BackupTests {
    private static let settings = [
        "ingestion": ["--journal-file-mib", "1"], "evaluator": ["--chunk-rows", "64"],
    ]
    private static let segment = "condition:\n  did: {event: Charged, atLeast: 3}\n"

    /// What a suite answers as of an instant.
    private struct Answers: Equatable {
        var segments: [String] = []
        var counts: [UInt64] = []
        var members: [String] = []

        init(_ suite: RealSuite, at instant: Timestamp) async throws {
            let client = EvaluationV1_SegmentsClient(try suite.client("evaluator-1"))
            let options = CallOptions(
                timeoutMs: 60_000,
                maxReplyBytes: 1 << 20,
                project: RealSuite.project
            )
            segments = try await client.list(EvaluationV1.ListSegmentsRequest(), options)
                .segments.map { "\($0.name) \($0.revision) \($0.sentence ?? "")" }
            let payers = EvaluationV1.Subject(kind: .segment("payers"))
            let vip = SegmentV1.Node(kind: .inList(SegmentV1.InList(name: "vip")))
            let listed = EvaluationV1.Subject(
                kind: .definition(SegmentV1.Definition(nodes: [vip]))
            )
            for subject in [
                payers, listed, .did("App Launched", atLeast: 9), .sum("amount", atLeast: 40),
            ] {
                let request = EvaluationV1.CountRequest(subject: subject, atMs: instant.ms)
                let count = try await client.count(request, options)
                counts += [count.users, count.universe]
            }
            var request = EvaluationV1.MembersRequest(subject: payers, atMs: instant.ms)
            while true {
                let page = try await client.members(request, options)
                members += page.users
                guard let cursor = page.nextCursor else { break }
                request.cursor = cursor
            }
            members.sort()
        }
    }

    /// How often each event id stands in the log.
    private func eventIDs(_ suite: RealSuite) async throws -> [String: Int] {
        var ids: [String: Int] = [:]
        let client = IngestionV1_IngestionClient(try suite.client("ingestion"))
        try await LogWalk(client: client).forEach { record, _ in
            if case .event(let event) = record.body { ids[event.eventID ?? "", default: 0] += 1 }
        }
        return ids
    }

    /// How many records say that the log was restored.
    private func restorations(_ suite: RealSuite) async throws -> Int {
        var count = 0
        let client = IngestionV1_IngestionClient(try suite.client("ingestion"))
        try await LogWalk(client: client).forEach { record, _ in
            if case .stub(let stub) = record.body, stub.restored { count += 1 }
        }
        return count
    }

    private func positions(_ suite: RealSuite) async throws -> [UInt64] {
        let client = IngestionV1_IngestionClient(try suite.client("ingestion"))
        return try await client.positions(IngestionV1.PositionsRequest()).positions
            .map(\.nextOffset)
    }

    /// Sends until the body is done.
    private func underLoad(
        _ suite: RealSuite,
        _ ledger: AckLedger,
        _ body: () async throws -> Void
    ) async throws {
        let isOver = Mutex(false)
        let client = IngestionV1_IngestionClient(try suite.client("ingestion"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<3 {
                let producer = Producer(
                    number: number,
                    client: client,
                    ledger: ledger,
                    isOver: { isOver.withLock { $0 } },
                    clock: suite.clock,
                    restMs: 2
                )
                group.addTask { try await producer.run() }
            }
            do {
                try await body()
            } catch {
                isOver.withLock { $0 = true }
                throw error
            }
            isOver.withLock { $0 = true }
            try await group.waitForAll()
        }
    }

    /// Waits until the log has volumes beside its journal: its first file has become some.
    private func sealed(_ suite: RealSuite) async throws {
        let deadline = suite.clock.monotonicNs + RealSuite.patienceNs
        let first = "\(suite.folder)/ingestion/log/journal-00000000000000000001.log"
        while FileManager.default.fileExists(atPath: first) {
            try #require(suite.clock.monotonicNs < deadline)
            try await suite.clock.sleep(forMs: 50)
        }
    }

    /// Waits until so many events are acked.
    private func reach(_ count: Int, _ ledger: AckLedger, _ suite: RealSuite) async throws {
        let deadline = suite.clock.monotonicNs + RealSuite.patienceNs
        while ledger.count < count, suite.clock.monotonicNs < deadline {
            try await suite.clock.sleep(forMs: 20)
        }
        try #require(ledger.count >= count)
    }

    @Test(
        "backed up under load, wiped and restored, a suite has what was acked and answers the same"
    )
    func roundTrip() async throws {
        let suite = try RealSuite(settings: Self.settings)
        let restored = try RealSuite(settings: Self.settings)
        let shelf = try RealSuite()
        defer {
            suite.close()
            restored.close()
            shelf.close()
        }
        try await suite.startAll(evaluators: 2)
        let project = try #require(RealSuite.project?.text)
        let ledger = AckLedger()
        let backup = "\(shelf.folder)/backup"
        var ackedBefore: Set<String> = []
        var made = CommandOutcome(code: -1, out: "", errors: "")
        try await underLoad(suite, ledger) {
            try await sealed(suite)
            let created = await suite.shoal(
                ["segment", "create", "-", "--name", "payers", "--project", project],
                input: Self.segment
            )
            try #require(created.code == 0, "\(created.errors)")
            try await change(list: "create", to: "ann\nbob\nkim\n", suite)
            try await change(list: "remove", to: "bob\n", suite)
            ackedBefore = ledger.acked
            made = await suite.shoal(["backup", "create", backup, "--json"])
            let count = ledger.count
            try await reach(count + 200, ledger, suite)
        }
        try #require(made.code == 0, "\(made.errors)")
        #expect(made.errors == "")
        let page = try JSONDecoder().decode(Page.self, from: Data(made.out.utf8))
        let completeTo = try #require(Timestamp.rfc3339(page.complete_to))
        let before = try await Answers(suite, at: completeTo)
        #expect(before.counts[2] == 2, "ann and kim are on the list")
        #expect(before.counts[0] > 0 && before.members.count == Int(before.counts[0]))
        for name in ["evaluator-1", "evaluator-2", "ingestion", "registry"] {
            #expect(suite.stop(name) == 0)
        }
        for name in ["evaluator-1", "evaluator-2", "ingestion", "registry"] {
            try FileManager.default.removeItem(atPath: "\(suite.folder)/\(name)")
        }
        let verified = await RealSuite.shoal(["backup", "verify", backup], in: shelf.folder)
        #expect(verified.code == 0, "\(verified.errors)")
        #expect(verified.out.hasPrefix("backup of \(page.at) by shoal \(Chassis.version): whole"))
        let arguments = ["backup", "restore", backup, "--data", restored.folder]
        let done = await RealSuite.shoal(arguments, in: shelf.folder)
        try #require(done.code == 0, "\(done.errors)")
        try await restored.startAll(evaluators: 2)
        #expect(try await positions(restored).count == page.positions.count)
        for (now, then) in zip(try await positions(restored), page.positions) {
            #expect(now >= then.next_offset)
        }
        let ids = try await eventIDs(restored)
        #expect(!ackedBefore.isEmpty && ackedBefore.allSatisfy { ids[$0] == 1 })
        #expect(ids.values.allSatisfy { $0 == 1 })
        #expect(ids.count < ledger.count, "what came later is not in the backup")
        #expect(try await Answers(restored, at: completeTo) == before)
        // Feeds are of another generation from there on, and that is told once.
        #expect(try await restorations(restored) == page.positions.count)
        let order = "\(restored.folder)/ingestion/restored"
        #expect(!FileManager.default.fileExists(atPath: order))
        try await goesOn(restored, after: ledger)
    }

    @discardableResult
    private func change(list verb: String, to users: String, _ suite: RealSuite) async throws
        -> CommandOutcome
    {
        let file = "\(suite.folder)/\(verb).txt"
        try users.write(toFile: file, atomically: true, encoding: .utf8)
        let project = try #require(RealSuite.project?.text)
        let done = await suite.shoal(["list", verb, "vip", file, "--project", project])
        try #require(done.code == 0, "\(done.errors)")
        return done
    }

    /// The same instances are there; repeats are known, new events and segments are taken in.
    private func goesOn(_ suite: RealSuite, after ledger: AckLedger) async throws {
        let roster = try await RegistryV1_RegistryClient(try suite.client("registry"))
            .roster(RegistryV1.RosterRequest())
        #expect(
            roster.instances.map(\.name).sorted() == ["evaluator-1", "evaluator-2", "ingestion"]
        )
        let again = AckLedger()
        try await underLoad(suite, again) { try await reach(ledger.count + 500, again, suite) }
        #expect(again.rejected == [])
        #expect(try await eventIDs(suite).values.allSatisfy { $0 == 1 })
        let project = try #require(RealSuite.project?.text)
        let created = await suite.shoal(
            ["segment", "create", "-", "--name", "payers-2", "--project", project],
            input: Self.segment
        )
        #expect(created.code == 0, "\(created.errors)")
        // The index of who is on a list came back, too.
        let added = try await change(list: "add", to: "ann\nbob\n", suite)
        #expect(added.out.contains("1 added") && added.out.contains("1 unchanged"), "\(added)")
        let counted = await suite.shoal(
            ["segment", "count", "payers-2", "--project", project, "--json"]
        )
        #expect(counted.code == 0, "\(counted.errors)")
    }

    @Test("damage of any file is found and told with its place, and nothing is restored from it")
    func damageIsFound() async throws {
        let suite = try RealSuite(settings: Self.settings)
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        let ledger = AckLedger()
        let backup = "\(suite.folder)/backup"
        try await underLoad(suite, ledger) { try await sealed(suite) }
        let made = await suite.shoal(["backup", "create", backup])
        try #require(made.code == 0, "\(made.errors)")
        #expect(made.out.contains(": complete\n") && made.out.contains("64 partitions"))
        let again = await suite.shoal(["backup", "create", backup])
        #expect(again.code == 73 && again.errors.contains("not empty"), "\(again.errors)")
        let files = try FileManager.default.subpathsOfDirectory(atPath: backup).filter {
            var isFolder: ObjCBool = false
            let path = "\(backup)/\($0)"
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
        var chance = SeededRandom(seed: 20_261_127)
        for kind in [
            "manifest.ndjson", "registry/FORMAT", "ingestion/FORMAT", "evaluator-1/FORMAT",
            "registry/registry.sqlite", "ingestion/log/journal.mark", "ingestion/log/volumes.mark",
            ".log", ".volume",
        ] {
            let file = try #require(files.filter { $0.hasSuffix(kind) }.last, "\(kind) of \(files)")
            var flipped = try Data(contentsOf: URL(fileURLWithPath: "\(backup)/\(file)"))
            let index = Int.random(in: flipped.indices, using: &chance)
            flipped[index] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
            try await expectRefused(backup, file, as: flipped, suite)
            guard kind != "manifest.ndjson" else { continue }
            try await expectRefused(backup, file, as: flipped.dropLast(), suite)
            try await expectRefused(backup, file, as: nil, suite)
        }
        try await expectRefused(backup, "ingestion/log/stranger", as: Data([1]), suite)
        let incomplete = try await expectRefused(backup, "manifest.ndjson", as: nil, suite)
        #expect(incomplete.errors.contains("incomplete"), "\(incomplete.errors)")
        #expect(await verify(backup, suite).code == 0, "everything was put back")
        try await checkTargets(backup, suite)
    }

    private func verify(_ backup: String, _ suite: RealSuite) async -> CommandOutcome {
        await RealSuite.shoal(["backup", "verify", backup], in: suite.folder)
    }

    /// Changes a file, expects that the backup is refused for it, and puts it back.
    @discardableResult
    private func expectRefused(
        _ backup: String,
        _ file: String,
        as new: Data?,
        _ suite: RealSuite
    ) async throws -> CommandOutcome {
        let url = URL(fileURLWithPath: "\(backup)/\(file)")
        let old = FileManager.default.contents(atPath: url.path)
        func put(_ data: Data?) throws {
            if let data {
                try data.write(to: url)
            } else {
                try FileManager.default.removeItem(at: url)
            }
        }
        try put(new)
        let verified = await verify(backup, suite)
        #expect(verified.code == 65, "\(file): \(verified.errors)")
        let isIncomplete = verified.errors.contains("incomplete")
        #expect(isIncomplete || verified.errors.contains(file), "\(file): \(verified.errors)")
        let target = "\(suite.folder)/target"
        let restored = await RealSuite.shoal(
            ["backup", "restore", backup, "--data", target],
            in: suite.folder
        )
        #expect(restored.code == 65, "\(file): \(restored.errors)")
        #expect(!FileManager.default.fileExists(atPath: target), "\(file)")
        try put(old)
        return verified
    }

    /// What is there already is left as it is; one member alone can be restored.
    private func checkTargets(_ backup: String, _ suite: RealSuite) async throws {
        let refusals: [(arguments: [String], code: Int32, says: String)] = [
            (["restore", backup, "--data", "\(suite.folder)/ingestion"], 73, "not empty"),
            (
                ["restore", backup, "--data", "x", "--only", "ingestoin"], 66,
                "did you mean ingestion"
            ),
            (["restore", "\(backup)-2", "--data", "x"], 66, "no such folder"),
            (["verify", suite.folder], 65, "incomplete"), (["verify"], 64, "folder"),
        ]
        for (arguments, code, says) in refusals {
            let refused = await RealSuite.shoal(["backup"] + arguments, in: suite.folder)
            #expect(refused.code == code, "\(arguments): \(refused.errors)")
            #expect(refused.errors.contains(says), "\(arguments): \(refused.errors)")
        }
        let one = await RealSuite.shoal(
            ["backup", "restore", backup, "--data", "alone", "--only", "registry", "--json"],
            in: suite.folder
        )
        #expect(one.code == 0, "\(one.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(suite.folder)/alone")
        #expect(names.sorted() == ["FORMAT", "registry.sqlite"])
    }

    @Test("without ingestion there is no backup, and what was begun is no backup either")
    func notReachable() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        suite.killHard("ingestion")
        let backup = "\(suite.folder)/backup"
        let made = await suite.shoal(["backup", "create", backup])
        #expect(made.code == 69, "\(made.errors)")
        if FileManager.default.fileExists(atPath: backup) {
            #expect(await verify(backup, suite).code == 65)
        }
    }

    @Test("a backup during which ingestion is killed and comes back is whole, or is none")
    func killedMeanwhile() async throws {
        let seed: UInt64 = 20_261_128
        var chance = SeededRandom(seed: seed)
        let suite = try RealSuite(settings: Self.settings)
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        let ledger = AckLedger()
        let folder = suite.folder
        let registry = "ipc://\(folder)/registry/registry.sock"
        try await underLoad(suite, ledger) {
            try await sealed(suite)
            for round in 0..<6 {
                let backup = "\(folder)/backup-\(round)"
                let create = ["backup", "create", backup, "--address", registry]
                let waitMs = UInt64.random(in: 0...150, using: &chance)
                async let making = RealSuite.shoal(create, in: folder)
                try await suite.clock.sleep(forMs: waitMs)
                suite.killHard("ingestion")
                try await suite.start("ingestion")
                let made = await making
                let verified = await verify(backup, suite)
                let context = "seed \(seed) round \(round): \(made.errors)\(verified.errors)"
                #expect([0, 69, 75].contains(made.code), "\(context)")
                #expect((made.code == 0 ? [0] : [65, 66]).contains(verified.code), "\(context)")
            }
        }
    }

    /// What `backup create --json` tells, as far as it is looked at here.
    private struct Page: Codable {
        struct Position: Codable { let next_offset: UInt64 }
        let at: String
        let complete_to: String
        let positions: [Position]
    }
}
