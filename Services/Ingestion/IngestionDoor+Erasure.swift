// A user erased, the receipts of such, and everything about a user in one export.

import Basics
import Chassis
import Messages

extension IngestionDoor {
    func erase(_ request: IngestionV1.EraseRequest, _ call: CallContext) async throws(Fault)
        -> IngestionV1.EraseResponse
    {
        let project = try await known(call.project)
        let user = try user(request.userID)
        guard call.requestID.count == 16 else {
            throw Fault.invalidArgument("the call has no id", place: "header.request_id")
        }
        do throws(IngestionError) { try ownership.checkWritable() } catch { throw error.fault }
        do {
            try await ownership.begin(in: intake)
            let who = ProjectUser(project: project, user: user)
            // What was refused stands in no log, and is not told of by the records: it goes first,
            // while it can be found by whoever else the user is.
            // Of somebody of whom nothing but that was kept there is no receipt.
            let identifiers = try await exports.identifiers(of: who)
            try await forgetRefused(of: identifiers + [user], in: project)
            let outcome = try await intake.erase(ErasureOrder(who: who, receipt: call.requestID))
            for user in outcome.identifiers { skews.forget(user, of: project) }
            try await forgetRefused(of: outcome.identifiers, in: project)
            let receipt = outcome.receipt
            return IngestionV1.EraseResponse(
                receipt: receipt.receipt,
                erasedAtMs: receipt.erasedAtMs,
                positions: [receipt.position]
            )
        } catch {
            throw Self.fault(error)
        }
    }

    func erasures(_ request: IngestionV1.ErasuresRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.ErasuresResponse
    {
        let project = try await known(call.project)
        do {
            return try await exports.receipts(
                of: project,
                after: request.cursor,
                limit: Int(request.limit)
            )
        } catch {
            throw Self.fault(error)
        }
    }

    func exportUser(_ request: IngestionV1.ExportUserRequest, _ call: CallContext)
        async throws(Fault) -> IngestionV1.ExportUserResponse
    {
        let project = try await known(call.project)
        let who = ProjectUser(project: project, user: try user(request.userID))
        let room = min(Int(call.maxReplyBytes) / 2, Limits.pageBytes)
        do {
            return try await exports.page(of: who, request.cursor, bytesMax: room)
        } catch {
            throw Self.fault(error)
        }
    }

    private func forgetRefused(of users: [UserID], in project: ProjectName) async throws {
        let now = clock.now
        let names = Set(users.map(\.text))
        _ = try await rejects.run { shelf in
            try shelf.remove(of: project, now: now) { $0.isAbout(names) }
        }
    }

    private func user(_ id: String) throws(Fault) -> UserID {
        guard let user = UserID(id) else {
            throw Fault.invalidArgument(
                "there is no such identifier",
                place: "user_id",
                hint: "1 to \(Limits.userIDBytes) bytes without a zero byte"
            )
        }
        return user
    }
}

extension IngestionV1.RejectedRecord {
    /// Whether it came in under one of some identifiers, as far as it could be read.
    func isAbout(_ users: Set<String>) -> Bool {
        guard let record else { return false }
        do throws(MessageError) {
            return users.contains(try IngestionV1.TrackRecord.decode(record).userID)
        } catch {
            return false
        }
    }
}
