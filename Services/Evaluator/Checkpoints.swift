// What survives a restart: which chunks hold a partition up to which offset, and the catalogue.

import Basics
import Columns
import KeyValue
import Logging
import Messages

/// The instance's checkpoints: column files in folders, and the store that publishes them.
///
/// A chunk file counts only once the store names it; a file it does not name is deleted on start.
/// May be called from any thread, for one partition from one thread at a time.
final class Checkpoints: Sendable {
    let store: Store
    /// Partition → manifest.
    let manifests: Family
    /// Project, revision → catalogue change.
    private let changes: Family
    /// What is kept of live segments.
    let feeds: FeedShelf
    let files: ColumnFiles
    /// How long feeds are kept.
    ///
    /// Unit: ms of log time.
    private let feedKeepMs: Int64
    /// Timers of a partition that are held in memory.
    private let timersNearMax: Int

    /// Timers of a partition that are held in memory: some seconds' worth when a million fall due
    /// in a minute, and with 64 partitions at most 8 MiB.
    static let timersNearMax = 4_096

    /// Opens the store below the instance's data folder.
    init(
        folder: String,
        disk: any Disk,
        feedKeepMs: Int64 = .max,
        timersNearMax: Int = Checkpoints.timersNearMax
    ) throws(EvaluatorError) {
        self.feedKeepMs = feedKeepMs
        self.timersNearMax = timersNearMax
        files = ColumnFiles(folder: folder, disk: disk)
        do {
            var options = StoreOptions()
            // What is read again and again is in memory beside the store.
            (options.cacheBytes, options.writeBufferBytes) = (8 << 20, 4 << 20)
            options.allWriteBuffersBytes = 24 << 20
            store = try Store(
                path: "\(folder)/checkpoints",
                families: [
                    "manifests", "catalogue", "live", "feed", "live.copy", "feed.copy",
                    RecordCare.familyName, QuarantinedSegments.familyName,
                ],
                options: options
            )
            manifests = try store.family("manifests")
            changes = try store.family("catalogue")
            feeds = FeedShelf(
                store: store,
                live: try store.family("live"),
                records: try store.family("feed"),
                stagedLive: try store.family("live.copy"),
                stagedRecords: try store.family("feed.copy")
            )
        } catch {
            throw EvaluatorError(error, "open the checkpoints")
        }
    }

    /// Frees what the store keeps in memory of what was written last.
    ///
    /// One that cannot, since its disk is full, say, refuses the next write for the same reason.
    func shrink(logger: Logger) {
        do throws(KeyValueError) {
            try store.flush()
        } catch {
            logger.notice("fresh writes stay in memory: \(error)")
        }
    }

    /// Closes the store.
    func close() { store.close() }

    /// A partition as it was last sealed; empty when it never was, or by a build without imports.
    ///
    /// Columns that are ahead of the live segments, because they were copied, are of no use where
    /// there are such segments: the log is read again, since each record may tell something. And
    /// columns that begin anew learn from feeds who was in: where feeds are kept in part only, the
    /// log tells them again, too, the same under the same numbers.
    ///
    /// - Parameters:
    ///   - quarantined: versions of segments that are followed no more.
    ///   - inHand: notes which segment is compiled and decided.
    func load(
        _ partition: Partition,
        isFollowing: Bool = false,
        quarantined: Set<SegmentVersion> = [],
        inHand: InHand? = nil
    ) throws(EvaluatorError) -> PartitionState {
        do {
            try feeds.clearUnfinished(partition)
            var manifest = try newest(partition)
            let sealedTo = manifest?.sealedTo ?? .zero
            if isFollowing, try feeds.next(of: partition) ?? .zero < sealedTo {
                // Forgotten before its files are gone: nothing may name what is not there.
                try forget(partition)
                manifest = nil
            }
            var kept = try feeds.load(partition, sealedTo: manifest?.sealedTo ?? .zero)
            if manifest == nil, kept?.feeds.contains(where: { $0.end.first > 1 }) ?? false {
                try feeds.clear(partition)
                kept = nil
            }
            let published = manifest?.projects.mapValues(\.chunks) ?? [:]
            try files.removeOthers(of: partition, than: published)
            var state = PartitionState(partition)
            if let manifest { state = try open(manifest, of: partition) }
            let far = KeptTimers(shelf: feeds, partition: partition, nearMax: timersNearMax)
            state.live.far = far
            if let kept, kept.next >= state.next || isFollowing {
                state.live = try LivePartition(
                    partition,
                    kept,
                    far: far,
                    quarantined: quarantined,
                    inHand: inHand
                )
                state.live.sealedTo = state.sealedTo
            }
            (state.live.quarantined, state.live.inHand) = (quarantined, inHand)
            try state.caughtUp()
            return state
        } catch {
            throw EvaluatorError(error, "load partition \(partition)")
        }
    }

