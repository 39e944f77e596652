// Live segments by the command line, over the real suite, with an evaluator killed in between.

import Basics
import Foundation
import Testing

@Suite(.serialized)
struct LiveCommandTests {
    private struct Change: Decodable {
        let user_id: String
        let kind: String
        let at: String
        let occurrence: Int
        let member: Bool
    }

    private static func changes(_ text: String) throws -> [Change] {
        try text.split(separator: "\n").map {
            try JSONDecoder().decode(Change.self, from: Data($0.utf8))
        }
    }

    private static func create(_ suite: RealSuite, _ project: String) async throws {
        func shoal(_ arguments: [String], input: String = "") async -> CommandOutcome {
            await suite.shoal(arguments + ["--project", project], input: input)
        }
        let cart = """
            name: left-cart
            trigger:
              inaction: {did: Added To Cart, didNot: Purchased, within: 2s, key: cart}

            """
        let made = await shoal(["segment", "create", "-"], input: cart)
        #expect(made.code == 0, "\(made.errors)")
        #expect(
            made.out.contains("is not followed by \"Purchased\" with the same \"cart\" within 2 s")
        )
        let shown = await shoal(["segment", "show", "left-cart"]).out
        #expect(shown.contains("within: 2s") && shown.contains("key: cart"), "\(shown)")
        let loyal = """
            trigger: {action: {event: Purchased, first: true}}
            filter: did "Added To Cart" at least 2 times
            """
        let also = ["segment", "create", "-", "--name", "buyers"]
        #expect(await shoal(also, input: loyal).code == 0)

