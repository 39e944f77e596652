// The catalogue's methods as callers see them.

import Basics
import Chassis
import Messages

/// Serves shoal.registry.v1.Catalogue for the project named in the request's header.
struct CatalogueDoor: RegistryV1_CatalogueService {
    /// Most documents of one answer.
    static let documentsMax = 1_000
    /// Most bytes of documents in one answer: an answer stays well within a frame.
    static let answerBytesMax = 4 << 20

    let keeper: Keeper
    let clock: any Clock

    func put(_ request: RegistryV1.PutRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.PutResponse
    {
        guard let body = request.body, body.count <= DocumentKey.bodyBytesMax else {
            throw Fault.invalidArgument(
                "the body is missing or longer than \(DocumentKey.bodyBytesMax) bytes",
                place: "body",
                hint: "use Delete to remove a document"
            )
        }
        let key = try await key(request.kind, request.name, call)
        var document = try await told {
            try await keeper.write(
                key,
                body: body,
                expected: request.expectedRevision,
                by: AuditActor(call, onBehalfOf: request.onBehalfOf)
            )
        }
        document.body = nil
        return RegistryV1.PutResponse(document: document)
    }

    func delete(_ request: RegistryV1.DeleteRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.DeleteResponse
    {
        let key = try await key(request.kind, request.name, call)
        let document = try await told {
            try await keeper.write(
                key,
                body: nil,
                expected: request.expectedRevision,
                by: AuditActor(call)
            )
        }
        return RegistryV1.DeleteResponse(revision: document.revision)
    }

    func get(_ request: RegistryV1.GetRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.GetResponse
    {
        let key = try await key(request.kind, request.name, call)
        let document = try await told { try await keeper.newest(key) }
        guard let document, document.body != nil else {
            throw Fault.notFound("there is no \(key.kind) \(key.name)", place: "name")
        }
        return RegistryV1.GetResponse(document: document)
    }

    func list(_ request: RegistryV1.ListRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.ListResponse
    {
        let project = try await told { try keeper.project(call.project) }
        let limit = min(Int(max(request.limit, 1)), Self.documentsMax)
        let (documents, more) = try await changes(
            project.name,
            kind: request.kind,
            after: request.afterRevision,
            everyChange: request.everyChange,
            limit: limit
        )
        return RegistryV1.ListResponse(
            documents: documents,
            more: more,
            revision: project.revision
        )
    }

    func watch(_ request: RegistryV1.WatchCatalogueRequest, _ call: CallContext)
        async throws(Fault) -> RegistryV1.WatchCatalogueResponse
    {
        let wait = UInt64(min(request.waitMs, RegistryDoor.waitMsMax)) * 1_000_000
        let until = min(clock.monotonicNs + wait, call.deadlineNs)
        var seen = keeper.catalogueChanges.value
        var project = try await told { try keeper.project(call.project) }
        while project.revision <= request.afterRevision, clock.monotonicNs < until,
            !Task.isCancelled
        {
            seen = await keeper.catalogueChanges.wait(above: seen, untilNs: until)
            project = try await told { try keeper.project(call.project) }
        }
        let limit = min(Int(max(request.limit, 1)), Self.documentsMax)
        let (documents, _) = try await changes(
            project.name,
            kind: nil,
            after: request.afterRevision,
            everyChange: true,
            limit: limit
        )
        return RegistryV1.WatchCatalogueResponse(
            documents: documents,
            revision: project.revision
        )
    }

    func history(_ request: RegistryV1.HistoryRequest, _ call: CallContext) async throws(Fault)
        -> RegistryV1.HistoryResponse
    {
        let key = try await key(request.kind, request.name, call)
        let limit = min(Int(max(request.limit, 1)), Self.documentsMax)
        let documents = try await told {
            try await keeper.documents(
                DocumentRange(
                    project: key.project,
                    kind: key.kind,
                    name: key.name,
                    after: request.afterRevision,
                    limit: limit
                )
            )
        }
        return RegistryV1.HistoryResponse(documents: Self.page(documents))
    }
}

extension CatalogueDoor {
    private func key(_ kind: String, _ name: String, _ call: CallContext) async throws(Fault)
        -> DocumentKey
    {
        try await told {
            try DocumentKey(project: keeper.project(call.project).name, kind: kind, name: name)
        }
    }

    private func changes(
        _ project: ProjectName,
        kind: String?,
        after revision: UInt64,
        everyChange: Bool,
        limit: Int
    ) async throws(Fault) -> ([RegistryV1.Document], more: Bool) {
        let documents = try await told {
            try await keeper.documents(
                DocumentRange(
                    project: project,
                    kind: kind,
                    after: revision,
                    everyChange: everyChange,
                    limit: limit + 1
                )
            )
        }
        let page = Self.page(Array(documents.prefix(limit)))
        return (page, more: page.count < documents.count)
    }

    /// As many documents from the front as one answer may carry, at least one.
    static func page(_ documents: [RegistryV1.Document]) -> [RegistryV1.Document] {
        var bytes = 0
        return Array(
            documents.prefix { document in
                defer { bytes += document.body?.count ?? 0 }
                return bytes <= answerBytesMax
            }
        )
    }
}
