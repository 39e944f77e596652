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

    private func rewriting(_ rig: IngestionRig) -> ErasedRewriting {
        var settings = LogSettings(folder: rig.logFolder, partitions: rig.partitions)
        settings.preallocates = false
        return ErasedRewriting(
            folder: rig.folder,
            disk: RealDisk(),
            settings: settings,
            identity: InstanceID(high: 7, low: 7)
        )
    }

    /// Files below a folder that have the canary in their bytes.
    private func tainted(_ folder: String) throws -> Set<String> {
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String }
        var found: Set<String> = []
        for file in files ?? [] {
            var isFolder: ObjCBool = false
            let path = "\(folder)/\(file)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            if bytes.range(of: Data(Self.canary.utf8)) != nil { found.insert(file) }
        }
        return found
    }

    /// Whether any record of the log has it, which volumes keep compressed.
    private func isTold(_ open: OpenIntake) throws -> Bool {
        try open.allRecords().contains { record in
            Data(try record.encode()).range(of: Data(Self.canary.utf8)) != nil
        }
    }

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
            let who = ProjectUser(project: shop, user: try #require(UserID(id)))
            let receipt = [UInt8](repeating: UInt8(number), count: 16)
            receipts.append(try await open.intake.erase(ErasureOrder(who: who, receipt: receipt)))
        }
        let before = try others(open)
        let count = try open.allRecords().count
        #expect(try isTold(open), "nothing is rewritten yet")
        try open.stop()
        // Without an order nothing is done, and the bytes are there.
        #expect(try rewriting(rig).run() == nil)
        let dirty = try tainted(rig.folder)
        #expect(dirty.contains { $0.hasPrefix("log/journal-") }, "\(dirty)")
        #expect(dirty.contains { $0.hasPrefix("index/") }, "\(dirty)")
        #expect(dirty.contains { $0.hasPrefix("rejects/") }, "\(dirty)")
        for round in 0..<2 {
            try RewriteOrder(folder: rig.folder, disk: RealDisk()).give()
            let written = try #require(try rewriting(rig).run())
            #expect((written > 0) == (round == 0))
            open = try rig.open()
            #expect(try !isTold(open))
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
            #expect(try tainted(rig.folder) == [])
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
