// Copies another evaluator's newest checkpoint of a partition, so that only the rest of the log is
// read: a short cut, never another answer.

import Basics
import Chassis
import Columns
import Messages

/// Takes checkpoints over from other evaluators.
///
/// A copy counts only once every byte of it was checked as at a start: the chunks' own checksums,
/// whose they are, and that they join without gaps. Whatever goes wrong before leaves the
/// partition's own checkpoint as it was, and the log is read from there.
struct CheckpointCopy: Sendable {
    /// Largest file that is taken: far above what a tail may hold.
    static let fileBytesMax = 4 << 30

    /// This instance, which copies nothing from itself.
    let instance: InstanceID
    let checkpoints: Checkpoints
    let catalogue: Catalogue
    let threads: CopyThreads
    /// Reaches other evaluators at their addresses.
    let peers: RPCClient
    /// Knows where the logs end.
    let ingestion: IngestionV1_IngestionClient
    let clock: any Clock
    /// Records below which reading the log is as quick: some hundredths of a second's.
    var recordsMin: UInt64 = 4_096
    /// Longest wait for one answer: a living peer sends a piece in some milliseconds.
    var timeoutMs: UInt32 = 3_000

    /// What was copied.
    struct Outcome: Sendable, Hashable {
        /// From whom.
        let peer: String
        /// All records below it need not be read any more.
        let sealedTo: LogOffset
        /// Files that were not here before.
        let files: Int
        let bytes: Int
        /// What is kept of live segments; 0: it was as far here.
        let rows: Int
    }

    /// Another evaluator's checkpoint.
    struct Offer: Sendable {
        let peer: RosterInstance
        let client: EvaluationV1_CheckpointsClient
        let manifest: Manifest
        /// How often the peer has forgotten what it had of erased users.
        let rewritings: UInt32
    }

    /// Those of the partitions of which so much is missing that a copy is worth looking for.
    ///
    /// - Throws: when ingestion does not say where the logs end, or a checkpoint cannot be read.
    func worthwhile(_ partitions: Set<Partition>) async throws -> [Partition] {
        let ends = try await ends(of: partitions)
        return try await threads.run {
            try ends.keys.sorted().filter { partition in
                let own = try checkpoints.newest(partition)?.sealedTo ?? .zero
                return isFar(own, from: ends[partition] ?? .zero)
            }
        }
    }

    /// Copies the newest checkpoint that the peers have, if it saves much of the log.
    ///
    /// - Parameter isPatient: whether the peer is about to let go, so that it is worth asking again
    ///   for live segments that it goes on following.
    /// - Returns: what was copied; nil: nobody has one that helps.
    /// - Throws: whatever went wrong; the partition's checkpoint is as it was.
    func take(_ partition: Partition, from view: RosterView, patiently isPatient: Bool = true)
        async throws -> Outcome?
    {
        let (own, rewritings) = try await threads.run {
            (try checkpoints.newest(partition), try checkpoints.rewritings())
        }
        // What was rewritten here must not come back from where it was not.
        let offers = await offers(of: partition, view).filter { offer in
            isFar(own?.sealedTo ?? .zero, from: offer.manifest.sealedTo)
                && offer.rewritings >= rewritings
        }
        guard let best = offers.max(by: { $0.manifest.sealedTo < $1.manifest.sealedTo }) else {
            return nil
        }
        // Asked after the offers: whatever was sealed by then lies below the end of its log.
        guard let end = try await ends(of: [partition])[partition],
            best.manifest.sealedTo <= end
        else {
            throw Self.refused("partition \(partition)", "a checkpoint of another, longer log")
        }
        let changes = try await changes(best)
        var (files, bytes) = (0, 0)
        for (project, kept) in best.manifest.projects {
            let owner = ChunkOwner(project: project, partition: partition)
            let known = own?.projects[project]?.chunks ?? []
            for chunk in kept.chunks where !known.contains(chunk) {
                guard !known.contains(where: { $0.name == chunk.name }) else {
                    throw Self.refused("\(project)/\(chunk.name.fileName)", "another is here")
                }
                bytes += try await copy(chunk, of: owner, best)
                files += 1
            }
        }
        let feeds = try await stageFeeds(
            of: partition,
            upTo: best.manifest.sealedTo,
            best,
            attempts: isPatient ? Self.attemptsMax : 1
        )
        if let feeds { try await require(feeds, of: partition) }
        try await threads.run {
            try catalogue.apply(changes)
            try checkpoints.publish(
                best.manifest,
                of: partition,
                rewritings: best.rewritings,
                catalogue: catalogue,
                feeds: feeds
            )
        }
        return Outcome(
            peer: best.peer.name,
            sealedTo: best.manifest.sealedTo,
            files: files,
            bytes: bytes,
            rows: feeds?.rows ?? 0
        )
    }

