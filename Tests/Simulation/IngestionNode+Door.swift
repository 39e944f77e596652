// Ingestion's methods in the simulator: what its door does between its waits.

import Basics
import Chassis
import Messages
import Wire

@testable import Ingestion

extension IngestionNode {
    /// Serves what has come; whatever fails has a status.
    func serve(_ call: CallContext, _ request: RequestFrame, _ answering: Answering) throws {
        do {
            switch call.method {
            case IngestionV1_IngestionMethods.track.name:
                let sent: IngestionV1.TrackRequest = try request.message()
                try take(Batch(records: sent.records), call, answering) { verdicts in
                    IngestionV1.TrackResponse(
                        accepted: verdicts.count(of: .accepted),
                        duplicates: verdicts.count(of: .duplicate),
                        rejected: verdicts.count(of: .rejected),
                        verdicts: verdicts.list
                    )
                }
            case IngestionV1_IngestionMethods.import.name:
                let sent: IngestionV1.ImportRequest = try request.message()
                let batch = Batch(
                    records: sent.records,
                    importID: sent.importID,
                    firstLine: sent.firstLine
                )
                try take(batch, call, answering) { verdicts in
                    IngestionV1.ImportResponse(
                        accepted: verdicts.count(of: .accepted),
                        duplicates: verdicts.count(of: .duplicate),
                        rejected: verdicts.count(of: .rejected)
                    )
                }
            case IngestionV1_IngestionMethods.undoImport.name:
                let sent: IngestionV1.UndoImportRequest = try request.message()
                undo(ProjectImport(project: Simulation.project, id: sent.importID), answering)
            case IngestionV1_IngestionMethods.changeList.name:
                change(try request.message(), answering)
            case IngestionV1_IngestionMethods.identify.name:
                let sent: IngestionV1.IdentifyRequest = try request.message()
                try merge(sent.anonymousID, sent.userID, .identify, answering) {
                    IngestionV1.IdentifyResponse(merged: $0)
                }
            case IngestionV1_IngestionMethods.alias.name:
                let sent: IngestionV1.AliasRequest = try request.message()
                try merge(sent.fromID, sent.toID, .alias, answering) {
                    IngestionV1.AliasResponse(merged: $0)
                }
            case IngestionV1_IngestionMethods.unmerge.name:
                let sent: IngestionV1.UnmergeRequest = try request.message()
                try unmerge(sent.userID, answering)
            case IngestionV1_IngestionMethods.erase.name:
                let sent: IngestionV1.EraseRequest = try request.message()
                try erase(sent.userID, call, answering)
            case IngestionV1_IngestionMethods.append.name:
                let sent: IngestionV1.AppendRequest = try request.message()
                try bring(to: sent.revision) { result in
                    switch result {
                    case .success(let standing):
                        let activeAtMs = standing.activeAt.ms
                        try answering.reply(IngestionV1.AppendResponse(activeAtMs: activeAtMs))
                    case .failure(let error): try answering.fail(IngestionDoor.fault(error))
                    }
                }
            case IngestionV1_IngestionMethods.fetch.name:
                try answering.reply(try fetch(try request.message(), call))
            default: throw Fault.internal("nobody serves \(call.method)")
            }
        } catch let fault as Fault {
            try answering.fail(fault)
        } catch let error as IngestionError {
            try answering.fail(error.fault)
        }
    }

    /// As `Ownership` does.
    func checkWritable() throws(Fault) {
        let owner = membership.view.owner(of: Partition(index: 0), .ingestion)
        guard owner?.instance == membership.instance else {
            throw Fault(.unavailable, "the registry has not given this instance its logs yet")
        }
    }

