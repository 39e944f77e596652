// The owner's part of a question about the sizes of many segments: one pass, a thread per lane.

import Basics
import Chassis
import Columns
import Messages
import Segments

extension SetsDoor {
    func sizes(_ request: EvaluationV1.SizesPartRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.SizesPartResponse
    {
        guard let project = call.project else {
            throw Fault.invalidArgument("the project is missing", place: "header.project")
        }
        let beganNs = clock.monotonicNs
        let question = try question(request)
        let positions = request.positions.byPartition
        try await wait(for: positions, call)
        do {
            let whole = try await snapshot(project, positions.keys.sorted())
            var sum = SizesSum(count: question.plan.pieces.count)
            for part in try await parts(question, whole.columns, limit(of: call)) { sum.add(part) }
            return EvaluationV1.SizesPartResponse(
                sizes: sum.sizes,
                work: sum.work,
                positions: whole.positions.sorted { $0.partition < $1.partition },
                tookUs: (clock.monotonicNs - beganNs) / 1_000,
                needed: whole.needed
            )
        } catch let error as EvaluatorError {
            throw error.fault
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault.internal("the evaluator failed: \(error)")
        }
    }

    private func parts(
        _ question: SizesQuestion,
        _ columns: [PartitionColumns],
        _ limit: QuestionLimit
    ) async throws -> [EvaluationV1.SizesPartResponse] {
        let width = TrendThreads.width(lanes: lanes.all.count, partitions: columns.count)
        let parts = (0..<width).map { first in
            let own = stride(from: first, to: columns.count, by: width).map { columns[$0] }
            return { @Sendable () throws in try question.answer(own, limit) }
        }
        return try await threads.run(limit, parts: parts)
    }

    private func question(_ request: EvaluationV1.SizesPartRequest) throws(Fault) -> SizesQuestion {
        let at = Timestamp(ms: request.atMs)
        guard at.hasText else { throw Definitions.instantFault }
        var joint = try JointReading(projectZone: request.projectZone)
        let nested = try Definitions.nested(request.nestedNames, request.nestedDefinitions)
        for segment in nested { try joint.use(segment) }
        for definition in request.definitions { try joint.add(try Definitions.read(definition)) }
        return SizesQuestion(plan: try joint.plan(), at: at, memoryMax: memoryMax)
    }
}
