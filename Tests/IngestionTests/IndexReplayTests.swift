// Whatever the index lacks is made again from the log; an index ahead of its log is refused.

import Basics
import Chassis
import KeyValue
import Kit
import Log
import Messages
import Testing

@testable import Ingestion

@Suite("The index after a restart")
struct IndexReplayTests {
    private let batch = [
        Sent.event("a", "A", id: "1", [Sent.property("p", .flag(true))]), Sent.event("b", id: "2"),
        Sent.profile("c", set: [Sent.property("plan", .text("gold"))]),
    ]

    /// The same records are answered as duplicates at their places, and numbering goes on.
    private func expectGoesOn(_ open: OpenIntake, _ first: [Outcome], _ lines: [Outcome])
        async throws
    {
        let again = try await open.track(Array(batch.prefix(2)))
        #expect(again == first.prefix(2).compactMap { $0.place.map(Outcome.duplicate) })
        let imported = try await open.importing([Sent.event("d"), Sent.event("a")], as: "i")
        #expect(imported == lines.compactMap { $0.place.map(Outcome.duplicate) })
        let more = try await open.track([Sent.event("a"), Sent.event("e-\(open.replayed)")])
        #expect(more.areAccepted)
        for partition in 0..<Int(open.partitions.count) {
            let numbers = try open.log(partition).compactMap { record in
                if case .newUser(let new) = record.body { new } else { nil }
            }
            #expect(numbers.map(\.number) == numbers.indices.map { UInt32($0) })
            #expect(Set(numbers.map(\.userID)).count == numbers.count)
        }
    }

    private func fill(_ open: OpenIntake) async throws -> (first: [Outcome], lines: [Outcome]) {
        let first = try await open.track(batch)
        let lines = try await open.importing([Sent.event("d"), Sent.event("a")], as: "i")
        let epochs = Dictionary(
            uniqueKeysWithValues: open.partitions.all.map { ($0, Epoch(3)) }
        )
        try await open.intake.begin(epochs, as: InstanceID(high: 1, low: 1))
        _ = try await open.intake.write(
            CatalogueBatch(project: shop, documents: [open.document(1), open.document(2)])
        )
        return (first, lines)
    }

    @Test("nothing is replayed when nothing is missing")
    func whole() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        let (first, lines) = try await fill(open)
        try open.stop()
        open = try rig.open()
        #expect(open.replayed == 0)
        try await expectGoesOn(open, first, lines)
        try open.stop()
    }

    @Test(
        "an index that is behind is brought up, one that was deleted is made anew",
        arguments: [true, false]
    )
    func behind(_ isDeleted: Bool) async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        _ = try await open.track([Sent.event("z", id: "9")])
        try open.stop()
        try rig.keep(rig.indexFolder)
        open = try rig.open()
        let (first, lines) = try await fill(open)
        let written = try open.allRecords().count
        let vocabulary = open.schema.vocabulary(of: shop)
        let standing = open.intake.standing(of: shop)
        try open.stop()
        if isDeleted { try rig.remove(rig.indexFolder) } else { try rig.bringBack(rig.indexFolder) }
        open = try rig.open()
        #expect(open.replayed == (isDeleted ? written : written - 2))
        #expect(open.schema.vocabulary(of: shop) == vocabulary)
        #expect(open.intake.standing(of: shop) == standing && standing?.revision == 2)
        #expect(try IndexReader(open.index).epoch(of: Partition(index: 0)) == Epoch(3))
        try await expectGoesOn(open, first, lines)
        try open.stop()
        // What was learned in the replay is kept, too.
        open = try rig.open()
        #expect(open.replayed == 0)
        #expect(open.schema.vocabulary(of: shop).events["A"] == vocabulary.events["A"])
        #expect(open.schema.vocabulary(of: shop).userProperties == vocabulary.userProperties)
        try open.stop()
    }

    @Test("an index ahead of the log is refused with what to do, and nothing is changed")
    func ahead() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        _ = try await open.track([Sent.event("a")])
        try open.stop()
        try rig.keep(rig.logFolder)
        open = try rig.open()
        _ = try await fill(open)
        try open.stop()
        try rig.bringBack(rig.logFolder)
        for _ in 0..<2 {
            let error = await ingestionError { _ = try rig.open() }
            #expect(error?.code == .index)
            #expect(error?.hint.contains("ahead of the log") == true)
            #expect(error?.hint.contains("delete the folder `index`") == true)
            #expect(error?.place.hasPrefix("partition") == true)
            #expect(error?.exitCode == .dataCorrupt)
        }
        // As the hint says.
        try rig.remove(rig.indexFolder)
        open = try rig.open()
        #expect(try await open.track([Sent.event("b")])[0].isAccepted)
        try open.stop()
    }

    @Test("an index of before the schema counted is made anew from the log, once")
    func olderForm() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        let (first, lines) = try await fill(open)
        let written = try open.allRecords().count
        let vocabulary = open.schema.vocabulary(of: shop)
        var batch = Batch()
        batch.delete(open.index.facts, SchemaStore.formKey)
        try open.index.write(batch)
        try open.stop()
        open = try rig.open()
        #expect(open.replayed == written)
        #expect(open.schema.vocabulary(of: shop) == vocabulary)
        try await expectGoesOn(open, first, lines)
        try open.stop()
        open = try rig.open()
        #expect(open.replayed == 0)
        #expect(open.schema.vocabulary(of: shop).events["A"] == vocabulary.events["A"])
        try open.stop()
    }

    @Test("a schema as large as the limits allow is kept and read back")
    func largestSchema() throws {
        let rig = try IngestionRig(partitions: 1)
        let index = try IndexStore(folder: rig.indexFolder)
        defer { index.store.close() }
        let book = SchemaBook()
        let name = String(repeating: "n", count: 120)
        for event in 0..<200 {
            let properties = (0..<256).map {
                Sent.property("\(name)\($0)", [.flag(true), .text(""), .integer(0)][$0 % 3])
            }
            let body = LogV1.Event(name: "\(name)\(event)", properties: properties)
            #expect(book.admit(.event(body), in: shop) == nil)
        }
        var batch = Batch()
        try SchemaStore.putNews(of: book, index, &batch)
        #expect(batch.count == 200)
        SchemaStore.putForm(index, &batch)
        try index.write(batch)
        // Saved once, and only what is new after that.
        var second = Batch()
        try SchemaStore.putNews(of: book, index, &second)
        #expect(second.isEmpty)
        let more = LogV1.Event(name: "one more")
        #expect(book.admit(.event(more), in: shop) == nil)
        try SchemaStore.putNews(of: book, index, &second)
        #expect(second.count == 1)
        try index.write(second)
        let read = try SchemaStore.load(index)
        #expect(read.vocabulary(of: shop) == book.vocabulary(of: shop))
    }
}
