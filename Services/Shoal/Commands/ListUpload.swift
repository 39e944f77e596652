// A file's users sent to a list, page by page, and what came of it.

import Basics
import Messages

/// One upload.
struct ListUpload {
    /// Users of one call.
    static let pageMax = 10_000

    let name: String
    let users: [String]
    let client: EvaluationV1_ListsClient
    let options: CallOptions
    private let suite: Suite
    private let project: ProjectName

    /// Reads the file, and only then looks for the suite.
    init(_ list: ListCommand.FileOptions, _ desk: Desk) async throws {
        name = list.name
        users = try UserListFile(list.file, format: list.format, disk: desk.disk).users
        suite = try list.place.suite(desk)
        project = try await list.project.name(desk, suite)
        client = try await suite.lists()
        options = Questions.options(project)
    }

    /// Sends some users in pages.
    func each(
        _ users: some RandomAccessCollection<String>,
        _ send: (EvaluationV1.AddToListRequest) async throws -> EvaluationV1.ListChanged?,
        into take: (EvaluationV1.ListChanged) -> Void
    ) async throws {
        var rest = Array(users)[...]
        while !rest.isEmpty {
            let page = Array(rest.prefix(Self.pageMax))
            rest = rest.dropFirst(page.count)
            let request = EvaluationV1.AddToListRequest(name: name, userIDs: page)
            take(try await send(request) ?? .init())
        }
    }

    /// All at once where it fits one call, else step by step.
    func replace() async throws -> EvaluationV1.ListChanged {
        let standing = try await client.get(EvaluationV1.GetListRequest(name: name), options)
        if users.count <= Self.pageMax, standing.list?.users ?? 0 <= 20_000 {
            let request = EvaluationV1.ReplaceListRequest(name: name, userIDs: users)
            return try await client.replace(request, options).changed ?? .init()
        }
        let wanted = Set(users)
        let gone = try await Self.users(on: name, suite, project).filter { !wanted.contains($0) }
        var changed = EvaluationV1.ListChanged()
        try await each(users) { page in
            try await client.add(page, options).changed
        } into: {
            changed.add($0)
        }
        try await each(gone) { page in
            let request = EvaluationV1.RemoveFromListRequest(
                name: page.name,
                userIDs: page.userIDs
            )
            return try await client.remove(request, options).changed
        } into: {
            changed.add($0)
        }
        return changed
    }

    /// Everybody on a list.
    static func users(on list: String, _ suite: Suite, _ project: ProjectName) async throws
        -> [String]
    {
        let node = SegmentV1.Node(kind: .inList(SegmentV1.InList(name: list)))
        let definition = SegmentV1.Definition(nodes: [node])
        var request = EvaluationV1.MembersRequest(
            subject: EvaluationV1.Subject(kind: .definition(definition)),
            limit: UInt32(pageMax)
        )
        let client = try await suite.segments()
        var users: [String] = []
        while true {
            let page = try await client.members(request, Questions.options(project))
            users += page.users
            guard let next = page.nextCursor else { return users }
            request.cursor = next
        }
    }

    func tell(_ changed: EvaluationV1.ListChanged, _ desk: Desk) {
        if desk.isJSON {
            desk.print(
                .object([
                    ("list", .text(name)), ("added", .int(Int(changed.added))),
                    ("removed", .int(Int(changed.removed))),
                    ("unchanged", .int(Int(changed.unchanged))),
                    ("new_users", .int(Int(changed.newUsers))),
                ])
            )
            return
        }
        var parts = ["\(Quantity.count(UInt64(changed.added))) added"]
        if changed.newUsers > 0 {
            parts[0] += " (\(Quantity.count(UInt64(changed.newUsers))) of them new users)"
        }
        parts.append("\(Quantity.count(UInt64(changed.removed))) removed")
        parts.append("\(Quantity.count(UInt64(changed.unchanged))) unchanged")
        desk.print("\(name): " + parts.joined(separator: ", "))
    }
}

extension EvaluationV1.ListChanged {
    /// Adds what another call has changed.
    mutating func add(_ other: EvaluationV1.ListChanged) {
        added += other.added
        removed += other.removed
        unchanged += other.unchanged
        newUsers += other.newUsers
    }
}