    private func forget(_ partition: Partition) throws {
        var batch = Batch()
        batch.delete(manifests, Self.key(partition))
        try store.write(batch, sync: true)
    }

    /// Makes durable what has changed of a partition's live segments, before anybody is told.
    ///
    /// Without a sync of its own: after a loss of power the same records are read from the log, and
    /// the same come about again, under the same numbers.
    func remember(_ live: inout LivePartition) throws(EvaluatorError) {
        do {
            var batch = Batch()
            feeds.put(live, live.takeNews(), &batch)
            try store.write(batch, sync: false)
            try trim(&live)
        } catch {
            throw EvaluatorError(error, "keep the feeds of partition \(live.partition)")
        }
    }

    /// Removes what feeds told longer ago than they are kept, with what is told next, at most
    /// once an hour of log time.
    private func trim(_ live: inout LivePartition) throws {
        let now = max(live.logTime, live.watermark)
        guard feedKeepMs < .max, now.msSince(live.trimmedAt) >= FeedShelf.trimEveryMs else {
            return
        }
        live.trimmedAt = now
        var batch = Batch()
        let firsts = try feeds.trim(
            live.partition,
            before: now - feedKeepMs,
            sealedTo: live.sealedTo,
            &batch
        )
        guard !firsts.isEmpty else { return }
        try store.write(batch, sync: false)
        for segment in live.slots {
            guard let segment, let first = firsts[segment.end.feed] else { continue }
            segment.end.first = first
        }
        for index in live.over.indices {
            live.over[index].first = firsts[live.over[index].feed] ?? live.over[index].first
        }
    }

    /// The newest checkpoint of a partition as it was published; nil when there is none.
    func newest(_ partition: Partition) throws(EvaluatorError) -> Manifest? {
        do {
            return try store.get(manifests, Self.key(partition))
                .flatMap { try Manifest(bytes: $0) }
        } catch {
            throw EvaluatorError(error, "find the checkpoint of partition \(partition)")
        }
    }

    /// The state that a manifest's chunks hold; reads and checks every byte of them.
    func open(_ manifest: Manifest, of partition: Partition) throws -> PartitionState {
        var projects: [ProjectName: PartitionColumns] = [:]
        for (project, kept) in manifest.projects {
            let owner = ChunkOwner(project: project, partition: partition)
            // A project begins where it was first seen, after earlier seals or before all.
            projects[project] = try PartitionColumns(
                owner,
                chunks: kept.chunks.map { try files.open($0, of: owner) },
                start: kept.chunks.first?.name.from ?? manifest.sealedTo,
                imports: kept.imports,
                gone: kept.gone,
                leftOut: kept.leftOut
            )
        }
        return PartitionState(
            partition,
            sealedTo: manifest.sealedTo,
            projects: projects,
            live: LivePartition(partition, from: manifest.sealedTo)
        )
    }

    /// Seals every tail of the partition and publishes that, in this order: files, then the store.
    ///
    /// When it throws, the state is as it was.
    func seal(_ state: inout PartitionState, catalogue: Catalogue) throws(EvaluatorError) {
        do {
            let projects = try files.seal(state)
            let manifest = Manifest(
                sealedTo: state.next,
                projects: projects.mapValues {
                    Manifest.Project(
                        chunks: $0.chunks.map(PublishedChunk.init),
                        imports: $0.imports,
                        gone: $0.gone,
                        leftOut: $0.leftOut
                    )
                }
            )
            var batch = Batch()
            feeds.put(state.live, state.live.takeNews(), &batch)
            try write(manifest, of: state.partition, catalogue, batch)
            state.sealed(into: projects)
        } catch {
            throw EvaluatorError(error, "seal partition \(state.partition)")
        }
    }

    /// Writes chunks that join as one more file, which counts once it is in their place.
    func merge(_ chunks: [Chunk], of owner: ChunkOwner) throws(EvaluatorError) -> Chunk {
        do {
            return try files.merge(chunks, of: owner)
        } catch {
            throw EvaluatorError(error, "merge chunks of partition \(owner.partition)")
        }
    }

