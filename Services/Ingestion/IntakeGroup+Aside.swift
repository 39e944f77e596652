// A record set aside, or taken in again, within a group.

import Basics
import KeyValue
import Log
import Messages

/// What is to become of a record that ends whoever handles it.
struct AsideOrder: Sendable {
    /// Where it stands.
    let place: LogPlace
    let change: Change

    /// What is to become of it.
    enum Change: Sendable {
        /// Readers do without it.
        case aside(attempts: UInt32, by: String, reason: String)
        /// It stands in the log once more.
        ///
        /// - Parameter standing: it was looked for what has become of it since, up to there.
        case retry(standing: RecordStanding)
    }

    /// What it takes in the log at most: a record of the largest size, and what is said of it.
    ///
    /// Unit: bytes.
    static let recordBytes = 1 << 20
}

/// Whether a record still counts, by what stands behind it in the log: costs a pass over that.
struct RecordStanding: Sendable {
    let record: LogV1.LogRecord
    let partition: Partition
    private var next: LogOffset
    /// Why it counts no more; nil: it does.
    private(set) var refusal: String?
    /// Whether it is an erased user's: a rewriting of the log leaves nothing of it.
    var isErased: Bool { isNobodys || isMoved && hasErasedCopies }

    /// Whether the number that it was recorded under was erased.
    private var isNobodys = false
    /// Whether a merge has put another in its place.
    private var isMoved = false
    /// Whether copies of somebody who was erased stand under its number.
    private var hasErasedCopies = false

    private static let pageBytes = 2 << 20

    /// Nothing was looked at yet.
    init(of record: LogV1.LogRecord, in partition: Partition) {
        self.record = record
        self.partition = partition
        next = LogOffset(record.offset).next
        if record.quarantined == nil { refusal = "nothing is left of it but its place" }
    }

    /// Reads on to the durable end.
    mutating func read(_ log: any Log) throws(IngestionError) {
        guard record.quarantined != nil else { return }
        while !isErased {
            let page: LogPage
            do throws(LogError) {
                page = try log.read(partition, from: next, limit: ReadLimit(bytes: Self.pageBytes))
            } catch {
                throw .log("look for what became of a record", error)
            }
            for stored in page.records {
                // What users did and have says nothing of other records.
                let kind = RecordGlance(stored.payload).kind
                guard kind != .event, kind != .profile, kind != .list else { continue }
                hear(try LogV1.LogRecord.stored(Array(stored.payload)))
            }
            next = page.next
            if page.isAtEnd { return }
        }
    }

    private mutating func hear(_ other: LogV1.LogRecord) {
        guard other.project == record.project else { return }
        switch other.body {
        case .erasure(let erasure) where erasure.userNumber == record.userNumber:
            isNobodys = true
            refusal = refusal ?? "its user was erased since"
        case .erasedCopies(let copies) where copies.userNumber == record.userNumber:
            hasErasedCopies = true
        case .mergeOut(let out) where out.userNumber == record.userNumber:
            isMoved = true
            refusal = refusal ?? "its user was merged into another since, and it was moved there"
        case .mergeIn(let merge): note(merge.replaced)
        case .mergeUndone(let undone): note(undone.moved)
        case .aside(let aside) where aside.retried && aside.offset == record.offset:
            // Its copy counts from there on, whoever's that becomes.
            isMoved = true
        case .importUndone(let undone) where undone.importID == record.importID:
            refusal = refusal ?? "its import was taken back"
        default: break
        }
    }

    private mutating func note(_ runs: [LogV1.RecordRun]) {
        let isThere = runs.contains {
            record.offset >= $0.from && record.offset - $0.from < $0.count
        }
        guard isThere else { return }
        isMoved = true
        refusal = refusal ?? "a merge has put another in its place"
    }
}

extension LogV1.LogRecord {
    /// Whose it is and what it is about, of a record that can be set aside: something a user did,
    /// a change of a user's properties, or that the user comes on a list or goes.
    ///
    /// All others say what later ones count on.
    var quarantined: (user: UInt32, names: LogV1.MovedNames)? {
        switch body {
        case .event(let event):
            return (event.userNumber, LogV1.MovedNames(events: [event.name]))
        case .profile(let change):
            let names = change.set.map(\.name) + change.unset
            return (change.userNumber, LogV1.MovedNames(properties: names))
        case .listChange(let change):
            return (change.userNumber, LogV1.MovedNames(lists: [change.list]))
        default: return nil
        }
    }
}

