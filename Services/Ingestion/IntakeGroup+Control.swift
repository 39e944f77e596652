// Control records of a group: catalogue changes in every partition, and the beginning of a tenure.

import Basics
import KeyValue
import Log
import Messages

extension IntakeGroup {
    /// Writes a project's next catalogue revisions to every partition, the same in each.
    mutating func write(
        _ batch: CatalogueBatch, at now: Timestamp, _ pending: inout Pending,
        _ answer: Answer<CatalogueStanding>
    ) throws(IngestionError) {
        let activeAt = now + parts.settings.activationAheadMs
        var standing = CatalogueStanding(revision: 0, activeAt: now)
        if let known = newStandings[batch.project] {
            standing = known
        } else if let known = try IndexReader(parts.index).standing(of: batch.project) {
            standing = known
        }
        for document in batch.documents where document.revision > standing.revision {
            guard document.revision == standing.revision + 1 else {
                let error = IngestionError(
                    .gap, "append to the catalogue", place: "revision \(document.revision)",
                    hint: "revision \(standing.revision + 1) comes first")
                pending.answers.append { answer.resume(throwing: error) }
                return
            }
            let change = LogV1.CatalogueChange(
                revision: document.revision, kind: document.kind, name: document.name,
                body: document.body, activeAtMs: activeAt.ms)
            for partition in parts.partitions.all {
                _ = try add(
                    .catalogue(change), to: partition, project: batch.project, at: now, &pending)
            }
            standing = CatalogueStanding(revision: document.revision, activeAt: activeAt)
        }
        newStandings[batch.project] = standing
        IndexWriter(parts.index).put(standing, of: batch.project, &pending.batch)
        pending.answers.append { [standing] in answer.resume(returning: standing) }
    }

    /// Writes who owns the logs from here on, where that is news.
    mutating func write(
        _ owned: [Partition: Epoch], of instance: InstanceID, at now: Timestamp,
        _ pending: inout Pending
    ) throws(IngestionError) {
        let reader = IndexReader(parts.index)
        for (partition, epoch) in owned.sorted(by: { $0.key < $1.key }) {
            var known = epochs[partition]
            if known == nil { known = try reader.epoch(of: partition) }
            guard known.map({ $0 < epoch }) ?? true else { continue }
            _ = try add(
                .tenure(LogV1.Tenure(epoch: epoch.value, instance: instance.bytes)),
                to: partition, project: nil, at: now, &pending)
            epochs[partition] = epoch
            IndexWriter(parts.index).put(epoch, of: partition, &pending.batch)
        }
    }

    /// Brings the index up to the group that is durable now; nothing is lost if it is not.
    mutating func index(_ pending: Pending, ends: [Partition: LogOffset]) throws(IngestionError) {
        guard !pending.places.isEmpty else { return }
        var batch = pending.batch
        let schemaChanges = parts.schema.changes
        if schemaChanges != savedSchemaChanges {
            try SchemaStore.put(parts.schema, parts.index, &batch)
            savedSchemaChanges = schemaChanges
        }
        for (partition, end) in ends { IndexWriter(parts.index).put(end, appliedOf: partition, &batch) }
        try parts.index.write(batch)
    }
}
