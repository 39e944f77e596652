// Control records: tenures once per epoch, catalogue changes everywhere at once, schema limits.

import Basics
import KeyValue
import Kit
import Log
import Messages
import Testing

@testable import Ingestion

@Suite("Control records and the schema")
struct IntakeGroupTests {
    private let me = InstanceID(high: 1, low: 2)

    private func tenures(_ open: OpenIntake) throws -> [[UInt64]] {
        try (0..<Int(open.partitions.count)).map { partition in
            try open.log(partition).compactMap { record in
                if case .tenure(let tenure) = record.body { tenure.epoch } else { nil }
            }
        }
    }

    private func epochs(_ open: OpenIntake, _ value: UInt64) -> [Partition: Epoch] {
        Dictionary(uniqueKeysWithValues: open.partitions.all.map { ($0, Epoch(value)) })
    }

    @Test("a tenure is written once per epoch and partition, and never for an older one")
    func tenure() async throws {
        let rig = try IngestionRig(partitions: 3)
        var open = try rig.open()
        try await open.intake.begin(epochs(open, 4), as: me)
        try await open.intake.begin(epochs(open, 4), as: me)
        try await open.intake.begin([Partition(index: 1): Epoch(5)], as: me)
        try await open.intake.begin(epochs(open, 3), as: me)
        #expect(try tenures(open) == [[4], [4, 5], [4]])
        guard case .tenure(let tenure) = try open.log(0)[0].body else {
            Issue.record("no tenure")
            return
        }
        #expect(tenure.instance == me.bytes)
        #expect(try open.log(0)[0].project.isEmpty)
        try open.stop()
        open = try rig.open()
        try await open.intake.begin(epochs(open, 4), as: me)
        try await open.intake.begin(epochs(open, 6), as: me)
        #expect(try tenures(open) == [[4, 6], [4, 5, 6], [4, 6]])
        try open.stop()
    }

    @Test("a roster's tenures stand before what is written under it")
    func rosterFirst() async throws {
        let rig = try IngestionRig(partitions: 2)
        let open = try rig.open()
        let roster = Roster.view(owner: me, epoch: 9, partitions: 2, edition: 3)
        try await open.intake.begin(roster, as: me)
        _ = try await open.track([Sent.event("u")])
        try await open.intake.begin(roster, as: me)
        #expect(try tenures(open) == [[9], [9]])
        try open.stop()
    }

