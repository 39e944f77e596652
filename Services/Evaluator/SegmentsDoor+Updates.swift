// Segments changed with open eyes: differences, updates, versions, copies, lint.

import Basics
import Chassis
import Messages
import Segments
import Wire

extension SegmentsDoor {
    /// Most conditions told in a difference.
    private static let changesMax = 100
    /// Most bytes of a condition's text or place in a difference.
    private static let textBytesMax = 1_024
    /// Most versions of one answer.
    private static let versionsMax = 1_000

    func diff(_ request: EvaluationV1.DiffRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.DiffResponse
    {
        guard let after = request.after else {
            throw Fault.invalidArgument(
                "there is nothing to compare with",
                place: "after",
                hint: "name a segment or send a definition"
            )
        }
        var question = try await understand(
            request.before,
            [after],
            atMs: request.atMs,
            request.freshness,
            call
        )
        question.overlap = true
        question.nodeCounts = true
        question.regionSample = min(Int(request.sample), Sampling.sizeMax)
        let sum = SetsSum(try await gather.ask(question, of: try partitions(), call))
        guard sum.regionUsers.count == 4, sum.users.count == 2 else {
            throw Fault.internal("the owners have told no regions")
        }
        let (old, new) = (question.sets[0].definition, question.sets[1].definition)
        let difference = DefinitionDiff(from: old, to: new)
        let drawn = RegionSamples(sum.regionSample)
        func sample(_ region: Int) -> [String] {
            drawn.lowest(of: region, question.regionSample).compactMap(\.user?.userID)
        }
        return EvaluationV1.DiffResponse(
            beforeUsers: sum.users[0],
            afterUsers: sum.users[1],
            entering: sum.regionUsers[2],
            leaving: sum.regionUsers[1],
            enteringSample: sample(2),
            leavingSample: sample(1),
            changes: difference.changes.prefix(Self.changesMax).map { change in
                Self.message(change, old, new, sum.nodeUsers)
            },
            changesLeft: UInt32(max(difference.changes.count - Self.changesMax, 0)),
            zoneChanged: difference.isZoneChanged,
            universe: sum.universe,
            exactness: sum.exactness(question.at),
            universeChanged: difference.isUniverseChanged,
            beforeUniverse: old.universe.said,
            afterUniverse: new.universe.said,
            tookUs: sum.tookUs
        )
    }

    private static func message(
        _ change: DefinitionDiff.Change,
        _ old: Definition,
        _ new: Definition,
        _ users: [UInt64]
    ) -> EvaluationV1.ConditionChange {
        func before(_ node: Int) -> EvaluationV1.ConditionSize { size(old, node, users[node]) }
        func after(_ node: Int) -> EvaluationV1.ConditionSize {
            size(new, node, users[old.nodes.count + node])
        }
        return switch change {
        case .added(let node): EvaluationV1.ConditionChange(kind: .added, after: after(node))
        case .removed(let node): EvaluationV1.ConditionChange(kind: .removed, before: before(node))
        case .changed(let from, let to):
            EvaluationV1.ConditionChange(kind: .changed, before: before(from), after: after(to))
        }
    }

    private static func size(_ definition: Definition, _ node: Int, _ users: UInt64)
        -> EvaluationV1.ConditionSize
    {
        let text: String
        do throws(Fault) {
            text = try Definitions.sentence(definition.part(node))
        } catch {
            text = "(\(error.message))"
        }
        return EvaluationV1.ConditionSize(
            place: cut(definition.places[node]),
            text: cut(text),
            users: users
        )
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > textBytesMax else { return text }
        var short = ""
        for character in text {
            guard short.utf8.count + character.utf8.count < textBytesMax - 4 else { break }
            short.append(character)
        }
        return short + " …"
    }

    func update(_ request: EvaluationV1.UpdateRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.UpdateResponse
    {
        guard request.live == nil else { return try await updateLive(request, call) }
        let definition = try Definitions.read(request.definition)
        let project = try await caughtUp(call)
        _ = try Definitions.plan(
            definition,
            nested: try catalogue.project(project).nested(in: definition, as: request.name),
            projectZone: zone(of: project)
        )
        let standing = try standing(request.name, in: project)
        try check(request, against: standing)
        guard standing.document.live == nil else {
            throw Fault.invalidArgument(
                "\(request.name) is a live segment",
                place: "definition",
                hint: "send it as `live`: what has a trigger stays live"
            )
        }
        let message = try encoded(definition)
        let now = standing.document.definition ?? SegmentV1.Definition()
        guard !request.dryRun else {
            guard standing.document.quarantine == nil else {
                return incomparable(standing, await warnings(definition, call))
            }
            let diff = try await diff(
                EvaluationV1.DiffRequest(
                    before: EvaluationV1.Subject(kind: .definition(now)),
                    after: EvaluationV1.Subject(kind: .definition(message)),
                    sample: request.sample
                ),
                call
            )
            return EvaluationV1.UpdateResponse(
                segment: standing.message,
                entering: diff.entering,
                leaving: diff.leaving,
                diff: diff,
                warnings: await warnings(definition, call)
            )
        }
        var document = standing.document
        document.definition = message
        document.followZone = definition.zone == nil ? zone(of: project) : nil
        document.description = request.description ?? document.description
        if message != now || standing.document.quarantine != nil { document.version += 1 }
        // A repeat changes nothing and is no error.
        guard document != standing.document else {
            return EvaluationV1.UpdateResponse(segment: standing.message)
        }
        let (saved, positions) = try await putNext(document, after: standing, in: project, call)
        return EvaluationV1.UpdateResponse(
            segment: saved.message,
            positions: positions,
            warnings: await warnings(definition, call)
        )
    }

    /// What is changed must be what the caller has seen, and not archived.
    func check(_ request: EvaluationV1.UpdateRequest, against standing: SavedSegment)
        throws(Fault)
    {
        guard !standing.document.archived else {
            throw EvaluatorError(
                .archivedSegment,
                "update the segment",
                place: request.name,
                hint: "archived segments are kept as they are; clone it under a new name"
            ).fault
        }
        let revision = request.expectedRevision ?? standing.revision
        let version = request.expectedVersion ?? standing.document.version
        guard revision == standing.revision, version == standing.document.version else {
            throw Fault.aborted(
                "segment \(request.name) has changed meanwhile",
                place: "name",
                hint: "it is at version \(standing.document.version), revision "
                    + "\(standing.revision): look at it and decide again"
            )
        }
    }

    func standing(_ name: String, in project: ProjectName) throws(Fault) -> SavedSegment {
        do throws(EvaluatorError) {
            return try catalogue.project(project).segment(name, in: project)
        } catch {
            throw error.fault
        }
    }

    func clone(_ request: EvaluationV1.CloneRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.CloneResponse
    {
        let project = try await caughtUp(call)
        var source = try standing(request.name, in: project).document
        if let version = request.version, version != source.version {
            let all = try await states(of: request.name, call)
            guard let found = all.last(where: { $0.segment.document.version == version }) else {
                throw Fault.notFound(
                    "segment \(request.name) has no version \(version)",
                    place: "version",
                    hint: "it has 1 to \(source.version)"
                )
            }
            source = found.segment.document
        }
        let created = try await create(
            EvaluationV1.CreateRequest(
                name: request.newName,
                description: source.description,
                definition: source.definition,
                live: source.live,
                follow: source.follow
            ),
            call
        )
        return EvaluationV1.CloneResponse(segment: created.segment)
    }

    func versions(_ request: EvaluationV1.VersionsRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.VersionsResponse
    {
        let project = try await caughtUp(call)
        _ = try standing(request.name, in: project)
        var answer = EvaluationV1.VersionsResponse()
        var (last, bytes): (UInt32, Int) = (request.afterVersion, 0)
        let states = try await states(of: request.name, call)
        for (index, state) in states.enumerated() {
            let version = state.segment.document.version
            guard version > last else { continue }
            // Of one version the state that stood last tells whether it was archived.
            let final = states[index...].prefix { $0.segment.document.version == version }.last
            let message = (final ?? state).segment.message
            do throws(MessageError) {
                bytes += try message.encode().count
            } catch {
                throw error.fault
            }
            let hasRoom =
                answer.versions.count < Self.versionsMax && bytes <= Int(call.maxReplyBytes) / 2
            guard hasRoom || answer.versions.isEmpty else {
                answer.more = true
                break
            }
            answer.versions.append(message)
            answer.sinceMs.append(state.sinceMs)
            last = version
        }
        return answer
    }

    /// Every state of a segment's document, oldest first, as the registry keeps them.
    private func states(of name: String, _ call: CallContext) async throws(Fault)
        -> [(segment: SavedSegment, sinceMs: Int64)]
    {
        var states: [(segment: SavedSegment, sinceMs: Int64)] = []
        var request = RegistryV1.HistoryRequest(kind: Catalogue.segmentKind, name: name, limit: 100)
        while states.count < 2 * Self.versionsMax {
            let page = try await documents.history(
                request,
                CallOptions(within: call, clock: clock, maxReplyBytes: 8 << 20)
            )
            for state in page.documents {
                guard let body = state.body else { continue }
                do throws(MessageError) {
                    let document = try SegmentV1.SegmentDocument.decode(body)
                    let segment = SavedSegment(
                        document: document,
                        revision: state.revision,
                        feed: state.revision,
                        origin: states.first?.segment.origin ?? state.revision
                    )
                    states.append((segment, state.changedAtMs))
                } catch {
                    // A newer build's state is told by newer builds.
                    continue
                }
            }
            guard let next = page.documents.last?.revision else { break }
            request.afterRevision = next
        }
        return states
    }

    func lint(_ request: EvaluationV1.LintRequest, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.LintResponse
    {
        var question = try await understand(
            request.subject,
            atMs: request.atMs,
            request.freshness,
            call
        )
        question.nodeCounts = true
        let sum = AnswerSum(try await gather.ask(question, of: try partitions(), call))
        let definition = question.definition
        var problems = Lint.problems(definition)
        problems += Lint.problems(definition, users: sum.nodeUsers, universe: sum.universe)
        var warnings = await warnings(definition, call)
        do throws(Fault) {
            let schema = try await ingestion.schema(
                IngestionV1.SchemaRequest(seen: true),
                CallOptions(within: call, clock: clock, maxReplyBytes: 8 << 20)
            )
            let plan = try Definitions.plan(
                definition,
                nested: question.nested,
                projectZone: question.projectZone
            )
            problems += Lint.problems(
                definition,
                windows: plan.resolvedWindows(at: question.at),
                seen: Self.seen(schema)
            )
        } catch {
            // `warnings` has said already that ingestion does not answer.
        }
        warnings += problems.map {
            EvaluationV1.Warning(place: $0.place, message: $0.message, hint: $0.hint)
        }
        return EvaluationV1.LintResponse(
            warnings: Array(warnings.prefix(Definitions.warningsMax)),
            users: sum.users,
            universe: sum.universe,
            exactness: sum.exactness(question.at)
        )
    }

    /// When each event was first and last seen.
    private static func seen(_ schema: IngestionV1.SchemaResponse)
        -> [ExactName: ClosedRange<Timestamp>]
    {
        var seen: [ExactName: ClosedRange<Timestamp>] = [:]
        for event in schema.events {
            guard let first = event.firstAtMs, let last = event.lastAtMs, first <= last else {
                continue
            }
            seen[ExactName(event.name)] = Timestamp(ms: first)...Timestamp(ms: last)
        }
        return seen
    }
}
