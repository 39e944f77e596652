// Brings the index up to the log at start: whatever the log has and the index lacks is put there
// again.

import Basics
import KeyValue
import Log
import Messages

/// Reads the log's records behind the index's positions into the index and the schema.
struct IndexReplay {
    let index: IndexStore
    let log: any Log
    let partitions: PartitionCount
    let schema: SchemaBook

    /// Records read at a time: a batch of the index stays small.
    static let pageRecords = 4_096
    /// Bytes read at a time.
    static let pageBytes = 2 << 20

    /// Replays every partition.
    ///
    /// - Returns: how many records the index lacked.
    func run() throws(IngestionError) -> Int {
        var count = 0
        // An index of before the counts is made anew, once: putting an entry again changes nothing.
        let isCurrent = try SchemaStore.isCurrent(index)
        if !isCurrent {
            var batch = Batch()
            IndexWriter(index).forgetImports(&batch)
            IndexWriter(index).forgetOlderMerges(&batch)
            try index.write(batch)
        }
        var imports = try ImportLedger(index)
        for partition in partitions.all {
            // A group ends with a whole record, so nobody's number stands just before `next`.
            var isNumbered = false
            var next = try IndexReader(index).applied(partition)
            let end = try end(of: partition)
            guard next <= end else {
                throw IngestionError.damagedIndex(
                    "replay",
                    "the index is ahead of the log (\(next), the log ends at \(end)): the "
                        + "log lost its end or is another one; restore it, or, if it is what is "
                        + "wanted",
                    place: "partition \(partition)"
                )
            }
            if !isCurrent { next = .zero }
            while next < end {
                let page = try read(partition, from: next)
                try apply(page, partition, &imports, &isNumbered)
                count += page.records.count
                next = page.next
            }
        }
        try IndexForgetting(index: index, partitions: partitions).run()
        if !isCurrent {
            var batch = Batch()
            SchemaStore.putForm(index, &batch)
            try index.write(batch)
        }
        return count
    }

    private func end(of partition: Partition) throws(IngestionError) -> LogOffset {
        do throws(LogError) {
            return try log.end(of: partition).next
        } catch {
            throw .log("replay", error)
        }
    }

    /// A page of a partition's log, so many records at most.
    func read(_ partition: Partition, from next: LogOffset, _ records: Int = Self.pageRecords)
        throws(IngestionError) -> LogPage
    {
        do {
            return try log.read(
                partition,
                from: next,
                limit: ReadLimit(bytes: Self.pageBytes, records: records)
            )
        } catch {
            throw .log("replay", error)
        }
    }

    /// - Parameter isNumbered: whether the record before gave the next one's user its number.
    private func apply(
        _ page: LogPage,
        _ partition: Partition,
        _ imports: inout ImportLedger,
        _ isNumbered: inout Bool
    ) throws(IngestionError) {
        var batch = Batch()
        for stored in page.records {
            do {
                let record = try LogV1.LogRecord.decode(Array(stored.payload))
                let place = LogPlace(partition: partition, offset: stored.offset)
                let number = try count(record, isNewUser: isNumbered, &imports)
                try apply(record, SeenEvent(place: place, importNumber: number), &batch)
                isNumbered = if case .newUser = record.body { true } else { false }
            } catch let error as IngestionError {
                throw error
            } catch {
                throw .log("replay record \(stored.offset) of partition \(partition)", error)
            }
        }
        try SchemaStore.putNews(of: schema, index, &batch)
        try imports.put(&batch)
        IndexWriter(index).put(page.next, appliedOf: partition, &batch)
        try index.write(batch)
    }

