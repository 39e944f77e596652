// The methods as callers see them, over the bus: verdicts, refusals, positions, the schema.

import Basics
import Bus
import Chassis
import Kit
import Log
import Messages
import Synchronization
import Testing

@testable import Ingestion

@Suite("Ingestion's door")
struct IngestionDoorTests {
    private func track(
        _ client: IngestionV1_IngestionClient,
        _ records: [IngestionV1.TrackRecord],
        _ options: CallOptions = shopCall
    ) async throws(Fault) -> IngestionV1.TrackResponse {
        try await client.track(IngestionV1.TrackRequest(records: records), options)
    }

    @Test("Track answers for each record in the order sent; the bad ones sink nobody")
    func mixed() async throws {
        try await ServiceRig().running { client in
            let sent: [(IngestionV1.TrackRecord, IngestionV1.VerdictKind, String?)] = [
                (Sent.event("a", id: "1"), .accepted, nil),
                (Sent.event(""), .rejected, "user_id"),
                (Sent.event("a", id: "1"), .duplicate, nil),
                (
                    Sent.event("b", "E", [Sent.property("x", .number(.nan))]), .rejected,
                    "event.properties[0].value.number"
                ),
                (Sent.event("b", at: 253_370_764_800_000), .rejected, "event.occurred_at_ms"),
                (Sent.profile("c"), .accepted, nil),
                (IngestionV1.TrackRecord(userID: "d"), .rejected, "kind"),
                (Sent.event("b"), .accepted, nil),
            ]
            let answer = try await track(client, sent.map(\.0))
            #expect(answer.verdicts.map(\.kind) == sent.map(\.1))
            #expect(answer.verdicts.map(\.field) == sent.map(\.2))
            #expect((answer.accepted, answer.duplicates, answer.rejected) == (3, 1, 4))
            for verdict in answer.verdicts {
                #expect((verdict.offset != nil) == (verdict.kind != .rejected))
                #expect((verdict.code != nil) == (verdict.kind == .rejected))
                #expect((verdict.hint != nil) == (verdict.kind == .rejected))
            }
            #expect(answer.verdicts[2].offset == answer.verdicts[0].offset)
            #expect(answer.verdicts[2].partition == answer.verdicts[0].partition)
            let allBad = try await track(client, [Sent.event(""), Sent.event("")])
            #expect(allBad.rejected == 2)
            #expect(try await track(client, []).verdicts.isEmpty)
        }
    }

    @Test("Import answers with the lines that were not taken, and is repeated without harm")
    func imports() async throws {
        try await ServiceRig().running { client in
            let records = [
                Sent.event("a"), Sent.event(""), Sent.profile("b"), Sent.event("b", ""),
            ]
            func send(_ line: UInt64 = 11, id: String = "file.csv") async throws(Fault)
                -> IngestionV1.ImportResponse
            {
                try await client.import(
                    IngestionV1.ImportRequest(importID: id, firstLine: line, records: records),
                    shopCall
                )
            }
            let first = try await send()
            #expect((first.accepted, first.duplicates, first.rejected) == (2, 0, 2))
            #expect(first.faults.map(\.line) == [12, 14])
            #expect(first.faults.map { $0.verdict?.field } == ["user_id", "event.name"])
            let again = try await send()
            #expect((again.accepted, again.duplicates, again.rejected) == (0, 2, 2))
            #expect(again.faults.map(\.line) == [11, 12, 13, 14])
            #expect(await fault { try await send(id: "") }?.place == "import_id")
            #expect(await fault { try await send(id: Sent.text(129)) } != nil)
            #expect(await fault { try await send(0) }?.place == "first_line")
            #expect(await fault { try await send(.max) }?.place == "first_line")
        }
    }

