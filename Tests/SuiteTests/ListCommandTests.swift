// Uploaded lists and reachability by the command line, over the real suite, killed in between.

import Basics
import Foundation
import Testing

@Suite(.serialized)
struct ListCommandTests {
    @Test("a list is uploaded, changed, asked for by segments, and there after every kill")
    func lists() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let project = try #require(RealSuite.project?.text)
        func shoal(_ arguments: [String], input: String = "") async -> CommandOutcome {
            await suite.shoal(arguments + ["--project", project], input: input)
        }
        func file(_ name: String, _ text: String) throws -> String {
            let path = "\(suite.folder)/\(name)"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }
        let first = try file("vip.csv", "user_id,city\nada,Pune\nbob,Berlin\neve,\n")
        let made = await shoal(["list", "create", "vip", first, "--description", "the best"])
        #expect(made.code == 0, "\(made.errors)")
        #expect(made.out == "vip: 3 added (3 of them new users), 0 removed, 0 unchanged\n")
        let more = try file("more.txt", "eve\nkim\n")
        #expect(await shoal(["list", "add", "vip", more]).out.contains("1 added (1 of them"))
        suite.killHard("ingestion")
        suite.killHard("evaluator-1")
        try await suite.start("ingestion")
        try await suite.start("evaluator-1")
        let gone = try file("gone.ndjson", "{\"user_id\":\"bob\"}\n")
        #expect(await shoal(["list", "remove", "vip", gone]).out.contains("1 removed"))
        let shown = await shoal(["list", "show", "vip"])
        #expect(shown.out.hasPrefix("vip: 3 users, created 2"), "\(shown.errors)")
        let count = ["segment", "count", "--definition", "-"]
        let inList = await shoal(count, input: "condition: {inList: vip}\n")
        #expect(inList.out == "3\n", "\(inList.errors)")
        let new = try file("new.txt", "kim\nzoe\n")
        let replaced = await shoal(["list", "replace", "vip", new, "--json"])
        #expect(
            replaced.out
                == #"{"list":"vip","added":1,"removed":2,"unchanged":1,"new_users":1}"# + "\n",
            "\(replaced.errors)"
        )
        let users = await shoal(["list", "show", "vip", "--users"]).out
        #expect(users.split(separator: "\n").sorted() == ["kim", "zoe"])
        #expect(await shoal(["list", "list"]).out.contains("the best"))
        let unknown = await shoal(["list", "add", "vjp", new])
        #expect(unknown.code == 66 && unknown.errors.contains("vip"), "\(unknown.errors)")
        let bad = try file("bad.csv", "city\nPune\n")
        #expect(await shoal(["list", "add", "vip", bad]).code == 65)

        let push =
            #"{"records":[{"user_id":"kim","profile":{"set":[{"name":"email","value":"#
            + #"{"text":"kim@example.com"}}]}}]}"#
        #expect(await shoal(["rpc", "call", "Ingestion/Track", push]).code == 0)
        let reach = await shoal(
            ["segment", "reachability", "--definition", "-", "--json"],
            input: "condition: {inList: vip}\n"
        )
        #expect(reach.code == 0, "\(reach.errors)")
        let email = reach.out.split(separator: "\n").first { $0.contains("\"email\"") }
        #expect(
            email?.hasSuffix(#""users":2,"reachable":1,"no_address":1,"opted_out":0}"#) == true,
            "\(reach.out)"
        )
    }
}
