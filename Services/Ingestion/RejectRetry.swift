// Kept records sent again: what each becomes, without I/O.

import Basics
import Messages

/// One page of kept records on its way through the checks.
struct RejectRetry {
    /// Those that are in the log now; they are kept no longer.
    private(set) var taken: Set<UInt64> = []
    /// Those that were refused again, with the newest reason.
    private(set) var refused: [IngestionV1.RejectedRecord] = []
    private(set) var accepted: UInt32 = 0
    private(set) var duplicates: UInt32 = 0

    private let records: [IngestionV1.RejectedRecord]
    /// What was handed over of each import, in order; the key nil: of none.
    private var waiting: [String?: [IngestionV1.RejectedRecord]] = [:]

    init(_ records: [IngestionV1.RejectedRecord]) { self.records = records }

    /// The imports that the records came with, in the order met; nil: they were tracked.
    var imports: [String?] {
        var imports: [String?] = []
        for record in records where !imports.contains(record.importID) {
            imports.append(record.importID)
        }
        return imports
    }

    /// The records of an import that pass now; the others are refused again.
    mutating func checked(of importID: String?, _ check: EventCheck) -> [CheckedRecord] {
        var good: [CheckedRecord] = []
        for record in records where record.importID == importID {
            do throws(Rejection) {
                good.append(try Self.check(record, check))
                waiting[importID, default: []].append(record)
            } catch {
                refuse(record, error)
            }
        }
        return good
    }

    /// The ids of those that passed, in their order.
    func passed(of importID: String?) -> [UInt64] { waiting[importID]?.map(\.id) ?? [] }

    /// Notes what became of the records handed over.
    mutating func settle(_ outcomes: [Outcome], of importID: String?) {
        for (record, outcome) in zip(waiting.removeValue(forKey: importID) ?? [], outcomes) {
            switch outcome {
            case .accepted: accepted += 1
            case .duplicate: duplicates += 1
            case .rejected(let rejection):
                refuse(record, rejection)
                continue
            }
            taken.insert(record.id)
        }
    }

    /// Notes that none of the records handed over is taken.
    mutating func refuse(_ rejection: Rejection, of importID: String?) {
        for record in waiting.removeValue(forKey: importID) ?? [] { refuse(record, rejection) }
    }

    private mutating func refuse(_ record: IngestionV1.RejectedRecord, _ rejection: Rejection) {
        var record = record
        record.take(rejection)
        record.retries += 1
        refused.append(record)
    }

    /// Checks a record as if it had been received when it was.
    private static func check(_ record: IngestionV1.RejectedRecord, _ check: EventCheck)
        throws(Rejection) -> CheckedRecord
    {
        let unkept = Rejection(
            code: record.code ?? .invalidArgument,
            field: record.field,
            message: record.message,
            hint: "its bytes are not kept; send it again from where it came"
        )
        guard let bytes = record.record else { throw unkept }
        var sent: IngestionV1.TrackRecord
        do throws(MessageError) {
            sent = try IngestionV1.TrackRecord.decode(bytes)
        } catch {
            throw unkept
        }
        // An interrupted retry must not write it twice.
        if record.importID == nil, case .event(var event) = sent.kind, event.eventID == nil {
            event.eventID = "rejected-\(record.atMs)-\(record.id)"
            sent.kind = .event(event)
        }
        let check = EventCheck(
            project: check.project,
            partitions: check.partitions,
            receivedAt: Timestamp(ms: record.atMs),
            judgedAt: check.judgedAt,
            isHistory: check.isHistory,
            skews: check.skews
        )
        return try check.check(sent, line: record.importID == nil ? nil : record.line)
    }
}

extension Rejection {
    /// A kept record is kept no more.
    static var forgotten: Rejection {
        Rejection(
            code: .failedPrecondition,
            field: "",
            message: "it was forgotten while it was sent again",
            hint: "its user was erased, or somebody dropped it"
        )
    }
}
