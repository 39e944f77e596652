// The sizes of many segments in one question: one instant, one catalogue revision, one place in
// the log.

import Basics
import Chassis
import Messages
import Segments
import Wire

extension SegmentsDoor {
    func sizes(_ request: EvaluationV1.SizesRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.SizesResponse
    {
        let (question, shared) = try await understand(request, call)
        var sum = SizesSum(count: question.definitions.count)
        for part in try await gather.ask(question, of: try partitions(), call) { sum.add(part) }
        var work = sum.work
        work.asked = UInt64(shared.asked)
        work.distinct = UInt64(shared.distinct)
        work.leavesAsked = UInt64(shared.leavesAsked)
        work.leavesDistinct = UInt64(shared.leavesDistinct)
        return EvaluationV1.SizesResponse(
            sizes: sum.sizes,
            work: work,
            exactness: EvaluationV1.Exactness(
                atMs: question.at.ms,
                positions: sum.positions.sorted { $0.partition < $1.partition }
            ),
            tookUs: sum.tookUs
        )
    }

    /// Compiles what is asked, so that nobody is asked for what is not valid.
    private func understand(_ request: EvaluationV1.SizesRequest, _ call: CallContext)
        async throws(Fault) -> (GatheredSizes, JointPlan.Work)
    {
        // Read before the positions, so that everything durable by then is in the answer.
        let at = Timestamp(ms: request.atMs ?? clock.now.ms)
        guard at.hasText else { throw Definitions.instantFault }
        let project = try await project(call)
        let positions = try await positions(request.freshness, call)
        try await catchUp(positions, call)
        let pinned = catalogue.project(project)
        let zone = zone(of: project)
        var joint = try JointReading(projectZone: zone)
        var question = GatheredSizes(at: at, projectZone: zone, positions: positions)
        var known: Set<ExactName> = []
        for (index, subject) in request.subjects.enumerated() {
            do throws(Fault) {
                let message = try Self.definition(of: subject, pinned, project)
                let definition = try Definitions.read(message)
                for segment in try pinned.nested(in: definition)
                where known.insert(segment.name).inserted {
                    try joint.use(segment)
                    try question.use(segment)
                }
                try joint.add(definition)
                try question.add(message)
            } catch {
                throw error.at("subjects[\(index)]")
            }
        }
        return (question, try joint.plan().work)
    }

    private static func definition(
        of subject: EvaluationV1.Subject,
        _ catalogue: ProjectCatalogue,
        _ project: ProjectName
    ) throws(Fault) -> SegmentV1.Definition {
        switch subject.kind {
        case .definition(let definition): return definition
        case .segment(let name):
            do throws(EvaluatorError) {
                return try catalogue.answerable(name, in: project).definition ?? .init()
            } catch {
                throw error.fault
            }
        case nil:
            throw Fault.invalidArgument(
                "the subject is empty",
                place: "subject",
                hint: "name a segment or send a definition"
            )
        }
    }
}

extension Fault {
    /// The same, of one subject of several.
    func at(_ subject: String) -> Fault {
        Fault(
            code,
            message,
            place: subject + (place.map { ": \($0)" } ?? ""),
            hint: hint,
            retryAfterMs: retryAfterMs
        )
    }
}

/// A question about many sizes as it goes to every owner.
struct GatheredSizes: OwnersQuestion {
    let at: Timestamp
    let projectZone: String?
    /// Positions that the answer must include; empty: whatever the owners hold.
    var positions: [Partition: LogOffset]
    /// What is asked about, as it came or as the catalogue has it.
    private(set) var definitions: [SegmentV1.Definition] = []
    private var nestedNames: [String] = []
    private var nestedDefinitions: [SegmentV1.Definition] = []
    private var bytes = 0

    init(at: Timestamp, projectZone: String?, positions: [Partition: LogOffset]) {
        self.at = at
        self.projectZone = projectZone
        self.positions = positions
    }

    mutating func use(_ segment: NestedSegment) throws(Fault) {
        let message: SegmentV1.Definition
        do throws(WireError) {
            message = try DefinitionCoding.encode(segment.definition)
        } catch {
            throw error.fault
        }
        try take(message)
        nestedNames.append(segment.name.text)
        nestedDefinitions.append(message)
        guard nestedNames.count <= SizesQuestion.segmentsMax else {
            throw Fault.invalidArgument(
                "the segments use more than \(SizesQuestion.segmentsMax) others",
                place: "subjects",
                hint: "ask in several calls, at one instant"
            )
        }
    }

    mutating func add(_ definition: SegmentV1.Definition) throws(Fault) {
        try take(definition)
        definitions.append(definition)
    }

    private mutating func take(_ definition: SegmentV1.Definition) throws(Fault) {
        do throws(MessageError) {
            bytes += try definition.encode().count
        } catch {
            throw error.fault
        }
        guard bytes <= SizesQuestion.definitionsBytesMax else {
            throw Fault.invalidArgument(
                "the segments and those they use take more than"
                    + " \(SizesQuestion.definitionsBytesMax >> 20) MiB",
                place: "subjects",
                hint: "ask in several calls, at one instant"
            )
        }
    }

    func replyBytes(_ partitions: [Partition]) -> UInt32 {
        UInt32(clamping: 4_096 + 48 * partitions.count + 32 * definitions.count)
    }

    func ask(_ own: SetsDoor, _ partitions: [Partition], _ call: CallContext) async throws
        -> EvaluationV1.SizesPartResponse
    {
        try await own.sizes(request(partitions), call)
    }

    func ask(_ peer: EvaluationV1_SetsClient, _ partitions: [Partition], _ options: CallOptions)
        async throws -> EvaluationV1.SizesPartResponse
    {
        try await peer.sizes(request(partitions), options)
    }

    func isWhole(_ answer: EvaluationV1.SizesPartResponse, _ partitions: [Partition]) -> Bool {
        answer.positions.reach(positions, partitions) && answer.sizes.count == definitions.count
    }

    private func request(_ partitions: [Partition]) -> EvaluationV1.SizesPartRequest {
        EvaluationV1.SizesPartRequest(
            definitions: definitions,
            nestedNames: nestedNames,
            nestedDefinitions: nestedDefinitions,
            atMs: at.ms,
            positions: partitions.map {
                LogV1.Position(
                    partition: UInt32($0.index),
                    nextOffset: positions[$0]?.value ?? 0
                )
            },
            projectZone: projectZone
        )
    }
}
