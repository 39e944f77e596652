// The command line against the real suite: calls by reflection, as a person would make them.

import Basics
import Chassis
import Messages
import Testing

@Suite(.serialized)
struct CommandTests {
    @Test("methods are listed, described and called by the contract the processes tell")
    func callsByReflection() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        let project = try #require(RealSuite.project?.text)
        let listed = try await run(["rpc", "list"], suite)
        #expect(listed.code == 0, "\(listed.errors)")
        for line in ["Ingestion/Track", "Segments/Count", "Catalogue/Put"] {
            #expect(listed.out.contains(line), "\(line) in \(listed.out)")
        }
        let described = try await run(["rpc", "describe", "Segments/Count"], suite)
        #expect(described.out.contains("FRESHNESS_LATEST"), "\(described.errors)")
        let records = (0..<40).map { number in
            #"{"user_id":"user-\#(number % 10)","event":{"name":"Charged"}}"#
        }
        let track = #"{"records":[\#(records.joined(separator: ","))]}"#
        let tracked = try await run(
            ["rpc", "call", "Ingestion/Track", "-", "--project", project],
            suite,
            input: track
        )
        #expect(tracked.code == 0, "\(tracked.errors)")
        let definition = #"{"nodes":[{"did":{"events":["Charged"],"window":{"ever":{}}}}]}"#
        let counted = try await run(
            [
                "rpc", "call", "/shoal.evaluation.v1.Segments/Count",
                #"{"subject":{"definition":\#(definition)}}"#, "--project", project,
            ],
            suite
        )
        #expect(counted.code == 0, "\(counted.errors)")
        #expect(counted.out.hasPrefix(#"{"users":10,"universe":10,"#), "\(counted.out)")
        try await checkTrend(suite, project)
        try await checkExplain(suite, project)
        try await checkTail(suite, project)
        try await checkSchema(suite, project)
        let info = try await run(
            ["rpc", "call", "Admin/Info", "--name", "evaluator-1"],
            suite
        )
        #expect(info.out.contains(#""name":"evaluator-1""#) || info.code == 0, "\(info.errors)")
        let refusals: [(arguments: [String], code: Int32, says: String)] = [
            (["Segments/Count", #"{"subjet":{}}"#], 65, "did you mean subject?"),
            (["Segments/Cuont"], 66, "did you mean Segments/Count?"),
            (["Segments/Count", "{}", "--name", "evaluator-9"], 66, "evaluator-1"),
            (["Segments/Count", "{}", "--project", project], 65, "subject"),
            (["Registry/Keys", "{}"], 70, "Keys"),
        ]
        for (arguments, code, says) in refusals {
            let refused = try await run(["rpc", "call"] + arguments, suite)
            #expect(refused.code == code, "\(arguments): \(refused.errors)")
            #expect(refused.errors.contains(says), "\(arguments): \(refused.errors)")
        }
    }

    /// What was sent is counted by type, and a conflict of types is told.
    private func checkSchema(_ suite: RealSuite, _ project: String) async throws {
        let records = [#"{"integer":5}"#, #"{"integer":7}"#, #"{"text":"5"}"#].map { value in
            let amount = #"{"name":"amount","value":\#(value)}"#
            return #"{"user_id":"user-1","event":{"name":"Paid","properties":[\#(amount)]}}"#
        }
        let track = #"{"records":[\#(records.joined(separator: ","))]}"#
        let tracked = try await run(
            ["rpc", "call", "Ingestion/Track", track, "--project", project],
            suite
        )
        #expect(tracked.out.contains(#""accepted":3"#), "\(tracked)")
        let all = try await run(["schema", "--project", project], suite)
        #expect(all.code == 0, "\(all.errors)")
        for line in [
            "conflict: amount of Paid came as text in 1, as number in 2\n",
            "names: 2 of 1,024 events; Paid has 1 of 256 properties; users have 0 of 1,024 ",
        ] {
            #expect(all.out.contains(line), "\(line) in \(all.out)")
        }
        let one = try await run(["schema", "Charged", "--project", project, "--json"], suite)
        #expect(one.out.hasPrefix(#"{"event":"Charged","records":40,"first":"2"#), "\(one)")
        #expect(one.out.split(separator: "\n").count == 2, "\(one)")
        let unknown = try await run(["schema", "Payd", "--project", project], suite)
        #expect(unknown.code == 66 && unknown.errors.contains("did you mean `Paid`?"))
    }

    /// A member, one who is none, and somebody nobody has heard of.
    private func checkExplain(_ suite: RealSuite, _ project: String) async throws {
        func explain(_ atLeast: Int, _ arguments: [String]) async throws -> (
            code: Int32, out: String, errors: String
        ) {
            try await run(
                ["segment", "explain", "--definition", "-", "--project", project] + arguments,
                suite,
                input: "condition:\n  did: {event: Charged, atLeast: \(atLeast)}\n"
            )
        }
        let member = try await explain(4, ["user-3"])
        #expect(member.code == 0, "\(member.errors)")
        #expect(member.out.hasPrefix("a member: 4 of at least 4 \"Charged\" in […, "))
        #expect(member.out.contains("; time alone will not change that\nexact at position "))
        let other = try await explain(5, ["user-3", "--at", "2999-01-01", "--json"])
        #expect(other.code == 2 && other.out.filter { $0 == "\n" }.count == 1, "\(other.errors)")
        for words in [
            #"{"user_id":"user-3","member":false,"known":true,"at":"2999-01-01T00:00:00.000Z","#,
            #""flip":{"kind":"never","at":null}"#, #""place":"condition.did""#, #""count":4,"#,
            #""finding":"4 of at least 5 in […, 2999-01-01T00:00:00.001Z)""#,
        ] {
            #expect(other.out.contains(words), "\(words) in \(other.out)")
        }
        let stranger = try await explain(1, ["stranger", "--at", "2999-01-01"])
        #expect(stranger.code == 2)
        #expect(
            stranger.out.hasPrefix(
                "not a member: the user is not known\nas of 2999-01-01T00:00:00.000Z\nexact at "
            )
        )
    }

