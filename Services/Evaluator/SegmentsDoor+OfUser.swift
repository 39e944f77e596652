// Which saved segments a user is in, as the owner of the user's partition tells.

import Basics
import Messages

extension SegmentsDoor {
    func segmentsOf(_ request: EvaluationV1.SegmentsOfRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.SegmentsOfResponse
    {
        let user = try user(request.userID)
        return try await ask(about: user, request.freshness, call, isKnown: \.known) {
            user throws(Fault) in
            try await segmentsOf(user, request, call)
        }
    }

    private func segmentsOf(
        _ user: UserID,
        _ request: EvaluationV1.SegmentsOfRequest,
        _ call: CallContext
    ) async throws(Fault) -> EvaluationV1.SegmentsOfResponse {
        let at = Timestamp(ms: request.atMs ?? clock.now.ms)
        guard at.hasText else { throw Definitions.instantFault }
        let project = try await project(call)
        let asked = EvaluationV1.UserSegmentsQuestion(
            userID: user.text,
            atMs: at.ms,
            afterName: request.afterName,
            limit: request.limit
        )
        let question = UsersQuestion(
            kind: .segmentsOf(asked),
            positions: try await positions(request.freshness, call),
            bytesMax: Int(SegmentsOfUser.segmentsMax) * (Limits.nameBytes + 4),
            projectZone: zone(of: project)
        )
        let home = try partitionCount().home(project: project, identifier: user.text)
        guard let part = try await gather.ask(question, of: [home], call).first,
            case .segmentsOf(var answer)? = part.kind
        else { throw Fault.internal("an owner has answered another question") }
        answer.exactness = EvaluationV1.Exactness(atMs: at.ms, positions: part.positions)
        return answer
    }
}
