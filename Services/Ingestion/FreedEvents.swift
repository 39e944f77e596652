// Events that are another's again: who had them may have others with the same ids.

import Basics
import KeyValue
import Log
import Messages

extension LogV1.LogRecord {
    /// By which a repeat of it is known among a user's events; nil: it is none, or has no id.
    func eventKey(of owner: UserRecords.Owner) -> [UInt8]? {
        guard case .event(let event) = body, let id = event.eventID else { return nil }
        return IndexKey.event(owner.project, owner.partition, owner.number, id)
    }
}

extension IndexWriter {
    /// Some of a user's records are another's from here on: the ids of their events are free again,
    /// but for those under which the user has an event that stays.
    func free(
        _ taken: [LogV1.LogRecord],
        of owner: UserRecords.Owner,
        _ batch: inout Batch
    ) throws(IngestionError) {
        let events = taken.compactMap { record in
            record.eventKey(of: owner).map { (key: $0, record: (key: $0, offset: record.offset)) }
        }
        for (seen, record) in try IndexReader(index).events(of: events)
        where seen.place.offset.value == record.offset {
            batch.delete(index.events, record.key)
        }
    }
}

extension IndexReplay {
    /// The same of records that the log tells again, by where they stand.
    ///
    /// What the batch has so far is written first: where an id is seen is known by the index.
    func free(
        _ undone: LogV1.MergeUndone,
        of project: ProjectName,
        in partition: Partition,
        _ batch: inout Batch
    ) throws(IngestionError) {
        guard !undone.moved.isEmpty else { return }
        try index.write(batch)
        batch = Batch()
        let number = UserNumber(undone.userNumber)
        let owner = UserRecords.Owner(project: project, partition: partition, number: number)
        for run in undone.moved {
            var left = Int(clamping: run.count)
            var next = LogOffset(run.from)
            while left > 0 {
                let page = try read(partition, from: next, min(left, Self.pageRecords))
                guard !page.records.isEmpty else { break }
                let taken = try page.records.map { stored throws(IngestionError) in
                    try LogV1.LogRecord.stored(Array(stored.payload))
                }
                try IndexWriter(index).free(taken, of: owner, &batch)
                left -= taken.count
                next = page.next
            }
        }
    }
}
