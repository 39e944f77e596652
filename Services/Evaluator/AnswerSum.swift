// The owners' answers added up: sets of users of different partitions never overlap.

import Basics
import Messages

/// What all owners answered, together.
struct AnswerSum {
    private(set) var users: UInt64 = 0
    private(set) var universe: UInt64 = 0
    private(set) var nodeUsers: [UInt64] = []
    private(set) var trendUsers: [UInt64] = []
    private(set) var trendUniverse: [UInt64] = []
    private(set) var firstEventMs: Int64?
    private(set) var sample: [EvaluationV1.SampledUser] = []
    private(set) var tookUs: UInt64 = 0
    private(set) var isMember = false
    private(set) var isKnown = false
    private(set) var cost: EvaluationV1.QuestionCost?
    private(set) var explanation: EvaluationV1.Explanation?
    private var positions: [LogV1.Position] = []
    private var windows: [EvaluationV1.ResolvedWindow] = []

    init(_ answers: [EvaluationV1.EvaluateResponse]) {
        for answer in answers {
            users = users.saturating(answer.users)
            universe = universe.saturating(answer.universe)
            nodeUsers = nodeUsers.saturating(answer.nodeUsers)
            trendUsers = trendUsers.saturating(answer.trendUsers)
            trendUniverse = trendUniverse.saturating(answer.trendUniverse)
            firstEventMs = [firstEventMs, answer.firstEventMs].compactMap(\.self).min()
            sample += answer.sample
            tookUs = max(tookUs, answer.tookUs)
            if let part = answer.cost {
                var whole = cost ?? EvaluationV1.QuestionCost()
                whole.rows = whole.rows.saturating(part.rows)
                whole.bytes = whole.bytes.saturating(part.bytes)
                whole.memoryBytes = max(whole.memoryBytes, part.memoryBytes)
                cost = whole
            }
            isMember = isMember || answer.member ?? false
            isKnown = isKnown || answer.known
            explanation = explanation ?? answer.explanation
            positions += answer.positions
            // The bounds depend on definition and instant only: every owner says the same.
            windows = answer.windows
        }
        positions.sort { $0.partition < $1.partition }
    }

    /// What the answer is exact at.
    func exactness(_ at: Timestamp) -> EvaluationV1.Exactness {
        EvaluationV1.Exactness(atMs: at.ms, windows: windows, positions: positions)
    }
}
