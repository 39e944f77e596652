// Users erased: one record, the receipt of a repeat, nothing left under the number, also anew.

import Basics
import KeyValue
import Kit
import Messages
import Testing

@testable import Ingestion

@Suite("Erasures")
struct ErasureTests {
    private func erase(_ open: OpenIntake, _ id: String, _ receipt: UInt8) async throws
        -> IngestionV1.ErasureReceipt
    {
        try await open.erase(id, receipt).receipt
    }

    /// The numbers that were given to an identifier, in the log's order.
    private func numbers(_ open: OpenIntake, _ id: String) throws -> [UInt32] {
        try open.allRecords().compactMap { record in
            if case .newUser(let new) = record.body, new.userID == id { new.number } else { nil }
        }
    }

    private func change(
        _ open: OpenIntake,
        _ list: String,
        _ operation: ListOrder.Operation,
        _ ids: [String]
    ) async throws -> ListOutcome {
        try await open.intake.change(
            ListOrder(
                project: shop,
                list: list,
                operation: operation,
                users: ids.compactMap { UserID($0) }
            )
        )
    }

    @Test("one record, and a repeat has the first receipt; nobody else is touched")
    func once() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track([Sent.event("ann", id: "1"), Sent.event("bob", id: "1")])
        let receipt = try await erase(open, "ann", 1)
        #expect(receipt.receipt == Array(repeating: 1, count: 16))
        rig.clock.advance(ms: 5_000)
        #expect(try await erase(open, "ann", 2) == receipt)
        let written = try open.allRecords().compactMap { record in
            if case .erasure(let erasure) = record.body { erasure.receipt } else { nil }
        }
        #expect(written == [receipt.receipt])
        for id in ["nobody", "an"] {
            let unknown = await ingestionError { _ = try await erase(open, id, 3) }
            #expect(unknown?.code == .unknownUser && unknown?.fault.code == .notFound)
            #expect(unknown?.description.contains(id) == false, "identifiers stand in no error")
        }
        #expect(try await open.track([Sent.event("bob", id: "1")])[0].isDuplicate)
        try open.stop()
    }

    @Test(
        "whoever comes under the identifier later is new, whatever became of the index",
        arguments: ["running", "restarted", "behind", "deleted"]
    )
    func anew(_ how: String) async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        _ = try await open.track([Sent.event("ann", id: "1"), Sent.event("bob")])
        _ = try await change(open, "vip", .add, ["ann", "bob"])
        if how == "behind" {
            try open.stop()
            try rig.keep(rig.indexFolder)
            open = try rig.open()
        }
        let receipt = try await erase(open, "ann", 1)
        if how != "running" { try open.stop() }
        if how == "behind" { try rig.bringBack(rig.indexFolder) }
        if how == "deleted" { try rig.remove(rig.indexFolder) }
        if how != "running" { open = try rig.open() }
        let reader = IndexReader(open.index)
        let first = try #require(try numbers(open, "ann").first)
        let gone = ListedUser(
            partition: Partition(index: UInt16(receipt.partition)),
            number: UserNumber(first)
        )
        #expect(try !reader.users(on: "vip", of: shop, limit: 9).contains(gone))
        #expect(try reader.users(on: "vip", of: shop, limit: 9).count == 1)
        #expect(try reader.erasures(of: shop).map(\.receipt) == [receipt])
        #expect(try await erase(open, "ann", 2) == receipt)
        // Nothing of the index names who is gone.
        for family in [open.index.users, open.index.events, open.index.lists, open.index.facts] {
            for (key, value) in try open.index.store.scan(family, limit: .max) {
                let isNamed = (key + value).contains(bytes: "ann")
                #expect(!isNamed)
            }
        }
        #expect(try await open.track([Sent.event("ann", id: "1")]).areAccepted)
        let numbers = try numbers(open, "ann")
        #expect(numbers.count == 2 && Set(numbers).count == 2, "\(numbers)")
        #expect(try await change(open, "vip", .add, ["ann"]).added == 1)
        // Who came again is another, and can be erased again.
        let second = try await erase(open, "ann", 3)
        #expect(second.receipt != receipt.receipt && second.userNumber == numbers[1])
        #expect(try reader.erasures(of: shop).count == 2)
        try open.stop()
    }

    @Test("an order that is sent again, its answer lost, is not about who came since")
    func again() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track([Sent.event("anon"), Sent.event("ann", id: "1")])
        _ = try await open.identify("anon", "ann")
        let receipt = try await erase(open, "ann", 1)
        _ = try await open.track([Sent.event("anon"), Sent.event("ann", id: "1")])
        for id in ["ann", "anon"] {
            #expect(try await erase(open, id, 1) == receipt)
            #expect(try await open.erase(id, 1).identifiers.map(\.text) == [id])
        }
        #expect(try await open.track([Sent.event("ann", id: "1")])[0].isDuplicate)
        // Who came since is erased by an order of its own; the first is known behind it as well.
        let second = try await erase(open, "ann", 2)
        #expect(second.receipt != receipt.receipt)
        _ = try await open.track([Sent.event("ann", id: "1")])
        #expect(try await erase(open, "ann", 1) == receipt)
        #expect(try await open.track([Sent.event("ann", id: "1")])[0].isDuplicate)
        try open.stop()
    }

    @Test("after a merge was taken back an export has nothing of what is another's again")
    func exportedApart() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        let desk = try ReadingDesk()
        defer { desk.stop() }
        _ = try await open.track([Sent.event("anon", "secret"), Sent.event("ann", "own")])
        _ = try await open.identify("anon", "ann")
        let shelf = try RejectShelf(folder: "\(rig.folder)/rejects")
        defer { shelf.close() }
        try shelf.keep(
            ["anon", "ann", "bob"].map { id in
                Rejection(field: "event.name", message: "it is empty", hint: "name it")
                    .kept(Sent.event(id, ""), of: nil, line: nil, at: start)
            },
            of: shop,
            now: start
        )
        let export = UserExport(
            index: open.index,
            log: open.log,
            partitions: rig.partitions,
            desk: desk,
            shelf: shelf
        )
        func told(_ id: String) async throws -> [String] {
            let who = ProjectUser(project: shop, user: try #require(UserID(id)))
            let page = try await export.page(of: who, nil, bytesMax: 1 << 20)
            let refused = try await export.page(of: who, page.nextCursor, bytesMax: 1 << 20)
            #expect(refused.records.isEmpty && refused.nextCursor == nil)
            return page.records.compactMap {
                if case .event(let event) = $0.body { event.name } else { nil }
            }
                + (try refused.refused.map {
                    "refused " + (try IngestionV1.TrackRecord.decode($0.record ?? []).userID)
                })
        }
        // By an identifier that was merged away it is the same.
        for id in ["ann", "anon"] {
            #expect(try await told(id) == ["own", "secret", "refused anon", "refused ann"])
        }
        _ = try await open.unmerge("anon")
        #expect(try await told("ann") == ["own", "refused ann"])
        #expect(try await told("anon") == ["secret", "refused anon"])
        try open.stop()
    }

    @Test("everything about one user is exported, page by page, and nothing of others")
    func exported() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        let desk = try ReadingDesk()
        defer { desk.stop() }
        let price = [Sent.property("price", .number(1))]
        for number in 0..<20 {
            _ = try await open.track([
                Sent.event("ann", id: "\(number)", price), Sent.event("bob", id: "\(number)"),
            ])
        }
        _ = try await open.track([Sent.profile("ann", set: [Sent.property("city", .text("Pune"))])])
        _ = try await change(open, "vip", .add, ["ann"])
        let shelf = try RejectShelf(folder: "\(rig.folder)/rejects")
        defer { shelf.close() }
        let export = UserExport(
            index: open.index,
            log: open.log,
            partitions: open.partitions,
            desk: desk,
            shelf: shelf
        )
        let who = ProjectUser(project: shop, user: try #require(UserID("ann")))
        let number = try numbers(open, "ann")[0]
        var kinds: [String: Int] = [:]
        var cursor: [UInt8]?
        var pages = 0
        repeat {
            let page = try await export.page(of: who, cursor, bytesMax: 300)
            for record in page.records {
                #expect(record.userNumber == number)
                switch record.body {
                case .newUser: kinds["identifier", default: 0] += 1
                case .event: kinds["event", default: 0] += 1
                case .profile: kinds["profile", default: 0] += 1
                case .listChange: kinds["list", default: 0] += 1
                default: kinds["other", default: 0] += 1
                }
            }
            cursor = page.nextCursor
            pages += 1
        } while cursor != nil
        #expect(kinds == ["identifier": 1, "event": 20, "profile": 1, "list": 1])
        #expect(pages > 3)
        let bob = ProjectUser(project: shop, user: try #require(UserID("bob")))
        let page = try await export.page(of: who, nil, bytesMax: 300)
        await #expect(throws: (any Error).self) {
            _ = try await export.page(of: bob, [0] + (page.nextCursor ?? []), bytesMax: 300)
        }
        _ = try await erase(open, "ann", 1)
        let unknown = await ingestionError {
            _ = try await export.page(of: who, nil, bytesMax: 300)
        }
        #expect(unknown?.code == .unknownUser)
        try open.stop()
    }
}

extension [UInt8] {
    /// Whether a text's bytes stand in here.
    fileprivate func contains(bytes text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard count >= wanted.count else { return false }
        return (0...(count - wanted.count)).contains {
            Array(self[$0..<$0 + wanted.count]) == wanted
        }
    }
}
