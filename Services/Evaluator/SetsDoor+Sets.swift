// The owner's part of a question about several sets: all of them over one snapshot.

import Basics
import Messages
import Segments
import Wire

extension SetsDoor {
    func combine(_ request: EvaluationV1.SetsPartRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.SetsPartResponse
    {
        guard let project = call.project else {
            throw Fault.invalidArgument("the project is missing", place: "header.project")
        }
        let beganNs = clock.monotonicNs
        let question = try question(request)
        let positions = request.positions.byPartition
        guard request.membersFrom == nil || positions.count == 1 else {
            throw Fault.invalidArgument(
                "users are listed of one partition",
                place: "positions",
                hint: "ask each partition by itself"
            )
        }
        do {
            let whole = try await snapshot(request, project, positions, call)
            let limit = limit(of: call)
            var part = EvaluationV1.SetsPartResponse()
            if !question.plans.isEmpty {
                part = try await threads.run(limit) { try question.answer(whole.columns, limit) }
            }
            part.holdID = request.holdID
            part.positions = whole.positions.sorted { $0.partition < $1.partition }
            part.needed = whole.needed
            part.tookUs = (clock.monotonicNs - beganNs) / 1_000
            return part
        } catch let error as EvaluatorError {
            throw error.fault
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault.internal("the evaluator failed: \(error)")
        }
    }

    /// The partitions as they are, or as a listing's snapshot has them.
    private func snapshot(
        _ request: EvaluationV1.SetsPartRequest,
        _ project: ProjectName,
        _ positions: [Partition: LogOffset],
        _ call: CallContext
    ) async throws -> Snapshot {
        let partitions = positions.keys.sorted()
        let id = request.holdID
        if !id.isEmpty, !request.takeHold {
            let then = try held.read(id, of: project, partitions, nowNs: clock.monotonicNs)
            // Whoever was erased since must be told of no more.
            let now = try await snapshot(project, partitions)
            guard now.erasures == then.erasures else {
                throw EvaluatorError(
                    .listingOver,
                    "go on with the listing",
                    place: Gather.list(partitions),
                    hint: "a user was erased since: ask again from the first page"
                )
            }
            return then
        }
        try await wait(for: positions, call)
        let now = try await snapshot(project, partitions)
        guard !id.isEmpty else { return now }
        return held.take(now, as: id, of: project, from: positions, nowNs: clock.monotonicNs)
    }

    private func question(_ request: EvaluationV1.SetsPartRequest) throws(Fault) -> SetsQuestion {
        guard !request.sets.isEmpty || request.takeHold else {
            throw Fault.invalidArgument("no set is asked about", place: "sets")
        }
        let at = Timestamp(ms: request.atMs)
        guard at.hasText else { throw Definitions.instantFault }
        var plans: [Plan] = []
        for set in request.sets {
            plans.append(
                try Definitions.plan(
                    try Definitions.read(set.definition),
                    nested: try Definitions.nested(set.nestedNames, set.nestedDefinitions),
                    projectZone: request.projectZone
                )
            )
        }
        var question = SetsQuestion(plans: plans, at: at)
        question.memoryMax = memoryMax
        question.overlap = request.overlap
        if !request.nodes.isEmpty {
            do throws(DefinitionProblem) {
                question.expression = try SetExpression(
                    SetCoding.decode(request.nodes),
                    subjects: plans.count
                )
            } catch {
                throw Definitions.fault(error)
            }
        }
        question.properties = request.properties
        question.regionSample = min(Int(request.regionSample), Sampling.sizeMax)
        question.nodeCounts = request.nodeCounts
        question.members = request.membersFrom.map { from in
            (
                UserNumber(from), min(Int(request.membersLimit), Self.membersMax),
                min(Int(request.membersBytesMax), Self.membersBytesMax)
            )
        }
        return question
    }
}
