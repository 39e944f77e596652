// What a question about a segment means: who, when, as of which positions, in which project.

import Basics
import Chassis
import Messages
import Segments

extension SegmentsDoor {
    /// The question a subject means, pinned to an instant and to positions.
    func understand(
        _ subject: EvaluationV1.Subject?,
        atMs: Int64?,
        _ freshness: EvaluationV1.Freshness,
        _ call: CallContext
    ) async throws(Fault) -> GatheredQuestion {
        // Read before the positions, so that everything durable by then is in the answer.
        let at = Timestamp(ms: atMs ?? clock.now.ms)
        guard at.hasText else { throw Definitions.instantFault }
        let project = try await project(call)
        let positions = try await positions(freshness, call)
        let definition: Definition
        let pinned: ProjectCatalogue
        switch subject?.kind {
        case .definition(let message):
            definition = try Definitions.read(message)
            if !(definition.segmentsUsed.isEmpty && definition.listsUsed.isEmpty) {
                try await catchUp(positions, call)
            }
            pinned = catalogue.project(project)
        case .segment(let name):
            try await catchUp(positions, call)
            pinned = catalogue.project(project)
            let saved: SavedSegment
            do throws(EvaluatorError) {
                saved = try pinned.answerable(name, in: project)
            } catch {
                throw error.fault
            }
            definition = try Definitions.read(saved.definition)
        case nil:
            throw Fault.invalidArgument(
                "the question has no subject",
                place: "subject",
                hint: "name a segment or send a definition"
            )
        }
        let nested = try pinned.nested(in: definition)
        let zone = zone(of: project)
        // Refuses a definition that is not valid before anybody is asked.
        _ = try Definitions.plan(definition, nested: nested, projectZone: zone)
        return GatheredQuestion(
            project: project,
            definition: definition,
            nested: nested,
            at: at,
            projectZone: zone,
            positions: positions,
            revision: pinned.revision
        )
    }

    /// Where the logs end, for an answer that includes everything durable by now.
    func positions(_ freshness: EvaluationV1.Freshness, _ call: CallContext) async throws(Fault)
        -> [Partition: LogOffset]
    {
        guard freshness != .local else { return [:] }
        let response: IngestionV1.PositionsResponse
        do throws(Fault) {
            response = try await ingestion.positions(
                IngestionV1.PositionsRequest(),
                CallOptions(within: call, clock: clock)
            )
        } catch {
            throw positionsUnknown("ingestion: \(error.message)")
        }
        let positions = response.positions.byPartition
        let missing = try partitions().filter { positions[$0] == nil }
        guard missing.isEmpty else { throw positionsUnknown(Gather.list(missing)) }
        return positions
    }

    private func positionsUnknown(_ place: String) -> Fault {
        EvaluatorError(
            .positionsUnknown,
            "answer",
            place: place,
            hint: "ask with freshness local for what the evaluators hold"
        ).fault
    }

    /// The project of the call, which must be there.
    func project(_ call: CallContext) async throws(Fault) -> ProjectName {
        guard let project = call.project else {
            throw Fault.invalidArgument(
                "the project is missing",
                place: "header.project",
                hint: "name the project in the request's header"
            )
        }
        if catalogue.project(project).segments.isEmpty, await link.project(project) == nil {
            let known = link.view.projects.map(\.name.text)
            let near = NearestName.nearest(to: project.text, in: known)
            throw Fault.notFound(
                "there is no project \(project)",
                place: "header.project",
                hint: near.map { "did you mean \($0)?" } ?? "create it first"
            )
        }
        return project
    }

    /// The zone of the project's calendar windows; nil: UTC.
    func zone(of project: ProjectName) -> String? {
        let zone = link.view.project(project)?.zone
        return zone == "" ? nil : zone
    }

    /// Waits until the catalogue here is as new as the positions: every log carries every
    /// revision, so one own partition that has read its log is enough.
    ///
    /// - Throws: when it is not in time, or when this instance reads no log at all.
    func catchUp(_ positions: [Partition: LogOffset], _ call: CallContext) async throws(Fault) {
        let all = positions.isEmpty ? try partitions() : positions.keys.sorted()
        guard let own = all.first(where: { applied[$0] != nil }) else {
            throw EvaluatorError(
                .notTheOwner,
                "read the catalogue",
                place: "this evaluator",
                hint: "it owns no partition yet; ask another evaluator, or again"
            ).fault
        }
        let position = positions[own] ?? .zero
        let isThere = await applied.wait(
            for: [own: position],
            untilNs: call.waitUntilNs(call.remainingMs(clock: clock) / 2, clock: clock),
            clock: clock
        )
        guard isThere else {
            throw EvaluatorError(
                .catchingUp,
                "read the catalogue",
                place: Gather.list([own]),
                hint: "partition \(own) is at \(applied[own]?.next ?? .zero) of \(position)"
            ).fault
        }
    }

    /// The project of the call, its catalogue read as far as it is durable now.
    func caughtUp(_ call: CallContext) async throws(Fault) -> ProjectName {
        let project = try await project(call)
        try await catchUp(try await positions(.latest, call), call)
        return project
    }

    func partitionCount() throws(Fault) -> PartitionCount {
        guard let count = link.view.partitionCount else {
            throw Fault.unavailable(
                "the partition map is not known yet",
                place: "registry",
                hint: "the registry has not answered since this evaluator started",
                retryAfterMs: 500
            )
        }
        return count
    }

    func partitions() throws(Fault) -> [Partition] { try partitionCount().all }

    /// What the definition probably does not mean; says so when the names cannot be checked.
    func warnings(_ definition: Definition, _ call: CallContext) async
        -> [EvaluationV1.Warning]
    {
        await warnings(call) { Validation(definition, vocabulary: $0).warnings }
    }

    /// The same of whatever is checked against the names that ingestion knows.
    func warnings(
        _ call: CallContext,
        _ check: (Vocabulary) -> [DefinitionProblem]
    ) async -> [EvaluationV1.Warning] {
        do throws(Fault) {
            let schema = try await ingestion.schema(
                IngestionV1.SchemaRequest(),
                CallOptions(within: call, clock: clock, maxReplyBytes: 8 << 20)
            )
            return Definitions.warnings(check(Vocabulary(schema)))
        } catch {
            return [
                EvaluationV1.Warning(
                    place: "definition",
                    message: "its names could not be checked",
                    hint: "ingestion does not answer: \(error.message)"
                )
            ]
        }
    }
}

extension [LogV1.Position] {
    /// The positions by partition; those of partitions that cannot be are left out.
    var byPartition: [Partition: LogOffset] {
        var positions: [Partition: LogOffset] = [:]
        for position in self {
            guard let index = UInt16(exactly: position.partition) else { continue }
            positions[Partition(index: index)] = LogOffset(position.nextOffset)
        }
        return positions
    }
}
