// Load on the real suite: producers that send until told to stop, and what they were told.

import Basics
import Chassis
import Messages
import Synchronization

/// What producers were told: every event id that was acked, and how far they are.
final class AckLedger: Sendable {
    private let state = Mutex((acked: Set<String>(), rejected: [String]()))

    func note(_ id: String, _ verdict: IngestionV1.Verdict) {
        state.withLock { state in
            switch verdict.kind {
            case .accepted, .duplicate: state.acked.insert(id)
            default: state.rejected.append("\(id): \(verdict.message ?? "")")
            }
        }
    }

    var count: Int { state.withLock { $0.acked.count } }
    var acked: Set<String> { state.withLock { $0.acked } }
    var rejected: [String] { state.withLock { $0.rejected } }
}

/// Sends events until told to stop, each batch again and again until it is acked.
struct Producer: Sendable {
    let number: Int
    let client: IngestionV1_IngestionClient
    let ledger: AckLedger
    let isOver: @Sendable () -> Bool
    let clock: any Clock
    /// How long it rests after each acked batch.
    ///
    /// Unit: ms.
    var restMs: UInt64 = 0

    static let batchRecords = 40
    static let users = 200

    func run() async throws {
        var sequence = 0
        while !isOver() {
            var records: [IngestionV1.TrackRecord] = []
            for _ in 0..<Self.batchRecords {
                let id = "\(number)-\(sequence)"
                records.append(
                    IngestionV1.TrackRecord(
                        userID: "user-\((sequence * 7 + number) % Self.users)",
                        kind: .event(
                            IngestionV1.TrackedEvent(
                                name: sequence % 3 == 0 ? "Charged" : "App Launched",
                                eventID: id,
                                properties: [
                                    LogV1.Property(
                                        name: "amount",
                                        value: LogV1.Value(kind: .number(Double(sequence % 10)))
                                    )
                                ]
                            )
                        )
                    )
                )
                sequence += 1
            }
            try await send(records)
            if restMs > 0 { try await clock.sleep(forMs: restMs) }
        }
    }

    private func send(_ records: [IngestionV1.TrackRecord]) async throws {
        while true {
            do throws(Fault) {
                let response = try await client.track(
                    IngestionV1.TrackRequest(records: records),
                    CallOptions(timeoutMs: 3_000, project: RealSuite.project)
                )
                for (record, verdict) in zip(records, response.verdicts) {
                    guard case .event(let event) = record.kind else { continue }
                    ledger.note(event.eventID ?? "", verdict)
                }
                return
            } catch {
                // Whatever it was, the same batch again: its event ids make that safe.
                try await clock.sleep(forMs: 10)
            }
        }
    }
}
