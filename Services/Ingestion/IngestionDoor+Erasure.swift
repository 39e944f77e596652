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
            let receipt = try await intake.erase(
                ErasureOrder(
                    who: ProjectUser(project: project, user: user),
                    receipt: call.requestID
                )
            )
            skews.forget(user, of: project)
            // What was refused of the user stands in no log, and is not told of by the record.
            let now = clock.now
            _ = try await rejects.run { shelf in
                try shelf.remove(of: project, now: now) { $0.isAbout(user) }
            }
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
    /// Whether it is a user's, as far as it could be read.
    fileprivate func isAbout(_ user: UserID) -> Bool {
        guard let record else { return false }
        do throws(MessageError) {
            return try IngestionV1.TrackRecord.decode(record).userID == user.text
        } catch {
            return false
        }
    }
}
