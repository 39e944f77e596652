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