extension IntakeGroup {
    /// Writes that a record is set aside, or the record once more, unless that was done before.
    ///
    /// The order stands alone in its group.
    ///
    /// - Returns: what is known of it then; or why it stays as it is.
    mutating func write(_ order: AsideOrder, _ pending: inout Pending) throws(IngestionError)
        -> Result<IngestionV1.QuarantinedRecord, any Error>
    {
        let known = parts.asides[order.place]
        switch order.change {
        case .aside(let attempts, let by, let reason):
            if let known { return .success(known) }
            guard let record = try parts.log.record(at: order.place),
                let (user, names) = record.quarantined,
                let project = ProjectName(record.project)
            else { return .failure(Self.refused("only what users did and have can be")) }
            let partition = order.place.partition
            guard parts.asides.count(of: partition) < Asides.partitionMax else {
                return .failure(Self.refused("\(Asides.partitionMax) of the partition are"))
            }
            let aside = LogV1.Aside(
                userNumber: user,
                offset: record.offset,
                names: names,
                attempts: attempts,
                by: by,
                reason: reason,
                takenInAtMs: record.logTimeMs,
                setAsideAtMs: pending.now.ms
            )
            return .success(try write(aside, of: project, in: partition, &pending))
        case .retry(var standing):
            guard let known else { return .failure(Self.refused("it is not")) }
            guard known.isAside else { return .success(known) }
            try standing.read(parts.log)
            guard standing.refusal == nil, let names = standing.record.quarantined?.names,
                let project = ProjectName(standing.record.project)
            else { return .failure(Self.refused(standing.refusal ?? "it is not", "take in again")) }
            try repeated(standing.record, of: project, order.place, &pending)
            let aside = LogV1.Aside(
                userNumber: known.userNumber,
                offset: known.offset,
                names: names,
                attempts: known.attempts,
                by: known.by,
                reason: known.reason,
                retried: true,
                takenInAtMs: known.logTimeMs,
                setAsideAtMs: known.setAsideAtMs
            )
            return .success(try write(aside, of: project, in: order.place.partition, &pending))
        }
    }

    private func write(
        _ aside: LogV1.Aside,
        of project: ProjectName,
        in partition: Partition,
        _ pending: inout Pending
    ) throws(IngestionError) -> IngestionV1.QuarantinedRecord {
        let place = try add(.aside(aside), to: partition, project: project, &pending)
        let record = IngestionV1.QuarantinedRecord(aside, of: project, at: place)
        try IndexWriter(parts.index).put(record, &pending.batch)
        return record
    }

    /// Writes the record as one that was moved from where it stands.
    private func repeated(
        _ record: LogV1.LogRecord,
        of project: ProjectName,
        _ place: LogPlace,
        _ pending: inout Pending
    ) throws(IngestionError) {
        var moved = record
        moved.offset = try pending.nextOffset(in: place.partition).value
        moved.logTimeMs = pending.now.ms
        moved.origin = LogV1.Origin(
            userID: record.origin?.userID,
            partition: UInt32(place.partition.index),
            offset: place.offset.value,
            logTimeMs: record.firstLogTimeMs
        )
        let bytes: [UInt8]
        do throws(MessageError) {
            bytes = try moved.encode()
        } catch {
            throw .log("encode a record", error)
        }
        let new = try pending.add(bytes, to: place.partition)
        guard case .event(let event) = record.body, let id = event.eventID else { return }
        let number = UserNumber(event.userNumber)
        var keys = SeenKeys()
        keys.event = IndexKey.event(project, place.partition, number, id)
        let key = record.importID.map { ProjectImport(project: project, id: $0) }
        let importNumber = try key.flatMap { key throws(IngestionError) in
            try imports.entry(of: key)?.number
        }
        let seen = SeenEvent(place: new, importNumber: importNumber)
        pending.seen.append(SeenRecord(keys, of: number, seen))
    }

    private static func refused(_ why: String, _ operation: String = "set a record aside")
        -> IngestionError
    {
        IngestionError(.notQuarantined, operation, place: "offset", hint: why)
    }
}
