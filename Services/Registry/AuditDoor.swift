// The audit log as callers see it: pages of entries behind a cursor.

import Basics
import Messages

/// Serves shoal.admin.v1.Admin/Audit.
struct AuditDoor: Sendable {
    /// Most entries of one answer.
    static let entriesMax = 1_000
    /// Most bytes of entries in one answer: an answer fits a client's usual room several times.
    static let answerBytesMax = 1 << 20

    let keeper: Keeper

    /// Entries after the cursor, as many as the answer and the caller's room may carry.
    @Sendable
    func answer(_ request: AdminV1.AuditRequest, _ call: CallContext) async throws(Fault)
        -> AdminV1.AuditResponse
    {
        let limit = min(Int(max(request.limit, 1)), Self.entriesMax)
        let found = try await told {
            try await keeper.audit(
                after: request.afterSequence,
                afterMs: request.afterMs,
                limit: limit + 1
            )
        }
        let room = min(Self.answerBytesMax, Int(call.maxReplyBytes) / 4 * 3)
        var bytes = 0
        let entries = Array(
            found.entries.prefix(limit).prefix { entry in
                defer { bytes += Self.bytes(of: entry) }
                return bytes <= room
            }
        )
        return AdminV1.AuditResponse(
            entries: entries,
            more: entries.count < found.entries.count,
            firstSequence: found.first,
            lastSequence: found.last
        )
    }

    /// No less than an entry's bytes: its details, and the limits of its other fields.
    private static func bytes(of entry: AdminV1.AuditEntry) -> Int {
        1_024
            + entry.details.reduce(0) { sum, detail in
                sum + 16 + detail.name.utf8.count + (detail.before?.utf8.count ?? 0)
                    + (detail.after?.utf8.count ?? 0)
            }
    }
}
