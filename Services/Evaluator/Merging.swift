// Merging beside the lanes: chunks that never change are read and one is written in their stead.

import Basics
import Columns

/// The merges of an instance: one per partition at a time, on the copies' threads.
final class Merging: Sendable {
    private let checkpoints: Checkpoints
    private let threads: CopyThreads
    private let rule: MergeRule

    /// A merged chunk on its way to the lane that holds the partition.
    struct Merged: Sendable {
        let owner: ChunkOwner
        /// Which merge of the lane it is.
        let number: Int
        /// What stands in the chunks' stead, or why it could not be written: they stay then.
        let chunk: Result<Chunk, EvaluatorError>
    }

    init(checkpoints: Checkpoints, threads: CopyThreads, rule: MergeRule = MergeRule()) {
        self.checkpoints = checkpoints
        self.threads = threads
        self.rule = rule
    }

    /// Begins to merge if a project's chunks are worth it, and hands the outcome to `done`.
    ///
    /// - Returns: whether `done` will be called, from another thread.
    func begin(
        _ state: PartitionState,
        number: Int,
        isQuiet: Bool,
        done: @escaping @Sendable (Merged) -> Void
    ) -> Bool {
        for columns in state.projects.values {
            let chunks = columns.chunks
            let rows = chunks.map { $0.summary.eventRows + $0.summary.propertyRows }
            guard let run = rule.run(rows, isQuiet: isQuiet) else { continue }
            let owner = columns.owner
            return threads.tryStart { [checkpoints] in
                let chunk = Result { () throws(EvaluatorError) in
                    try checkpoints.merge(Array(chunks[run]), of: owner)
                }
                done(Merged(owner: owner, number: number, chunk: chunk))
            }
        }
        return false
    }
}