    @Test("a call without a project, or with an unknown one, is refused with the nearest name")
    func projects() async throws {
        try await ServiceRig().running { client in
            let none = await fault { try await track(client, [Sent.event("a")], CallOptions()) }
            #expect(none?.code == .invalidArgument && none?.place == "header.project")
            let wrong = CallOptions(project: ProjectName("shpo"))
            let unknown = await fault { try await track(client, [Sent.event("a")], wrong) }
            #expect(unknown?.code == .notFound && unknown?.place == "shpo")
            #expect(unknown?.hint?.contains("shop") == true)
            let far = CallOptions(project: ProjectName("qqqqqqqqqq"))
            #expect(
                await fault { try await client.schema(IngestionV1.SchemaRequest(), far) }?.code
                    == .notFound
            )
        }
    }

    @Test("another instance's logs are not written to, and the owner's address is told")
    func notTheOwner() async throws {
        let rig = try ServiceRig(isOwner: false)
        try await rig.running { client in
            rig.registry.put(1, isTold: true)
            let tracked = await fault { try await track(client, [Sent.event("a")]) }
            #expect(tracked?.code == .failedPrecondition)
            #expect(tracked?.hint?.contains("memory://owner") == true)
            let appended = await fault {
                try await client.append(IngestionV1.AppendRequest(revision: 1), shopCall)
            }
            #expect(appended?.code == .failedPrecondition)
            let ends = try await client.positions(IngestionV1.PositionsRequest()).positions
            #expect(ends.allSatisfy { $0.nextOffset == 0 })
            #expect(rig.registry.lists == 0)
        }
    }

    @Test("a nearly full disk refuses what would be written and goes on reading")
    func diskGuard() async throws {
        let rig = try ServiceRig(freeBytesMin: 1 << 60)
        try await rig.running { client in
            #expect(try await track(client, [Sent.event("a")]).accepted == 1)
            rig.world.diskGuard.check()
            let refused = await fault { try await track(client, [Sent.event("a")]) }
            #expect(refused?.code == .resourceExhausted && refused?.retryAfterMs ?? 0 > 0)
            #expect(refused?.hint?.contains("free space") == true)
            rig.registry.put(1, isTold: false)
            let appended = await fault {
                try await client.append(IngestionV1.AppendRequest(revision: 1), shopCall)
            }
            #expect(appended?.code == .resourceExhausted)
            let answer = try await client.fetch(
                IngestionV1.FetchRequest(
                    cursors: (0..<4).map { IngestionV1.FetchCursor(partition: $0) }
                )
            )
            #expect(answer.partitions.contains { $0.records.contains { $0.project == "shop" } })
        }
    }

    @Test("Append brings every revision the logs lack, in pages, once, and says where they end")
    func append() async throws {
        let rig = try ServiceRig()
        try await rig.running { client in
            rig.registry.put(50, isTold: false)
            let first = try await client.append(IngestionV1.AppendRequest(revision: 50), shopCall)
            #expect(first.positions.count == 4)
            // The tenure and 50 documents.
            #expect(first.positions.allSatisfy { $0.nextOffset == 51 })
            let lists = rig.registry.lists
            let again = try await client.append(IngestionV1.AppendRequest(revision: 50), shopCall)
            #expect(again.activeAtMs == first.activeAtMs && rig.registry.lists == lists)
            let missing = await fault {
                try await client.append(IngestionV1.AppendRequest(revision: 51), shopCall)
            }
            #expect(missing?.code == .failedPrecondition && missing?.hint?.contains("50") == true)
            // Whatever nobody asked for is found by the roster's revisions.
            rig.registry.put(2, isTold: true)
            while try await client.positions(IngestionV1.PositionsRequest()).positions[0].nextOffset
                < 53
            {}
        }
    }

    @Test("a catalogue that could not be read is tried again without other news")
    func catalogueRetried() async throws {
        let rig = try ServiceRig()
        try await rig.running { client in
            rig.registry.set(catalogueAway: true)
            rig.registry.put(1, isTold: true)
            while rig.registry.lists == 0 { await Task.yield() }
            rig.registry.set(catalogueAway: false)
            while try await client.positions(IngestionV1.PositionsRequest()).positions[0].nextOffset
                < 2
            {}
        }
    }

    @Test("the log begins with the tenure, and a new epoch stands before what is written under it")
    func tenureFirst() async throws {
        let rig = try ServiceRig(partitions: 1)
        try await rig.running { client in
            _ = try await track(client, [Sent.event("a")])
            rig.registry.set(Roster.answer(owner: rig.instance, epoch: 2, partitions: 1))
            func epochs() async throws -> [UInt64?] {
                let answer = try await client.fetch(
                    IngestionV1.FetchRequest(cursors: [IngestionV1.FetchCursor()])
                )
                return answer.partitions[0].records.map { record in
                    if case .tenure(let tenure) = record.body { tenure.epoch } else { nil }
                }
            }
            while try await epochs().count < 4 {}
            _ = try await track(client, [Sent.event("a")])
            #expect(try await epochs() == [1, nil, nil, 2, nil])
        }
    }

    @Test("Schema tells events, properties and types by name, as many as asked for")
    func schema() async throws {
        try await ServiceRig().running { client in
            _ = try await track(
                client,
                [
                    Sent.event("a", "B", [Sent.property("x", .integer(1))]),
                    Sent.event("a", "B", [Sent.property("x", .text("1"))]),
                    Sent.event("a", "A", [Sent.property("y", Sent.list([.flag(true)]))]),
                    Sent.event("", "C"),
                    Sent.profile("a", set: [Sent.property("born", .instantMs(0))]),
                ]
            )
            let schema = try await client.schema(IngestionV1.SchemaRequest(), shopCall)
            #expect(schema.events.map(\.name) == ["A", "B"])
            #expect(
                schema.events.map { $0.properties.map(\.types) } == [
                    [[.list]], [[.text, .number]],
                ]
            )
            #expect(schema.userProperties.map(\.name) == ["born"])
            #expect(schema.userProperties.map(\.types) == [[.instant]])
            let one = try await client.schema(IngestionV1.SchemaRequest(limit: 1), shopCall)
            #expect(one.events.map(\.name) == ["A"])
            #expect(one.knownEvents == 2 && one.knownUserProperties == 1)
            #expect(one.limits?.eventNames == 1_024 && one.limits?.propertiesPerEvent == 256)
        }
    }

    @Test("a batch of bad records fits the reply; too small a reply is refused before writing")
    func replies() async throws {
        try await ServiceRig().running { client in
            let bad = (0..<5_000).map { _ in Sent.event("", "E") }
            let answer = try await track(client, bad)
            #expect(answer.rejected == 5_000 && answer.verdicts.count == 5_000)
            let small = CallOptions(maxReplyBytes: 2_000, project: shop)
            let records = (0..<200).map { Sent.event("a", id: "\($0)") }
            let refused = await fault { try await track(client, records, small) }
            #expect(
                refused?.code == .resourceExhausted && refused?.place == "header.max_reply_bytes"
            )
            let taken = try await track(client, records)
            #expect(taken.accepted == 200, "nothing had been written")
        }
    }

    /// A door over an intake of the rig's, with nobody to read the catalogue from.
    private func door(
        _ rig: IngestionRig,
        _ open: OpenIntake,
        _ desk: ReadingDesk,
        _ link: RegistryLink
    ) throws -> IngestionDoor {
        let shelf = try RejectShelf(folder: "\(rig.folder)/rejects")
        return IngestionDoor(
            intake: open.intake,
            fetcher: Fetcher(
                log: open.opened,
                partitions: open.partitions,
                asides: open.asides,
                durable: open.durable,
                clock: rig.clock,
                desk: desk
            ),
            imports: ImportList(index: open.index, desk: desk),
            exports: UserExport(
                index: open.index,
                log: open.log,
                partitions: open.partitions,
                desk: desk,
                shelf: shelf
            ),
            rejects: RejectDesk(shelf: shelf, desk: desk),
            identities: IdentityDesk(
                open.index,
                open.opened,
                desk,
                searches: desk,
                open.partitions
            ),
            catalogue: CatalogueKeeper(
                intake: open.intake,
                registry: RegistryV1_CatalogueClient(Nobody())
            ),
            schema: open.schema,
            ownership: Ownership(
                link: link,
                instance: InstanceID(high: 1, low: 2),
                partitions: open.partitions,
                diskGuard: DiskGuard(
                    path: rig.folder,
                    disk: RealDisk(),
                    clock: rig.clock,
                    freeBytesMin: 0
                )
            ),
            clock: rig.clock
        )
    }

    @Test("a record whose bytes are not UTF-8 is rejected alone, at its place in the request")
    func isolated() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        let desk = try ReadingDesk()
        let link = try await Roster.link(owner: InstanceID(high: 1, low: 2))
        let door = try door(rig, open, desk, link)
        let method = try #require(
            door.methods.first { $0.description == IngestionV1_IngestionMethods.track }
        )
        let importing = try #require(
            door.methods.first { $0.description == IngestionV1_IngestionMethods.import }
        )
        let records = [
            Sent.event("BAD!", "E"), Sent.event("a"), Sent.event("b", "BAD!"), Sent.event(""),
            Sent.event("c", "E", [Sent.property("p", .text("BAD!"))]), Sent.event("d"),
        ]
        let call = CallContext(project: shop)
        let bytes = Self.damaged(try IngestionV1.TrackRequest(records: records).encode())
        let answer = try #require(
            try await method.invoke(bytes, call) as? IngestionV1.TrackResponse
        )
        #expect(
            answer.verdicts.map(\.kind)
                == [.rejected, .accepted, .rejected, .rejected, .rejected, .accepted]
        )
        #expect(
            answer.verdicts.map(\.field) == [
                "user_id", nil, "event.name", "user_id", "event.properties[0].value.text", nil,
            ]
        )
        #expect(answer.verdicts.allSatisfy { ($0.hint == nil) == ($0.kind == .accepted) })
        let imported = Self.damaged(
            try IngestionV1.ImportRequest(importID: "i", firstLine: 100, records: records).encode()
        )
        let report = try #require(
            try await importing.invoke(imported, call) as? IngestionV1.ImportResponse
        )
        #expect(report.faults.map(\.line) == [100, 102, 103, 104] && report.accepted == 2)
        let lines = try open.allRecords().compactMap(\.importLine)
        #expect(lines.sorted() == [101, 105])
        desk.stop()
        try open.stop()
    }

    /// The bytes with every BAD! made what no text may be.
    private static func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for index in bytes.indices.dropLast(3)
        where Array(bytes[index..<index + 4]) == Array("BAD!".utf8) {
            bytes[index + 3] = 0xFF
        }
        return bytes
    }

    /// A registry that is not there.
    private struct Nobody: Caller {
        func call(
            _ method: MethodDescription,
            _ request: any ProtoMessage,
            _ options: CallOptions
        ) async throws(Fault) -> any PayloadBytes {
            throw .unavailable("nobody")
        }
    }
}
