// Counts that were just made: a question asked again as of the same instant reads them.

import Basics
import Messages
import Segments
import Synchronization

/// The newest counts of an evaluator, by question and partition.
///
/// A count is a function of the plan, the instant and the place in the log; so one that was made at
/// the place where its partition still is holds. Any thread; calls are short.
final class KeptCounts: Sendable {
    /// Questions kept: a dashboard's worth.
    static let questionsMax = 128
    /// Nodes of a definition whose counts are kept one by one: with 64 partitions 32 KiB.
    static let nodesMax = 64

    /// What was asked: the question's bytes, but for the places in the log it must include.
    struct Key: Sendable, Hashable {
        private let question: [UInt8]
        private let project: ProjectName

        /// Nil for a question with too many numbers to keep.
        init?(_ request: EvaluationV1.EvaluateRequest, _ plan: Plan, _ project: ProjectName) throws
        {
            // Timers change who is in a live segment at one and the same place in the log.
            guard !plan.readsFeeds else { return nil }
            guard !request.nodeCounts || plan.definition.nodes.count <= KeptCounts.nodesMax else {
                return nil
            }
            var question = request
            question.positions = []
            self.question = try question.encode()
            self.project = project
        }
    }

    /// What a partition answered, and where it was.
    struct Count: Sendable {
        let next: LogOffset
        let users: UInt64
        let universe: UInt64
        let nodeUsers: [UInt64]
        /// What it cost when it was made.
        let cost: QuestionCost
    }

    private struct Kept: Sendable {
        var counts: [Partition: Count] = [:]
        var asked = 0
    }

    private struct State: Sendable {
        var kept: [Key: Kept] = [:]
        var asked = 0
    }

    private let state = Mutex(State())

    /// What is known of a question, by partition.
    func counts(_ key: Key) -> [Partition: Count] {
        state.withLock { state in
            state.asked += 1
            state.kept[key]?.asked = state.asked
            return state.kept[key]?.counts ?? [:]
        }
    }

    /// Keeps what partitions answered; of too many questions the one not asked for longest goes.
    func keep(_ counts: [Partition: Count], of key: Key) {
        state.withLock { state in
            if state.kept[key] == nil, state.kept.count >= Self.questionsMax,
                let oldest = state.kept.min(by: { $0.value.asked < $1.value.asked })?.key
            {
                state.kept[oldest] = nil
            }
            state.asked += 1
            state.kept[key, default: Kept()].asked = state.asked
            state.kept[key]?.counts.merge(counts) { $1 }
        }
    }
}