    /// Whatever was heard by then lies below the end of its log.
    private func require(_ feeds: StagedFeeds, of partition: Partition) async throws {
        let end = try await ends(of: [partition])[partition] ?? .zero
        guard try FeedShelf.next(in: feeds.place) <= end else {
            throw Self.refused("partition \(partition)", "live segments of another, longer log")
        }
    }

    private func ends(of partitions: Set<Partition>) async throws -> [Partition: LogOffset] {
        let answer = try await ingestion.positions(
            IngestionV1.PositionsRequest(partitions: partitions.map { UInt32($0.index) }),
            CallOptions(timeoutMs: timeoutMs)
        )
        var ends: [Partition: LogOffset] = [:]
        for position in answer.positions {
            guard let index = UInt16(exactly: position.partition) else { continue }
            ends[Partition(index: index)] = LogOffset(position.nextOffset)
        }
        return ends.filter { partitions.contains($0.key) }
    }

    private func isFar(_ from: LogOffset, from end: LogOffset) -> Bool {
        end.value >= from.value && end.value - from.value >= recordsMin
    }

    /// What the other living evaluators have of a partition; who does not answer has nothing.
    private func offers(of partition: Partition, _ view: RosterView) async -> [Offer] {
        let others = view.instances(.evaluator)
            .filter { $0.id != instance && [.live, .draining].contains($0.state) }
        return await withTaskGroup(of: Offer?.self) { group in
            for peer in others {
                group.addTask { await offer(of: partition, peer) }
            }
            return await group.reduce(into: []) { offers, offer in
                if let offer { offers.append(offer) }
            }
        }
    }

    private func offer(of partition: Partition, _ peer: RosterInstance) async -> Offer? {
        guard let address = peer.address else { return nil }
        let client = EvaluationV1_CheckpointsClient(peers.pinned(to: address))
        do {
            let answer = try await client.newest(
                EvaluationV1.NewestRequest(partition: UInt32(partition.index)),
                CallOptions(
                    timeoutMs: timeoutMs,
                    maxReplyBytes: UInt32(Limits.serviceFrameBytes / 2)
                )
            )
            let manifest = try Manifest(answer)
            guard Checksum.crc32c(manifest.bytes) == answer.crc32c else { return nil }
            return Offer(
                peer: peer,
                client: client,
                manifest: manifest,
                rewritings: answer.rewritings
            )
        } catch {
            // It is away, of a build without checkpoints to copy, or told what is none.
            return nil
        }
    }

    /// What the peer keeps of the catalogue, which the checkpoint's records told it.
    private func changes(_ offer: Offer) async throws -> [(ProjectName, LogV1.CatalogueChange)] {
        var changes: [(ProjectName, LogV1.CatalogueChange)] = []
        while true {
            let last = changes.last
            let page = try await offer.client.keptChanges(
                EvaluationV1.KeptChangesRequest(
                    project: last?.0.text ?? "",
                    revision: last?.1.revision ?? 0
                ),
                CallOptions(timeoutMs: timeoutMs, maxReplyBytes: Self.replyBytes)
            )
            guard !page.changes.isEmpty else { return changes }
            for sent in page.changes {
                guard let project = ProjectName(sent.project), let change = sent.change,
                    changes.last.map({ ($0.0, $0.1.revision) < (project, change.revision) }) ?? true
                else { throw Self.refused("the catalogue", "its changes are not in order") }
                changes.append((project, change))
            }
        }
    }

    /// Room for a piece, or for changes up to the first that is too many.
    private static let replyBytes = UInt32(CheckpointsDoor.pieceBytesMax + (64 << 10))

