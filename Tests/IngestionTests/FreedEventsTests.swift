// A merge taken back: whose events' ids are known afterwards, by an index that was there, one that
// lacks it, and one made anew.

import Basics
import Kit
import Messages
import Testing

@testable import Ingestion

@Suite("Ids of events that are another's again") struct FreedEventsTests {
    @Test(
        "a merge taken back, an event's id is that of its user only, whatever became of the index",
        arguments: ["running", "behind", "deleted"]
    )
    func idsTakenBack(_ how: String) async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        _ = try await open.track([Sent.event("ann", "later", id: "replaced")], at: start + 5)
        _ = try await open.track(
            ["moved", "replaced"].map { Sent.event("anon", $0, id: $0) },
            at: start
        )
        _ = try await open.track([Sent.event("ann", "own", id: "own")], at: start)
        _ = try await open.track([Sent.event("anon", "later", id: "own")], at: start + 5)
        _ = try await open.importing([Sent.event("anon", "undone", id: "undone")], as: "wrong")
        _ = try await open.identify("anon", "ann")
        _ = try await open.track([Sent.event("anon", "redirected", id: "redirected")])
        let wrong = ImportUndoing(key: ProjectImport(project: shop, id: "wrong"), isDry: false)
        _ = try await open.intake.undo(wrong)
        _ = try await open.track([Sent.event("ann", "undone", id: "undone")])
        if how == "behind" {
            try open.stop()
            try rig.keep(rig.indexFolder)
            open = try rig.open()
        }
        _ = try await open.unmerge("anon")
        if how != "running" {
            try open.stop()
            if how == "behind" { try rig.bringBack(rig.indexFolder) }
            if how == "deleted" { try rig.remove(rig.indexFolder) }
            open = try rig.open()
        }
        let moved = ["moved", "replaced", "redirected"]
        let anons = try await open.track(moved.map { Sent.event("anon", "again", id: $0) })
        #expect(anons.allSatisfy { $0.isDuplicate }, "\(anons)")
        let anns = try await open.track(moved.map { Sent.event("ann", $0, id: $0) })
        #expect(anns.areAccepted, "ann has none of them: \(anns)")
        let stayed = try await open.track(
            ["own", "undone"].map { Sent.event("ann", "again", id: $0) }
        )
        #expect(stayed.allSatisfy { $0.isDuplicate }, "\(stayed)")
        #expect(try MergedLog(open).history(of: "ann") == ["own", "undone"] + moved)
        #expect(try MergedLog(open).history(of: "anon") == moved)
        // Merged once more, each is there once.
        _ = try await open.identify("anon", "ann")
        let all = (["own", "undone"] + moved).sorted()
        #expect(try MergedLog(open).history(of: "ann").sorted() == all)
        try open.stop()
    }
}
