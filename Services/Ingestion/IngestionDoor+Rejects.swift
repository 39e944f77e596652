// Refused records as callers see them: kept, listed, sent again once the cause is gone, forgotten.

import Basics
import Chassis
import Messages

extension Rejection {
    /// Largest record whose bytes are kept: twice what would be taken.
    ///
    /// Unit: bytes.
    private static let recordBytesMax = 64 << 10

    /// The refused record as it is kept.
    func kept(
        _ record: IngestionV1.TrackRecord?,
        of importID: String?,
        line: UInt64?,
        at time: Timestamp
    ) -> IngestionV1.RejectedRecord {
        var kept = IngestionV1.RejectedRecord(atMs: time.ms, importID: importID, line: line)
        kept.take(self)
        // Whatever cannot be written down again could not be sent again either.
        do throws(MessageError) {
            let bytes = try record?.encode()
            if let bytes, bytes.count <= Self.recordBytesMax { kept.record = bytes }
        } catch {
            kept.record = nil
        }
        return kept
    }
}

extension IngestionV1.RejectedRecord {
    /// Takes the reason over, within the contract's limits.
    mutating func take(_ rejection: Rejection) {
        let verdict = rejection.verdict
        code = verdict.code
        field = verdict.field ?? ""
        message = verdict.message ?? ""
        hint = verdict.hint ?? ""
    }
}

extension IngestionDoor {
    /// Most records of a page.
    private static let rejectsMax = 500
    /// Most bytes of a page: fits the usual long reply.
    private static let rejectBytesMax = 1 << 20

    func rejected(_ request: IngestionV1.RejectedRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.RejectedResponse
    {
        let project = try await known(call.project)
        let after = try Self.cursor(request.cursor)
        let filter = RejectFilter(reason: request.reason ?? "")
        let limit = min(max(Int(request.limit), 1), Self.rejectsMax)
        let bytes = min(Int(clamping: call.maxReplyBytes) / 2, Self.rejectBytesMax)
        let now = clock.now
        do {
            try rejects.check()
            let (page, standing) = try await rejects.run { shelf in
                let standing = try shelf.standing(of: project, now: now)
                let page = try shelf.page(
                    of: project,
                    after: after,
                    limit: limit,
                    bytesMax: bytes,
                    filter.accepts
                )
                return (page, standing)
            }
            return IngestionV1.RejectedResponse(
                nextCursor: page.nextCursor,
                records: page.records,
                kept: standing.records,
                keptBytes: standing.bytes,
                dropped: standing.dropped
            )
        } catch {
            throw Self.fault(error)
        }
    }

    func dropRejected(_ request: IngestionV1.DropRejectedRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.DropRejectedResponse
    {
        let project = try await known(call.project)
        let filter = RejectFilter(ids: Set(request.ids), reason: request.reason ?? "")
        guard request.all || !filter.ids.isEmpty || !filter.reason.isEmpty else {
            throw Fault.invalidArgument(
                "nothing says which records to forget",
                place: "ids",
                hint: "name ids, a reason, or all"
            )
        }
        let now = clock.now
        do {
            let count = try await rejects.run { shelf in
                try shelf.remove(of: project, now: now, filter.accepts)
            }
            return IngestionV1.DropRejectedResponse(dropped: UInt64(count))
        } catch {
            throw Self.fault(error)
        }
    }

    func retryRejected(_ request: IngestionV1.RetryRejectedRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.RetryRejectedResponse
    {
        let project = try await known(call.project)
        do throws(IngestionError) { try ownership.checkWritable() } catch { throw error.fault }
        let after = try Self.cursor(request.cursor)
        let filter = RejectFilter(ids: Set(request.ids), reason: request.reason ?? "")
        let now = clock.now
        do {
            try await ownership.begin(in: intake)
            let page = try await rejects.run { shelf in
                try shelf.page(
                    of: project,
                    after: after,
                    limit: Self.rejectsMax,
                    bytesMax: Limits.trackBatchBytes,
                    filter.accepts
                )
            }
            var response = IngestionV1.RetryRejectedResponse(nextCursor: page.nextCursor)
            var retry = RejectRetry(page.records)
            for importID in retry.imports {
                let records = retry.checked(
                    of: importID,
                    EventCheck(
                        project: project,
                        partitions: ownership.partitions,
                        receivedAt: now,
                        judgedAt: now,
                        isHistory: importID != nil,
                        skews: skews
                    )
                )
                guard !records.isEmpty else { continue }
                let ids = retry.passed(of: importID)
                let batch = RecordBatch(
                    project: project,
                    importID: importID,
                    records: records
                ) { [shelf = rejects.shelf] in shelf.has(ids, of: project) }
                do {
                    retry.settle(try await intake.write(batch), of: importID)
                } catch let error as IngestionError where error.isAboutTheImport {
                    retry.refuse(error.rejection, of: importID)
                }
            }
            let (taken, still) = (retry.taken, retry.refused)
            try await rejects.run { shelf in
                _ = try shelf.remove(of: project, now: now) { taken.contains($0.id) }
                try shelf.update(still, of: project, now: now)
            }
            response.accepted = retry.accepted
            response.duplicates = retry.duplicates
            response.rejected = UInt32(clamping: still.count)
            return response
        } catch {
            throw Self.fault(error)
        }
    }

    private static func cursor(_ bytes: [UInt8]?) throws(Fault) -> UInt64 {
        guard let bytes else { return 0 }
        guard bytes.count == 8, let id = IndexKey.number(bytes[...]) else {
            throw Fault.invalidArgument(
                "the cursor is none of ours",
                place: "cursor",
                hint: "send next_cursor of the page before, or none"
            )
        }
        return id
    }
}

extension RejectShelf.Page {
    /// Where the next page goes on; nil after the last.
    fileprivate var nextCursor: [UInt8]? {
        more ? IndexKey.bigEndian(through, bytes: 8) : nil
    }
}

extension IngestionError {
    /// Whether it says that the import takes no more records.
    fileprivate var isAboutTheImport: Bool { [.importUndone, .tooManyImports].contains(code) }

    /// The same as the reason why a record is not taken.
    fileprivate var rejection: Rejection {
        Rejection(code: .failedPrecondition, field: "", message: description, hint: hint)
    }
}
