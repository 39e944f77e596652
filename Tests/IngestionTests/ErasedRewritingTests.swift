// After the rewriting no file of ingestion has a byte of who was erased, and everybody else is
// there as before.

import Basics
import Chassis
import Foundation
import KeyValue
import Kit
import Log
import Messages
import Testing

@testable import Ingestion

@Suite("Rewriting after erasures")
struct ErasedRewritingTests {
    /// Stands in everything that is about the user: identifier, names, values, event ids.
    private static let canary = "canary7F3"

    private func others(_ open: OpenIntake) throws -> [LogV1.LogRecord] {
        try open.allRecords().filter { record in
            switch record.body {
            // Whose a change of a list is, only the number says.
            case .stub, .listChange: false
            case .newUser(let new): !new.userID.isEmpty && !new.userID.contains(Self.canary)
            default: Data(try record.encode()).range(of: Data(Self.canary.utf8)) == nil
            }
        }
    }

    private func fill(_ open: OpenIntake, _ canary: String) async throws {
        let value = [Sent.property("\(canary)-property", .text("\(canary)-value"))]
        for number in 0..<30 {
            _ = try await open.track([
                Sent.event("bob-\(number)", id: "\(number)"),
                Sent.event(canary, "\(canary)-event", id: "\(canary)-\(number)", value),
            ])
        }
        _ = try await open.importing(
            [Sent.profile(canary, set: value), Sent.event(canary, "Charged", value)],
            as: "import"
        )
        let users = [canary, "bob-1"].compactMap { UserID($0) }
        _ = try await open.intake.change(
            ListOrder(project: shop, list: "vip", operation: .add, users: users)
        )
    }

    @Test("no byte is left, all others are, and the log, the index and the numbers go on")
    func canary() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        try await fill(open, Self.canary)
        try open.opened.journal.roll()
        while try open.opened.tidy() {}
        try await fill(open, Self.canary + "-later")
        let shelf = try RejectShelf(folder: "\(rig.folder)/rejects")
        let bad = Sent.event(Self.canary, "")
        try shelf.keep(
            [
                Rejection(field: "event.name", message: "it is empty", hint: "name it")
                    .kept(bad, of: nil, line: nil, at: start)
            ],
            of: shop,
            now: start
        )
        _ = try shelf.remove(of: shop, now: start) { _ in true }
        shelf.close()
        var receipts: [IngestionV1.ErasureReceipt] = []
        for (number, id) in [Self.canary, Self.canary + "-later"].enumerated() {
            receipts.append(try await open.erase(id, UInt8(number)).receipt)
        }
        let before = try others(open)
        let count = try open.allRecords().count
        #expect(try open.tells(Self.canary), "nothing is rewritten yet")
        try open.stop()
        // Without an order nothing is done, and the bytes are there.
        #expect(try rig.rewriting().run() == nil)
        let dirty = try rig.files(with: Self.canary)
        #expect(dirty.contains { $0.hasPrefix("log/journal-") }, "\(dirty)")
        #expect(dirty.contains { $0.hasPrefix("index/") }, "\(dirty)")
        #expect(dirty.contains { $0.hasPrefix("rejects/") }, "\(dirty)")
        for round in 0..<2 {
            try StartOrder(.rewrite, folder: rig.folder, disk: RealDisk()).give()
            let written = try #require(try rig.rewriting().run())
            #expect((written > 0) == (round == 0))
            open = try rig.open()
            #expect(try !open.tells(Self.canary))
            #expect(try others(open) == before)
            #expect(try open.allRecords().count == count, "offsets stay")
            let kept = try IndexReader(open.index).erasures(of: shop).map(\.receipt)
            #expect(Set(kept) == Set(receipts))
            // The import's lines are known for ever.
            let again = try await open.importing([Sent.event("x"), Sent.event("y")], as: "import")
            let areKnown = again.allSatisfy(\.isDuplicate)
            #expect(areKnown)
            #expect(try await open.track([Sent.event("bob-3", id: "3")])[0].isDuplicate)
            let summary = try IndexReader(open.index).imports(of: shop, after: nil, limit: 9)
            #expect(summary.map(\.events) == [1] && summary.map(\.profiles) == [1])
            try open.stop()
            #expect(try rig.files(with: Self.canary) == [])
        }
        open = try rig.open()
        let vip = try IndexReader(open.index).users(on: "vip", of: shop, limit: 9)
        #expect(vip.count == 1)
        _ = try await open.track([Sent.event(Self.canary)])
        let numbers = try open.allRecords().compactMap { record in
            if case .newUser(let new) = record.body, new.userID == Self.canary {
                new.number
            } else {
                nil
            }
        }
        #expect(numbers.count == 1 && numbers != [receipts[0].userNumber])
        try open.stop()
    }
}
