// Segments changed with open eyes: the difference first, compare-and-set, all versions kept.

import Basics
import Chassis
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct SegmentsUpdateTests {
    /// `buyers` is who charged: ann, bob and carol; bob and dan looked.
    private func rig() async throws -> SuiteRig {
        let rig = try SuiteRig()
        try rig.charge(["ann", "bob", "carol"])
        try rig.charge(["bob", "dan"], "Looked")
        try await rig.feed()
        _ = try await rig.nodes[0].door.create(
            EvaluationV1.CreateRequest(
                name: "buyers",
                description: "who pays",
                definition: try DefinitionCoding.encode(did("Charged"))
            ),
            rig.call()
        )
        return rig
    }

    private func update(_ definition: Definition) throws -> EvaluationV1.UpdateRequest {
        EvaluationV1.UpdateRequest(
            name: "buyers",
            definition: try DefinitionCoding.encode(definition),
            sample: 10
        )
    }

    @Test("a dry run tells who enters and leaves and why, and changes nothing")
    func dryRun() async throws {
        let rig = try await rig()
        for node in rig.nodes {
            var request = try update(did("Looked"))
            request.dryRun = true
            let answer = try await node.door.update(request, rig.call())
            let diff = try #require(answer.diff)
            #expect(answer.entering == 1 && answer.leaving == 2)
            #expect(diff.enteringSample == ["dan"])
            #expect(Set(diff.leavingSample) == ["ann", "carol"])
            #expect(diff.beforeUsers == 3 && diff.afterUsers == 2 && diff.universe == 4)
            #expect(diff.changes.map(\.kind) == [.changed])
            #expect(diff.changes[0].before?.users == 3 && diff.changes[0].after?.users == 2)
            #expect(diff.changes[0].after?.text.contains("Looked") == true)
            #expect(diff.exactness?.positions.count == 4)
            #expect(answer.segment?.version == 1 && rig.registry.puts == 1)
        }
    }

    @Test("an update is the next version at once on every evaluator, and a repeat changes nothing")
    func update() async throws {
        let rig = try await rig()
        let request = try update(did("Looked"))
        let first = try await rig.nodes[0].door.update(request, rig.call())
        #expect(first.segment?.version == 2 && first.positions.count == 4)
        #expect(first.segment?.description == "who pays")
        for node in rig.nodes {
            let again = try await node.door.update(request, rig.call())
            #expect(again.segment?.version == 2 && again.segment?.revision == 2)
            let count = try await node.door.count(
                EvaluationV1.CountRequest(subject: EvaluationV1.Subject(kind: .segment("buyers"))),
                rig.call()
            )
            #expect(count.users == 2)
        }
        #expect(rig.registry.puts == 2)
        var words = request
        words.description = "who looks"
        let said = try await rig.nodes[1].door.update(words, rig.call())
        #expect(said.segment?.version == 2 && said.segment?.description == "who looks")
    }

    @Test("what has changed since it was looked at, or is archived, is not updated")
    func refused() async throws {
        let rig = try await rig()
        let door = rig.nodes[0].door
        _ = try await door.update(update(did("Looked")), rig.call())
        for (revision, version) in [(1, nil), (nil, 1), (2, 1)] as [(UInt64?, UInt32?)] {
            var stale = try update(did("Charged", atLeast: 2))
            (stale.expectedRevision, stale.expectedVersion) = (revision, version)
            let refused = await fault { [stale] () async throws(Fault) in
                try await door.update(stale, rig.call())
            }
            #expect(refused?.code == .aborted && refused?.hint?.contains("version 2") == true)
        }
        _ = try await door.archive(EvaluationV1.ArchiveRequest(name: "buyers"), rig.call())
        let archived = await fault { () async throws(Fault) in
            try await door.update(try self.request(did("A")), rig.call())
        }
        #expect(archived?.code == .failedPrecondition && archived?.place == "buyers")
    }

    private func request(_ definition: Definition) throws(Fault) -> EvaluationV1.UpdateRequest {
        do {
            return try update(definition)
        } catch {
            throw Fault.internal("\(error)")
        }
    }

    @Test("all versions are kept, told page by page, and any can be copied")
    func versions() async throws {
        let rig = try await rig()
        let door = rig.nodes[1].door
        for event in ["Looked", "Left", "Stayed"] {
            _ = try await door.update(update(did(ExactName(event))), rig.call())
        }
        for room in [262_144, 200] as [UInt32] {
            var request = EvaluationV1.VersionsRequest(name: "buyers")
            var (versions, pages): ([EvaluationV1.Segment], Int) = ([], 0)
            repeat {
                let page = try await door.versions(request, rig.call(room: room))
                #expect(page.versions.count == page.sinceMs.count)
                versions += page.versions
                request.afterVersion = page.more ? versions.last?.version ?? 0 : 0
                pages += 1
            } while request.afterVersion > 0 && pages < 10
            #expect(versions.map(\.version) == [1, 2, 3, 4] && (pages > 1) == (room == 200))
            #expect(versions[2].sentence?.contains("Left") == true)
        }
        let copy = try await door.clone(
            EvaluationV1.CloneRequest(name: "buyers", newName: "old-buyers", version: 1),
            rig.call()
        )
        #expect(copy.segment?.sentence?.contains("Charged") == true && copy.segment?.version == 1)
        #expect(copy.segment?.description == "who pays")
        let unknown = await fault { () async throws(Fault) in
            try await door.clone(
                EvaluationV1.CloneRequest(name: "buyers", newName: "x", version: 9),
                rig.call()
            )
        }
        #expect(unknown?.code == .notFound && unknown?.place == "version")
    }

    @Test("lint tells unknown names, contradictions and empty parts; a sound segment has none")
    func lint() async throws {
        let rig = try await rig()
        let door = rig.nodes[0].door
        let odd = Definition(nodes: [
            .all(AllOf([1, 2])), .did(Did(EventMatch(["Charged"]))),
            .didNot(DidNot(EventMatch(["Charged"]))),
        ])
        let answer = try await door.lint(
            EvaluationV1.LintRequest(subject: try subject(odd)),
            rig.call()
        )
        #expect(answer.users == 0 && answer.universe == 4)
        let messages = answer.warnings.map(\.message)
        #expect(messages.contains("nobody is in the segment"), "\(messages)")
        #expect(messages.contains { $0.hasPrefix("it contradicts condition.all[0]") })
        let nothing = await fault { () async throws(Fault) in
            try await door.lint(EvaluationV1.LintRequest(), rig.call())
        }
        #expect(nothing?.code == .invalidArgument)
    }
}
