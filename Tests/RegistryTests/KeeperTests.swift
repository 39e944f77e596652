// The keeper over every implementation of Coordination: decided, committed, then seen.

import Basics
import Kit
import Messages
import Testing

@testable import Registry

@Suite("the keeper", .timeLimit(.minutes(1)))
struct KeeperTests {
    private func create(_ name: String, by keeper: Keeper) async throws {
        let project = try project(name)
        try await keeper.change(by: tester) { state in
            guard !state.projects.contains(where: { $0.name == project.name }) else { return }
            state.projects.append(project)
        }
    }

    private func key(_ name: String) throws -> DocumentKey {
        try DocumentKey(project: project("shop").name, kind: "segment", name: name)
    }

    @Test("a document is written only over the revision its writer has seen", arguments: all)
    func documentsAreComparedAndSet(_ kind: CoordinationKind) async throws {
        let rig = try CoordinationRig(kind)
        let keeper = try rig.keeper()
        try await create("shop", by: keeper)
        let (a, b) = (try key("a"), try key("b"))
        func put(_ key: DocumentKey, _ body: [UInt8]?, _ expected: UInt64?) async throws -> UInt64 {
            try await keeper.write(key, body: body, expected: expected, by: tester).revision
        }
        #expect(try await put(a, [1], 0) == 1)
        #expect(try await put(b, [2], nil) == 2)
        #expect(await refusal { try await put(a, [3], 0) }?.code == .revisionChanged)
        #expect(await refusal { try await put(a, [3], 2) }?.hint.contains("revision 1") == true)
        #expect(try await put(a, [3], 1) == 3)
        #expect(try await put(a, nil, 3) == 4)
        #expect(await refusal { try await put(a, nil, nil) }?.code == .unknownDocument)
        #expect(await refusal { try await put(a, [5], 3) }?.code == .revisionChanged)
        #expect(try await put(a, [5], 0) == 5)
        let states = try await keeper.documents(
            DocumentRange(project: a.project, kind: "segment", name: "a", limit: 9)
        )
        #expect(states.map(\.body) == [[1], [3], nil, [5]])
        #expect(keeper.current.projects.first?.revision == 5)
        #expect(try rig.keeper().current.projects.first?.revision == 5)
        let stranger = try DocumentKey(project: project("none").name, kind: "s", name: "x")
        #expect(await refusal { try await put(stranger, [1], 0) }?.code == .unknownProject)
    }

    @Test("of many that write one document at once, one wins at each revision", arguments: all)
    func oneWins(_ kind: CoordinationKind) async throws {
        let keeper = try CoordinationRig(kind).keeper()
        try await create("shop", by: keeper)
        let a = try key("a")
        let wins = await withTaskGroup(of: Int.self) { group in
            for writer in 0..<20 as Range<UInt8> {
                group.addTask {
                    let lost = await refusal {
                        try await keeper.write(a, body: [writer], expected: 0, by: tester)
                    }
                    return lost == nil ? 1 : 0
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wins == 1)
        #expect(keeper.current.projects.first?.revision == 1)
    }

    @Test("creating a project again changes nothing, and leaves no trace", arguments: all)
    func creatingIsIdempotent(_ kind: CoordinationKind) async throws {
        let rig = try CoordinationRig(kind)
        let keeper = try rig.keeper()
        for _ in 0..<3 { try await create("shop", by: keeper) }
        try await create("shop", by: rig.keeper())
        #expect(keeper.current.projects.count == 1 && keeper.current.fence == 1)
        let page = try await keeper.audit(after: 0, afterMs: .min, limit: 9)
        #expect(page.entries.map(\.action) == [.projectCreated])
        #expect(page.entries.first?.caller == "tester 1")
    }

    @Test(
        "a registry that another has overtaken writes nothing any more, and says so",
        arguments: all
    )
    func theOlderRegistryIsFenced(_ kind: CoordinationKind) async throws {
        let rig = try CoordinationRig(kind)
        let (old, new) = (try rig.keeper(), try rig.keeper())
        try await create("shop", by: new)
        #expect(old.fencings.value == 0)
        let error = await refusal { try await create("music", by: old) }
        #expect(error?.code == .fenced && error?.fault.code == .unavailable)
        #expect(old.fencings.value == 1)
        #expect(old.current.projects.isEmpty)
        #expect(await refusal { try await create("music", by: old) }?.code == .fenced)
        #expect(try rig.keeper().current.projects.map(\.name.text) == ["shop"])
    }

    @Test("a change and its audit entries stand in one commit", arguments: all)
    func changesAreAudited(_ kind: CoordinationKind) async throws {
        let clock = ManualClock()
        let rig = try CoordinationRig(kind)
        let keeper = try rig.keeper(clock: clock)
        try await keeper.change(by: tester) { state throws(RegistryError) in
            try state.roster.register(member(1))
            state.configurations[member(1).id] = ["lanes": "2"]
        }
        try await create("shop", by: keeper)
        _ = try await keeper.write(key("a"), body: [1], expected: 0, by: tester)
        _ = await refusal {
            try await keeper.change(by: tester) { state throws(RegistryError) in
                try state.roster.drain(member(1).id)
            }
        }
        // A heartbeat of a living instance is no news to anybody.
        try await keeper.heartbeat(member(1).id, by: tester)
        let page = try await rig.open().audit(after: 0, afterMs: .min, limit: 99)
        #expect(
            page.entries.map(\.action) == [
                .instanceRegistered, .partitionsMoved, .configurationChanged, .projectCreated,
                .documentCreated,
            ]
        )
        #expect(page.entries.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(page.entries.allSatisfy { $0.atMs == clock.now.ms })
    }

    private static var all: [CoordinationKind] { CoordinationKind.allCases }
}