    /// Counts what an import brought, and that it was taken back.
    ///
    /// - Returns: the number of the import the record came with.
    private func count(
        _ record: LogV1.LogRecord,
        isNewUser: Bool,
        _ imports: inout ImportLedger
    ) throws(IngestionError) -> UInt32? {
        guard let project = ProjectName(record.project) else { return nil }
        if case .importUndone(let undone) = record.body {
            _ = try imports.replay(ProjectImport(project: project, id: undone.importID)) {
                $0.summary.undoneAtMs = record.logTimeMs
            }
        }
        guard let id = record.importID, let line = record.importLine else { return nil }
        // A record that was moved is counted where it came in, which may be heard of later.
        if record.origin?.offset != nil {
            return try imports.replay(ProjectImport(project: project, id: id)) { _ in }
        }
        let isEvent =
            switch record.body {
            case .event: true
            case .stub(let stub): stub.event
            default: false
            }
        return try imports.replay(ProjectImport(project: project, id: id)) {
            $0.add(
                line: line,
                isEvent: isEvent,
                isNewUser: isNewUser,
                at: Timestamp(ms: record.logTimeMs)
            )
        }
    }

    private func apply(
        _ record: LogV1.LogRecord,
        _ seen: SeenEvent,
        _ batch: inout Batch
    ) throws(IngestionError) {
        let place = seen.place
        if case .tenure(let tenure) = record.body {
            IndexWriter(index).put(Epoch(tenure.epoch), of: place.partition, &batch)
            return
        }
        guard let project = ProjectName(record.project) else { return }
        let isMoved = record.origin?.offset != nil
        let time = Timestamp(ms: record.logTimeMs)
        if let importID = record.importID, let line = record.importLine, !isMoved {
            batch.put(index.imports, IndexKey.line(project, importID, line), place.bytes)
        }
        switch record.body {
        case .newUser(let new): apply(new, of: project, at: place, &batch)
        case .userKnown(let known): IndexWriter(index).put(known, of: project, &batch)
        case .event(let event):
            // It was admitted when it was written; here it only teaches the names again.
            if !isMoved { _ = schema.admit(.event(event), in: project) }
            if let id = event.eventID {
                let number = UserNumber(event.userNumber)
                batch.put(
                    index.events,
                    IndexKey.event(project, place.partition, number, id),
                    seen.bytes
                )
            }
        case .profile(let profile):
            if !isMoved { _ = schema.admit(.profile(profile), in: project) }
        case .catalogue(let change):
            IndexWriter(index).put(
                CatalogueStanding(
                    revision: change.revision,
                    activeAt: Timestamp(ms: change.activeAtMs)
                ),
                of: project,
                &batch
            )
            try IndexWriter(index).putQuarantined(by: change, of: project, &batch)
        case .listChange(let change):
            let user = ListedUser(
                partition: place.partition,
                number: UserNumber(change.userNumber)
            )
            IndexWriter(index).put(
                change.listed,
                user,
                on: change.list,
                of: project,
                at: Timestamp(ms: change.atMs),
                &batch
            )
        case .mergeOut(let out):
            IndexWriter(index).put(out, of: project, at: place, time, &batch)
        case .mergeIn(let merge):
            IndexWriter(index).put(merge, of: project, at: place, time, &batch)
        case .mergeUndone(let undone):
            IndexWriter(index).put(undone, of: project, at: place, time, &batch)
            try free(undone, of: project, in: place.partition, &batch)
        case .erasure(let erasure):
            try IndexForgetting.note(erasure, of: project, at: place, time, index, &batch)
        case .aside(let aside):
            try IndexWriter(index).put(.init(aside, of: project, at: place), &batch)
        case .tenure, .importUndone, .erasedCopies, .stub, .leftOut, nil: break
        }
    }

    private func apply(
        _ new: LogV1.NewUser,
        of project: ProjectName,
        at place: LogPlace,
        _ batch: inout Batch
    ) {
        let writer = IndexWriter(index)
        // Of who was erased a log rewritten since tells the number only, which stays given.
        if let user = UserID(new.userID) {
            writer.put(
                KnownUser(
                    UserNumber(new.number),
                    since: place.offset,
                    isAnonymous: new.anonymous
                ),
                for: ProjectUser(project: project, user: user),
                &batch
            )
        }
        let (next, overflow) = new.number.addingReportingOverflow(1)
        guard !overflow else { return }
        let home = Numbering.ProjectPartition(project: project, partition: place.partition)
        writer.put(next: next, home, &batch)
    }
}
