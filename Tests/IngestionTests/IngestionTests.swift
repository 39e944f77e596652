// The whole service's life: started, stopped in order, ended by its disk, started again.

import Basics
import Bus
import Chassis
import Foundation
import Kit
import Log
import Messages
import ServiceLifecycle
import Synchronization
import Testing

@testable import Ingestion

@Suite("Ingestion's life")
struct IngestionTests {
    /// Ids that were acked, and how the calls that were not ended.
    private final class Ledger: Sendable {
        struct State {
            var acked: Set<String> = []
            var faults: [Fault] = []
        }
        let state = Mutex(State())
    }

    /// The ids of the events in a log that is not open.
    private func ids(_ folder: String, partitions: Int = 4) throws -> [String] {
        let settings = LogSettings(
            folder: "\(folder)/data/log",
            partitions: PartitionCount(partitions)!
        )
        let opened = try Journal.open(
            settings,
            identity: InstanceID(high: 0, low: 0),
            disk: RealDisk()
        )
        #expect(opened.recovered.tornTail == nil)
        var ids: [String] = []
        for partition in settings.partitions.all {
            var next = LogOffset.zero
            while true {
                let page = try opened.reader.read(partition, from: next)
                for stored in page.records {
                    let record = try LogV1.LogRecord.decode(Array(stored.payload))
                    if case .event(let event) = record.body { ids.append(event.eventID ?? "") }
                }
                next = page.next
                if page.isAtEnd { break }
            }
        }
        try opened.journal.close()
        return ids
    }

    @Test("a graceful stop under load answers what was taken in, and every ack is in the log once")
    func gracefulStop() async throws {
        let rig = try ServiceRig()
        let ledger = Ledger()
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await rig.running { client in
                for caller in 0..<6 {
                    group.addTask {
                        for number in 0..<10_000 {
                            let names = (0..<20).map { "\(caller)-\(number)-\($0)" }
                            let fault = await fault {
                                let answer = try await client.track(
                                    IngestionV1.TrackRequest(
                                        records: names.map { Sent.event("u-\(caller)", id: $0) }
                                    ),
                                    CallOptions(timeoutMs: 2_000, project: shop)
                                )
                                guard answer.accepted == 20 else { throw Fault.internal("lost") }
                                ledger.state.withLock { $0.acked.formUnion(names) }
                            }
                            guard let fault else { continue }
                            ledger.state.withLock { $0.faults.append(fault) }
                            return
                        }
                    }
                }
                while ledger.state.withLock({ $0.acked.count < 1_000 }) { await Task.yield() }
            }
            try await group.waitForAll()
        }
        let (acked, faults) = ledger.state.withLock { ($0.acked, $0.faults) }
        #expect(acked.count >= 1_000)
        for fault in faults {
            #expect(fault.isRetriable || fault.code == .deadlineExceeded, "\(fault)")
        }
        let found = try ids(rig.folder)
        #expect(Set(found).count == found.count, "none twice")
        #expect(acked.isSubset(of: found), "none lost")
    }

    @Test("a stop notes what is durable: a log that lost its end afterwards is refused")
    func markIsWritten() async throws {
        let rig = try ServiceRig()
        try await rig.running { client in
            let records = (0..<10).map { Sent.event("u\($0)", id: "\($0)") }
            let answer = try await client.track(
                IngestionV1.TrackRequest(records: records),
                shopCall
            )
            #expect(answer.accepted == 10)
        }
        #expect(try ids(rig.folder).count == 10)
        let folder = "\(rig.folder)/data/log"
        let journal = try #require(
            try RealDisk().list(folder).filter { $0.hasPrefix("journal-") }.max()
        )
        let file = try RealDisk().open("\(folder)/\(journal)", .append)
        try file.truncate(to: file.size() - 20)
        try file.close()
        #expect(throws: LogError.self) { _ = try ids(rig.folder) }
    }

    @Test("a service started again knows users, event ids, catalogue and schema")
    func restart() async throws {
        let rig = try ServiceRig()
        let records = [
            Sent.event("a", "A", id: "1", [Sent.property("p", .flag(true))]),
            Sent.event("b", "B", id: "1"),
        ]
        rig.registry.put(3, isTold: true)
        let first = try await rig.running { client in
            _ = try await client.append(IngestionV1.AppendRequest(revision: 3), shopCall)
            return try await client.track(IngestionV1.TrackRequest(records: records), shopCall)
        }
        #expect(first.accepted == 2)
        let again = try rig.again()
        let lists = again.registry.lists
        try await again.running { client in
            let repeated = try await client.track(
                IngestionV1.TrackRequest(records: records),
                shopCall
            )
            #expect(repeated.duplicates == 2)
            #expect(repeated.verdicts.map(\.offset) == first.verdicts.map(\.offset))
            let schema = try await client.schema(IngestionV1.SchemaRequest(), shopCall)
            #expect(schema.events.map(\.name) == ["A", "B"])
            _ = try await client.append(IngestionV1.AppendRequest(revision: 3), shopCall)
            #expect(again.registry.lists == lists, "the catalogue stands there")
        }
    }

    @Test("a journal that cannot sync ends the service with its error; nothing of it was acked")
    func journalFailure() async throws {
        let rig = try ServiceRig(isForgetful: true)
        let error = await ingestionError {
            try await rig.running { client in
                let good = try await client.track(
                    IngestionV1.TrackRequest(records: [Sent.event("a")]),
                    shopCall
                )
                #expect(good.accepted == 1)
                rig.memory.fail(.sync)
                let refused = await fault {
                    try await client.track(
                        IngestionV1.TrackRequest(records: [Sent.event("a")]),
                        CallOptions(timeoutMs: 1_000, project: shop)
                    )
                }
                #expect(refused?.code == .unavailable || refused?.code == .deadlineExceeded)
            }
        }
        #expect(error?.code == .log)
        #expect(error?.place.contains("journal") == true && error?.hint.isEmpty == false)
    }

    @Test("settings have ranges that the log can keep")
    func settings() throws {
        for (name, good, bad) in [
            ("journal.file-mib", "1024", "1025"), ("journal.group-records", "100000", "0"),
            ("intake.queue", "1", "10001"),
        ] {
            _ = try IngestionConfig(
                reader: try ConfigReader(keys: IngestionConfig.keys, values: [name: good])
            )
            #expect(throws: ChassisError.self) {
                _ = try ConfigReader(keys: IngestionConfig.keys, values: [name: bad])
            }
        }
    }
}
