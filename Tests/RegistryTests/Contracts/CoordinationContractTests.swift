// What every implementation of Coordination promises, whatever engine it is.

import Basics
import Messages
import Testing

@testable import Registry

@Suite("the contract of Coordination", .timeLimit(.minutes(1)))
struct CoordinationContractTests {
    @Test("a new deployment is empty, and keeps its first number of partitions", arguments: all)
    func aNewDeployment(_ kind: CoordinationKind) async throws {
        let rig = try CoordinationRig(kind)
        let state = try rig.open().load(creatingWith: eight)
        #expect(state.fence == 0 && state.projects.isEmpty && state.configurations.isEmpty)
        #expect(state.roster == Roster(partitionCount: eight))
        let sixteen = try #require(PartitionCount(16))
        #expect(try rig.open().load(creatingWith: sixteen).roster.partitionCount == eight)
    }

    @Test("of two changes upon one fence the second is refused and leaves nothing", arguments: all)
    func twoWriters(_ kind: CoordinationKind) async throws {
        let rig = try CoordinationRig(kind)
        let (one, other) = (try rig.open(), try rig.open())
        let state = try one.load(creatingWith: eight)
        #expect(try other.load(creatingWith: eight) == state)
        var mine = CoordinationChange(from: state, at: noon)
        mine.after.projects = [try project("mine", revision: 1)]
        mine.documents = [document("mine", 1, "payers")]
        var theirs = CoordinationChange(from: state, at: noon)
        theirs.after.projects = [try project("theirs", revision: 1)]
        theirs.documents = [document("theirs", 1, "payers")]
        theirs.entries = [AdminV1.AuditEntry(action: .projectCreated)]
        theirs.after.configurations = [InstanceID(high: 1, low: 1): ["a": "b"]]
        try theirs.after.roster.register(member(1))
        try await one.commit(mine)
        #expect(await refusal { try await other.commit(theirs) }?.code == .fenced)
        let standing = try rig.open().load(creatingWith: eight)
        #expect(standing.projects.map(\.name.text) == ["mine"])
        #expect(standing.roster.members.isEmpty && standing.configurations.isEmpty)
        let left = DocumentRange(project: try project("theirs").name, limit: 10)
        #expect(try await one.documents(left).isEmpty)
        #expect(try await one.audit(after: 0, afterMs: .min, limit: 10).last == 0)
    }

    @Test("fences are gapless, and a refused change makes none", arguments: all)
    func fencesAreGapless(_ kind: CoordinationKind) async throws {
        let rig = try CoordinationRig(kind)
        let store = try rig.open()
        let stale = CoordinationChange(from: try store.load(creatingWith: eight), at: noon)
        for step in 1...5 as ClosedRange<UInt64> {
            try await store.change { $0.after.roster.touch() }
            _ = await refusal { try await store.commit(stale) }
            let state = try store.load(creatingWith: eight)
            #expect(state.fence == step && state.roster.revision == step)
        }
    }

    @Test("writers that try again until they win lose no change", arguments: all)
    func manyWriters(_ kind: CoordinationKind) async throws {
        let rig = try CoordinationRig(kind)
        let wins = try await withThrowingTaskGroup(of: Int.self) { group in
            for writer in 0..<8 {
                let store = try rig.open()
                group.addTask {
                    var losses = 0
                    for step in 0..<10 {
                        let name = "p-\(writer)-\(step)"
                        while let loss = await refusal({
                            try await store.change {
                                $0.after.projects.append(try project(name))
                            }
                        }) {
                            guard loss.code == .fenced else { throw loss }
                            losses += 1
                        }
                    }
                    return losses
                }
            }
            return try await group.reduce(0) { $0 + $1 }
        }
        let state = try rig.open().load(creatingWith: eight)
        #expect(state.projects.count == 80)
        #expect(state.fence == 80, "\(wins) lost attempts made no fence")
    }

