// Two users become one, and two again: what stands in the logs, and what is known of identifiers.

import Basics
import KeyValue
import Kit
import Log
import Messages
import Testing

@testable import Ingestion

@Suite("Merges") struct MergeTests {
    /// A user's records as the log has them, those that are absent left out; without what differs
    /// by where they stand.
    private func history(_ open: OpenIntake, _ user: String) throws -> [String] {
        try MergedLog(open).history(of: user)
    }

    @Test("what was recorded of an anonymous user is the known user's, and what comes in later")
    func identified() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track([
            Sent.event("anon", "Viewed", id: "1"), Sent.event("ann", "Charged", id: "2"),
            Sent.profile("anon", set: [Sent.property("city", .text("Pune"))]),
        ])
        let told = try await open.identify("anon", "ann")
        #expect(told == MergeOutcome(user: UserID("ann"), records: 2))
        _ = try await open.track([Sent.event("anon", "Added", id: "3"), Sent.event("ann", "Left")])
        #expect(try history(open, "ann") == ["Charged", "Viewed", "city", "Added", "Left"])
        #expect(try history(open, "anon").isEmpty)
        // A repeat is known under either identifier.
        let again = try await open.track([
            Sent.event("anon", "Viewed", id: "1"), Sent.event("ann", "Viewed", id: "1"),
            Sent.event("ann", "Added", id: "3"), Sent.event("anon", "Charged", id: "2"),
        ])
        #expect(again.count { $0.isDuplicate } == 4)
        let origins = try open.allRecords().compactMap { $0.origin?.userID }
        #expect(origins == ["anon", "anon", "anon"])
        try open.stop()
    }

    @Test("neither needs to be known before")
    func unheardOf() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        let told = try await open.identify("anon", "ann")
        #expect(told == MergeOutcome(user: UserID("ann"), records: 0))
        _ = try await open.track([Sent.event("anon", "Viewed"), Sent.event("ann", "Charged")])
        #expect(try history(open, "ann") == ["Viewed", "Charged"])
        let numbered = try open.allRecords().compactMap { record in
            if case .newUser(let new) = record.body { new.userID } else { nil }
        }
        #expect(numbered.sorted() == ["ann", "anon"])
        try open.stop()
    }

    @Test("a chain ends at one user; what is one already is told so, what cannot be is refused")
    func chains() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track(["a", "b", "c", "d"].map { Sent.event($0, "by \($0)") })
        _ = try await open.identify("a", "b")
        var told = try await open.identify("a", "b")
        #expect(told == MergeOutcome(user: UserID("b"), isBefore: true))
        var refused = await ingestionError { _ = try await open.identify("a", "d") }
        #expect(refused?.code == .cannotMerge && refused?.fault.code == .failedPrecondition)
        #expect(refused?.hint.contains("merged into b") == true)
        refused = await ingestionError { _ = try await open.identify("b", "c") }
        #expect(refused?.hint.contains("Alias") == true, "b is a known user")
        told = try await open.alias("b", "c")
        #expect(told == MergeOutcome(user: UserID("c"), records: 2))
        told = try await open.identify("a", "c")
        #expect(told == MergeOutcome(user: UserID("c"), isBefore: true))
        for cycle in ["a", "b"] {
            refused = await ingestionError { _ = try await open.alias("c", cycle) }
            #expect(refused?.code == .cannotMerge && refused?.place == cycle)
        }
        // Into one that was merged: into the user at the end of the chain.
        told = try await open.identify("d", "a")
        #expect(told == MergeOutcome(user: UserID("c"), records: 1))
        _ = try await open.track(["a", "b", "c", "d"].map { Sent.event($0, "later by \($0)") })
        let all = ["by c", "by b", "by a", "by d"] + ["a", "b", "c", "d"].map { "later by \($0)" }
        #expect(try history(open, "c") == all)
        try open.stop()
    }

    @Test("taken back, everybody has what came in under the own identifiers")
    func takenBack() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track(["a", "b", "c"].map { Sent.event($0, "by \($0)", id: $0) })
        _ = try await open.identify("a", "b")
        _ = try await open.alias("b", "c")
        _ = try await open.track(["a", "b", "c"].map { Sent.event($0, "later by \($0)") })
        var told = try await open.unmerge("b")
        #expect(told == MergeOutcome(user: UserID("c"), records: 4))
        for user in ["b", "c"] {
            told = try await open.unmerge(user)
            #expect(told == MergeOutcome(isBefore: true))
        }
        let nobody = await ingestionError { _ = try await open.unmerge("nobody") }
        #expect(nobody?.code == .unknownUser && nobody?.fault.code == .notFound)
        #expect(try history(open, "b") == ["by b", "by a", "later by a", "later by b"])
        #expect(try history(open, "c") == ["by c", "later by c"])
        // The inner merge stands, and events are known by their ids where they are now.
        _ = try await open.track([Sent.event("a", "last")])
        let again = try await open.track([Sent.event("b", "by b", id: "b")])
        #expect(again[0].isDuplicate)
        told = try await open.unmerge("a")
        #expect(told == MergeOutcome(user: UserID("b"), records: 3))
        #expect(try history(open, "a") == ["by a", "later by a", "last"])
        #expect(try history(open, "b") == ["by b", "later by b"])
        // Merged once more, nothing is lost or doubled.
        _ = try await open.alias("b", "c")
        _ = try await open.identify("a", "c")
        #expect(
            try history(open, "c") == [
                "by c", "later by c", "by b", "later by b", "by a", "later by a", "last",
            ]
        )
        try open.stop()
    }

    @Test("of two events with one id the one received earlier is there")
    func sharedIDs() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track([Sent.event("anon", "first of x", id: "x")], at: start)
        _ = try await open.track([Sent.event("ann", "first of y", id: "y")], at: start)
        _ = try await open.track([Sent.event("ann", "second of x", id: "x")], at: start + 5)
        _ = try await open.track([Sent.event("anon", "second of y", id: "y")], at: start + 5)
        let told = try await open.identify("anon", "ann")
        #expect(told.records == 1)
        #expect(try history(open, "ann") == ["first of y", "first of x"])
        // Who reads what is absent now is to hear of it, too.
        let names = try open.allRecords().compactMap { record in
            if case .mergeIn(let merge) = record.body { merge.names?.events } else { nil }
        }
        #expect(names == [["first of x", "second of x"]])
        try open.stop()
    }

    @Test("of merges taken back no chain grows longer than is allowed, and none ends the process")
    func longChain() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        var refused: IngestionError?
        var last = 0
        while refused == nil, last <= MergeRule.depthMax + 2 {
            let (below, next) = ("x\(last)", "x\(last + 1)")
            refused = await ingestionError {
                _ = try await open.alias(next, "hub")
                // It comes to one that is not a user of its own, which becomes one again.
                _ = try await open.alias(below, next)
                _ = try await open.unmerge(next)
            }
            if refused == nil { last += 1 }
        }
        #expect(refused?.code == .cannotMerge, "\(last) merges")
        #expect(last < MergeRule.depthMax && last > MergeRule.depthMax / 2)
        #expect(try await open.track([Sent.event("x0", "by x0")]).areAccepted)
        #expect(try history(open, "x\(last)") == ["by x0"])
        // Of who was alone all the time nothing of this is believed.
        _ = try await open.identify("anon", "hub")
        _ = try await open.unmerge("anon")
        #expect(try await open.identify("anon", "other").user == UserID("other"))
        try open.stop()
        try rig.remove(rig.indexFolder)
        open = try rig.open()
        let again = await ingestionError { _ = try await open.alias("x\(last)", "x\(last + 1)") }
        #expect(again?.code == .cannotMerge)
        #expect(try await open.track([Sent.event("x0")]).areAccepted)
        try open.stop()
    }

    @Test("however many events of one id both users have, and wherever those stand")
    func manyReplaced() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        let count = RecordMove.runsMax + 1
        for first in stride(from: 0, to: count, by: 5_000) {
            let ids = first..<min(first + 5_000, count)
            let earlier = ids.map { Sent.event("anon", "x", id: "\($0)") }
            _ = try await open.track(earlier, at: start)
            let later = ids.flatMap {
                [Sent.event("ann", "x", id: "\($0)"), Sent.event("ann", "y")]
            }
            _ = try await open.track(later, at: start + 5)
        }
        let told = try await open.identify("anon", "ann")
        #expect(told.records == count)
        let left = try history(open, "ann")
        #expect(left.count == 2 * count && left.count { $0 == "x" } == count)
        try open.stop()
    }

    @Test("who was on a list by either identifier is on it, until the merge is taken back")
    func lists() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.change(.add, ["anon", "ann"], of: "both")
        _ = try await open.change(.add, ["anon"], of: "anon's")
        _ = try await open.change(.add, ["ann"], of: "ann's")
        _ = try await open.change(.add, ["anon", "ann"], of: "left")
        _ = try await open.change(.remove, ["anon"], of: "left")
        _ = try await open.identify("anon", "ann")
        #expect(try MergedLog(open).lists(of: "ann") == ["ann's", "anon's", "both", "left"])
        // Named twice, a user is one; whoever is merged away is on no list.
        var outcome = try await open.change(.replace, ["anon", "ann"], of: "both")
        #expect(outcome == ListOutcome(unchanged: 1))
        _ = try await open.change(.add, ["anon"], of: "later")
        _ = try await open.unmerge("anon")
        #expect(try MergedLog(open).lists(of: "ann") == ["ann's", "both", "left"])
        #expect(try MergedLog(open).lists(of: "anon") == ["anon's", "both", "later"])
        outcome = try await open.change(.add, ["anon", "ann"], of: "later")
        #expect(outcome == ListOutcome(added: 1, unchanged: 1))
        try open.stop()
    }

    @Test("an import that is taken back is taken back from whom it was moved to")
    func imports() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.importing([Sent.event("anon", "good", id: "1")], as: "good")
        _ = try await open.importing([Sent.event("anon", "bad", id: "2")], as: "bad")
        _ = try await open.importing([Sent.event("anon", "wrong")], as: "wrong")
        let wrong = ImportUndoing(key: ProjectImport(project: shop, id: "wrong"), isDry: false)
        _ = try await open.intake.undo(wrong)
        let told = try await open.identify("anon", "ann")
        #expect(told.records == 2)
        #expect(try history(open, "ann") == ["good", "bad"])
        let bad = ImportUndoing(key: ProjectImport(project: shop, id: "bad"), isDry: false)
        let summary = try await open.intake.undo(bad)
        #expect(summary.events == 1, "what was moved is counted where it came in")
        #expect(try history(open, "ann") == ["good"])
        let again = try await open.track([
            Sent.event("anon", "good", id: "1"), Sent.event("anon", "bad", id: "2"),
        ])
        #expect(again[0].isDuplicate && again[1].isAccepted)
        try open.stop()
    }

    @Test("of one id a tracked event is there before an imported one, which may be taken back")
    func trackedAndImported() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.importing([Sent.event("anon", "imported", id: "1")], as: "wrong")
        _ = try await open.importing([Sent.event("ann", "imported", id: "2")], as: "wrong", from: 2)
        _ = try await open.track([Sent.event("ann", "tracked", id: "1")], at: start + 5)
        _ = try await open.track([Sent.event("anon", "tracked", id: "2")], at: start + 5)
        _ = try await open.identify("anon", "ann")
        #expect(try history(open, "ann") == ["tracked", "tracked"])
        let wrong = ImportUndoing(key: ProjectImport(project: shop, id: "wrong"), isDry: false)
        _ = try await open.intake.undo(wrong)
        #expect(try history(open, "ann") == ["tracked", "tracked"])
        let again = try await open.track(["1", "2"].map { Sent.event("ann", id: $0) })
        #expect(again.allSatisfy { $0.isDuplicate })
        try open.stop()
    }

    @Test("a user of whom too much is recorded is not merged away")
    func tooMuch() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        let text = Sent.property("text", .text(Sent.text(1_000)))
        let records = (0..<2_500).map { _ in Sent.event("bot", "Seen", [text]) }
        for _ in 0..<8 { _ = try await open.track(records) }
        let refused = await ingestionError { _ = try await open.identify("bot", "ann") }
        #expect(refused?.code == .tooLarge && refused?.hint.contains("24 MiB") == true)
        let told = try await open.identify("anon", "bot")
        #expect(told.user == UserID("bot"), "the other way round")
        try open.stop()
    }

    @Test("each part of a merge, and of one taken back, says where the other stands")
    func parts() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        let ids = (0..<8).map { "user-\($0)" }
        _ = try await open.track(ids.map { Sent.event($0, "by \($0)") })
        for (old, known) in zip(ids, ids.dropFirst()) { _ = try await open.alias(old, known) }
        for id in ids.dropLast() { _ = try await open.unmerge(id) }
        var parts: [LogV1.OtherPart: LogV1.OtherPart?] = [:]
        for partition in 0..<Int(open.partitions.count) {
            for record in try open.log(partition) {
                let here = LogV1.OtherPart(partition: UInt32(partition), offset: record.offset)
                switch record.body {
                case .mergeOut(let out): parts[here] = .some(out.other)
                case .mergeIn(let merge): parts[here] = .some(merge.other)
                case .mergeUndone(let undone): parts[here] = .some(undone.other)
                default: break
                }
            }
        }
        #expect(parts.count == 28)
        for (here, other) in parts {
            // In one partition one of them says where the group goes on.
            guard let other, other.partition != here.partition else { continue }
            #expect(parts[other] == .some(here))
        }
        let across = parts.count { here, other in (other ?? here).partition != here.partition }
        #expect(across > 8)
        try open.stop()
    }

    @Test("in one partition, too, whoever reads a part of a merge knows that more is to come")
    func oneLog() async throws {
        let rig = try IngestionRig(partitions: 1)
        let open = try rig.open()
        _ = try await open.track(["a", "b", "c"].map { Sent.event($0, "by \($0)", id: "1") })
        _ = try await open.change(.add, ["a", "c"], of: "vip")
        let steps: [(OpenIntake) async throws -> Void] = [
            { _ = try await $0.alias("a", "b") }, { _ = try await $0.alias("new", "c") },
            { _ = try await $0.alias("c", "newer") }, { _ = try await $0.alias("b", "newer") },
            { _ = try await $0.unmerge("b") }, { _ = try await $0.unmerge("c") },
        ]
        for (number, step) in steps.enumerated() {
            let start = try open.log(0).count
            try await step(open)
            let log = try open.log(0)
            var (needed, hasBegun) = (0, false)
            for (offset, record) in log.enumerated() {
                let other: LogV1.OtherPart?
                switch record.body {
                case .mergeOut(let out): other = out.other
                case .mergeIn(let merge): other = merge.other
                case .mergeUndone(let undone): other = undone.other
                default: other = nil
                }
                needed = max(needed, other.map { Int($0.offset) + 1 } ?? 0)
                let isMoved = record.origin?.offset != nil
                if case .mergeOut = record.body { hasBegun = hasBegun || offset >= start }
                hasBegun = hasBegun || isMoved && offset >= start
                guard hasBegun, offset + 1 < log.count else { continue }
                #expect(isMoved || needed > offset + 1, "step \(number), \(record)")
            }
            #expect(hasBegun && needed <= log.count, "step \(number)")
        }
        try open.stop()
    }
}
