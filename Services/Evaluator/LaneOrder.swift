// What a lane is told to do, and which partitions that concerns.

import Basics
import Messages

/// What a lane's thread is told to do.
enum LaneOrder: Sendable {
    /// Hold the partition in this part, from its checkpoint on where it is not held yet; answers
    /// the next offset wanted.
    case adopt(Partition, Tenure, CheckedContinuation<LogOffset, any Error>)
    /// Let the partition go.
    case release(Partition, CheckedContinuation<Void, any Error>)
    /// Take a page of a partition's log in.
    case apply(IngestionV1.PartitionRecords)
    /// Put a merged chunk into its place.
    case merged(Merging.Merged)
    /// Answer a question over the partitions' states; nil: one of them is not held here.
    case ask([Partition], @Sendable (inout [PartitionState]?) -> Void)

    /// The partitions of which everything that came before is heard first.
    var partitions: [Partition] {
        switch self {
        case .adopt(let partition, _, _), .release(let partition, _): [partition]
        case .apply(let page): [page.index]
        case .ask(let partitions, _): partitions
        case .merged: []
        }
    }

    /// Whoever waits for it hears that the lane has ended.
    func refuse(_ error: EvaluatorError) {
        switch self {
        case .adopt(_, _, let answer): answer.resume(throwing: error)
        case .release(_, let answer): answer.resume(throwing: error)
        case .ask(_, let answer):
            var nothing: [PartitionState]?
            answer(&nothing)
        case .apply, .merged: break
        }
    }
}

extension IngestionV1.PartitionRecords {
    /// Whose log it is of.
    var index: Partition { Partition(index: UInt16(truncatingIfNeeded: partition)) }
}
