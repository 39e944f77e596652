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
        for partition in partitions.all {
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
                try apply(page, partition)
                count += page.records.count
                next = page.next
            }
        }
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

    private func read(_ partition: Partition, from next: LogOffset) throws(IngestionError)
        -> LogPage
    {
        do {
            return try log.read(
                partition,
                from: next,
                limit: ReadLimit(bytes: Self.pageBytes, records: Self.pageRecords)
            )
        } catch {
            throw .log("replay", error)
        }
    }

    private func apply(_ page: LogPage, _ partition: Partition) throws(IngestionError) {
        var batch = Batch()
        for stored in page.records {
            do {
                let record = try LogV1.LogRecord.decode(Array(stored.payload))
                try apply(record, LogPlace(partition: partition, offset: stored.offset), &batch)
            } catch let error as IngestionError {
                throw error
            } catch {
                throw .log("replay record \(stored.offset) of partition \(partition)", error)
            }
        }
        try SchemaStore.putNews(of: schema, index, &batch)
        IndexWriter(index).put(page.next, appliedOf: partition, &batch)
        try index.write(batch)
    }

    private func apply(
        _ record: LogV1.LogRecord,
        _ place: LogPlace,
        _ batch: inout Batch
    ) throws(IngestionError) {
        if case .tenure(let tenure) = record.body {
            IndexWriter(index).put(Epoch(tenure.epoch), of: place.partition, &batch)
            return
        }
        guard let project = ProjectName(record.project) else { return }
        if let importID = record.importID, let line = record.importLine {
            batch.put(
                index.imports,
                IndexKey.line(project, importID, line),
                place.bytes
            )
        }
        switch record.body {
        case .newUser(let new):
            guard let user = UserID(new.userID) else { return }
            let writer = IndexWriter(index)
            writer.put(UserNumber(new.number), for: user, in: project, &batch)
            let (next, overflow) = new.number.addingReportingOverflow(1)
            guard !overflow else { return }
            let home = Numbering.ProjectPartition(project: project, partition: place.partition)
            writer.put(next: next, home, &batch)
        case .event(let event):
            // It was admitted when it was written; here it only teaches the names again.
            _ = schema.admit(.event(event), in: project)
            if let id = event.eventID {
                let number = UserNumber(event.userNumber)
                batch.put(
                    index.events,
                    IndexKey.event(project, place.partition, number, id),
                    place.bytes
                )
            }
        case .profile(let profile): _ = schema.admit(.profile(profile), in: project)
        case .catalogue(let change):
            IndexWriter(index).put(
                CatalogueStanding(
                    revision: change.revision,
                    activeAt: Timestamp(ms: change.activeAtMs)
                ),
                of: project,
                &batch
            )
        case .tenure, nil: break
        }
    }
}
