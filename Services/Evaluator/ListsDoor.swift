// Uploaded lists: which there are stands in the catalogue, who is on them in the users' logs.

import Basics
import Chassis
import Messages
import Segments
import Wire

/// Serves shoal.evaluation.v1.Lists.
///
/// A list's name is a document of the catalogue like a segment's; each change of its users is a
/// record in the log of the user's partition, written by ingestion.
struct ListsDoor: EvaluationV1_ListsService {
    /// Lists of a project: each is a column of the users' properties.
    static let listsMax = 1_000
    /// Users of a list: an upload of a million lines is a list, more is a property.
    static let usersMax: UInt64 = 1_000_000
    /// What one change of a list may take to answer: positions and counts.
    private static let replyBytes: UInt32 = 256 << 10

    let segments: SegmentsDoor

    func create(_ request: EvaluationV1.CreateListRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.CreateListResponse
    {
        guard SegmentName.isValid(request.name) else {
            throw Fault.invalidArgument(
                "the list cannot be named \(request.name.prefix(128).debugDescription)",
                place: "name",
                hint: SegmentName.rule
            )
        }
        let project = try await segments.caughtUp(call)
        let known = segments.catalogue.project(project).lists
        guard known[ExactName(request.name)] != nil || known.count < Self.listsMax else {
            throw Fault.resourceExhausted(
                "the project has \(Self.listsMax) lists",
                place: "name",
                hint: "use one that is not needed any more: replace its users"
            )
        }
        let document = SegmentV1.ListDocument(
            name: request.name,
            description: request.description,
            createdAtMs: segments.clock.now.ms,
            createdBy: call.requestID
        )
        let standing = try await put(document, call)
        let changed = try await change(request.name, .add, request.userIDs, call)
        return EvaluationV1.CreateListResponse(list: standing.message, changed: changed)
    }

    func add(_ request: EvaluationV1.AddToListRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.AddToListResponse
    {
        _ = try await list(request.name, call)
        let users = try await size(request.name, call).users
        guard users + UInt64(request.userIDs.count) <= Self.usersMax else {
            throw Fault.resourceExhausted(
                "the list has \(users) users, and \(Self.usersMax) at most",
                place: "user_ids",
                hint: "make it a property of the users, and a condition on that"
            )
        }
        let changed = try await change(request.name, .add, request.userIDs, call)
        return EvaluationV1.AddToListResponse(changed: changed)
    }

    func remove(_ request: EvaluationV1.RemoveFromListRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.RemoveFromListResponse
    {
        _ = try await list(request.name, call)
        let changed = try await change(request.name, .remove, request.userIDs, call)
        return EvaluationV1.RemoveFromListResponse(changed: changed)
    }

    func replace(_ request: EvaluationV1.ReplaceListRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.ReplaceListResponse
    {
        _ = try await list(request.name, call)
        let changed = try await change(request.name, .replace, request.userIDs, call)
        return EvaluationV1.ReplaceListResponse(changed: changed)
    }

    func get(_ request: EvaluationV1.GetListRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.GetListResponse
    {
        var list = try await list(request.name, call).message
        let count = try await size(request.name, call)
        list.users = count.users
        return EvaluationV1.GetListResponse(list: list, exactness: count.exactness)
    }

    func list(_ request: EvaluationV1.ListListsRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.ListListsResponse
    {
        let project = try await segments.caughtUp(call)
        let after = ExactName(request.afterName)
        let all = segments.catalogue.project(project).lists
            .filter { after < $0.key }
            .sorted { $0.key < $1.key }
        // A list takes 1.2 KiB at most, and a thousand of them as much as a reply holds.
        let room = Int(call.maxReplyBytes) / 2 / (Limits.nameBytes + 1_100)
        let limit = min(Int(max(request.limit, 1)), Self.listsMax, max(room, 1))
        return EvaluationV1.ListListsResponse(
            lists: all.prefix(limit).map(\.value.message),
            more: all.count > limit
        )
    }

    // What stands in the catalogue

    private func list(_ name: String, _ call: CallContext) async throws(Fault)
        -> SegmentV1.ListDocument
    {
        let project = try await segments.caughtUp(call)
        return try segments.catalogue.project(project).list(name)
    }

    /// How many users are on a list now.
    private func size(_ name: String, _ call: CallContext) async throws(Fault)
        -> EvaluationV1.CountResponse
    {
        let node = SegmentV1.Node(kind: .inList(SegmentV1.InList(name: name)))
        let subject = EvaluationV1.Subject(
            kind: .definition(SegmentV1.Definition(nodes: [node]))
        )
        return try await segments.count(EvaluationV1.CountRequest(subject: subject), call)
    }

    /// Puts a list into the catalogue and waits until every log carries it.
    ///
    /// - Returns: the list as it stands: an earlier try of this request may have put it.
    private func put(_ document: SegmentV1.ListDocument, _ call: CallContext)
        async throws(Fault) -> SegmentV1.ListDocument
    {
        let body: [UInt8]
        do throws(MessageError) { body = try document.encode() } catch { throw error.fault }
        let put: RegistryV1.Document?
        do throws(Fault) {
            put = try await segments.documents.put(
                RegistryV1.PutRequest(
                    kind: Catalogue.listKind,
                    name: document.name,
                    body: body,
                    expectedRevision: 0,
                    onBehalfOf: call.caller
                ),
                CallOptions(within: call, clock: segments.clock)
            ).document
        } catch  where error.code == .aborted {
            put = try await segments.documents.get(
                RegistryV1.GetRequest(kind: Catalogue.listKind, name: document.name),
                CallOptions(within: call, clock: segments.clock)
            ).document
        }
        let standing: SegmentV1.ListDocument
        do throws(MessageError) {
            standing = try SegmentV1.ListDocument.decode(put?.body ?? body)
        } catch {
            throw error.fault
        }
        guard standing.createdBy == document.createdBy else {
            throw EvaluatorError(
                .nameTaken,
                "create the list",
                place: document.name,
                hint: "add to it or replace its users, or choose another name"
            ).fault
        }
        _ = try await segments.ingestion.append(
            IngestionV1.AppendRequest(revision: put?.revision ?? 0),
            CallOptions(within: call, clock: segments.clock)
        )
        return standing
    }

    /// Has the users' records written.
    private func change(
        _ name: String,
        _ operation: IngestionV1.ListOperation,
        _ users: [String],
        _ call: CallContext
    ) async throws(Fault) -> EvaluationV1.ListChanged {
        let changed = try await segments.ingestion.changeList(
            IngestionV1.ChangeListRequest(list: name, operation: operation, userIDs: users),
            CallOptions(within: call, clock: segments.clock, maxReplyBytes: Self.replyBytes)
        )
        return EvaluationV1.ListChanged(
            added: changed.added,
            removed: changed.removed,
            unchanged: changed.unchanged,
            newUsers: changed.newUsers,
            positions: changed.positions
        )
    }
}

extension SegmentV1.ListDocument {
    /// The list as it goes over the wire, without its size.
    fileprivate var message: EvaluationV1.UserList {
        EvaluationV1.UserList(name: name, description: description, createdAtMs: createdAtMs)
    }
}

extension ProjectCatalogue {
    /// A list of the project.
    ///
    /// - Throws: when there is none of that name; the nearest one is named.
    func list(_ name: String) throws(Fault) -> SegmentV1.ListDocument {
        if let list = lists[ExactName(name)] { return list }
        let near = NearestName.nearest(to: name, in: lists.keys.sorted().map(\.text))
        throw Fault.notFound(
            "there is no list \(name.debugDescription)",
            place: "name",
            hint: near.map { "did you mean \($0)?" } ?? "create it first"
        )
    }

    /// Refuses a definition that names a list which is not there.
    func checkLists(of definition: Definition) throws(Fault) {
        let uses = definition.listsUsed
        let places = uses.isEmpty ? [] : definition.places
        for (node, name) in uses {
            do throws(Fault) {
                _ = try list(name.text)
            } catch {
                throw Fault.invalidArgument(
                    error.message,
                    place: "\(places[node]).\(definition.nodes[node].keyword)",
                    hint: error.hint
                )
            }
        }
    }
}
