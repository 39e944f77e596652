// An identifier that was merged into a user stands for that user in every question about one.

import Basics
import Chassis
import Messages

extension SegmentsDoor {
    /// Asks about a user and, where nothing is known of the identifier, about the user it was
    /// merged into: who that is, ingestion tells.
    func ask<Answer>(
        about user: UserID,
        _ freshness: EvaluationV1.Freshness,
        _ call: CallContext,
        isKnown: (Answer) -> Bool,
        _ ask: (UserID) async throws(Fault) -> Answer
    ) async throws(Fault) -> Answer {
        let answer = try await ask(user)
        guard !isKnown(answer), let survivor = try await survivor(of: user, freshness, call) else {
            return answer
        }
        return try await ask(survivor)
    }

    /// The user that an identifier was merged into; nil: it stands for itself.
    ///
    /// Asked for what the evaluators hold, an ingestion that does not answer is no error; one of an
    /// earlier build, which does not know the question, has merged nobody.
    private func survivor(
        of user: UserID,
        _ freshness: EvaluationV1.Freshness,
        _ call: CallContext
    ) async throws(Fault) -> UserID? {
        do throws(Fault) {
            let told = try await ingestion.resolve(
                IngestionV1.ResolveRequest(userID: user.text),
                CallOptions(within: call, clock: clock)
            )
            return told.userID == user.text ? nil : UserID(told.userID)
        } catch {
            guard freshness == .local || error.code == .unimplemented else { throw error }
            return nil
        }
    }
}
