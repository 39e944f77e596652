// A user exported, erased and rewritten away, by the commands of a person and in real processes.

import Basics
import Chassis
import Foundation
import Testing

@Suite("Erasing by the command line", .serialized)
struct ErasureCommandTests {
    /// Stands in everything that is about the user.
    private static let canary = "canary7F3"

    /// The services' files that have it in their bytes.
    private func tainted(_ suite: RealSuite) throws -> [String] {
        let files = FileManager.default.enumerator(atPath: suite.folder)
        var found: [String] = []
        for file in (files?.compactMap { $0 as? String } ?? []).sorted() {
            let path = "\(suite.folder)/\(file)"
            let kind = try FileManager.default.attributesOfItem(atPath: path)[.type]
            guard kind as? FileAttributeType == .typeRegular else { continue }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            if bytes.range(of: Data(Self.canary.utf8)) != nil { found.append(file) }
        }
        return found
    }

    @Test("export, erase, receipts; once all have rewritten their files no byte is left in any")
    func erases() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let project = try #require(RealSuite.project?.text)
        func run(_ arguments: [String]) async -> CommandOutcome {
            await suite.shoal(arguments + ["--project", project])
        }
        let property = #"{"name":"city","value":{"text":"\#(Self.canary)-city"}}"#
        let track =
            #"{"records":[{"user_id":"bob","event":{"name":"Charged"}},"#
            + #"{"user_id":"\#(Self.canary)","event":{"name":"Charged","#
            + #""properties":[\#(property)]}},"#
            + #"{"user_id":"\#(Self.canary)","profile":{"set":[\#(property)]}},"#
            + #"{"user_id":"\#(Self.canary)-phone","event":{"name":"Viewed"}},"#
            + #"{"user_id":"tim","event":{"name":"Charged"}},"#
            + #"{"user_id":"\#(Self.canary)","event":{"name":""}}]}"#
        let tracked = await run(["rpc", "call", "Ingestion/Track", track])
        #expect(tracked.code == 0, "\(tracked.errors)")
        #expect(await run(["segment", "create", "did \"Charged\"", "--name", "payers"]).code == 0)
        // One with another identifier, and for a while with somebody who stays.
        for id in ["\(Self.canary)-phone", "tim"] {
            #expect(await run(["user", "identify", id, Self.canary]).code == 0)
        }
        #expect(await run(["user", "unmerge", "tim"]).code == 0)
        let exported = await run(["user", "export", Self.canary])
        #expect(exported.code == 0, "\(exported.errors)")
        #expect(exported.out.contains(#""segments":["payers"]"#), "\(exported.out)")
        let kinds = [
            "now", "identifier", "event", "profile", "event", "merged", "merged", "unmerged",
            "refused",
        ].map { #"{"kind":"\#($0)""# }
        let lines = exported.out.split(separator: "\n").map(String.init)
        let areAll = zip(lines, kinds).allSatisfy { $0.hasPrefix($1) }
        #expect(areAll && lines.count == kinds.count, "\(lines)")
        let byOther = await run(["user", "export", "\(Self.canary)-phone"])
        let same = byOther.out.split(separator: "\n").map(String.init)
        #expect(same.dropFirst() == lines.dropFirst(), "all but the instant of the first")
        let erased = await run(["user", "erase", "\(Self.canary)-phone", "--json"])
        #expect(erased.code == 0 && erased.out.contains(#""receipt":""#), "\(erased.errors)")
        #expect(await run(["user", "erase", Self.canary, "--json"]).out == erased.out)
        #expect(await run(["user", "erase", "nobody"]).code == 66)
        for command in ["show", "export"] {
            #expect(await run(["user", command, Self.canary]).code == 66)
        }
        #expect(await payers(suite, project) == ["bob", "tim"])
        let receipts = await run(["user", "receipts"])
        #expect(receipts.out.split(separator: "\n").count == 2, "\(receipts.out)")
        #expect(await run(["rejects", "list", "--json"]).out.isEmpty)
        #expect(try !tainted(suite).isEmpty, "nothing is rewritten yet")
        for name in ["ingestion", "evaluator-1", "evaluator-2"] {
            try StartOrder(.rewrite, folder: "\(suite.folder)/\(name)", disk: RealDisk()).give()
            suite.killHard(name)
            try await suite.start(name)
        }
        #expect(await payers(suite, project) == ["bob", "tim"])
        #expect(await run(["user", "receipts"]).out == receipts.out)
        #expect(try tainted(suite) == [])
        let again = await run(["rpc", "call", "Ingestion/Track", track])
        #expect(again.code == 0, "\(again.errors)")
        #expect(await payers(suite, project) == ["bob", Self.canary, "tim"])
    }

    private func payers(_ suite: RealSuite, _ project: String) async -> [String] {
        let told = await suite.shoal(["segment", "members", "payers", "--project", project])
        return told.code == 0 ? told.out.split(separator: "\n").map(String.init).sorted() : []
    }

    @Test("killed at whatever moment of a rewriting, an evaluator begins it anew and ends it")
    func killed() async throws {
        let seed: UInt64 = 20_261_130
        var chance = SeededRandom(seed: seed)
        let suite = try RealSuite(settings: [
            "registry": ["--partitions", "16"], "evaluator": ["--chunk-rows", "16"],
        ])
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        let project = try #require(RealSuite.project?.text)
        var lines = ""
        for number in 0..<2_000 {
            let user = number % 100 == 0 ? Self.canary : "user-\(number)"
            lines += #"{"user_id":"\#(user)","event":"Charged","ts":"2025-05-03T10:00:00Z","#
            lines += #""properties":{"by":"\#(user)"}}"#
            lines += "\n"
        }
        let file = "\(suite.folder)/events.ndjson"
        try lines.write(toFile: file, atomically: true, encoding: .utf8)
        let imported = await suite.shoal(["import", file, "--project", project])
        #expect(imported.code == 0, "\(imported.errors)")
        func count() async -> String {
            await suite.shoal(["segment", "preview", "did \"Charged\"", "--project", project]).out
        }
        _ = await count()
        let erased = await suite.shoal(["user", "erase", Self.canary, "--project", project])
        #expect(erased.code == 0, "\(erased.errors)")
        let before = await count()
        #expect(before.contains("1,980"), "\(before)")
        try FileManager.default.removeItem(atPath: file)
        try StartOrder(.rewrite, folder: "\(suite.folder)/ingestion", disk: RealDisk()).give()
        suite.killHard("ingestion")
        try await suite.start("ingestion")
        suite.killHard("evaluator-1")
        let order = StartOrder(.rewrite, folder: "\(suite.folder)/evaluator-1", disk: RealDisk())
        try order.give()
        var done = 0
        for _ in 0..<15 {
            try suite.launch("evaluator-1")
            try await suite.clock.sleep(forMs: UInt64.random(in: 20...300, using: &chance))
            suite.killHard("evaluator-1")
            guard try !order.isGiven() else { continue }
            done += 1
            try order.give()
        }
        print("killed 15 times while it rewrites, behind it \(done) times, seed \(seed)")
        try await suite.start("evaluator-1")
        #expect(await count().contains("1,980"), "seed \(seed)")
        #expect(try !order.isGiven())
        #expect(try tainted(suite) == [], "seed \(seed)")
    }
}
