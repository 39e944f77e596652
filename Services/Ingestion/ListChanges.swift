// What is to become of an uploaded list: an order to the intake, and what callers send and read.

import Basics
import Chassis
import Messages

/// A change of a list's users, to be made at one instant.
struct ListOrder: Sendable {
    /// What is done with the users.
    enum Operation: Sendable, Hashable { case add, remove, replace }

    /// Most users of a list that is replaced.
    ///
    /// All that go off it fit one group with those that come on; longer lists change in steps.
    static let replacedMax = 20_000

    let project: ProjectName
    let list: String
    let operation: Operation
    /// Who, each once.
    let users: [UserID]

    /// What it may write at most.
    ///
    /// Unit: bytes.
    var bytesMax: Int { recordCount * (RecordBytes.overheadBytes + list.utf8.count) }

    /// How many records it may write, but for new users.
    var recordCount: Int { users.count + (operation == .replace ? Self.replacedMax : 0) }
}

/// What a change of a list has changed.
struct ListOutcome: Sendable, Hashable {
    var added = 0
    var removed = 0
    var unchanged = 0
    var newUsers = 0
}

extension IngestionDoor {
    /// Changes who is on a list; which lists there are is known to those who call.
    func changeList(_ request: IngestionV1.ChangeListRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.ChangeListResponse
    {
        let project = try await known(call.project)
        do throws(IngestionError) { try ownership.checkWritable() } catch { throw error.fault }
        let order = ListOrder(
            project: project,
            list: try Self.list(request.list),
            operation: try Self.operation(request.operation),
            users: try Self.users(request.userIDs)
        )
        do {
            try await ownership.begin(in: intake)
            let outcome = try await intake.change(order)
            return IngestionV1.ChangeListResponse(
                added: UInt32(outcome.added),
                removed: UInt32(outcome.removed),
                unchanged: UInt32(outcome.unchanged),
                newUsers: UInt32(outcome.newUsers),
                positions: try fetcher.positions([])
            )
        } catch {
            throw Self.fault(error)
        }
    }

    private static func list(_ name: String) throws(Fault) -> String {
        guard (1...Limits.nameBytes).contains(name.utf8.count), !name.utf8.contains(0) else {
            throw Fault.invalidArgument(
                "the list has no name",
                place: "list",
                hint: "1 to \(Limits.nameBytes) bytes without a zero byte"
            )
        }
        return name
    }

    private static func operation(_ sent: IngestionV1.ListOperation) throws(Fault)
        -> ListOrder.Operation
    {
        switch sent {
        case .add: .add
        case .remove: .remove
        case .replace: .replace
        default:
            throw Fault.invalidArgument(
                "it does not say what to do",
                place: "operation",
                hint: "add, remove or replace"
            )
        }
    }

    private static func users(_ sent: [String]) throws(Fault) -> [UserID] {
        var users: [UserID] = []
        var seen: Set<UserID> = []
        for (place, text) in sent.enumerated() {
            guard let user = UserID(text), !text.utf8.contains(0) else {
                throw Fault.invalidArgument(
                    "a user is missing, too long or has a zero byte",
                    place: "user_ids[\(place)]",
                    hint: "1 to \(Limits.userIDBytes) bytes of UTF-8"
                )
            }
            if seen.insert(user).inserted { users.append(user) }
        }
        return users
    }
}
