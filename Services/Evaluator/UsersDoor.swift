// The questions about single users as callers ask them; the owner of the user's partition answers.

import Basics
import Messages

/// Serves shoal.evaluation.v1.Users.
struct UsersDoor: EvaluationV1_UsersService {
    /// Understands projects, users, instants and positions, as for questions about segments.
    let segments: SegmentsDoor

    func profile(_ request: EvaluationV1.ProfileRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.ProfileResponse
    {
        let user = try segments.user(request.userID)
        // Read before the positions, so that everything durable by then is in the answer.
        let at = try instant(request.atMs)
        var asked = request
        asked.atMs = at.ms
        return try await segments.ask(about: user, request.freshness, call, isKnown: \.known) {
            user throws(Fault) in
            asked.userID = user.text
            let part = try await ask(.profile(asked), user, request.freshness, call)
            guard case .profile(var answer)? = part.kind else { throw Self.otherAnswer }
            answer.exactness = EvaluationV1.Exactness(atMs: at.ms, positions: part.positions)
            return answer
        }
    }

    func timeline(_ request: EvaluationV1.TimelineRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.TimelineResponse
    {
        let user = try segments.user(request.userID)
        let cursor = try TimelineCursor(request.cursor)
        // What happens at this very millisecond is in.
        let behindNow = segments.clock.now + 1
        let to = if let cursor { cursor.to } else { try instant(request.toMs ?? behindNow.ms) }
        if let from = request.fromMs { _ = try instant(from) }
        var asked = request
        asked.toMs = to.ms
        let freshness = cursor == nil ? request.freshness : .local
        return try await segments.ask(about: user, request.freshness, call, isKnown: \.known) {
            user throws(Fault) in
            asked.userID = user.text
            let part = try await ask(.timeline(asked), user, freshness, call)
            guard case .timeline(var answer)? = part.kind else { throw Self.otherAnswer }
            answer.exactness = EvaluationV1.Exactness(atMs: to.ms, positions: part.positions)
            return answer
        }
    }

    func find(_ request: EvaluationV1.FindUsersRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.FindUsersResponse
    {
        guard !request.text.isEmpty else {
            throw Fault.invalidArgument(
                "no part of an identifier is given",
                place: "text",
                hint: "1 to \(Limits.userIDBytes) bytes"
            )
        }
        let at = segments.clock.now
        let partitions = try segments.partitions()
        let parts = try await ask(.find(request), of: partitions, request.freshness, call)
        var found: [EvaluationV1.FindUsersResponse] = []
        for part in parts {
            guard case .find(let users)? = part.kind else { throw Self.otherAnswer }
            found.append(users)
        }
        var answer = UserSearch(request).sum(found)
        let positions = parts.flatMap(\.positions).sorted { $0.partition < $1.partition }
        answer.exactness = EvaluationV1.Exactness(atMs: at.ms, positions: positions)
        return answer
    }

    private func instant(_ ms: Int64?) throws(Fault) -> Timestamp {
        let at = Timestamp(ms: ms ?? segments.clock.now.ms)
        guard at.hasText else { throw Definitions.instantFault }
        return at
    }

    private func ask(
        _ kind: EvaluationV1.UsersPartRequest.Kind,
        _ user: UserID,
        _ freshness: EvaluationV1.Freshness,
        _ call: CallContext
    ) async throws(Fault) -> EvaluationV1.UsersPartResponse {
        let project = try await segments.project(call)
        let home = try segments.partitionCount().home(project: project, identifier: user.text)
        let parts = try await ask(kind, of: [home], freshness, call)
        guard let part = parts.first else { throw Self.otherAnswer }
        return part
    }

    private func ask(
        _ kind: EvaluationV1.UsersPartRequest.Kind,
        of partitions: [Partition],
        _ freshness: EvaluationV1.Freshness,
        _ call: CallContext
    ) async throws(Fault) -> [EvaluationV1.UsersPartResponse] {
        _ = try await segments.project(call)
        let question = UsersQuestion(
            kind: kind,
            positions: try await segments.positions(freshness, call),
            bytesMax: min(Int(call.maxReplyBytes) / 2, Limits.pageBytes)
        )
        return try await segments.gather.ask(question, of: partitions, call)
    }

    private static let otherAnswer = Fault.internal("an owner has answered another question")
}

/// A question about single users as it goes to the owners.
struct UsersQuestion: OwnersQuestion {
    let kind: EvaluationV1.UsersPartRequest.Kind
    /// Positions that the answer must include; empty: whatever the owners hold.
    var positions: [Partition: LogOffset]
    /// Unit: bytes.
    let bytesMax: Int
    /// The zone of calendar windows, for questions about segments.
    var projectZone: String?

    func replyBytes(_ partitions: [Partition]) -> UInt32 {
        let page =
            if case .find(let find) = kind {
                (Limits.userIDBytes + 4) * Int(min(max(find.limit, 1), UserSearch.usersMax))
            } else {
                // The last event of a page may be as large as an event can be.
                bytesMax + 2 * Limits.eventBytes
            }
        return UInt32(clamping: 4_096 + 48 * partitions.count + page)
    }

    func ask(_ own: SetsDoor, _ partitions: [Partition], _ call: CallContext) async throws
        -> EvaluationV1.UsersPartResponse
    {
        try await own.users(request(partitions), call)
    }

    func ask(_ peer: EvaluationV1_SetsClient, _ partitions: [Partition], _ options: CallOptions)
        async throws -> EvaluationV1.UsersPartResponse
    {
        try await peer.users(request(partitions), options)
    }

    func isWhole(_ answer: EvaluationV1.UsersPartResponse, _ partitions: [Partition]) -> Bool {
        answer.positions.reach(positions, partitions)
    }

    private func request(_ partitions: [Partition]) -> EvaluationV1.UsersPartRequest {
        EvaluationV1.UsersPartRequest(
            positions: partitions.map {
                LogV1.Position(
                    partition: UInt32($0.index),
                    nextOffset: positions[$0]?.value ?? 0
                )
            },
            bytesMax: UInt32(clamping: bytesMax),
            kind: kind,
            projectZone: projectZone
        )
    }
}