    /// What was sent comes back with its users' names, filtered, and no more of it than asked for.
    private func checkTail(_ suite: RealSuite, _ project: String) async throws {
        let all = ["events", "tail", "--from-start", "--no-follow", "--project", project]
        let plain = try await run(all, suite)
        #expect(plain.code == 0, "\(plain.errors)")
        let lines = plain.out.split(separator: "\n")
        #expect(lines.count == 40 && lines.allSatisfy { $0.hasSuffix("  Charged") })
        let one = try await run(all + ["--user", "user-3", "--json"], suite)
        #expect(one.out.split(separator: "\n").count == 4, "\(one.out)")
        #expect(one.out.contains(#""user_id":"user-3","event":"Charged""#), "\(one.out)")
        for (filter, count) in [
            (["--event", "Opened"], 0), (["--where", "amount=1"], 0), (["--limit", "3"], 3),
            (["--since", "2999-01-01"], 0), (["--since", "2020-01-01"], 40),
        ] {
            let filtered = try await run(all + filter, suite)
            #expect(filtered.code == 0, "\(filter): \(filtered.errors)")
            #expect(filtered.out.split(separator: "\n").count == count, "\(filter)")
        }
        #expect(try await run(all + ["--where", "amount"], suite).code == 64)
    }

    @Test("an evaluator is drained, forgotten and joins again, and the audit log tells who did it")
    func drainsForgetsAndAudits() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let refusals: [(arguments: [String], code: Int32, says: String)] = [
            (["drain", "evaluator-3"], 66, "did you mean evaluator-"),
            (["forget", "evaluator-2"], 64, "shoal drain evaluator-2"),
            (["drain", "ingestion"], 65, "start another"),
            (["audit", "--since", "yesterday"], 64, "2025-07-01"),
        ]
        for (arguments, code, says) in refusals {
            let refused = try await run(arguments, suite)
            #expect(refused.code == code, "\(arguments): \(refused.errors)")
            #expect(refused.errors.contains(says), "\(arguments): \(refused.errors)")
        }
        let drained = try await run(["drain", "evaluator-2"], suite)
        #expect(drained.code == 0, "\(drained.errors)")
        #expect(drained.out == "evaluator-2 is draining; 32 partitions moved to others\n")
        let again = try await run(["drain", "evaluator-2", "--json"], suite)
        #expect(again.out == #"{"name":"evaluator-2","state":"draining","moved":0}"# + "\n")
        // Forgotten while it runs, it joins again at its next heartbeat and gets its share.
        #expect(try await run(["forget", "evaluator-2"], suite).code == 0)
        let registry = RegistryV1_RegistryClient(try suite.client("registry"))
        let deadline = suite.clock.monotonicNs + RealSuite.patienceNs
        var counts: [Int] = []
        while counts != [32, 32], suite.clock.monotonicNs < deadline {
            let map = try await registry.partitionMap(RegistryV1.PartitionMapRequest())
            let states = map.assignments.filter { $0.kind == .evaluator }
            counts = Dictionary(grouping: states, by: \.instanceID).values.map(\.count)
            try await suite.clock.sleep(forMs: 20)
        }
        #expect(counts == [32, 32])
        let audit = try await run(["audit", "--json"], suite)
        #expect(audit.code == 0, "\(audit.errors)")
        for words in [#""instance":"evaluator-2""#, #""caller":"shoal"#, #""project":"suite""#] {
            #expect(audit.out.contains(words), "\(words) in \(audit.out)")
        }
        #expect(try await run(["audit"], suite).out.hasPrefix("AT"))
        #expect(try await run(["audit", "--since", "2999-01-01", "--json"], suite).out.isEmpty)
    }

    @Test("a wrong import is listed and taken back; the answers outlive every process")
    func undoesAnImport() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let project = try #require(RealSuite.project?.text)
        let file = "\(suite.folder)/wrong.ndjson"
        let lines = (0..<60).map { number in
            #"{"user_id":"user-\#(number % 30)","event":"Charged","event_id":\#(number),"#
                + #""ts":"2025-05-03T10:00:00Z"}"#
        }
        let written = try RealDisk().open(file, .create)
        try written.append(Array(lines.joined(separator: "\n").utf8))
        try written.close()
        let track = #"{"records":[{"user_id":"user-1","event":{"name":"Charged"}}]}"#
        let tracked = try await run(
            ["rpc", "call", "Ingestion/Track", track, "--project", project],
            suite
        )
        #expect(tracked.code == 0, "\(tracked.errors)")
        let importing = ["import", file, "--project", project, "--import-id"]
        #expect(try await run(importing + ["wrong"], suite).code == 0)
        let undo = ["import", "undo", "wrong", "--project", project]
        let dry = try await run(undo + ["--dry-run"], suite)
        #expect(dry.out.hasPrefix("wrong: 60 events and 0 profile changes would be"), "\(dry.out)")
        try await expectUsers(30, suite)
        let undone = try await run(undo, suite)
        #expect(undone.code == 0 && undone.out.contains("taken back at"), "\(undone.errors)")
        #expect(undone.out.contains("29 users were first heard of"), "\(undone.out)")
        try await expectUsers(1, suite)
        let spent = try await run(importing + ["wrong"], suite)
        #expect(spent.code == 65 && spent.errors.contains("under another id"), "\(spent.errors)")
        #expect(try await run(importing + ["right"], suite).code == 0)
        try await expectUsers(30, suite)
        #expect(try await run(["import", "undo", "right", "--project", project], suite).code == 0)
        for name in ["ingestion", "evaluator-1", "evaluator-2"] {
            suite.killHard(name)
            try await suite.start(name)
            try await expectUsers(1, suite)
        }
        let listed = try await run(["import", "list", "--project", project, "--json"], suite)
        #expect(listed.out.split(separator: "\n").count == 2, "\(listed.errors)")
        #expect(!listed.out.contains(#""undone_at":null"#), "\(listed.out)")
        let table = try await run(["import", "list", "--project", project], suite)
        #expect(table.out.hasPrefix("IMPORT"), "\(table.errors)")
        let unknown = try await run(["import", "undo", "wrnog", "--project", project], suite)
        #expect(unknown.code == 66 && unknown.errors.contains("import list"), "\(unknown.errors)")
    }

    @Test("what was refused is listed with its reason, sent again and forgotten")
    func keepsRejects() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        let project = try #require(RealSuite.project?.text)
        let track = #"{"records":[{"user_id":"ada","event":{"name":""}},{"user_id":"bob"}]}"#
        let tracked = try await run(
            ["rpc", "call", "Ingestion/Track", track, "--project", project],
            suite
        )
        #expect(tracked.code == 0, "\(tracked.errors)")
        let rejects = { (arguments: [String]) in
            try await self.run(["rejects"] + arguments + ["--project", project], suite)
        }
        let listed = try await rejects(["list"])
        #expect(listed.code == 0 && listed.out.contains("ada"), "\(listed.errors)")
        #expect(listed.errors.hasPrefix("2 kept ("), "\(listed.errors)")
        let one = try await rejects(["list", "--reason", "name is missing", "--json"])
        #expect(one.out.split(separator: "\n").count == 1, "\(one.out)")
        #expect(one.out.contains(#""record":{"user_id":"ada","event":"","#), "\(one.out)")
        let retried = try await rejects(["retry"])
        #expect(retried.code == 2, "\(retried.errors)")
        #expect(retried.out == "accepted 0, duplicates 0, rejected again 2\n")
        #expect(try await rejects(["drop"]).code == 64)
        suite.killHard("ingestion")
        try await suite.start("ingestion")
        #expect(try await rejects(["drop", "1"]).out == "dropped 1\n")
        #expect(try await rejects(["drop", "--all", "--json"]).out == #"{"dropped":1}"# + "\n")
        #expect(try await rejects(["list", "--json"]).out.isEmpty)
    }

    /// So many users, all of whom did it, and nobody else in the universe.
    private func expectUsers(_ count: Int, _ suite: RealSuite) async throws {
        let project = try #require(RealSuite.project?.text)
        let counted = try await run(
            [
                "segment", "count", "--definition", "-", "--project", project, "--json",
            ],
            suite,
            input: "condition:\n  did: {event: Charged}\n"
        )
        #expect(counted.code == 0, "\(counted.errors)")
        #expect(counted.out.contains(#""users":\#(count),"universe":\#(count),"#), "\(counted.out)")
    }

    /// The trend of a definition that nobody has saved, over a range that ends before the events.
    private func checkTrend(_ suite: RealSuite, _ project: String) async throws {
        let yaml = "condition:\n  did: {event: Charged}\n"
        let before = try await run(
            [
                "segment", "trend", "--definition", "-", "--from", "2025-03-28", "--to",
                "2025-04-01", "--zone", "Europe/Berlin", "--project", project, "--json",
            ],
            suite,
            input: yaml
        )
        #expect(before.code == 0, "\(before.errors)")
        #expect(
            before.out.split(separator: "\n").map { String($0.prefix(32)) } == [
                #"{"at":"2025-03-28T00:00:00.000Z""#, #"{"at":"2025-03-28T23:00:00.000Z""#,
                #"{"at":"2025-03-29T23:00:00.000Z""#, #"{"at":"2025-03-30T22:00:00.000Z""#,
                #"{"at":"2025-03-31T22:00:00.000Z""#, #"{"at":"2025-04-01T00:00:00.000Z""#,
            ]
        )
        let whole = try await run(
            ["segment", "trend", "--definition", "-", "--project", project],
            suite,
            input: yaml
        )
        #expect(whole.code == 0, "\(whole.errors)")
        #expect(whole.out.hasPrefix("AT (UTC)"), "\(whole.out)")
        #expect(whole.out.hasSuffix("10  100.0 %\n"), "\(whole.out)")
    }

    /// Runs a command that talks to the suite over its real sockets.
    private func run(
        _ arguments: [String],
        _ suite: RealSuite,
        input: String = ""
    ) async throws -> (code: Int32, out: String, errors: String) {
        let outcome = await suite.shoal(arguments, input: input)
        return (outcome.code, outcome.out, outcome.errors)
    }
}
