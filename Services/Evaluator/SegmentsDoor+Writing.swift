// Segments created and archived: into the catalogue first, then into every partition's log.

import Basics
import Chassis
import Messages
import Segments
import Wire

extension SegmentsDoor {
    func create(_ request: EvaluationV1.CreateRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.CreateResponse
    {
        try Self.check(name: request.name)
        let project = try await caughtUp(call)
        let document =
            try request.live != nil
            ? self.document(request, in: project) : conditionDocument(request, in: project)
        guard catalogue.project(project).segments.count < Limits.segmentsPerProject else {
            throw Fault.resourceExhausted(
                "the project has \(Limits.segmentsPerProject) segments",
                place: "name",
                hint: "archive those that nobody asks for"
            )
        }
        if let standing = catalogue.project(project).segments[ExactName(request.name)] {
            try check(standing.document, against: document)
            return EvaluationV1.CreateResponse(segment: standing.message)
        }
        let (saved, positions) = try await put(
            document,
            expecting: 0,
            in: project,
            call
        )
        let isLive = document.live != nil
        return EvaluationV1.CreateResponse(
            segment: saved.message,
            positions: positions,
            warnings: isLive
                ? try await warnings(document.live, call)
                : await warnings(try Definitions.read(document.definition), call)
        )
    }

    /// A condition as it is put into the catalogue.
    private func conditionDocument(
        _ request: EvaluationV1.CreateRequest,
        in project: ProjectName
    ) throws(Fault) -> SegmentV1.SegmentDocument {
        let definition = try Definitions.read(request.definition)
        _ = try Definitions.plan(
            definition,
            nested: try catalogue.project(project).nested(in: definition, as: request.name),
            projectZone: zone(of: project)
        )
        return SegmentV1.SegmentDocument(
            name: request.name,
            description: request.description,
            definition: try encoded(definition),
            createdAtMs: clock.now.ms,
            follow: request.follow,
            followZone: definition.zone == nil ? zone(of: project) : nil
        )
    }

    func archive(_ request: EvaluationV1.ArchiveRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.ArchiveResponse
    {
        let project = try await caughtUp(call)
        let standing: SavedSegment
        do {
            standing = try catalogue.project(project).segment(request.name, in: project)
        } catch {
            throw error.fault
        }
        // A repeat changes nothing and is no error.
        guard !standing.document.archived else {
            return EvaluationV1.ArchiveResponse(segment: standing.message)
        }
        try catalogue.project(project).checkUnused(request.name)
        var document = standing.document
        document.archived = true
        let (saved, _) = try await put(
            document,
            expecting: standing.revision,
            in: project,
            call
        )
        return EvaluationV1.ArchiveResponse(segment: saved.message)
    }

    /// The same segment again is the same segment; another of its name is refused.
    private func check(
        _ standing: SegmentV1.SegmentDocument,
        against document: SegmentV1.SegmentDocument
    ) throws(Fault) {
        let isSame =
            standing.definition == document.definition && standing.live == document.live
        guard isSame, !standing.archived else {
            throw EvaluatorError(
                .nameTaken,
                "create the segment",
                place: standing.name,
                hint: standing.archived
                    ? "an archived segment has this name; choose another"
                    : "it has another definition; choose another name"
            ).fault
        }
    }

    /// Puts a document into the catalogue, and returns when every log carries it.
    ///
    /// It has then been read here, too, unless that takes too long: it is no less durable for it.
    func put(
        _ document: SegmentV1.SegmentDocument,
        expecting revision: UInt64,
        in project: ProjectName,
        _ call: CallContext
    ) async throws(Fault) -> (SavedSegment, [LogV1.Position]) {
        let saved = try await putOrFind(document, expecting: revision, call)
        let appended = try await ingestion.append(
            IngestionV1.AppendRequest(revision: saved.revision),
            CallOptions(within: call, clock: clock)
        )
        let own = appended.positions.byPartition.filter { applied[$0.key] != nil }.min {
            $0.key < $1.key
        }
        _ = await applied.wait(
            for: own.map { [$0.key: $0.value] } ?? [:],
            untilNs: call.waitUntilNs(call.remainingMs(clock: clock) / 2, clock: clock),
            clock: clock
        )
        return (saved, appended.positions)
    }

    /// What was put before and never came into the logs is found, and goes on from there.
    private func putOrFind(
        _ document: SegmentV1.SegmentDocument,
        expecting revision: UInt64,
        _ call: CallContext
    ) async throws(Fault) -> SavedSegment {
        let body: [UInt8]
        do { body = try document.encode() } catch { throw error.fault }
        do throws(Fault) {
            let put = try await documents.put(
                RegistryV1.PutRequest(
                    kind: Catalogue.segmentKind,
                    name: document.name,
                    body: body,
                    expectedRevision: revision,
                    onBehalfOf: call.caller
                ),
                CallOptions(within: call, clock: clock)
            )
            let revision = try Self.revision(put.document)
            return SavedSegment(
                document: document,
                revision: revision,
                feed: revision,
                origin: revision
            )
        } catch  where error.code == .aborted {
            let found = try await documents.get(
                RegistryV1.GetRequest(kind: Catalogue.segmentKind, name: document.name),
                CallOptions(within: call, clock: clock, maxReplyBytes: 1 << 20)
            ).document
            let standing: SegmentV1.SegmentDocument
            do throws(MessageError) {
                standing = try SegmentV1.SegmentDocument.decode(found?.body ?? [])
            } catch {
                throw error.fault
            }
            var wanted = document
            // The first attempt has another one.
            wanted.createdAtMs = standing.createdAtMs
            guard standing == wanted else {
                throw Fault.aborted(
                    "segment \(document.name) has changed meanwhile",
                    place: "name",
                    hint: "look at it and decide again"
                )
            }
            let revision = try Self.revision(found)
            return SavedSegment(
                document: standing,
                revision: revision,
                feed: revision,
                origin: revision
            )
        }
    }

    private static func revision(_ document: RegistryV1.Document?) throws(Fault) -> UInt64 {
        guard let revision = document?.revision, revision > 0 else {
            throw Fault.internal("the registry does not say the document's revision")
        }
        return revision
    }

    func encoded(_ definition: Definition) throws(Fault) -> SegmentV1.Definition {
        do {
            return try DefinitionCoding.encode(definition)
        } catch {
            throw error.fault
        }
    }

    private static func check(name: String) throws(Fault) {
        guard SegmentName.isValid(name) else {
            throw Fault.invalidArgument(
                name.isEmpty
                    ? "the segment has no name" : "a segment cannot be named \(name.prefix(128))",
                place: "name",
                hint: "letters, digits, dashes, dots and underscores, at most \(Limits.nameBytes)"
            )
        }
    }
}

extension SavedSegment {
    /// The segment as it goes over the wire; a definition that cannot be said has no sentence.
    var message: EvaluationV1.Segment {
        var message = EvaluationV1.Segment(
            name: document.name,
            description: document.description,
            definition: document.definition,
            version: document.version,
            revision: revision,
            archived: document.archived,
            createdAtMs: document.createdAtMs,
            live: document.live,
            follow: document.follow,
            quarantined: document.quarantine
        )
        do throws(Fault) {
            if let live = document.live {
                message.sentence = try Definitions.sentence(Definitions.read(live))
            } else {
                message.sentence = try Definitions.sentence(Definitions.read(document.definition))
            }
        } catch {
            message.sentence = "(\(error.message))"
        }
        return message
    }
}
