// Refused records through the service: kept with their reason, listed, sent again, forgotten.

import Basics
import Chassis
import Messages
import Segments
import Testing

@testable import Ingestion

@Suite("Refused records")
struct RejectRetryTests {
    private func list(_ client: IngestionV1_IngestionClient, reason: String? = nil) async throws
        -> IngestionV1.RejectedResponse
    {
        try await client.rejected(
            IngestionV1.RejectedRequest(reason: reason),
            CallOptions(maxReplyBytes: 1 << 20, project: shop)
        )
    }

    @Test("what Track and Import refuse is kept with place and reason; what they take is not")
    func kept() async throws {
        try await ServiceRig().running { client in
            let records = [Sent.event("a", "Good"), Sent.event("", "NoUser"), Sent.event("b", "")]
            _ = try await client.track(IngestionV1.TrackRequest(records: records), shopCall)
            let imported = [
                IngestionV1.TrackRecord(), Sent.event("c", "Good"), Sent.event("d", ""),
            ]
            _ = try await client.import(
                IngestionV1.ImportRequest(importID: "i", firstLine: 7, records: imported),
                shopCall
            )
            let all = try await list(client)
            #expect(all.kept == 3 && all.dropped == 0 && all.nextCursor == nil)
            #expect(all.records.map(\.field) == ["user_id", "event.name", "event.name"])
            #expect(all.records.map(\.importID) == [nil, nil, "i"])
            #expect(all.records.map(\.line) == [nil, nil, 9], "an empty line holds only a place")
            #expect(all.records.allSatisfy { !$0.message.isEmpty && !$0.hint.isEmpty })
            let sent = try all.records.compactMap(\.record).map {
                try IngestionV1.TrackRecord.decode($0)
            }
            #expect(sent == [records[1], records[2], imported[2]])
            #expect(try await list(client, reason: "USER IS missing").records.count == 1)
            // Nothing has changed: they are refused again, and stay.
            let retried = try await client.retryRejected(.init(), shopCall)
            #expect(retried.rejected == 3 && retried.accepted == 0)
            #expect(try await list(client).records.map(\.retries) == [1, 1, 1])
            let nothing = await fault { try await client.dropRejected(.init(), shopCall) }
            #expect(nothing?.code == .invalidArgument)
            let some = IngestionV1.DropRejectedRequest(ids: [all.records[0].id])
            #expect(try await client.dropRejected(some, shopCall).dropped == 1)
            let rest = IngestionV1.DropRejectedRequest(all: true)
            #expect(try await client.dropRejected(rest, shopCall).dropped == 2)
            #expect(try await list(client).kept == 0)
        }
    }

    @Test("a record that was ahead of its time is taken once its time has come, and only once")
    func retried() async throws {
        let rig = try ServiceRig()
        try await rig.running { client in
            let ahead = rig.clock.now.ms + EventTime.futureMsMax + 400
            let records = [Sent.event("a", at: ahead), Sent.event("b", "")]
            let told = try await client.track(
                IngestionV1.TrackRequest(records: records),
                shopCall
            )
            #expect(told.rejected == 2)
            let first = try await list(client).records[0]
            let request = IngestionV1.RetryRejectedRequest(reason: "future")
            let endNs = rig.clock.monotonicNs + 30_000_000_000
            var accepted: UInt32 = 0
            while accepted == 0, rig.clock.monotonicNs < endNs {
                accepted = try await client.retryRejected(request, shopCall).accepted
            }
            #expect(accepted == 1)
            #expect(try await list(client).records.map(\.field) == ["event.name"])
            #expect(try await client.retryRejected(request, shopCall) == .init())
            // It has an id by which a retry that broke off would be known.
            let again = Sent.event("a", id: "rejected-\(first.atMs)-\(first.id)")
            let repeated = try await client.track(
                IngestionV1.TrackRequest(records: [again]),
                shopCall
            )
            #expect(repeated.duplicates == 1)
        }
    }