    @Test("what was committed is found again by whoever opens it later", arguments: all)
    func itIsFoundAgain(_ kind: CoordinationKind) async throws {
        let rig = try CoordinationRig(kind)
        let evaluator = member(2)
        let written = try await {
            let store = try rig.open()
            try await store.change { change in
                try change.after.roster.register(member(1, .ingestion))
                try change.after.roster.register(evaluator)
                try change.after.roster.register(member(3))
                change.after.projects = [try project("shop", revision: 2)]
                change.after.configurations = [evaluator.id: ["lanes": "2", "name": "e"]]
                change.documents = [document("shop", 1, "a"), document("shop", 2, "b")]
                change.entries = [AdminV1.AuditEntry(action: .projectCreated, caller: "x")]
            }
            return try store.load(creatingWith: eight)
        }()
        let store = try rig.open()
        var found = try store.load(creatingWith: eight)
        var expected = written
        found.roster.restartLeases(endingNs: 5)
        expected.roster.restartLeases(endingNs: 5)
        #expect(found == expected)
        #expect(found.roster.stateOwners.count == 8 && found.roster.logOwners.count == 8)
        let range = DocumentRange(project: try project("shop").name, limit: 10)
        #expect(try await store.documents(range).map(\.name) == ["a", "b"])
        #expect(try await store.audit(after: 0, afterMs: .min, limit: 10).entries.count == 1)
        // What goes is gone afterwards, too.
        try await store.change { change in
            change.after.roster.deregister(evaluator.id)
            change.after.configurations[evaluator.id] = nil
        }
        let later = try rig.open().load(creatingWith: eight)
        #expect(later.roster.members[evaluator.id] == nil && later.configurations.isEmpty)
        #expect(later.roster.stateOwners.values.allSatisfy { $0.owner == member(3).id })
    }

    @Test("a clock that is years ahead for a moment lets few entries go", arguments: all)
    func auditOutlivesClocks(_ kind: CoordinationKind) async throws {
        let rig = try CoordinationRig(kind, retention: AuditRetention(daysMax: 10))
        let store = try rig.open()
        func note(_ count: Int, afterDays days: Int64) async throws -> UInt64 {
            let instant = Timestamp(ms: noon.ms + days * 86_400_000)
            try await store.change(at: instant) { change in
                change.entries = (0..<count).map { _ in AdminV1.AuditEntry(atMs: instant.ms) }
            }
            return try await store.audit(after: 0, afterMs: .min, limit: 1).first
        }
        #expect(try await note(100, afterDays: 0) == 1)
        let most = UInt64(AuditRetention.oldAtOnce)
        #expect(try await note(2, afterDays: 800) == 3 + most)
        #expect(try await note(1, afterDays: 1) == 3 + most, "it is set, and nothing more goes")
    }

    private static var all: [CoordinationKind] { CoordinationKind.allCases }
}

@Suite("the contract of Coordination: documents and audit log", .timeLimit(.minutes(1)))
struct CoordinationPagesContractTests {
    @Test("a catalogue's revisions have no gap: a change that makes one is refused", arguments: all)
    func revisionsAreGapless(_ kind: CoordinationKind) async throws {
        let store = try CoordinationRig(kind).open()
        try await store.change { $0.after.projects = [try project("shop")] }
        for (revision, told) in [(2, 2), (1, 2), (1, 0), (0, 0)] as [(UInt64, UInt64)] {
            let error = await refusal {
                try await store.change { change in
                    change.after.projects = [try project("shop", revision: told)]
                    change.documents = [document("shop", revision, "payers")]
                }
            }
            #expect(error?.code == .store, "document \(revision) of a project at \(told)")
        }
        let stranger = await refusal {
            try await store.change { $0.documents = [document("nowhere", 1, "payers")] }
        }
        #expect(stranger?.place == "nowhere: revision 1")
        #expect(try store.load(creatingWith: eight).fence == 1)
    }