    /// Publishes a merged chunk in the place of those it was made of, and deletes their files.
    ///
    /// - Returns: false when the published chunks are others by now: nothing has changed.
    func replace(with merged: Chunk, catalogue: Catalogue) throws(EvaluatorError) -> Bool {
        let owner = merged.owner
        do {
            guard let manifest = try newest(owner.partition),
                let (changed, gone) = manifest.replacing(with: PublishedChunk(merged), of: owner)
            else { return false }
            try write(changed, of: owner.partition, catalogue)
            try files.remove(gone, of: owner)
            return true
        } catch {
            throw EvaluatorError(error, "publish a merge of partition \(owner.partition)")
        }
    }

    /// Publishes a manifest and the catalogue that its records told, durably and together.
    func write(
        _ manifest: Manifest,
        of partition: Partition,
        _ catalogue: Catalogue,
        _ more: Batch = Batch()
    ) throws {
        var batch = more
        batch.put(manifests, Self.key(partition), manifest.bytes)
        // All that are not known to be durable, also those another lane is just writing: a
        // revision must never be kept without those before it.
        let unsaved = catalogue.unsaved
        for (project, change) in unsaved {
            batch.put(changes, Self.key(project, change.revision), try change.encode())
        }
        try store.write(batch, sync: true)
        catalogue.saved(unsaved)
    }

    // Copies for other evaluators

    /// Up to `count` bytes of a chunk's file; none behind its end.
    func piece(of chunk: ChunkName, _ owner: ChunkOwner, at offset: Int, count: Int)
        throws(EvaluatorError) -> [UInt8]
    {
        do {
            return try files.piece(of: chunk, owner, at: offset, count: count)
        } catch {
            throw EvaluatorError(error, "read a piece of partition \(owner.partition)")
        }
    }

    /// What is kept of a partition's live segments behind a key, some rows at a time.
    func rows(of partition: Partition, _ family: KeptFamily, after key: [UInt8])
        throws(EvaluatorError) -> FeedShelf.Page
    {
        do {
            return try feeds.page(
                of: partition,
                family,
                after: key,
                bytesMax: CheckpointsDoor.changesBytesMax
            )
        } catch {
            throw EvaluatorError(error, "read the feeds of partition \(partition)")
        }
    }

    /// The catalogue changes kept behind a project's revision, or from the first on: by project,
    /// then by revision, so many at most and so many bytes, but for the last.
    func changes(
        after last: (project: ProjectName, revision: UInt64)?,
        countMax: Int,
        bytesMax: Int
    )
        throws(EvaluatorError) -> [(ProjectName, LogV1.CatalogueChange)]
    {
        do {
            var kept: [(ProjectName, LogV1.CatalogueChange)] = []
            var bytes = 0
            let from = last.map { Self.key($0.project, $0.revision) + [0] } ?? []
            for (key, value) in try store.scan(changes, from: from, limit: countMax)
            where bytes < bytesMax {
                kept.append((try Self.project(key), try LogV1.CatalogueChange.decode(value)))
                bytes += value.count
            }
            return kept
        } catch {
            throw EvaluatorError(error, "read the kept catalogue")
        }
    }

    /// The catalogue as of the checkpoints.
    func loadCatalogue() throws(EvaluatorError) -> Catalogue {
        do {
            var projects: [ProjectName: ProjectCatalogue] = [:]
            for (key, value) in try store.scan(changes, limit: .max) {
                try projects[try Self.project(key), default: ProjectCatalogue()].apply(
                    LogV1.CatalogueChange.decode(value)
                )
            }
            return Catalogue(projects)
        } catch {
            throw EvaluatorError(error, "load the catalogue")
        }
    }

    /// The project of a change's key.
    private static func project(_ key: [UInt8]) throws(EvaluatorError) -> ProjectName {
        let name = String(decoding: key.prefix { $0 != 0 }, as: UTF8.self)
        guard let project = ProjectName(name) else {
            throw EvaluatorError(
                .store,
                "load the catalogue",
                place: "project \(name.prefix(64))",
                hint: EvaluatorError.rebuildHint
            )
        }
        return project
    }

    private static func key(_ partition: Partition) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: partition.index >> 8),
            UInt8(truncatingIfNeeded: partition.index),
        ]
    }

    private static func key(_ project: ProjectName, _ revision: UInt64) -> [UInt8] {
        Array(project.text.utf8) + [0]
            + (0..<8).map { UInt8(truncatingIfNeeded: revision >> (56 - 8 * UInt64($0))) }
    }
}
