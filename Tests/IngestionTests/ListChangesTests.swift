// Lists changed in the log: a record per user for whom something changes, and an index of it.

import Basics
import Kit
import Messages
import Testing

@testable import Ingestion

@Suite struct ListChangesTests {
    private func change(
        _ open: OpenIntake,
        _ operation: ListOrder.Operation,
        _ users: [String],
        of list: String = "vip"
    ) async throws -> ListOutcome {
        try await open.intake.change(
            ListOrder(
                project: shop,
                list: list,
                operation: operation,
                users: users.compactMap { UserID($0) }
            )
        )
    }

    /// Who is on a list by the log alone.
    private func listed(_ open: OpenIntake, _ list: String = "vip") throws -> [String] {
        var members: Set<String> = []
        for partition in 0..<4 {
            var users: [UInt32: String] = [:]
            for record in try open.log(partition) {
                switch record.body {
                case .newUser(let new): users[new.number] = new.userID
                case .listChange(let change) where change.list == list:
                    let user = users[change.userNumber] ?? "nobody"
                    if change.listed { members.insert(user) } else { members.remove(user) }
                default: break
                }
            }
        }
        return members.sorted()
    }

    private func records(_ open: OpenIntake) throws -> Int {
        try open.allRecords().count { if case .listChange = $0.body { true } else { false } }
    }

    @Test("each user for whom something changes is a record, and the others are none")
    func changes() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track([Sent.event("a"), Sent.event("z")])
        var outcome = try await change(open, .add, ["a", "b", "c"])
        #expect(outcome == ListOutcome(added: 3, newUsers: 2))
        outcome = try await change(open, .add, ["c", "d"])
        #expect(outcome == ListOutcome(added: 1, unchanged: 1, newUsers: 1))
        outcome = try await change(open, .remove, ["a", "z", "stranger"])
        #expect(outcome == ListOutcome(removed: 1, unchanged: 2))
        #expect(try listed(open) == ["b", "c", "d"] && records(open) == 5)
        // A user is numbered once, whatever makes it known.
        #expect(try await open.track([Sent.event("d")]).areAccepted)
        let numbered = try open.allRecords().compactMap { record in
            if case .newUser(let new) = record.body { new.userID } else { nil }
        }
        #expect(numbered.sorted() == ["a", "b", "c", "d", "z"])
        try open.stop()
    }

    @Test("a list is replaced at one instant, and the same again changes nothing")
    func replaced() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await change(open, .add, ["a", "b", "c"])
        _ = try await change(open, .add, ["a"], of: "vip2")
        rig.clock.advance(ms: 5_000)
        let outcome = try await change(open, .replace, ["c", "x", "y"])
        #expect(outcome == ListOutcome(added: 2, removed: 2, unchanged: 1, newUsers: 2))
        #expect(try listed(open) == ["c", "x", "y"] && listed(open, "vip2") == ["a"])
        let times = try open.allRecords().compactMap { record -> Int64? in
            if case .listChange(let change) = record.body { change.atMs } else { nil }
        }
        #expect(times.count { $0 == times.max() } == 4, "all at one instant: \(times)")
        let again = try await change(open, .replace, ["y", "x", "c"])
        #expect(again == ListOutcome(unchanged: 3) && again.newUsers == 0)
        let emptied = try await change(open, .replace, [])
        #expect(try emptied == ListOutcome(removed: 3) && listed(open).isEmpty)
        try open.stop()
    }

    @Test("a list of more than 20,000 users is not replaced at once")
    func tooLong() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        for page in 0..<3 {
            let users = (0..<10_000).map { "user-\(page)-\($0)" }
            #expect(try await change(open, .add, users).added == 10_000)
        }
        let refused = await ingestionError { _ = try await change(open, .replace, ["a"]) }
        #expect(refused?.code == .tooLarge && refused?.fault.code == .failedPrecondition)
        #expect(refused?.hint.contains("20000") == true)
        try open.stop()
    }

    @Test(
        "an index that is behind or gone learns the lists from the log",
        arguments: ["behind", "gone"]
    )
    func replayed(_ what: String) async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        _ = try await change(open, .add, ["a", "b"])
        try open.stop()
        if what == "behind" { try rig.keep(rig.indexFolder) }
        open = try rig.open()
        _ = try await change(open, .add, ["c"])
        _ = try await change(open, .remove, ["a"])
        try open.stop()
        if what == "behind" {
            try rig.bringBack(rig.indexFolder)
        } else {
            try rig.remove(rig.indexFolder)
        }
        open = try rig.open()
        let outcome = try await change(open, .add, ["a", "b", "c"])
        #expect(outcome == ListOutcome(added: 1, unchanged: 2))
        #expect(try listed(open) == ["a", "b", "c"])
        try open.stop()
    }
}
