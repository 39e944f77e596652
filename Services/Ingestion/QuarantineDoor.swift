// Records and segments that end whoever handles them, as callers meet them: set aside by
// evaluators, looked at and taken in again by operators.

import Basics
import Chassis
import Log
import Messages

/// Serves shoal.ingestion.v1.Quarantine.
struct QuarantineDoor: IngestionV1_QuarantineService {
    /// Most records of an answer.
    static let recordsMax = 500

    let intake: Intake
    let asides: Asides
    let log: any Log
    let ownership: Ownership
    /// Where the log is read, which may take seconds.
    let searches: ReadingDesk

    func setAside(_ request: IngestionV1.SetAsideRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.SetAsideResponse
    {
        let place = try place(request.partition, request.offset)
        if let known = asides[place] { return IngestionV1.SetAsideResponse(record: known) }
        // Whoever reads along may be as wrong as it is alone.
        let owner = ownership.link.view.owner(of: place.partition, .evaluator)
        guard let owner, owner.instance.bytes == request.instance else {
            throw Fault.aborted(
                "its state is another evaluator's",
                place: "partition \(place.partition)",
                hint: owner.map { "\($0.name) owns it: wait for what it does" } ?? "try again"
            )
        }
        let change = AsideOrder.Change.aside(
            attempts: request.attempts,
            by: request.by,
            reason: request.reason
        )
        let record = try await order(AsideOrder(place: place, change: change))
        return IngestionV1.SetAsideResponse(record: record)
    }

    func quarantined(_ request: IngestionV1.QuarantinedRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.QuarantinedResponse
    {
        let limit = min(max(Int(request.limit), 1), Self.recordsMax)
        let found = asides.list(
            after: request.cursor.flatMap { LogPlace(bytes: $0) },
            limit: limit + 1,
            withRetried: request.retried
        )
        return IngestionV1.QuarantinedResponse(
            records: Array(found.prefix(limit)),
            nextCursor: found.count > limit ? found[limit - 1].place.bytes : nil,
            count: UInt32(clamping: asides.count),
            segments: request.cursor == nil ? asides.segments.list(withOver: request.retried) : []
        )
    }

    func showQuarantined(_ request: IngestionV1.ShowQuarantinedRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.ShowQuarantinedResponse
    {
        let known = try known(try place(request.partition, request.offset))
        do {
            return try await searches.run { [log] in
                guard let stored = try log.record(at: known.place) else {
                    return IngestionV1.ShowQuarantinedResponse(record: known)
                }
                var standing = RecordStanding(of: stored, in: known.place.partition)
                try standing.read(log)
                // Whoever was erased is told of no more, whether the log still has it or not.
                guard !standing.isErased else {
                    return IngestionV1.ShowQuarantinedResponse(record: known)
                }
                return IngestionV1.ShowQuarantinedResponse(
                    record: known,
                    stored: stored,
                    userID: try log.userID(of: known)
                )
            }
        } catch {
            throw IngestionDoor.fault(error)
        }
    }

    func retryQuarantined(_ request: IngestionV1.RetryQuarantinedRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.RetryQuarantinedResponse
    {
        let known = try known(try place(request.partition, request.offset))
        guard known.isAside else { return IngestionV1.RetryQuarantinedResponse(record: known) }
        let found: RecordStanding?
        do {
            found = try await searches.run { [log] in
                guard let record = try log.record(at: known.place) else { return nil }
                var standing = RecordStanding(of: record, in: known.place.partition)
                try standing.read(log)
                return standing
            }
        } catch {
            throw IngestionDoor.fault(error)
        }
        guard let standing = found else { throw Self.unknown(known.place) }
        let change = AsideOrder.Change.retry(standing: standing)
        let record = try await order(AsideOrder(place: known.place, change: change))
        return IngestionV1.RetryQuarantinedResponse(record: record)
    }

    private func order(_ order: AsideOrder) async throws(Fault) -> IngestionV1.QuarantinedRecord {
        do throws(IngestionError) { try ownership.checkWritable() } catch { throw error.fault }
        do {
            try await ownership.begin(in: intake)
            return try await intake.change(order)
        } catch {
            throw IngestionDoor.fault(error)
        }
    }

    private func place(_ partition: UInt32, _ offset: UInt64) throws(Fault) -> LogPlace {
        guard let index = UInt16(exactly: partition), index < ownership.partitions.count else {
            throw Fault.invalidArgument("there is no partition \(partition)", place: "partition")
        }
        return LogPlace(partition: Partition(index: index), offset: LogOffset(offset))
    }

    private func known(_ place: LogPlace) throws(Fault) -> IngestionV1.QuarantinedRecord {
        guard let known = asides[place] else { throw Self.unknown(place) }
        return known
    }

    private static func unknown(_ place: LogPlace) -> Fault {
        Fault.notFound(
            "the record was never set aside",
            place: "partition \(place.partition), offset \(place.offset)",
            hint: "`shoal quarantine list` and Quarantine/Quarantined tell which there are"
        )
    }
}

extension Log {
    /// Whose record it is: the number was given before it.
    ///
    /// Costs a pass over what stands there.
    fileprivate func userID(of known: IngestionV1.QuarantinedRecord) throws -> String {
        var next = LogOffset.zero
        while next < known.place.offset {
            let page = try read(known.place.partition, from: next, limit: ReadLimit(bytes: 2 << 20))
            for stored in page.records where RecordGlance(stored.payload).kind == nil {
                let record = try LogV1.LogRecord.stored(Array(stored.payload))
                guard record.project == known.project, case .newUser(let new) = record.body,
                    new.number == known.userNumber
                else { continue }
                return new.userID
            }
            next = page.next
        }
        return ""
    }
}