    @Test("catalogue changes stand in every partition with one instant, and only once")
    func catalogue() async throws {
        let rig = try IngestionRig(partitions: 3)
        var open = try rig.open()
        let first = try await open.intake.write(
            CatalogueBatch(project: shop, documents: [open.document(1), open.document(2)])
        )
        #expect(first.revision == 2 && first.activeAt > start)
        rig.clock.advance(ms: 1_000)
        let second = try await open.intake.write(
            CatalogueBatch(
                project: shop,
                documents: [open.document(1), open.document(2), open.document(3)]
            )
        )
        #expect(second.revision == 3 && second.activeAt > first.activeAt)
        let again = try await open.intake.write(
            CatalogueBatch(project: shop, documents: [open.document(2)])
        )
        #expect(again == second)
        #expect(open.intake.standing(of: shop) == second && open.intake.knows(shop))
        try open.stop()
        open = try rig.open()
        #expect(open.intake.standing(of: shop) == second)
        for partition in 0..<3 {
            let changes = try open.log(partition).compactMap { record in
                if case .catalogue(let change) = record.body { change } else { nil }
            }
            #expect(changes.map(\.revision) == [1, 2, 3])
            #expect(
                changes.map(\.activeAtMs)
                    == [first.activeAt.ms, first.activeAt.ms, second.activeAt.ms]
            )
            #expect(changes.map(\.name) == ["s1", "s2", "s3"])
            #expect(try open.log(partition).allSatisfy { $0.logTimeMs < second.activeAt.ms })
        }
        try open.stop()
    }

    @Test("a gap is refused whole: nothing of it is in any log, and what follows is taken")
    func gap() async throws {
        let rig = try IngestionRig(partitions: 2)
        let open = try rig.open()
        for documents in [[open.document(2)], [open.document(1), open.document(3)]] {
            let error = await ingestionError {
                _ = try await open.intake.write(CatalogueBatch(project: shop, documents: documents))
            }
            #expect(error?.code == .gap && error?.fault.code == .failedPrecondition)
        }
        #expect(try open.allRecords().isEmpty)
        #expect(open.intake.standing(of: shop) == nil)
        let standing = try await open.intake.write(
            CatalogueBatch(project: shop, documents: [open.document(1), open.document(2)])
        )
        #expect(standing.revision == 2)
        #expect(try open.allRecords().count == 4)
        try open.stop()
    }

    @Test("a document that is not as the contract has it is refused, and the intake goes on")
    func badDocument() async throws {
        let rig = try IngestionRig(partitions: 2)
        let open = try rig.open()
        var bad = open.document(1, body: (256 << 10) + 1)
        for name in ["s", "s\0"] {
            bad.name = name
            let error = await ingestionError {
                _ = try await open.intake.write(CatalogueBatch(project: shop, documents: [bad]))
            }
            #expect(error?.code == .document && error?.isRetriable == false)
            bad.body = [1]
        }
        #expect(try await open.track([Sent.event("u")])[0].isAccepted)
        try open.stop()
    }

    @Test("large documents are written as many at a time as one group holds")
    func largeDocuments() async throws {
        var settings = IntakeSettings()
        settings.groupBytesMax = 500_000
        let rig = try IngestionRig(partitions: 8)
        let open = try rig.open(settings) { $0.payloadBytesMax = 400_000 }
        let documents = (1...4).map { open.document(UInt64($0), body: 25_000) }
        var revisions: [UInt64] = []
        while revisions.last != 4 {
            let standing = try await open.intake.write(
                CatalogueBatch(project: shop, documents: documents)
            )
            revisions.append(standing.revision)
        }
        #expect(revisions == [2, 4])
        let error = await ingestionError {
            _ = try await open.intake.write(
                CatalogueBatch(project: shop, documents: [open.document(5, body: 70_000)])
            )
        }
        #expect(error?.code == .tooLarge)
        try open.stop()
    }

    @Test("the largest document fits one group, whatever the partitions up to 4,000")
    func groupBytes() {
        for count in [1, 64, 128, 1_024, 4_000] {
            let partitions = PartitionCount(count)!
            let batch = CatalogueBatch(
                project: shop,
                documents: [RegistryV1.Document(body: [UInt8](repeating: 0, count: 256 << 10))]
            )
            #expect(batch.bytesMax(partitions) <= IngestionParts.groupBytes(partitions))
        }
        #expect(IngestionParts.groupBytes(PartitionCount(4_096)!) < 1 << 30)
    }

    @Test("1,024 event names: one more rejects its record alone, also after a restart")
    func eventNames() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        let names = (0..<1_024).map { Sent.event("u", "event-\($0)") }
        #expect(try await open.track(names).areAccepted)
        for _ in 0..<2 {
            let outcomes = try await open.track([
                Sent.event("u", "event-7"), Sent.event("u", "one more"), Sent.profile("u"),
            ])
            #expect(outcomes.map(\.isAccepted) == [true, false, true])
            #expect(outcomes[1].rejection?.field == "event.name")
            #expect(outcomes[1].rejection?.code == .resourceExhausted)
            let elsewhere = try await open.track([Sent.event("u", "one more")], project: music)
            #expect(elsewhere[0].isAccepted)
            try open.stop()
            open = try rig.open()
        }
        #expect(open.schema.vocabulary(of: shop).events.count == 1_024)
        try open.stop()
    }

    @Test("256 properties per event, 1,024 per project's users; a rejected record teaches nothing")
    func properties() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        func numbered(_ range: Range<Int>) -> [LogV1.Property] {
            range.map { Sent.property("p\($0)", .flag(true)) }
        }
        let first = try await open.track([
            Sent.event("u", "E", numbered(0..<200)), Sent.event("u", "E", numbered(190..<256)),
            Sent.event("u", "E", numbered(256..<257)), Sent.event("u", "F", numbered(256..<257)),
        ])
        #expect(first.map(\.isAccepted) == [true, true, false, true])
        #expect(first[2].rejection?.field == "event.properties")
        let profiles = try await open.track(
            (0..<4).map { Sent.profile("u", set: numbered($0 * 256..<($0 + 1) * 256)) }
                + [Sent.profile("new", set: numbered(1_024..<1_025)), Sent.event("new")]
        )
        #expect(profiles.map(\.isAccepted) == [true, true, true, true, false, true])
        #expect(profiles[4].rejection?.field == "profile.set")
        try open.stop()
        open = try rig.open()
        let vocabulary = open.schema.vocabulary(of: shop)
        #expect(vocabulary.events["E"]?.properties.count == 256)
        #expect(vocabulary.events["E"]?.properties["p256"] == nil)
        #expect(vocabulary.events["F"]?.properties["p256"] != nil)
        #expect(vocabulary.userProperties.count == 1_024)
        #expect(
            try await open.track([Sent.event("u", "E", numbered(256..<257))])[0].rejection != nil
        )
        try open.stop()
    }

    @Test("a duplicate teaches the schema nothing and is a duplicate though the names are used up")
    func duplicatesTeachNothing() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        _ = try await open.track([Sent.event("u", "A", id: "1")])
        let repeated = try await open.track([
            Sent.event("u", "B", id: "1", [Sent.property("p", .flag(true))])
        ])
        #expect(repeated[0].isDuplicate)
        let known = open.schema.vocabulary(of: shop).events
        #expect(known.keys.map(\.text) == ["A"])
        #expect(known["A"]?.properties.isEmpty == true && known["A"]?.seen.count == 1)
        #expect(try await open.track((1..<1_024).map { Sent.event("u", "\($0)") }).count == 1_023)
        #expect(try await open.track([Sent.event("u", "B", id: "1")])[0].isDuplicate)
        try open.stop()
    }

    @Test("names that look alike and have other bytes are two")
    func names() async throws {
        let rig = try IngestionRig()
        var open = try rig.open()
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        let outcomes = try await open.track([
            Sent.event("u", composed, [Sent.property(composed, .flag(true))]),
            Sent.event("u", decomposed, [Sent.property(decomposed, .integer(1))]),
        ])
        #expect(outcomes.areAccepted)
        for _ in 0..<2 {
            let vocabulary = open.schema.vocabulary(of: shop)
            #expect(vocabulary.events.count == 2)
            #expect(vocabulary.response(.init()).events.map { $0.properties.count } == [1, 1])
            try open.stop()
            open = try rig.open()
        }
        try open.stop()
    }
}
