// Whether one user is a member: the same plan by the user reader, over that user's own history.

import Basics
import Columns
import Segments

/// A question about one user.
struct UserQuestion: Sendable {
    /// The compiled definition.
    let plan: Plan
    /// The project.
    let project: ProjectName
    /// Who.
    let user: UserID
    /// The instant of the answer.
    let at: Timestamp

    /// What is known about the user.
    enum Standing: Sendable, Hashable {
        case unknown
        case known(isMember: Bool)
    }

    /// Answers from the state of the user's home partition.
    ///
    /// The first question of this kind makes the state's index from identifiers to numbers.
    func answer(_ state: inout PartitionState) throws(EvaluatorError) -> Standing {
        // Through the dictionary's own storage, so that the index stays there.
        guard let index = state.projects.index(forKey: project) else { return .unknown }
        return try answer(&state.projects.values[index])
    }

    /// Answers from any history.
    func answer(_ history: inout some History) throws(EvaluatorError) -> Standing {
        guard let number = history.number(of: user) else { return .unknown }
        let own = try history.history(of: number, read: plan.mentions, at: at)
        return .known(isMember: plan.isMember(own, at: at))
    }

    /// All that the plan reads of the user, what holds after the instant included; nil: unknown.
    ///
    /// Enough to explain the answer elsewhere than on the lane.
    func history(_ state: inout PartitionState) throws(EvaluatorError) -> Segments.UserHistory? {
        guard let index = state.projects.index(forKey: project) else { return nil }
        var own = try history(&state.projects.values[index])
        if let number = state.projects.values[index].number(of: user) {
            own?.unknownFrom = try state.live.nextChange(of: number, in: project, plan.mentions)
        }
        return own
    }

    /// The same from any history.
    func history(_ history: inout some History) throws(EvaluatorError) -> Segments.UserHistory? {
        guard let number = history.number(of: user) else { return nil }
        return try history.history(of: number, read: plan.mentions, at: nil)
    }
}
