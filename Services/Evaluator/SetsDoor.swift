// What other evaluators ask of this one: the part of a question about the partitions it owns.

import Basics
import Chassis
import Columns
import Messages
import Segments
import Wire

/// Serves shoal.evaluation.v1.Sets.
struct SetsDoor: EvaluationV1_SetsService {
    /// Most users listed in one answer.
    static let membersMax = 10_000
    /// Most bytes of users listed in one answer.
    static let membersBytesMax = 1 << 20
    /// Most bytes of one explanation: some hundred conditions, each with its events.
    static let explainBytesMax = Limits.pageBytes

    let lanes: Lanes
    let applied: Applied
    let catalogue: Catalogue
    let clock: any Clock
    let threads = TrendThreads()
    let kept = KeptCounts()
    let keptTrends = KeptTrends()
    let held = HeldSnapshots()
    /// The most memory a question may take here at a time.
    ///
    /// Unit: bytes.
    var memoryMax = Int.max
    /// Ends calls of this instance's server.
    var ender = CallEnder()

    func evaluate(_ request: EvaluationV1.EvaluateRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.EvaluateResponse
    {
        guard let project = call.project else {
            throw Fault.invalidArgument("the project is missing", place: "header.project")
        }
        let beganNs = clock.monotonicNs
        let (plan, positions) = try understand(request)
        try await wait(for: positions, call)
        do {
            var response = EvaluationV1.EvaluateResponse()
            if let user = request.userID {
                try await ask(
                    about: user,
                    plan,
                    project,
                    request,
                    positions.keys.sorted(),
                    &response
                )
            } else if request.firstEvent || !request.trendAtMs.isEmpty {
                try await trend(
                    plan,
                    project,
                    request,
                    positions.keys.sorted(),
                    call,
                    &response
                )
            } else {
                try await ask(plan, project, request, positions.keys.sorted(), call, &response)
            }
            response.positions.sort { $0.partition < $1.partition }
            response.windows = plan.resolvedWindows(at: Timestamp(ms: request.atMs))
                .map(EvaluationV1.ResolvedWindow.init)
            response.tookUs = (clock.monotonicNs - beganNs) / 1_000
            return response
        } catch let error as EvaluatorError {
            throw error.fault
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault.internal("the evaluator failed: \(error)")
        }
    }

    /// How far this evaluator has read, for those who wait for it or watch it.
    func positions(_ request: EvaluationV1.PositionsRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.PositionsResponse
    {
        EvaluationV1.PositionsResponse(
            positions: applied.all.map { $0.end.position(of: $0.partition) },
            standbys: applied.standbys.map { $0.end.position(of: $0.partition) }
        )
    }

    private func understand(_ request: EvaluationV1.EvaluateRequest) throws(Fault)
        -> (Plan, [Partition: LogOffset])
    {
        let instants = ([request.atMs] + request.trendAtMs).map(Timestamp.init(ms:))
        guard instants.allSatisfy(\.hasText) else { throw Definitions.instantFault }
        let plan = try Definitions.plan(
            try Definitions.read(request.definition),
            nested: try Definitions.nested(request.nestedNames, request.nestedDefinitions),
            projectZone: request.projectZone
        )
        var positions: [Partition: LogOffset] = [:]
        for position in request.positions {
            guard let index = UInt16(exactly: position.partition) else {
                throw Fault.invalidArgument(
                    "there is no partition \(position.partition)",
                    place: "positions"
                )
            }
            positions[Partition(index: index)] = LogOffset(position.nextOffset)
        }
        let isOfOne = request.userID != nil || request.membersFrom != nil
        guard !isOfOne || positions.count == 1 else {
            throw Fault.invalidArgument(
                "one user and a list of users are asked of one partition",
                place: "positions",
                hint: "ask each partition by itself"
            )
        }
        return (plan, positions)
    }

    /// Waits until the lanes have read as far as the answer must reach.
    func wait(for positions: [Partition: LogOffset], _ call: CallContext)
        async throws(Fault)
    {
        if let (partition, reason) = applied.left(of: positions.keys) {
            throw EvaluatorError(
                .leftPartition,
                "answer",
                place: "partition \(partition)",
                hint: "\(reason); another build may be able to: tell us"
            ).fault
        }
        let absent = applied.lacking(positions.keys)
        guard absent.isEmpty else {
            throw EvaluatorError(
                .notTheOwner,
                "answer",
                place: Gather.list(absent),
                hint: "they are being taken over, or the partition map has changed: ask again"
            ).fault
        }
        // A little is kept of the deadline, so that the refusal still reaches the caller.
        let left = call.deadlineNs - min(clock.monotonicNs, call.deadlineNs)
        let until = call.deadlineNs - left / 10
        guard await applied.wait(for: positions, untilNs: until, clock: clock) else {
            let late = positions.filter { (applied[$0.key]?.next ?? .zero) < $0.value }
            let first = late.min { $0.key < $1.key }
            throw EvaluatorError(
                .catchingUp,
                "answer",
                place: Gather.list(Array(late.keys)),
                hint: first.map {
                    "partition \($0.key) is at \(applied[$0.key]?.next ?? .zero) of \($0.value)"
                } ?? "ask again"
            ).fault
        }
    }

    private func ask(
        _ plan: Plan,
        _ project: ProjectName,
        _ request: EvaluationV1.EvaluateRequest,
        _ partitions: [Partition],
        _ call: CallContext,
        _ response: inout EvaluationV1.EvaluateResponse
    ) async throws {
        let limit = limit(of: call)
        var question = Question(plan: plan, project: project, at: Timestamp(ms: request.atMs))
        question.limit = limit
        question.memoryMax = memoryMax
        question.nodeCounts = request.nodeCounts
        question.wantsCost = request.wantCost
        question.sample = (min(Int(request.sample), Sampling.sizeMax), request.seed)
        question.members = request.membersFrom.map {
            (
                UserNumber($0), min(Int(request.membersLimit), Self.membersMax),
                min(Int(request.membersBytesMax), Self.membersBytesMax)
            )
        }
        if question.nodeCounts {
            response.nodeUsers = Array(repeating: 0, count: plan.definition.nodes.count)
        }
        // Counts alone are kept; lists and samples are asked for once.
        let key =
            question.sample.size == 0 && question.members == nil
            ? try KeptCounts.Key(request, plan, project) : nil
        if let key { question.known = kept.counts(key) }
        let tallies = try await tallies(question, partitions, limit)
        if let key {
            for tally in tallies where !tally.fresh.isEmpty { kept.keep(tally.fresh, of: key) }
        }
        var cost = QuestionCost()
        // Every lane has one partition in hand at a time.
        for tally in tallies { cost.add(tally.cost) }
        response.cost = request.wantCost ? cost.message : nil
        var needed = NeededPositions()
        for tally in tallies {
            response.users += tally.users
            response.universe += tally.universe
            for (node, users) in tally.nodeUsers.enumerated() { response.nodeUsers[node] += users }
            response.positions += tally.positions
            needed.add(tally.needed)
            response.sample += tally.sample
            response.members += tally.members
            response.nextMember = tally.nextMember?.value ?? response.nextMember
        }
        response.needed = needed.message(beside: response.positions)
        response.sample = Sampling.lowest(response.sample, question.sample.size)
    }

    private func tallies(
        _ question: Question,
        _ partitions: [Partition],
        _ limit: QuestionLimit
    ) async throws -> [Question.Tally] {
        // A lane ends at its next look when the caller's task is cancelled.
        try await withTaskCancellationHandler {
            try await lanes.ask(partitions) { try question.answer($0) }
        } onCancel: {
            limit.cancel()
        }
    }

    /// Ends what is worked on here for a question, at once.
    func cancel(_ request: EvaluationV1.CancelPartRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.CancelPartResponse
    {
        EvaluationV1.CancelPartResponse(
            ended: UInt32(clamping: ender.end(requestID: request.question))
        )
    }

    private func ask(
        about text: String,
        _ plan: Plan,
        _ project: ProjectName,
        _ request: EvaluationV1.EvaluateRequest,
        _ partitions: [Partition],
        _ response: inout EvaluationV1.EvaluateResponse
    ) async throws {
        guard let user = UserID(text), let home = partitions.first else {
            throw EvaluatorError(
                .badRequest,
                "answer",
                place: "user_id",
                hint: "ask about a user of 1 to \(Limits.userIDBytes) bytes"
            )
        }
        let question = UserQuestion(
            plan: plan,
            project: project,
            user: user,
            at: Timestamp(ms: request.atMs)
        )
        if request.explainBytesMax > 0 {
            try await explain(question, home, bytesMax: request.explainBytesMax, &response)
            return
        }
        let (standing, position) = try await lanes[home].ask([home]) { states in
            (try question.answer(&states[0]), states[0].position(in: project))
        }
        response.positions = [position]
        switch standing {
        case .unknown: response.known = false
        case .known(let isMember):
            response.known = true
            response.member = isMember
        }
    }

    /// The lane only tells what it knows of the user; what that means is found out beside it.
    private func explain(
        _ question: UserQuestion,
        _ home: Partition,
        bytesMax: UInt32,
        _ response: inout EvaluationV1.EvaluateResponse
    ) async throws {
        let (history, position) = try await lanes[home].ask([home]) { states in
            (try question.history(&states[0]), states[0].position(in: question.project))
        }
        response.positions = [position]
        guard let history else { return }
        let explanation = question.plan.explain(history, at: question.at)
        response.known = true
        response.member = explanation.isMember
        response.explanation = try ExplanationCoding.encode(
            explanation,
            of: question.plan,
            bytesMax: min(Int(bytesMax), Self.explainBytesMax)
        )
    }
}

extension Applied.PartitionEnd {
    /// As it is told.
    fileprivate func position(of partition: Partition) -> LogV1.Position {
        LogV1.Position(
            partition: UInt32(partition.index),
            nextOffset: next.value,
            watermarkMs: watermark.ms,
            stateEpoch: epoch.value
        )
    }
}

extension EvaluationV1.ResolvedWindow {
    /// A window's bounds as they go over the wire.
    init(_ window: Segments.ResolvedWindow) {
        self.init(
            node: UInt32(clamping: window.node),
            fromMs: window.interval.isOpen ? nil : window.interval.from.ms,
            toMs: window.interval.to.ms
        )
    }
}
