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
        let definition = try Definitions.read(request.definition)
        let project = try await caughtUp(call, .latest)
        _ = try Definitions.plan(definition, projectZone: link.view.project(project)?.zone)
        guard catalogue.project(project).segments.count < Limits.segmentsPerProject else {
            throw Fault.resourceExhausted(
                "the project has \(Limits.segmentsPerProject) segments", place: "name",
                hint: "archive those that nobody asks for")
        }
        let message = try encoded(definition)
        if let standing = catalogue.project(project).segments[request.name] {
            return try await repeated(standing, request, message, call)
        }
        let document = SegmentV1.SegmentDocument(
            name: request.name, description: request.description, definition: message,
            createdAtMs: clock.now.ms)
        let (saved, positions) = try await put(
            document, expecting: 0, in: project, call)
        return EvaluationV1.CreateResponse(
            segment: try saved.message(), positions: positions,
            warnings: await warnings(definition, call))
    }

    func archive(_ request: EvaluationV1.ArchiveRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.ArchiveResponse
    {
        let project = try await caughtUp(call, .latest)
        guard let standing = catalogue.project(project).segments[request.name] else {
            do { _ = try catalogue.segment(request.name, in: project) } catch { throw error.fault }
            throw Fault.notFound("there is no segment \(request.name)", place: "name")
        }
        // A repeat changes nothing and is no error.
        guard !standing.document.archived else {
            return EvaluationV1.ArchiveResponse(segment: try standing.message())
        }
        var document = standing.document
        document.archived = true
        let (saved, _) = try await put(
            document, expecting: standing.revision, in: project, call)
        return EvaluationV1.ArchiveResponse(segment: try saved.message())
    }

    /// The answer to a Create of a name that is taken: the same segment again is the same segment.
    private func repeated(
        _ standing: SavedSegment, _ request: EvaluationV1.CreateRequest,
        _ definition: SegmentV1.Definition, _ call: CallContext
    ) async throws(Fault) -> EvaluationV1.CreateResponse {
        guard standing.document.definition == definition, !standing.document.archived else {
            throw EvaluatorError(
                .nameTaken, "create the segment", place: request.name,
                hint: standing.document.archived
                    ? "an archived segment has this name; choose another"
                    : "it has another definition; choose another name"
            ).fault
        }
        return EvaluationV1.CreateResponse(segment: try standing.message())
    }

    /// Puts a document into the catalogue and waits until every log carries it and it counts here.
    private func put(
        _ document: SegmentV1.SegmentDocument, expecting revision: UInt64,
        in project: ProjectName, _ call: CallContext
    ) async throws(Fault) -> (SavedSegment, [LogV1.Position]) {
        let body: [UInt8]
        do { body = try document.encode() } catch { throw error.fault }
        let put: RegistryV1.PutResponse
        do throws(Fault) {
            put = try await documents.put(
                RegistryV1.PutRequest(
                    kind: Catalogue.segmentKind, name: document.name, body: body,
                    expectedRevision: revision), CallOptions(within: call, clock: clock))
        } catch where error.code == .aborted {
            throw Fault.aborted(
                "segment \(document.name) has changed meanwhile", place: "name",
                hint: "look at it and decide again")
        }
        let written = put.document?.revision ?? 0
        let appended = try await ingestion.append(
            IngestionV1.AppendRequest(revision: written),
            CallOptions(within: call, clock: clock))
        let positions = Dictionary(
            appended.positions.compactMap { position in
                UInt16(exactly: position.partition).map {
                    (Partition(index: $0), LogOffset(position.nextOffset))
                }
            }
        ) { first, _ in first }
        _ = try await caughtUp(call, positions)
        return (SavedSegment(document: document, revision: written), appended.positions)
    }

    private func encoded(_ definition: Definition) throws(Fault) -> SegmentV1.Definition {
        do {
            return try DefinitionCoding.encode(definition)
        } catch {
            throw error.fault
        }
    }

    private static func check(name: String) throws(Fault) {
        let isPlain = name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_": true
            default: false
            }
        }
        guard isPlain, (1...Limits.nameBytes).contains(name.utf8.count) else {
            throw Fault.invalidArgument(
                name.isEmpty
                    ? "the segment has no name" : "a segment cannot be named \(name.prefix(128))",
                place: "name",
                hint: "letters, digits, dashes, dots and underscores, at most \(Limits.nameBytes)")
        }
    }
}

extension SavedSegment {
    /// The segment as it goes over the wire.
    func message() throws(Fault) -> EvaluationV1.Segment {
        EvaluationV1.Segment(
            name: document.name, description: document.description,
            definition: document.definition, version: document.version, revision: revision,
            archived: document.archived, createdAtMs: document.createdAtMs,
            sentence: try Definitions.sentence(Definitions.read(document.definition)))
    }
}