        let fresh = "condition: did \"Purchased\" in the last 3 seconds\n"
        #expect(await shoal(["segment", "create", "-", "--name", "fresh"], input: fresh).code == 0)
        let unwatched = "follow: false\ncondition: did \"Purchased\"\n"
        #expect(
            await shoal(["segment", "create", "-", "--name", "ever"], input: unwatched).code == 0
        )
    }

    @Test("a cart that is left is told when its time has come, once, whoever is killed meanwhile")
    func carts() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let project = try #require(RealSuite.project?.text)
        func shoal(_ arguments: [String], input: String = "") async -> CommandOutcome {
            await suite.shoal(arguments + ["--project", project], input: input)
        }
        try await Self.create(suite, project)
        func track(_ event: String, _ users: [String], cart: String) async throws {
            let records = users.map { user in
                #"{"user_id":"\#(user)","event":{"name":"\#(event)","properties":"#
                    + #"[{"name":"cart","value":{"text":"\#(cart)"}}]}}"#
            }
            let body = #"{"records":[\#(records.joined(separator: ","))]}"#
            let sent = await shoal(["rpc", "call", "Ingestion/Track", body])
            try #require(sent.code == 0, "\(sent.errors)")
        }
        try await track("Added To Cart", ["ada", "bob", "eve"], cart: "1")
        try await track("Added To Cart", ["ada", "bob"], cart: "2")
        try await track("Purchased", ["bob"], cart: "1")
        suite.killHard("evaluator-1")
        try await suite.start("evaluator-1")
        let watch = ["segment", "watch", "left-cart", "--from-start", "--limit", "4", "--json"]
        let told = try Self.changes(await shoal(watch).out)
        #expect(told.map(\.user_id).sorted() == ["ada", "ada", "bob", "eve"])
        #expect(told.allSatisfy { $0.kind == "entered" && $0.member })
        #expect(told.filter { $0.user_id == "ada" }.map(\.occurrence).sorted() == [1, 2])
        #expect(await shoal(["segment", "count", "left-cart"]).out == "3\n")
        let rolling = ["segment", "watch", "fresh", "--from-start", "--limit", "2", "--json"]
        let passing = try Self.changes(await shoal(rolling).out)
        #expect(passing.map(\.kind) == ["entered", "left"])
        #expect(passing.map(\.user_id) == ["bob", "bob"] && passing.last?.member == false)
        let none = await shoal(["segment", "watch", "ever", "--no-follow"])
        #expect(none.code != 0 && none.errors.contains("follow"), "\(none.errors)")
        let members = await shoal(["segment", "members", "buyers"])
        #expect(members.out == "bob\n", "\(members.errors)")
        let inside = ["segment", "count", "--definition", "-"]
        let both = "condition: {all: [inSegment: left-cart, inSegment: buyers]}\n"
        #expect(await shoal(inside, input: both).out == "1\n")

        try await busiest(suite, project)
        let backtest = ["segment", "backtest", "left-cart", "--from", "2020-01-01", "--json"]
        let played = try Self.changes(await shoal(backtest).out)
        #expect(played.map(\.user_id).sorted() == ["ada", "ada", "bob", "eve"])
        #expect(Set(played.map(\.at)) == Set(told.map(\.at)))
        let draft = ["segment", "backtest", "did \"Purchased\"", "--from", "2020-01-01", "--count"]
        #expect(await shoal(draft).out == "1\n")
        let bad = await shoal(
            ["segment", "create", "-", "--name", "x"],
            input: "trigger: {inaction: {did: A, didNot: B}}\n"
        )
        #expect(bad.code == 65 && bad.errors.contains("within"), "\(bad.errors)")
    }

    @Test("given another definition, who waits is told by it, through kill -9")
    func changed() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let project = try #require(RealSuite.project?.text)
        func shoal(_ arguments: [String], input: String = "") async -> CommandOutcome {
            await suite.shoal(arguments + ["--project", project], input: input)
        }
        func cart(_ within: String) -> String {
            "name: cart\ntrigger: {inaction: {did: Added, didNot: Bought, within: \(within)}}\n"
        }
        #expect(await shoal(["segment", "create", "-"], input: cart("1d")).code == 0)
        let body = #"{"records":[{"user_id":"ada","event":{"name":"Added"}}]}"#
        try #require(await shoal(["rpc", "call", "Ingestion/Track", body]).code == 0)
        var dry = CommandOutcome(code: 0, out: "", errors: "")
        // The timer is known once the evaluators have read of it.
        for _ in 0..<100 where !dry.out.contains("to other instants: 1") {
            dry = await shoal(["segment", "update", "-", "--dry-run"], input: cart("2s"))
        }
        #expect(dry.code == 0 && dry.out.contains("to other instants: 1"), "\(dry.out)")
        #expect(dry.out.contains("within 1 day") && dry.out.contains("within 2 s"), "\(dry.out)")
        #expect(dry.errors.contains("nothing is changed"), "\(dry.errors)")
        let done = await shoal(["segment", "update", "-"], input: cart("2s"))
        #expect(done.code == 0 && done.errors.contains("version 2 now"), "\(done.errors)")
        suite.killHard("evaluator-1")
        try await suite.start("evaluator-1")
        let watch = ["segment", "watch", "cart", "--from-start", "--limit", "1", "--json"]
        let told = try Self.changes(await shoal(watch).out)
        #expect(told.map(\.user_id) == ["ada"] && told.first?.occurrence == 1)
        #expect(await shoal(["segment", "members", "cart"]).out == "ada\n")
        let versions = await shoal(["segment", "versions", "cart"])
        #expect(versions.out.contains("within 1 day") && versions.out.contains("within 2 s"))
        let kind = await shoal(["segment", "update", "did \"Added\"", "--name", "cart"])
        #expect(kind.code != 0 && kind.errors.contains("is a live segment"), "\(kind.errors)")
    }

    private struct Row: Decodable {
        struct Minute: Decodable {
            let entered: Int
            let left: Int
        }
        struct Latest: Decodable { let user_id: String }
        let segment: String
        let members: Int
        let entered_hour: Int
        let minutes: [Minute]
        let hours: [Minute]
        let latest: [Latest]
    }

    /// The busiest segment stands first, with what its feed told.
    private func busiest(_ suite: RealSuite, _ project: String) async throws {
        let top = ["segment", "top", "--once", "--project", project]
        let rows = try await suite.shoal(top + ["--json"]).out.split(separator: "\n").map {
            try JSONDecoder().decode(Row.self, from: Data($0.utf8))
        }
        try #require(rows.map(\.segment) == ["left-cart", "buyers"])
        #expect(rows.map(\.members) == [3, 1])
        #expect(rows.map(\.entered_hour) == [4, 1])
        #expect(rows[0].minutes.count == 60 && rows[0].hours.count == 48)
        #expect(rows[0].hours.reduce(0) { $0 + $1.entered } == 4)
        #expect(Set(rows[0].latest.map(\.user_id)) == ["ada", "bob", "eve"])
        let table = await suite.shoal(top + ["buyers"])
        #expect(table.code == 0 && table.out.contains("bob entered"), "\(table.out)")
        #expect(!table.out.contains("left-cart"))
    }
}
