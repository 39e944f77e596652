// Segments created, archived, found and listed: once each, durable in every log.

import Basics
import Chassis
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct SegmentsWritingTests {
    private func create(_ name: String, _ definition: Definition, _ text: String? = nil) throws
        -> EvaluationV1.CreateRequest
    {
        EvaluationV1.CreateRequest(
            name: name,
            description: text,
            definition: try DefinitionCoding.encode(definition)
        )
    }

    private func refused(
        _ rig: SuiteRig,
        _ request: EvaluationV1.CreateRequest,
        _ node: Int = 0
    ) async -> Fault? {
        await fault { () async throws(Fault) in
            try await rig.nodes[node].door.create(request, rig.call())
        }
    }

    @Test("what was created is at once known to every evaluator, and answered by name")
    func create() async throws {
        let rig = try SuiteRig()
        try rig.charge(["ada", "bob", "eve"])
        try await rig.feed()
        let created = try await rig.nodes[0].door.create(
            create("buyers", did("Charged"), "who pays"),
            rig.call()
        )
        #expect(created.segment?.name == "buyers" && created.segment?.revision == 1)
        #expect(created.segment?.sentence?.contains("Charged") == true)
        #expect(created.positions.count == 4 && created.warnings.count == 1)
        for node in rig.nodes {
            let got = try await node.door.get(
                EvaluationV1.GetSegmentRequest(name: "buyers"),
                rig.call()
            )
            #expect(got.segment == created.segment)
            let answer = try await node.door.count(
                EvaluationV1.CountRequest(subject: EvaluationV1.Subject(kind: .segment("buyers"))),
                rig.call()
            )
            #expect(answer.users == 3)
        }
    }

    @Test("the same segment again is the same segment; another of its name is refused")
    func again() async throws {
        let rig = try SuiteRig()
        try await rig.feed()
        let first = try await rig.nodes[0].door.create(
            create("buyers", did("Charged")),
            rig.call()
        )
        let second = try await rig.nodes[1].door.create(
            create("buyers", did("Charged")),
            rig.call()
        )
        #expect(second.segment == first.segment && rig.registry.puts == 1)
        let other = await refused(rig, try create("buyers", did("Looked")))
        #expect(other?.code == .alreadyExists && other?.place == "buyers")
        #expect(rig.registry.puts == 1)
    }

    @Test("a segment that was put and never came into the logs is taken up where it stopped")
    func interrupted() async throws {
        let rig = try SuiteRig()
        try await rig.feed()
        let request = try create("buyers", did("Charged"))
        // Positions are told, the put is done, and then ingestion is gone.
        rig.ingestion.fail(after: 1, .unavailable("gone"))
        #expect(await refused(rig, request)?.code == .unavailable)
        #expect(rig.registry.puts == 1 && rig.nodes[0].catalogue.project(shop).segments.isEmpty)
        let created = try await rig.nodes[1].door.create(request, rig.call())
        #expect(created.segment?.revision == 1)
        #expect(rig.nodes[0].catalogue.project(shop).segments.count == 1)
    }

    @Test("of two that create the same name with other meanings, one is told")
    func race() async throws {
        let rig = try SuiteRig()
        try await rig.feed()
        let request = try create("buyers", did("Charged"))
        rig.ingestion.fail(after: 1, .unavailable("gone"))
        _ = await refused(rig, request)
        let other = await refused(rig, try create("buyers", did("Looked")), 1)
        #expect(other?.code == .aborted && other?.place == "name")
        var described = request
        described.description = "who has paid"
        #expect(await refused(rig, described, 1)?.code == .aborted, "nor is a description lost")
    }

    @Test("an archived segment is kept, not answered, and its name stays taken")
    func archive() async throws {
        let rig = try SuiteRig()
        try await rig.feed()
        let door = rig.nodes[0].door
        _ = try await door.create(create("old", did("Charged")), rig.call())
        let request = EvaluationV1.ArchiveRequest(name: "old")
        let archived = try await door.archive(request, rig.call())
        #expect(archived.segment?.archived == true && archived.segment?.revision == 2)
        // Once more changes nothing and is no error.
        let again = try await rig.nodes[1].door.archive(request, rig.call())
        #expect(again.segment == archived.segment && rig.registry.puts == 2)
        let asked = await fault { () async throws(Fault) in
            try await door.count(
                EvaluationV1.CountRequest(subject: EvaluationV1.Subject(kind: .segment("old"))),
                rig.call()
            )
        }
        #expect(asked?.code == .failedPrecondition)
        #expect(await refused(rig, try create("old", did("Charged")))?.code == .alreadyExists)
        let got = try await door.get(EvaluationV1.GetSegmentRequest(name: "old"), rig.call())
        #expect(got.segment?.archived == true)
        let missing = await fault { () async throws(Fault) in
            try await door.archive(EvaluationV1.ArchiveRequest(name: "odl"), rig.call())
        }
        #expect(missing?.code == .notFound && missing?.hint == "did you mean old?")
    }

    @Test("a list is by name, page by page, without the archived unless they are asked for")
    func list() async throws {
        let rig = try SuiteRig()
        try await rig.feed()
        let door = rig.nodes[0].door
        for name in ["b", "a", "C", "d"] {
            _ = try await door.create(create(name, did("Charged")), rig.call())
        }
        _ = try await door.archive(EvaluationV1.ArchiveRequest(name: "b"), rig.call())
        func list(_ request: EvaluationV1.ListSegmentsRequest, room: UInt32 = 262_144) async throws
            -> ([String], Bool)
        {
            let answer = try await door.list(request, rig.call(room: room))
            return (answer.segments.map(\.name), answer.more)
        }
        #expect(try await list(.init()) == (["C", "a", "d"], false))
        #expect(try await list(.init(archived: true)) == (["C", "a", "b", "d"], false))
        #expect(try await list(.init(limit: 2)) == (["C", "a"], true))
        #expect(try await list(.init(limit: 0)) == (["C"], true))
        #expect(try await list(.init(afterName: "a")) == (["d"], false))
        #expect(try await list(.init(), room: 10) == (["C"], true))
    }

    @Test("one document that cannot be said keeps no other from being listed")
    func badDocument() async throws {
        let rig = try SuiteRig()
        let bad = SegmentV1.SegmentDocument(
            name: "bad",
            definition: SegmentV1.Definition(nodes: [SegmentV1.Node()])
        )
        try rig.ingestion.write { logs in
            for index in logs.indices {
                logs[index].append(
                    .catalogue(
                        LogV1.CatalogueChange(
                            revision: 1,
                            kind: "segment",
                            name: "bad",
                            body: try bad.encode()
                        )
                    )
                )
                try logs[index].segment("good", did("Charged"), revision: 2)
            }
        }
        try await rig.feed()
        let answer = try await rig.nodes[0].door.list(.init(), rig.call())
        #expect(answer.segments.map(\.name) == ["bad", "good"])
        let asked = await fault { () async throws(Fault) in
            try await rig.nodes[0].door.count(
                EvaluationV1.CountRequest(subject: EvaluationV1.Subject(kind: .segment("bad"))),
                rig.call()
            )
        }
        #expect(asked?.code == .invalidArgument)
    }

    @Test("bad names and definitions are refused before anything is put")
    func bad() async throws {
        let rig = try SuiteRig()
        try await rig.feed()
        for name in ["", "a b", "caf\u{E9}", "a/b", String(repeating: "x", count: 129)] {
            let refused = await refused(rig, try create(name, did("Charged")))
            #expect(refused?.code == .invalidArgument && refused?.place == "name", "\(name)")
        }
        let missing = await refused(rig, EvaluationV1.CreateRequest(name: "a"))
        #expect(missing?.code == .invalidArgument && missing?.place == "definition")
        let empty = await refused(rig, try create("a", Definition(nodes: [])))
        #expect(empty?.code == .invalidArgument)
        #expect(rig.registry.puts == 0)
        let asked = await fault { () async throws(Fault) in
            try await rig.nodes[0].door.count(
                EvaluationV1.CountRequest(subject: EvaluationV1.Subject(kind: .segment("buyers"))),
                rig.call()
            )
        }
        #expect(asked?.code == .notFound)
    }
}
