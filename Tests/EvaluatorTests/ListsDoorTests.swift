// Uploaded lists through the evaluator's methods, and segments that ask for them.

import Basics
import Chassis
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct ListsDoorTests {
    private func door(_ rig: SuiteRig, _ node: Int = 0) -> ListsDoor {
        ListsDoor(segments: rig.nodes[node].door)
    }

    private func on(_ list: ExactName) throws -> SegmentV1.Definition {
        try DefinitionCoding.encode(Definition(.inList(InList(list))))
    }

    private func members(_ rig: SuiteRig, _ list: ExactName, _ node: Int = 1) async throws
        -> [String]
    {
        let subject = EvaluationV1.Subject(kind: .definition(try on(list)))
        let answer = try await rig.nodes[node].door.members(.init(subject: subject), rig.call())
        return answer.users.sorted()
    }

    @Test("a list is made, grows, shrinks and is replaced, and every evaluator sees it at once")
    func life() async throws {
        let rig = try SuiteRig()
        try rig.charge(["ada", "bob", "eve"])
        try await rig.feed()
        let made = try await door(rig).create(
            .init(name: "vip", userIDs: ["ada", "new"], description: "who matters"),
            rig.call()
        )
        #expect(made.list?.name == "vip" && made.changed?.added == 2)
        #expect(made.changed?.positions.count == 4)
        #expect(try await members(rig, "vip") == ["ada", "new"])
        _ = try await door(rig, 1).add(.init(name: "vip", userIDs: ["bob"]), rig.call())
        _ = try await door(rig).remove(.init(name: "vip", userIDs: ["ada"]), rig.call())
        #expect(try await members(rig, "vip") == ["bob", "new"])
        let got = try await door(rig, 1).get(.init(name: "vip"), rig.call())
        #expect(got.list?.users == 2 && got.list?.description == "who matters")
        _ = try await door(rig).replace(.init(name: "vip", userIDs: ["eve"]), rig.call())
        #expect(try await members(rig, "vip") == ["eve"])
        _ = try await door(rig).create(.init(name: "beta"), rig.call())
        let all = try await door(rig, 1).list(.init(), rig.call())
        #expect(all.lists.map(\.name) == ["beta", "vip"] && !all.more)
        let one = try await door(rig).list(.init(afterName: "beta", limit: 1), rig.call())
        #expect(one.lists.map(\.name) == ["vip"] && !one.more)
    }

    @Test("the same request again goes on where it stopped; another of the name is refused")
    func again() async throws {
        let rig = try SuiteRig()
        try await rig.feed()
        var call = rig.call()
        call.requestID = [1, 2, 3]
        let request = EvaluationV1.CreateListRequest(name: "vip", userIDs: ["ada"])
        // Positions are told, the put is done, and then ingestion is gone.
        rig.ingestion.fail(after: 1, .unavailable("gone"))
        let first = await fault { () async throws(Fault) in
            try await door(rig).create(request, call)
        }
        #expect(first?.code == .unavailable)
        #expect(try await door(rig, 1).create(request, call).changed?.added == 1)
        #expect(try await door(rig).create(request, call).list?.name == "vip")
        let other = await fault { () async throws(Fault) in
            try await door(rig).create(request, rig.call())
        }
        #expect(other?.code == .alreadyExists && other?.place == "vip")
    }

    @Test("who is on a list is known as of every instant, and segments use it")
    func instants() async throws {
        let rig = try SuiteRig()
        try rig.ingestion.write { logs in
            try logs[0].event("Charged", by: "ada", at: day(1))
            logs[0].list("vip", true, of: "ada", at: day(10))
            logs[0].list("vip", false, of: "ada", at: day(20))
            logs[0].list("vip", true, of: "bob", at: day(15))
        }
        try await rig.feed()
        _ = try await door(rig).create(.init(name: "vip"), rig.call())
        _ = try await rig.nodes[0].door.create(
            .init(name: "on-vip", definition: try on("vip")),
            rig.call()
        )
        let node = SegmentV1.Node(kind: .inSegment(SegmentV1.InSegment(name: "on-vip")))
        let subject = EvaluationV1.Subject(
            kind: .definition(SegmentV1.Definition(nodes: [node]))
        )
        for (at, users) in [(9, 0), (10, 1), (15, 2), (20, 1)] as [(Int64, UInt64)] {
            let answer = try await rig.nodes[1].door.count(
                .init(subject: subject, atMs: day(at).ms),
                rig.call()
            )
            #expect(answer.users == users && answer.universe == 2, "day \(at)")
        }
    }

    @Test("lists that are not there, and names that cannot be, are refused")
    func refused() async throws {
        let rig = try SuiteRig()
        try await rig.feed()
        _ = try await door(rig).create(.init(name: "vip"), rig.call())
        let puts = rig.registry.puts
        for name in ["", "a b", String(repeating: "x", count: 129)] {
            let bad = await fault { () async throws(Fault) in
                try await door(rig).create(.init(name: name), rig.call())
            }
            #expect(bad?.code == .invalidArgument && bad?.place == "name")
        }
        let absent = await fault { () async throws(Fault) in
            try await door(rig).add(.init(name: "vjp", userIDs: ["ada"]), rig.call())
        }
        #expect(absent?.code == .notFound && absent?.hint == "did you mean vip?")
        let definition = try on("vjp")
        let segment = await fault { () async throws(Fault) in
            try await rig.nodes[0].door.create(
                .init(name: "s", definition: definition),
                rig.call()
            )
        }
        #expect(segment?.code == .invalidArgument && segment?.place == "condition.inList")
        let asked = await fault { () async throws(Fault) in
            try await rig.nodes[0].door.preview(.init(definition: definition), rig.call())
        }
        #expect(asked?.code == .invalidArgument && rig.registry.puts == puts)
    }
}
