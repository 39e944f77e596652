// Take-over in the simulator: the newest checkpoint of the other evaluator, copied as it is.

import Basics
import Columns
import KeyValue
import Messages

@testable import Evaluator

extension EvaluatorNode {
    /// Records that are worth a copy; `CheckpointCopy` takes some thousands for that.
    private static let recordsMin: UInt64 = 6

    /// What `CheckpointCopy` does, without a wire between: files, live segments, and both counted
    /// together once they are whole.
    func copyCheckpoint(of partition: Partition, _ now: Parts) throws(EvaluatorError) {
        let ours = now.checkpoints
        guard let theirs = peer?.checkpoints, let manifest = try theirs.newest(partition) else {
            return
        }
        let own = try ours.newest(partition)
        let ownEnd = own?.sealedTo ?? .zero
        guard manifest.sealedTo.value >= ownEnd.value + Self.recordsMin else { return }
        do {
            let changes = try theirs.changes(after: nil, countMax: 1_000, bytesMax: 1 << 20)
            for (project, kept) in manifest.projects {
                let owner = ChunkOwner(project: project, partition: partition)
                let known = own?.projects[project]?.chunks ?? []
                for chunk in kept.chunks where !known.contains(chunk) {
                    // Another one of that name is here: the log is read.
                    guard !known.contains(where: { $0.name == chunk.name }) else { return }
                    try copy(chunk.name, of: owner, from: theirs, to: ours)
                }
            }
            let staged = try stageFeeds(of: partition, upTo: manifest.sealedTo, theirs, ours)
            if isUnlucky { return fall(.powerCut) }
            try now.catalogue.apply(changes)
            try ours.publish(manifest, of: partition, catalogue: now.catalogue, feeds: staged)
            noteSynced()
            stage.note("\(name) copies \(partition) up to \(manifest.sealedTo)")
        } catch let error as EvaluatorError where error.code != .disk {
            throw error
        } catch {
            stage.note("\(name) copies nothing: \(error)")
        }
    }

    private func copy(
        _ chunk: ChunkName,
        of owner: ChunkOwner,
        from theirs: Checkpoints,
        to ours: Checkpoints
    ) throws {
        let file = try ours.beginCopy(of: chunk, owner)
        var at = 0
        while true {
            let piece = try theirs.piece(of: chunk, owner, at: at, count: 1_000)
            guard !piece.isEmpty else { break }
            try file.write(piece, at: at)
            at += piece.count
        }
        try ours.finishCopy(file, of: chunk, owner)
    }

    private func stageFeeds(
        of partition: Partition,
        upTo sealedTo: LogOffset,
        _ theirs: Checkpoints,
        _ ours: Checkpoints
    ) throws -> CheckpointCopy.StagedFeeds? {
        if let own = try ours.feeds.next(of: partition), own >= sealedTo { return nil }
        try ours.feeds.beginCopy(of: partition)
        var (place, count, audit) = ([UInt8](), 0, KeptAudit(partition))
        let isPartial = stage.bug == .feedNotCopied
        for family in KeptFamily.allCases where !(isPartial && family == .feed) {
            var after: [UInt8] = []
            while true {
                let page = try theirs.rows(of: partition, family, after: after)
                place = page.place
                guard let last = page.rows.last else { break }
                try audit.take(page.rows, family)
                try ours.feeds.stage(page.rows, family)
                count += page.rows.count
                after = last.key
            }
        }
        if !isPartial { try audit.finish() }
        return place.isEmpty ? nil : CheckpointCopy.StagedFeeds(place: place, rows: count)
    }
}

extension FeedShelf {
    /// What is kept of a partition's users.
    func users(of partition: Partition) throws -> [KeptRow] {
        try store.scan(live, prefix: Self.key(partition, Self.user), limit: .max)
    }

    /// Puts what is kept of users back to what it was.
    func put(back older: [Partition: [KeptRow]]) throws {
        var batch = Batch()
        for (partition, rows) in older {
            let prefix = Self.key(partition, Self.user)
            batch.deleteRange(live, from: prefix, to: Self.behind(prefix))
            for (key, value) in rows { batch.put(live, key, value) }
        }
        try store.write(batch, sync: false)
    }
}
