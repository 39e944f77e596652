// The questions about segments as callers ask them: understood here, answered by the owners.

import Basics
import Chassis
import Messages
import Segments
import Wire

/// Serves shoal.evaluation.v1.Segments.
///
/// Understanding and writing stand in files of their own.
struct SegmentsDoor: EvaluationV1_SegmentsService {
    /// Most users of one page.
    static let membersMax: UInt32 = 10_000
    /// Most bytes of users on one page, whatever the caller has room for.
    static let pageBytesMax = Limits.pageBytes
    /// About the bytes of one partition's position in an answer.
    static let positionBytes = 32

    let catalogue: Catalogue
    let gather: Gather
    let link: RegistryLink
    let ingestion: IngestionV1_IngestionClient
    let documents: RegistryV1_CatalogueClient
    let applied: Applied
    let clock: any Clock
    /// Tells of feeds; nil: there are none to be told of.
    var activityDesk: ActivityDesk?
    /// What compares live segments by the states of their users.
    var updateDesk: LiveUpdateDesk?

    func count(_ request: EvaluationV1.CountRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.CountResponse
    {
        let question = try await understand(
            request.subject,
            atMs: request.atMs,
            request.freshness,
            call
        )
        let sum = AnswerSum(try await gather.ask(question, of: try partitions(), call))
        return EvaluationV1.CountResponse(
            users: sum.users,
            universe: sum.universe,
            exactness: sum.exactness(question.at),
            tookUs: sum.tookUs
        )
    }

    func preview(_ request: EvaluationV1.PreviewRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.PreviewResponse
    {
        guard let definition = request.definition else {
            throw Fault.invalidArgument(
                "the definition is missing",
                place: "definition",
                hint: "say who is meant"
            )
        }
        var question = try await understand(
            EvaluationV1.Subject(kind: .definition(definition)),
            atMs: request.atMs,
            request.freshness,
            call
        )
        question.nodeCounts = true
        question.sample = (min(Int(request.sample), Sampling.sizeMax), 0)
        question.wantsCost = true
        let sum = AnswerSum(try await gather.ask(question, of: try partitions(), call))
        return EvaluationV1.PreviewResponse(
            users: sum.users,
            nodes: sum.nodeUsers.enumerated().map {
                EvaluationV1.NodeCount(node: UInt32($0.offset), users: $0.element)
            },
            universe: sum.universe,
            sample: Sampling.lowest(sum.sample, question.sample.size).map(\.userID),
            exactness: sum.exactness(question.at),
            warnings: await warnings(question.definition, call),
            tookUs: sum.tookUs,
            sentence: try Definitions.sentence(question.definition),
            cost: sum.cost
        )
    }

    func sample(_ request: EvaluationV1.SampleRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.SampleResponse
    {
        var question = try await understand(
            request.subject,
            atMs: request.atMs,
            request.freshness,
            call
        )
        question.sample = (min(Int(request.size), Sampling.sizeMax), request.seed)
        let sum = AnswerSum(try await gather.ask(question, of: try partitions(), call))
        return EvaluationV1.SampleResponse(
            users: Sampling.lowest(sum.sample, question.sample.size).map(\.userID),
            of: sum.users,
            exactness: sum.exactness(question.at)
        )
    }

    func isMember(_ request: EvaluationV1.IsMemberRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.IsMemberResponse
    {
        let user = try user(request.userID)
        let question = try await understand(
            request.subject,
            atMs: request.atMs,
            request.freshness,
            call
        )
        let answers = try await ask(about: user, question, request.freshness, call)
        let sum = AnswerSum(answers)
        return EvaluationV1.IsMemberResponse(
            member: sum.isMember,
            known: sum.isKnown,
            exactness: sum.exactness(question.at)
        )
    }

    func explain(_ request: EvaluationV1.ExplainRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.ExplainResponse
    {
        let user = try user(request.userID)
        var question = try await understand(
            request.subject,
            atMs: request.atMs,
            request.freshness,
            call
        )
        question.explainBytesMax = min(Int(call.maxReplyBytes) / 2, SetsDoor.explainBytesMax)
        let answers = try await ask(about: user, question, request.freshness, call)
        let sum = AnswerSum(answers)
        return EvaluationV1.ExplainResponse(
            known: sum.isKnown,
            explanation: sum.explanation,
            exactness: sum.exactness(question.at)
        )
    }

    private func ask(
        about user: UserID,
        _ question: GatheredQuestion,
        _ freshness: EvaluationV1.Freshness,
        _ call: CallContext
    ) async throws(Fault) -> [EvaluationV1.EvaluateResponse] {
        try await ask(about: user, freshness, call) { answers in
            AnswerSum(answers).isKnown
        } _: { user throws(Fault) in
            var question = question
            question.user = user
            return try await gather.ask(question, of: [home(user, question)], call)
        }
    }

    /// Who is asked about.
    func user(_ text: String) throws(Fault) -> UserID {
        guard let user = UserID(text) else {
            throw Fault.invalidArgument(
                "the user is missing or too long",
                place: "user_id",
                hint: "1 to \(Limits.userIDBytes) bytes"
            )
        }
        return user
    }

    private func home(_ user: UserID, _ question: GatheredQuestion) throws(Fault) -> Partition {
        try partitionCount().home(project: question.project, identifier: user.text)
    }

    func members(_ request: EvaluationV1.MembersRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.MembersResponse
    {
        let cursor = try MembersCursor(request.cursor)
        let count = try partitionCount()
        var question = try await understand(
            request.subject,
            atMs: cursor?.at.ms ?? request.atMs,
            cursor == nil ? request.freshness : .local,
            call
        )
        var place = try place(question, cursor)
        let limit = Int(min(max(request.limit, 1), Self.membersMax))
        let room = min(Int(call.maxReplyBytes) / 2, Self.pageBytesMax)
        var page = EvaluationV1.MembersResponse(
            exactness: EvaluationV1.Exactness(atMs: question.at.ms)
        )
        // Every partition looked at costs its position, so that a page ends however few it finds.
        var bytes = 0
        repeat {
            guard let partition = place.partition(of: count) else { break }
            question.members = (place.next, limit - page.users.count, max(room - bytes, 0))
            let answers = try await gather.ask(question, of: [partition], call)
            let next = answers.first?.nextMember.map(UserNumber.init)
            guard let answer = answers.first, next.map({ $0 > place.next }) ?? true else {
                throw Fault.internal("the listing of partition \(partition) does not come on")
            }
            page.users += answer.members
            bytes += answer.members.reduce(Self.positionBytes) { $0 + $1.utf8.count + 4 }
            page.exactness?.positions += answer.positions
            if cursor == nil { page.exactness?.windows = answer.windows }
            place = place.after(next)
        } while page.users.count < limit && bytes < room
        page.nextCursor = place.partition(of: count) == nil ? nil : place.bytes
        return page
    }

    func get(_ request: EvaluationV1.GetSegmentRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.GetSegmentResponse
    {
        let project = try await caughtUp(call)
        do {
            let saved = try catalogue.project(project).segment(request.name, in: project)
            return EvaluationV1.GetSegmentResponse(segment: saved.message)
        } catch {
            throw error.fault
        }
    }

    func list(_ request: EvaluationV1.ListSegmentsRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.ListSegmentsResponse
    {
        let project = try await caughtUp(call)
        let limit = Int(min(max(request.limit, 1), 1_000))
        let after = request.afterName.map { ExactName($0) }
        let all = catalogue.project(project).segments
            .filter { request.archived || !$0.value.document.archived }
            .filter { name, _ in after.map { $0 < name } ?? true }
            .sorted { $0.key < $1.key }
        var (segments, bytes): ([EvaluationV1.Segment], Int) = ([], 0)
        for (_, saved) in all.prefix(limit) {
            let message = saved.message
            do throws(MessageError) {
                bytes += try message.encode().count
            } catch {
                throw error.fault
            }
            guard segments.isEmpty || bytes <= Int(call.maxReplyBytes) / 2 else { break }
            segments.append(message)
        }
        return EvaluationV1.ListSegmentsResponse(
            segments: segments,
            more: segments.count < all.count
        )
    }
}
