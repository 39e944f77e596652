// Copies of other evaluators' checkpoints, which count once they are whole.

import Basics
import Columns
import KeyValue

extension Checkpoints {
    /// Begins the file of a chunk that is copied; it is none before `finishCopy`.
    func beginCopy(of chunk: ChunkName, _ owner: ChunkOwner) throws(EvaluatorError) -> any DiskFile
    {
        do {
            return try files.beginCopy(of: chunk, owner)
        } catch {
            throw EvaluatorError(error, "copy a checkpoint of partition \(owner.partition)")
        }
    }

    /// Makes a copied file durable under its name.
    func finishCopy(_ file: any DiskFile, of chunk: ChunkName, _ owner: ChunkOwner)
        throws(EvaluatorError)
    {
        do {
            try files.finishCopy(file, of: chunk, owner)
        } catch {
            throw EvaluatorError(error, "copy a checkpoint of partition \(owner.partition)")
        }
    }

    /// Publishes a checkpoint whose files were copied, once every byte of them was checked, and
    /// the live segments that were staged with it.
    ///
    /// The partition must not be held by a lane. When it throws, its checkpoint is as it was; if
    /// it is cut off while live segments move into their place, there are none and the log is read.
    func publish(
        _ manifest: Manifest,
        of partition: Partition,
        rewritings told: UInt32 = 0,
        catalogue: Catalogue,
        feeds staged: CheckpointCopy.StagedFeeds? = nil
    ) throws(EvaluatorError) {
        do {
            _ = try open(manifest, of: partition)
            try files.syncFolders(of: partition)
            var batch = Batch()
            if let staged { try feeds.takeStaged(of: partition, place: staged.place, &batch) }
            if try told > rewritings() { note(rewritings: told, &batch) }
            try write(manifest, of: partition, catalogue, batch)
        } catch {
            throw EvaluatorError(error, "publish a copy of partition \(partition)")
        }
    }
}