    @Test("documents are told by name and kind, as they stand or every change", arguments: all)
    func documentsInRanges(_ kind: CoordinationKind) async throws {
        let store = try CoordinationRig(kind).open()
        try await store.change { change in
            change.after.projects = [
                try project("other", revision: 1), try project("shop", revision: 6),
            ]
            change.documents = [
                document("shop", 1, "a"), document("shop", 2, "b"),
                document("other", 1, "a", body: [9]), document("shop", 3, "a", body: [3]),
                document("shop", 4, "b", body: nil), document("shop", 5, "a", kind: "list"),
                document("shop", 6, "c", body: []),
            ]
        }
        let shop = try project("shop").name
        func told(_ change: (inout DocumentRange) -> Void) async throws -> [UInt64] {
            var range = DocumentRange(project: shop, limit: 10)
            change(&range)
            return try await store.documents(range).map(\.revision)
        }
        #expect(try await told { _ in } == [1, 2, 3, 4, 5, 6])
        #expect(try await told { $0.everyChange = false } == [3, 5, 6])
        #expect(try await told { $0.after = 3 } == [4, 5, 6])
        #expect(try await told { $0.limit = 2 } == [1, 2])
        #expect(try await told { $0.kind = "list" } == [5])
        #expect(
            try await told {
                $0.kind = "segment"
                $0.name = "a"
            } == [1, 3]
        )
        #expect(try await told { $0.after = 6 }.isEmpty)
        let a = try DocumentKey(project: shop, kind: "segment", name: "a")
        #expect(try await store.newest(a)?.body == [3])
        let b = try DocumentKey(project: shop, kind: "segment", name: "b")
        let gone = try await store.newest(b)
        #expect(gone?.revision == 4 && gone?.body == nil)
        let c = try DocumentKey(project: shop, kind: "segment", name: "c")
        #expect(try await store.newest(c)?.body == [])
        let never = try DocumentKey(project: shop, kind: "segment", name: "z")
        #expect(try await store.newest(never) == nil)
    }

    @Test("the audit log is numbered without gaps and read in pages", arguments: all)
    func auditInPages(_ kind: CoordinationKind) async throws {
        let rig = try CoordinationRig(kind)
        for step in 0..<4 {
            try await rig.open().change { change in
                change.entries = (0..<3).map { number in
                    AdminV1.AuditEntry(
                        sequence: 77,
                        atMs: noon.ms + Int64(step),
                        action: .documentChanged,
                        caller: "\(step).\(number)"
                    )
                }
            }
        }
        let store = try rig.open()
        let whole = try await store.audit(after: 0, afterMs: .min, limit: 100)
        #expect(whole.entries.map(\.sequence) == Array(1...12))
        #expect(whole.first == 1 && whole.last == 12)
        #expect(whole.entries[4].caller == "1.1")
        let page = try await store.audit(after: 3, afterMs: .min, limit: 4)
        #expect(page.entries.map(\.sequence) == [4, 5, 6, 7])
        let late = try await store.audit(after: 0, afterMs: noon.ms + 2, limit: 100)
        #expect(late.entries.map(\.sequence) == [10, 11, 12])
        #expect(try await store.audit(after: 12, afterMs: .min, limit: 5).entries.isEmpty)
    }

    @Test("the audit log lets the oldest go, by number and by age", arguments: all)
    func auditIsLimited(_ kind: CoordinationKind) async throws {
        let rig = try CoordinationRig(kind, retention: AuditRetention(entriesMax: 5, daysMax: 10))
        let day: Int64 = 86_400_000
        func note(_ count: Int, day number: Int64) async throws -> AuditPage {
            let store = try rig.open()
            let instant = Timestamp(ms: noon.ms + number * day)
            try await store.change(at: instant) { change in
                change.entries = (0..<count).map { _ in AdminV1.AuditEntry(atMs: instant.ms) }
            }
            return try await store.audit(after: 0, afterMs: .min, limit: 100)
        }
        #expect(try await note(3, day: 0).entries.map(\.sequence) == [1, 2, 3])
        #expect(try await note(4, day: 1).entries.map(\.sequence) == [3, 4, 5, 6, 7])
        #expect(try await note(1, day: 10).entries.map(\.sequence) == [4, 5, 6, 7, 8])
        let old = try await note(1, day: 12)
        #expect(old.entries.map(\.sequence) == [8, 9])
        #expect(old.first == 8 && old.last == 9)
        // The newest stays however old it is, so that numbers are never given twice.
        try await rig.open().change(at: Timestamp(ms: noon.ms + 80 * day)) {
            $0.entries = [AdminV1.AuditEntry(atMs: noon.ms)]
        }
        let last = try await rig.open().audit(after: 0, afterMs: .min, limit: 9)
        #expect(last.entries.map(\.sequence) == [10])
        // A change that says nothing to the auditor lets nothing go.
        try await rig.open().change(at: Timestamp(ms: noon.ms + 90 * day)) {
            $0.after.roster.touch()
        }
        let later = try await rig.open().audit(after: 0, afterMs: .min, limit: 9)
        #expect(later.entries == last.entries)
    }

    private static var all: [CoordinationKind] { CoordinationKind.allCases }
}