    /// Copies one file.
    ///
    /// - Returns: its size.
    private func copy(_ chunk: PublishedChunk, of owner: ChunkOwner, _ offer: Offer) async throws
        -> Int
    {
        let place = "\(owner.project)/\(chunk.name.fileName)"
        let file = try await threads.run { try checkpoints.beginCopy(of: chunk.name, owner) }
        var size = 0
        while true {
            try Task.checkCancellation()
            let sent = try await offer.client.piece(
                EvaluationV1.PieceRequest(
                    partition: UInt32(owner.partition.index),
                    project: owner.project.text,
                    name: chunk.name.fileName,
                    offset: UInt64(size),
                    maxBytes: UInt32(CheckpointsDoor.pieceBytesMax)
                ),
                CallOptions(timeoutMs: timeoutMs, maxReplyBytes: Self.replyBytes)
            )
            let piece = sent.piece ?? []
            guard Checksum.crc32c(piece) == sent.crc32c else {
                throw Self.refused(place, "the piece at byte \(size) has another checksum")
            }
            guard !piece.isEmpty else { break }
            guard piece.count <= Self.fileBytesMax - size else {
                throw Self.refused(place, "it is larger than \(Self.fileBytesMax) bytes")
            }
            let at = size
            try await threads.run { try file.write(piece, at: at) }
            size += piece.count
        }
        try await threads.run { try checkpoints.finishCopy(file, of: chunk.name, owner) }
        return size
    }

    static func refused(_ place: String, _ why: String) -> EvaluatorError {
        EvaluatorError(.columns, "copy a checkpoint", place: place, hint: "\(why); the log is read")
    }
}

extension Manifest {
    /// A manifest as another evaluator tells it.
    ///
    /// - Throws: when it names what is no project or no chunk.
    init(_ answer: EvaluationV1.NewestResponse) throws(EvaluatorError) {
        var projects: [ProjectName: Project] = [:]
        for file in answer.files {
            guard let project = ProjectName(file.project),
                let name = ChunkName(fileName: file.name)
            else {
                throw EvaluatorError(
                    .columns,
                    "copy a checkpoint",
                    place: "\(file.project.prefix(64))/\(file.name.prefix(64))",
                    hint: "another evaluator names such a file; the log is read"
                )
            }
            projects[project, default: Project()].chunks.append(
                PublishedChunk(name: name, fingerprint: file.fingerprint)
            )
        }
        var books: [ProjectName: [String: ImportBook.Entry]] = [:]
        for told in answer.imports {
            guard let project = ProjectName(told.project), told.runs.count % 2 == 0 else {
                continue
            }
            let runs = stride(from: 0, to: told.runs.count, by: 2).compactMap { place in
                told.runs[place] < told.runs[place + 1]
                    ? told.runs[place]..<told.runs[place + 1] : nil
            }
            books[project, default: [:]][told.importID] = ImportBook.Entry(
                records: OffsetRuns(runs),
                isUndone: told.undone
            )
        }
        // What was not understood is missing, and the checksum finds it.
        for (project, book) in books {
            projects[project, default: Project()].imports = ImportBook(book)
        }
        for told in answer.gone {
            guard let project = ProjectName(told.project) else { continue }
            projects[project, default: Project()].gone =
                Self.users(steps: told.steps.map(UInt64.init)) ?? []
        }
        for told in answer.leftOut {
            guard let project = ProjectName(told.project) else { continue }
            projects[project, default: Project()].leftOut[LogOffset(told.offset)] =
                UserNumber(told.userNumber)
        }
        self.init(sealedTo: LogOffset(answer.sealedTo), projects: projects)
    }

    /// The users who are gone, as another evaluator is told them.
    var toldGone: [EvaluationV1.CheckpointGone] {
        projects.filter { !$0.value.gone.isEmpty }.sorted { $0.key < $1.key }.map {
            EvaluationV1.CheckpointGone(project: $0.key.text, steps: $0.value.goneSteps)
        }
    }

    /// What it lacks, as another evaluator is told it.
    var toldLeftOut: [EvaluationV1.CheckpointLeftOut] {
        projects.sorted { $0.key < $1.key }.flatMap { project, kept in
            kept.leftOut.sorted { $0.key < $1.key }.map { offset, user in
                EvaluationV1.CheckpointLeftOut(
                    project: project.text,
                    offset: offset.value,
                    userNumber: user.value
                )
            }
        }
    }

    /// The imports as another evaluator is told them.
    var told: [EvaluationV1.CheckpointImport] {
        projects.sorted { $0.key < $1.key }.flatMap { project, kept in
            kept.imports.entries.sorted { TextBytes.precedes($0.key, $1.key) }.map { id, entry in
                EvaluationV1.CheckpointImport(
                    project: project.text,
                    importID: id,
                    undone: entry.isUndone,
                    runs: entry.records.runs.flatMap { [$0.lowerBound, $0.upperBound] }
                )
            }
        }
    }
}
