// Records as an app's backend sends them, short to write in tests.

import Basics
import Messages

@testable import Ingestion

enum Sent {
    static func event(
        _ user: String,
        _ name: String = "Charged",
        id: String? = nil,
        at: Int64? = nil,
        sentAt: Int64? = nil,
        _ properties: [LogV1.Property] = []
    ) -> IngestionV1.TrackRecord {
        IngestionV1.TrackRecord(
            userID: user,
            kind: .event(
                IngestionV1.TrackedEvent(
                    name: name,
                    occurredAtMs: at,
                    sentAtMs: sentAt,
                    eventID: id,
                    properties: properties
                )
            )
        )
    }

    static func profile(
        _ user: String,
        set: [LogV1.Property] = [],
        unset: [String] = [],
        at: Int64? = nil
    ) -> IngestionV1.TrackRecord {
        IngestionV1.TrackRecord(
            userID: user,
            kind: .profile(IngestionV1.TrackedProfile(set: set, unset: unset, atMs: at))
        )
    }

    static func property(_ name: String, _ kind: LogV1.Value.Kind?) -> LogV1.Property {
        LogV1.Property(name: name, value: kind.map { LogV1.Value(kind: $0) })
    }

    static func list(_ kinds: [LogV1.PlainValue.Kind]) -> LogV1.Value.Kind {
        .list(LogV1.ValueList(values: kinds.map { LogV1.PlainValue(kind: $0) }))
    }

    static func text(_ bytes: Int) -> String { String(repeating: "x", count: bytes) }
}

let shop = ProjectName("shop")!
let music = ProjectName("music")!
/// 2025-01-02T00:00:00Z, where the tests' clocks begin.
let start = Timestamp(ms: 1_735_776_000_000)
let minute: Int64 = 60_000
let hour: Int64 = 3_600_000

/// A check of one project at `start`.
func checking(
    _ project: ProjectName = shop,
    isHistory: Bool = false,
    partitions: Int = 4,
    skews: SharedSkews = SharedSkews()
) -> EventCheck {
    EventCheck(
        project: project,
        partitions: PartitionCount(partitions)!,
        receivedAt: start,
        isHistory: isHistory,
        skews: skews
    )
}

extension EventCheck {
    /// The rejection of a record; nil when it is taken.
    func rejection(_ record: IngestionV1.TrackRecord) -> Rejection? {
        do throws(Rejection) {
            _ = try check(record, line: nil)
            return nil
        } catch {
            return error
        }
    }

    /// The event that goes into the log.
    func event(_ record: IngestionV1.TrackRecord) throws -> LogV1.Event? {
        if case .event(let event) = try check(record, line: nil).body { event } else { nil }
    }

    /// The profile change that goes into the log.
    func profile(_ record: IngestionV1.TrackRecord) throws -> LogV1.ProfileChange? {
        if case .profile(let profile) = try check(record, line: nil).body { profile } else { nil }
    }
}