    /// What `Fetcher` reads, without its waiting.
    private func fetch(_ request: IngestionV1.FetchRequest, _ call: CallContext) throws
        -> IngestionV1.StoredFetchResponse
    {
        guard let pages = parts?.pages else { throw Fault(.unavailable, "no log") }
        var epochs = Ownership.Epochs()
        let view = membership.view
        for (partition, epoch) in view.partitions(of: membership.instance, .ingestion) {
            epochs.logs[partition] = epoch
        }
        for partition in Simulation.partitions.all {
            epochs.states[partition] = view.owner(of: partition, .evaluator)?.epoch
        }
        return try pages.read(
            try pages.cursors(request),
            bytes: pages.room(for: request, call),
            epochs: epochs
        )
    }

    private func change(_ sent: IngestionV1.ChangeListRequest, _ answering: Answering) {
        let order = ListOrder(
            project: Simulation.project,
            list: sent.list,
            operation: sent.operation == .add ? .add : .remove,
            users: sent.userIDs.compactMap { UserID($0) }
        )
        hand(bytes: order.bytesMax, { .listing(order, $0) }, answering) { outcome in
            try answering.reply(
                IngestionV1.ChangeListResponse(
                    added: UInt32(outcome.added),
                    removed: UInt32(outcome.removed)
                )
            )
        }
    }

    /// Records of one call, as the door has them.
    fileprivate struct Batch {
        var records: [IngestionV1.TrackRecord]
        var importID: String?
        var firstLine: UInt64 = 0
    }

    private func take(
        _ sent: Batch,
        _ call: CallContext,
        _ answering: Answering,
        _ response: @escaping (Verdicts) -> any ProtoMessage
    ) throws {
        try checkWritable()
        var batch = sent
        if stage.bug == .retryWrittenTwice, call.attempt > 0 { batch.forgetIDs() }
        var verdicts = try Verdicts(count: batch.records.count, replyBytes: call.maxReplyBytes)
        let check = EventCheck(
            project: Simulation.project,
            partitions: Simulation.partitions,
            receivedAt: clock.now,
            isHistory: batch.importID != nil,
            skews: skews
        )
        var good: [(place: Int, checked: CheckedRecord)] = []
        for (place, record) in batch.records.enumerated() {
            let line = batch.importID == nil ? nil : batch.firstLine + UInt64(place)
            do throws(Rejection) {
                good.append((place, try check.check(record, line: line)))
            } catch {
                verdicts.tell(error.verdict, at: place)
            }
        }
        let order = RecordBatch(
            project: Simulation.project,
            importID: batch.importID,
            records: good.map(\.checked)
        )
        if stage.bug == .ackedBeforeSync {
            for place in batch.records.indices {
                verdicts.tell(IngestionV1.Verdict(kind: .accepted), at: place)
            }
            try answering.reply(response(verdicts))
        }
        hand(bytes: order.bytesMax, { .records(order, $0) }, answering) { [stage] outcomes in
            guard stage.bug != .ackedBeforeSync else { return }
            var verdicts = verdicts
            for (record, outcome) in zip(good, outcomes) {
                verdicts.tell(outcome.verdict, at: record.place)
            }
            try answering.reply(response(verdicts))
        }
    }

    private func undo(_ key: ProjectImport, _ answering: Answering) {
        let bytes = ImportUndoing.recordBytes * Int(Simulation.partitions.count)
        hand(
            bytes: bytes,
            { .undoing(ImportUndoing(key: key, isDry: false), $0) },
            answering
        ) { summary in
            try answering.reply(IngestionV1.UndoImportResponse(summary: summary))
        }
    }
}

extension RequestFrame {
    /// The request, or the fault that its sender hears.
    func message<Request: ProtoMessage>(_ type: Request.Type = Request.self) throws -> Request {
        try Request.decode(payload)
    }
}

extension IngestionNode.Batch {
    /// What makes a record known when it is sent again is lost.
    fileprivate mutating func forgetIDs() {
        for index in records.indices {
            guard case .event(var event) = records[index].kind else { continue }
            event.eventID = nil
            records[index].kind = .event(event)
        }
    }
}
