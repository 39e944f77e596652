// Live segments with short times, and the load that fires them.

import Basics
import Chassis
import Messages

/// The live segments that crash tests follow.
enum LiveLoad {
    /// By name: each kind of trigger that events fire, with and without a stay.
    static let segments: [(name: String, live: SegmentV1.LiveDefinition)] = [
        ("buying", on("Bought", stayMs: 1_500)),
        ("first-look", on("Viewed", nth: 1)),
        ("third-look", on("Viewed", nth: 3, repeating: true, stayMs: 1_000)),
        ("sixth-in-all", on("Added", nth: 6)),
        ("left-cart", leaving(withinMs: 1_000, anchor: .last, stayMs: 2_000)),
        (
            "left-each-cart",
            leaving(withinMs: 2_000, anchor: .each, key: "cart", limit: .oncePerKey)
        ),
    ]

    private static func test(_ event: String) -> SegmentV1.EventTest {
        SegmentV1.EventTest(events: [event])
    }

    private static func on(
        _ event: String,
        nth: UInt64 = 0,
        repeating: Bool = false,
        stayMs: UInt64? = nil
    ) -> SegmentV1.LiveDefinition {
        SegmentV1.LiveDefinition(
            trigger: .action(
                SegmentV1.ActionTrigger(event: test(event), nth: nth, repeating: repeating)
            ),
            stayMs: stayMs
        )
    }

    private static func leaving(
        withinMs: UInt64,
        anchor: SegmentV1.InactionAnchor,
        key: String? = nil,
        stayMs: UInt64? = nil,
        limit: SegmentV1.LimitKind = .everyTime
    ) -> SegmentV1.LiveDefinition {
        SegmentV1.LiveDefinition(
            trigger: .inaction(
                SegmentV1.InactionTrigger(
                    did: test("Added"),
                    didNot: test("Bought"),
                    withinMs: withinMs,
                    key: key,
                    anchor: anchor
                )
            ),
            stayMs: stayMs,
            limit: limit
        )
    }

    static let users = 300
    static let batchRecords = 16
    /// Some events come so late, at most.
    static let lateMsMax: Int64 = 2_500

    /// A batch of events of anybody, some of them late.
    static func batch(
        from first: Int,
        at now: Timestamp,
        _ chance: inout SeededRandom
    ) -> [IngestionV1.TrackRecord] {
        (first..<first + batchRecords).map { number in
            let names = ["Viewed", "Viewed", "Viewed", "Added", "Added", "Bought"]
            let isLate = Int.random(in: 0..<7, using: &chance) == 0
            let lateMs = isLate ? Int64.random(in: 0...lateMsMax, using: &chance) : 0
            let cart = Double(Int.random(in: 0..<3, using: &chance))
            return IngestionV1.TrackRecord(
                userID: "user-\(Int.random(in: 0..<users, using: &chance))",
                kind: .event(
                    IngestionV1.TrackedEvent(
                        name: names[Int.random(in: 0..<names.count, using: &chance)],
                        occurredAtMs: (now - lateMs).ms,
                        eventID: "\(number)",
                        properties: [
                            LogV1.Property(name: "cart", value: LogV1.Value(kind: .number(cart)))
                        ]
                    )
                )
            )
        }
    }

    /// Sends batches until told to stop, each again and again until it is acked.
    static func send(
        to client: IngestionV1_IngestionClient,
        clock: any Clock,
        seed: UInt64,
        _ ledger: AckLedger,
        isOver: @Sendable () -> Bool
    ) async throws {
        var chance = SeededRandom(seed: seed)
        var number = 0
        while !isOver() {
            let records = batch(from: number, at: clock.now, &chance)
            number += records.count
            var isAcked = false
            while !isAcked {
                do throws(Fault) {
                    let response = try await client.track(
                        IngestionV1.TrackRequest(records: records),
                        CallOptions(timeoutMs: 3_000, project: RealSuite.project)
                    )
                    for (record, verdict) in zip(records, response.verdicts) {
                        guard case .event(let event) = record.kind else { continue }
                        ledger.note(event.eventID ?? "", verdict)
                    }
                    isAcked = true
                } catch {
                    // Whatever it was, the same batch again: its event ids make that safe.
                    try await clock.sleep(forMs: 10)
                }
            }
            try await clock.sleep(forMs: 30)
        }
    }
}