    @Test("what an erasure forgets while it is sent again is not written behind the erasure")
    func forgotten() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        let shelf = try RejectShelf(folder: "\(rig.folder)/rejects")
        defer { shelf.close() }
        let why = Rejection(field: "event.name", message: "not yet", hint: "later")
        try shelf.keep(
            ["ann", "bob"].map {
                why.kept(Sent.event($0, id: "1"), of: nil, line: nil, at: start)
            },
            of: shop,
            now: start
        )
        _ = try await open.track([Sent.event("ann")])
        // Both are read and checked, then one user is erased, as the door does.
        let page = try shelf.page(of: shop, after: 0, limit: 9, bytesMax: .max) { _ in true }
        var retry = RejectRetry(page.records)
        let records = retry.checked(of: nil, checking())
        let ids = retry.passed(of: nil)
        #expect(ids == [1, 2])
        #expect(try shelf.remove(of: shop, now: start) { $0.isAbout(["ann"]) } == 1)
        _ = try await open.erase("ann", 1)
        let batch = RecordBatch(project: shop, importID: nil, records: records) {
            shelf.has(ids, of: shop)
        }
        let outcomes = try await open.intake.write(batch)
        #expect(outcomes.map(\.isAccepted) == [false, true])
        retry.settle(outcomes, of: nil)
        try shelf.update(retry.refused, of: shop, now: start)
        #expect(retry.taken == [2] && shelf.has(ids, of: shop) == [false, true])
        let ann = ProjectUser(project: shop, user: try #require(UserID("ann")))
        #expect(try IndexReader(open.index).users(of: [ann]).isEmpty)
        try open.stop()
    }

    @Test("somebody of whom nothing but refused records is kept is exported and forgotten")
    func onlyRefused() async throws {
        try await ServiceRig().running { client in
            let records = ["ghost", "ghost", "other"].map { Sent.event($0, "") }
            _ = try await client.track(IngestionV1.TrackRequest(records: records), shopCall)
            let call = CallOptions(maxReplyBytes: 1 << 20, project: shop)
            let ask = IngestionV1.ExportUserRequest(userID: "ghost")
            let export = try await client.exportUser(ask, call)
            #expect(export.records.isEmpty && export.nextCursor == nil)
            #expect(export.refused.map(\.field) == ["event.name", "event.name"])
            let nobody = IngestionV1.ExportUserRequest(userID: "nobody")
            var refused = await fault { try await client.exportUser(nobody, call) }
            #expect(refused?.code == .notFound)
            // There is no receipt where nothing stands in the log.
            let erase = IngestionV1.EraseRequest(userID: "ghost")
            refused = await fault { try await client.erase(erase, shopCall) }
            #expect(refused?.code == .notFound)
            refused = await fault { try await client.exportUser(ask, call) }
            #expect(refused?.code == .notFound)
            let left = try await list(client).records.compactMap(\.record).map {
                try IngestionV1.TrackRecord.decode($0).userID
            }
            #expect(left == ["other"])
        }
    }

    @Test("a record is checked as if received when it was, and of an undone import refused anew")
    func decided() throws {
        let sent = Sent.event("a", at: start.ms - hour, sentAt: start.ms - hour)
        var kept = IngestionV1.RejectedRecord(id: 4, atMs: start.ms)
        kept.record = try sent.encode()
        var imported = kept
        (imported.id, imported.importID, imported.line) = (5, "i", 3)
        var gone = kept
        (gone.id, gone.record) = (6, nil)
        var retry = RejectRetry([kept, imported, gone])
        #expect(retry.imports == [nil, "i"])
        let late = EventCheck(
            project: shop,
            partitions: PartitionCount(4)!,
            receivedAt: start + 30 * 24 * hour,
            judgedAt: start + 30 * 24 * hour,
            isHistory: false,
            skews: SharedSkews()
        )
        let checked = retry.checked(of: nil, late)
        guard case .event(let event)? = checked.first?.body else {
            Issue.record("it is an event")
            return
        }
        // The clock was an hour behind when it was sent, not a month.
        #expect(event.atMs == start.ms && event.receivedAtMs == start.ms)
        #expect(event.eventID == "rejected-\(start.ms)-4")
        #expect(retry.refused.map(\.id) == [6], "without its bytes it cannot be sent")
        #expect(retry.checked(of: "i", late).map(\.line) == [3])
        let place = LogPlace(partition: Partition(index: 0), offset: .zero)
        retry.settle([.duplicate(place)], of: nil)
        retry.refuse(Rejection(field: "", message: "taken back", hint: "h"), of: "i")
        #expect(retry.taken == [4] && retry.duplicates == 1 && retry.accepted == 0)
        #expect(retry.refused.map(\.message) == ["", "taken back"])
        #expect(retry.refused.map(\.retries) == [1, 1])
    }
}
