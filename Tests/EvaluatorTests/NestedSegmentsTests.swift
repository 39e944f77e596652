// Segments within segments, asked through the evaluator's methods.

import Basics
import Chassis
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct NestedSegmentsTests {
    private let buyers = did("Charged")

    private func inSegment(_ name: ExactName, _ others: Condition...) -> Definition {
        let children = Array(1...(others.count + 1))
        return Definition(nodes: [.all(AllOf(children)), .inSegment(InSegment(name))] + others)
    }

    private func create(_ name: String, _ definition: Definition, _ rig: SuiteRig)
        async throws(Fault)
    {
        let message: SegmentV1.Definition
        do throws(WireError) {
            message = try DefinitionCoding.encode(definition)
        } catch {
            throw error.fault
        }
        _ = try await rig.nodes[0].door.create(
            EvaluationV1.CreateRequest(name: name, definition: message),
            rig.call()
        )
    }

    /// Ada and Bob have charged, Eve has looked; `buyers`, and those of them who did not look.
    private func rig() async throws -> SuiteRig {
        let rig = try SuiteRig()
        try rig.charge(["ada", "bob"])
        try rig.charge(["bob", "eve"], "Looked")
        try await rig.feed()
        try await create("buyers", buyers, rig)
        let blind = inSegment("buyers", .didNot(DidNot(EventMatch(["Looked"]))))
        try await create("blind-buyers", blind, rig)
        return rig
    }

    @Test("live segments may use each other, but none itself, by whatever way")
    func live() async throws {
        let rig = try await rig()
        let door = rig.nodes[0].door
        func live(_ filter: Definition) throws -> SegmentV1.LiveDefinition {
            let trigger = Trigger.action(Action(EventMatch(["A"])))
            return try LiveCoding.encode(LiveDefinition(trigger, filter: filter))
        }
        for (name, filter) in [("first", buyers), ("second", inSegment("first"))] {
            let request = EvaluationV1.CreateRequest(name: name, live: try live(filter))
            _ = try await door.create(request, rig.call())
        }
        try await create("third", inSegment("second"), rig)
        for used: ExactName in ["first", "second", "third"] {
            let request = EvaluationV1.UpdateRequest(
                name: "first",
                live: try live(inSegment(used))
            )
            let refused = await fault { () async throws(Fault) in
                try await door.update(request, rig.call())
            }
            #expect(refused?.message.contains("would be in itself") == true, "\(used)")
            #expect(refused?.place?.hasPrefix("filter") == true, "\(refused?.place ?? "")")
        }
        let other = EvaluationV1.UpdateRequest(name: "first", live: try live(did("Looked")))
        #expect(try await door.update(other, rig.call()).segment?.version == 2)
    }

    @Test("every question answers a segment that uses another, on every evaluator")
    func questions() async throws {
        let rig = try await rig()
        let outer = try DefinitionCoding.encode(inSegment("blind-buyers"))
        for node in rig.nodes {
            for subject in [
                EvaluationV1.Subject(kind: .segment("blind-buyers")),
                EvaluationV1.Subject(kind: .definition(outer)),
            ] {
                let door = node.door
                let count = try await door.count(.init(subject: subject), rig.call())
                #expect(count.users == 1 && count.universe == 3)
                let members = try await door.members(.init(subject: subject), rig.call())
                #expect(members.users == ["ada"])
                let sample = try await door.sample(.init(subject: subject, size: 9), rig.call())
                #expect(sample.users == ["ada"])
                let trend = try await door.trend(
                    .init(subject: subject, fromMs: 0, toMs: day(2).ms),
                    rig.call()
                )
                #expect(trend.points.map(\.users) == [0, 1, 1])
                for (user, isMember) in [("ada", true), ("bob", false), ("eve", false)] {
                    let asked = try await door.isMember(
                        .init(subject: subject, userID: user),
                        rig.call()
                    )
                    #expect(asked.known && asked.member == isMember, "\(user)")
                    let told = try await door.explain(
                        .init(subject: subject, userID: user),
                        rig.call()
                    )
                    #expect(told.explanation?.member == isMember, "\(user)")
                }
            }
            let preview = try await node.door.preview(.init(definition: outer), rig.call())
            #expect(preview.nodes.map(\.users) == [1, 1] && preview.users == 1)
            #expect(preview.sentence == "all of (in segment \"blind-buyers\")")
        }
    }

    @Test("what is not there, archived or in itself is refused before anything is put")
    func refused() async throws {
        let rig = try await rig()
        try await create("old", buyers, rig)
        _ = try await rig.nodes[0].door.archive(.init(name: "old"), rig.call())
        let puts = rig.registry.puts
        for (used, message) in [
            ("buyer", "there is no segment buyer"), ("old", "segment old is archived"),
            ("me", "segment \"me\" would be in itself: me → me"),
        ] {
            let definition = inSegment(ExactName(used))
            let saved = await fault { () async throws(Fault) in
                try await create("me", definition, rig)
            }
            #expect(saved?.code == .invalidArgument && saved?.message == message)
            #expect(saved?.place == "condition.all[0].inSegment")
            let encoded = try DefinitionCoding.encode(definition)
            let asked = await fault { () async throws(Fault) in
                try await rig.nodes[1].door.preview(.init(definition: encoded), rig.call())
            }
            #expect(asked?.code == .invalidArgument)
        }
        let near = await fault { () async throws(Fault) in
            try await create("me", inSegment("buyer"), rig)
        }
        #expect(near?.hint == "did you mean buyers?" && rig.registry.puts == puts)
    }

    @Test("a segment that others use is not archived, and they are named")
    func archive() async throws {
        let rig = try await rig()
        try await create("z", inSegment("buyers"), rig)
        let door = rig.nodes[1].door
        let kept = await fault { () async throws(Fault) in
            try await door.archive(.init(name: "buyers"), rig.call())
        }
        #expect(kept?.code == .failedPrecondition)
        #expect(kept?.message == "segment buyers is used by blind-buyers, z")
        for name in ["z", "blind-buyers", "buyers"] {
            let archived = try await door.archive(.init(name: name), rig.call())
            #expect(archived.segment?.archived == true)
        }
    }

    @Test("an owner that is told names without meanings refuses")
    func unpaired() async throws {
        let rig = try await rig()
        let request = EvaluationV1.EvaluateRequest(
            definition: try DefinitionCoding.encode(inSegment("buyers")),
            nestedNames: ["buyers"]
        )
        let refused = await fault { () async throws(Fault) in
            try await rig.nodes[0].sets.evaluate(request, rig.call())
        }
        #expect(refused?.code == .invalidArgument && refused?.place == "nested_definitions")
    }
}
