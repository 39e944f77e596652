// What the audit log says of each kind of change.

import Basics
import Messages
import Testing

@testable import Registry

@Suite("the audit trail")
struct AuditTrailTests {
    private let empty = RegistryState(
        fence: 0,
        roster: Roster(partitionCount: eight),
        projects: [],
        configurations: [:]
    )

    private func entries(
        from before: RegistryState,
        by actor: AuditActor = tester,
        _ change: (inout RegistryState) throws -> Void
    ) throws -> (after: RegistryState, entries: [AdminV1.AuditEntry]) {
        var after = before
        try change(&after)
        return (after, AuditTrail(before: before, after: after, actor: actor, at: noon).entries)
    }

    @Test("an instance comes, is lost, returns, is drained and leaves: each is one entry")
    func instances() throws {
        let first = try entries(from: empty) { try $0.roster.register(member(1)) }
        #expect(first.entries.map(\.action) == [.instanceRegistered, .partitionsMoved])
        #expect(first.entries[0].instance == "evaluator-1")
        #expect(first.entries[0].instanceID == member(1).id.bytes)
        #expect(
            first.entries[0].details.map(\.name) == ["kind", "name", "address", "version"]
        )
        #expect(first.entries[1].details.map(\.name) == ["evaluator partitions 0-7"])
        #expect(first.entries[1].details.map(\.before) == [nil])
        let again = try entries(from: first.after) {
            try $0.roster.register(member(1, leaseEndsNs: 900))
        }
        #expect(again.entries.isEmpty)
        let lost = try entries(from: first.after, by: .registry) {
            _ = $0.roster.expire(atNs: 1_000)
        }
        #expect(lost.entries.map(\.action) == [.instanceLost])
        #expect(lost.entries[0].caller == "registry" && lost.entries[0].address == nil)
        let back = try entries(from: lost.after) {
            try $0.roster.heartbeat(member(1).id, at: noon, leaseEndsNs: 2_000)
        }
        #expect(back.entries.map(\.action) == [.instanceReturned])
        let second = try entries(from: back.after) { try $0.roster.register(member(2)) }
        #expect(second.entries.map(\.action) == [.instanceRegistered, .partitionsMoved])
        #expect(second.entries[1].details.map(\.after) == ["evaluator-2"])
        let drained = try entries(from: second.after) { _ = try $0.roster.drain(member(1).id) }
        #expect(drained.entries.map(\.action) == [.instanceDrained, .partitionsMoved])
        #expect(drained.entries[1].details.map(\.before) == ["evaluator-1"])
        let gone = try entries(from: drained.after) { $0.roster.deregister(member(1).id) }
        #expect(gone.entries.map(\.action) == [.instanceDeregistered])
    }

    @Test("another version or address of a known instance is told with both")
    func upgrades() throws {
        let before = try entries(from: empty) { try $0.roster.register(member(1)) }.after
        var newer = member(1)
        newer.version = "2"
        newer.address = "memory://9"
        let change = try entries(from: before) { try $0.roster.register(newer) }
        #expect(change.entries.map(\.action) == [.instanceChanged])
        #expect(change.entries[0].details.map(\.name) == ["address", "version"])
        #expect(change.entries[0].details.map(\.before) == ["memory://1", "1"])
        #expect(change.entries[0].details.map(\.after) == ["memory://9", "2"])
    }

    @Test("a configuration's entry names each key that differs, and nothing else")
    func configurations() throws {
        let id = member(1).id
        let before = try entries(from: empty) { state in
            try state.roster.register(member(1))
            state.configurations[id] = ["lanes": "2", "name": "e", "old": "1"]
        }.after
        let change = try entries(from: before) {
            $0.configurations[id] = ["lanes": "4", "name": "e", "new": "x"]
        }
        #expect(change.entries.map(\.action) == [.configurationChanged])
        #expect(change.entries[0].instance == "evaluator-1")
        #expect(
            change.entries[0].details == [
                AdminV1.AuditDetail(name: "lanes", before: "2", after: "4"),
                AdminV1.AuditDetail(name: "new", after: "x"),
                AdminV1.AuditDetail(name: "old", before: "1"),
            ]
        )
        let cleared = try entries(from: before) { $0.configurations[id] = nil }
        #expect(cleared.entries.first?.details.map(\.after) == [nil, nil, nil])
        // The registry tells of itself without being in its roster.
        let own = try entries(from: before, by: .registry) {
            $0.configurations[InstanceID(high: 9, low: 9)] = ["lease-ms": "500"]
        }
        #expect(own.entries.first?.instance == "registry")
    }

    @Test("more details than an entry has room for are counted")
    func detailsAreLimited() throws {
        let id = member(1).id
        let many = Dictionary(uniqueKeysWithValues: (0..<200).map { ("k\($0)", "v") })
        let change = try entries(from: empty) { state in
            try state.roster.register(member(1))
            state.configurations[id] = many
        }
        let details = try #require(change.entries.last?.details)
        #expect(details.count == AuditTrail.detailsMax)
        #expect(details.last?.name == "and 73 more")
        for entry in change.entries { #expect(try !entry.encode().isEmpty) }
    }

    @Test("partitions are told as ranges, and a long list is cut")
    func ranges() {
        #expect(AuditTrail.ranges([3]) == "3")
        #expect(AuditTrail.ranges([0, 1, 2, 5, 7, 8]) == "0-2, 5, 7-8")
        let odd = (0..<2_000).map { UInt16($0 * 2 + 1) }
        let text = AuditTrail.ranges(odd)
        #expect(text.utf8.count < 230 && text.hasSuffix("… (2000 in all)"))
    }

    @Test("a segment is created, changed, archived; a document deleted and made anew")
    func documents() throws {
        let trail = AuditTrail(
            before: empty,
            after: empty,
            actor: AuditActor(CallContext(caller: "evaluator-1 1"), onBehalfOf: "shoal 1"),
            at: noon
        )
        let open = try SegmentV1.SegmentDocument(name: "a").encode()
        let archived = try SegmentV1.SegmentDocument(name: "a", archived: true).encode()
        func told(_ revision: UInt64, _ body: [UInt8]?, over last: RegistryV1.Document?)
            -> AdminV1.AuditEntry
        {
            trail.entry(of: document("shop", revision, "a", body: body), over: last)
        }
        let created = told(1, open, over: nil)
        #expect(created.action == .documentCreated)
        #expect(created.revisionBefore == nil && created.revisionAfter == 1)
        #expect(created.project == "shop" && created.kind == "segment" && created.name == "a")
        #expect(created.caller == "shoal 1" && created.via == "evaluator-1 1")
        let changed = told(4, open, over: document("shop", 1, "a", body: open))
        #expect(changed.action == .documentChanged && changed.revisionBefore == 1)
        let put = told(5, archived, over: document("shop", 4, "a", body: open))
        #expect(put.action == .documentArchived)
        let still = told(6, archived, over: document("shop", 5, "a", body: archived))
        #expect(still.action == .documentChanged)
        let deleted = told(7, nil, over: document("shop", 6, "a", body: archived))
        #expect(deleted.action == .documentDeleted && deleted.revisionBefore == 6)
        let anew = told(8, open, over: document("shop", 7, "a", body: nil))
        #expect(anew.action == .documentCreated && anew.revisionBefore == nil)
        let unreadable = told(2, [0xFF], over: document("shop", 1, "a", body: [0xFF]))
        #expect(unreadable.action == .documentChanged)
    }

    @Test("the asking instance's address is told when the roster knows its name")
    func addresses() throws {
        var roster = Roster(partitionCount: eight)
        try roster.register(member(1))
        let asked = AuditActor(CallContext(caller: "evaluator-1 0.1"), onBehalfOf: "shoal 0.1")
        #expect(asked.address(in: roster) == "memory://1")
        #expect(AuditActor(CallContext(caller: "shoal 0.1")).address(in: roster) == nil)
        #expect(AuditActor(CallContext()).caller == "unknown")
    }
}
