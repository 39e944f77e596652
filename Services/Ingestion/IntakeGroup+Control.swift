// Control records of a group: catalogue changes and undone imports in every partition, and the
// beginning of a tenure.

import Basics
import KeyValue
import Log
import Messages

extension IntakeGroup {
    /// Writes a project's next catalogue revisions to every partition, the same in each.
    ///
    /// Revisions that stand there are passed over; where one is missing nothing is written.
    mutating func write(
        _ batch: CatalogueBatch,
        _ pending: inout Pending,
        _ answer: Answer<CatalogueStanding>
    ) throws(IngestionError) {
        let activeAt = pending.now + parts.settings.activationAheadMs
        var standing = CatalogueStanding(revision: 0, activeAt: pending.now)
        if let known = newStandings[batch.project] {
            standing = known
        } else if let known = try IndexReader(parts.index).standing(of: batch.project) {
            standing = known
        }
        let news = batch.documents.filter { $0.revision > standing.revision }
        let changes = news.map { document in
            LogV1.CatalogueChange(
                revision: document.revision,
                kind: document.kind,
                name: document.name,
                body: document.body,
                activeAtMs: activeAt.ms
            )
        }
        if let error = Self.refusal(of: changes, behind: standing.revision) {
            pending.answers.append { answer.resume(throwing: error) }
            return
        }
        for change in changes {
            for partition in parts.partitions.all {
                try add(.catalogue(change), to: partition, project: batch.project, &pending)
            }
            standing = CatalogueStanding(revision: change.revision, activeAt: activeAt)
        }
        let quarantined = changes.flatMap {
            IngestionV1.QuarantinedSegment.all(in: $0, of: batch.project)
        }
        try IndexWriter(parts.index).put(quarantined, &pending.batch)
        if !news.isEmpty {
            newStandings[batch.project] = standing
            IndexWriter(parts.index).put(standing, of: batch.project, &pending.batch)
        }
        pending.answers.append { [standing, asides = parts.asides] in
            // Before the answer: who has it and fetches is told.
            asides.segments.note(quarantined)
            answer.resume(returning: standing)
        }
    }

    /// Why the changes cannot follow a revision; nil when they can.
    private static func refusal(of changes: [LogV1.CatalogueChange], behind revision: UInt64)
        -> IngestionError?
    {
        for (expected, change) in zip((revision + 1)..., changes) {
            let place = "revision \(change.revision)"
            guard change.revision == expected else {
                return IngestionError(
                    .gap,
                    "append to the catalogue",
                    place: place,
                    hint: "revision \(expected) comes first"
                )
            }
            do throws(MessageError) {
                try change.withEncoder { _ throws(MessageError) in }
            } catch {
                return IngestionError(
                    .document,
                    "append to the catalogue",
                    place: place,
                    hint: "\(error.place): \(error.message); \(error.hint)"
                )
            }
        }
        return nil
    }

    /// Writes who owns the logs from here on, where that is news.
    mutating func write(
        _ owned: [Partition: Epoch],
        of instance: InstanceID,
        _ pending: inout Pending
    ) throws(IngestionError) {
        let reader = IndexReader(parts.index)
        for (partition, epoch) in owned.sorted(by: { $0.key < $1.key }) {
            var known = epochs[partition]
            if known == nil { known = try reader.epoch(of: partition) }
            guard known.map({ $0 < epoch }) ?? true else { continue }
            try add(
                .tenure(LogV1.Tenure(epoch: epoch.value, instance: instance.bytes)),
                to: partition,
                project: nil,
                &pending
            )
            epochs[partition] = epoch
            IndexWriter(parts.index).put(epoch, of: partition, &pending.batch)
        }
    }

    /// Writes to every partition that an import is taken back, unless it was before.
    ///
    /// - Returns: what it had brought, or why there is nothing to take back.
    mutating func write(_ undoing: ImportUndoing, _ pending: inout Pending)
        throws(IngestionError) -> Result<IngestionV1.ImportSummary, any Error>
    {
        let key = undoing.key
        guard var entry = try imports.entry(of: key) else {
            return .failure(
                IngestionError(
                    .unknownImport,
                    "take back the import",
                    place: key.id,
                    hint: "`shoal import list` and Ingestion/Imports tell which there are"
                )
            )
        }
        guard !undoing.isDry, !entry.isUndone else { return .success(entry.summary) }
        for partition in parts.partitions.all {
            try add(
                .importUndone(LogV1.ImportUndone(importID: key.id)),
                to: partition,
                project: key.project,
                &pending
            )
        }
        entry.summary.undoneAtMs = pending.now.ms
        try imports.keep(entry, of: key)
        return .success(entry.summary)
    }

    /// Encodes a record with the offset it will have and adds it to the group.
    @discardableResult
    func add(
        _ body: LogV1.LogRecord.Body,
        to partition: Partition,
        project: ProjectName?,
        from origin: LogV1.Origin? = nil,
        ofImport importID: String? = nil,
        _ pending: inout Pending
    ) throws(IngestionError) -> LogPlace {
        let record = LogV1.LogRecord(
            offset: try pending.nextOffset(in: partition).value,
            logTimeMs: pending.now.ms,
            project: project?.text ?? "",
            body: body,
            importID: importID,
            origin: origin
        )
        let bytes: [UInt8]
        do throws(MessageError) {
            bytes = try record.encode()
        } catch {
            throw .log("encode a record", error)
        }
        return try pending.add(bytes, to: partition)
    }
}
