// One service's copy of its storage, read over the wire part after part.

import Basics
import Messages

/// Reads one copy.
///
/// The copy is as of the moment `begin` asks for it; the service goes on meanwhile.
struct CopyStream {
    /// Taking a copy of a large store takes a while.
    ///
    /// Unit: ms.
    private static let beginMs: UInt32 = 300_000
    /// A part is read from a disk that has other work, too.
    ///
    /// Unit: ms.
    private static let partMs: UInt32 = 60_000
    /// Room for a part of 1 MiB, its paths and the positions of all partitions.
    private static let replyBytes: UInt32 = 2 << 20

    /// Such as `ingestion`, for people.
    let name: String
    private let admin: AdminV1_AdminClient
    private let id: [UInt8]
    private var part = AdminV1.BackupResponse(more: true)
    /// What the copy is; nil before `begin`.
    private(set) var summary: AdminV1.BackupSummary?

    init(_ name: String, _ caller: any Caller, chance: inout SeededRandom) {
        self.name = name
        admin = AdminV1_AdminClient(caller)
        id = InstanceID(from: &chance).bytes
    }

    /// Lets the service take the copy.
    mutating func begin() async throws -> AdminV1.BackupSummary {
        part = try await ask(timeoutMs: Self.beginMs)
        guard let summary = part.summary, summary.instanceID?.count == 16 else {
            throw mistake("it does not tell what it is")
        }
        self.summary = summary
        return summary
    }

    /// The next pieces of files; nil behind the last.
    mutating func next() async throws -> [AdminV1.BackupPiece]? {
        if part.pieces.isEmpty {
            guard part.more else { return nil }
            part = try await ask(timeoutMs: Self.partMs)
            guard !part.pieces.isEmpty else { throw mistake("a part of it is empty") }
        }
        defer { part.pieces = [] }
        return part.pieces
    }

    /// Tells the service that the copy is not needed any more.
    func end() async {
        do {
            let request = AdminV1.BackupRequest(copyID: id, end: true)
            _ = try await admin.backup(request, CallOptions(timeoutMs: Suite.shortMs))
        } catch {
            // It lets the copy go by itself when nobody asks for it.
            return
        }
    }

    private func ask(timeoutMs: UInt32) async throws -> AdminV1.BackupResponse {
        do throws(Fault) {
            return try await admin.backup(
                AdminV1.BackupRequest(copyID: id, file: part.nextFile, offset: part.nextOffset),
                CallOptions(timeoutMs: timeoutMs, maxReplyBytes: Self.replyBytes)
            )
        } catch  where error.code == .failedPrecondition {
            // The service has been started anew, and its copy is gone with the process.
            throw CommandError(
                .tryAgain,
                "backup",
                error.message,
                place: name,
                hint: "remove the folder and make the backup again"
            )
        }
    }

    private func mistake(_ what: String) -> CommandError {
        CommandError(
            .internalError,
            "backup",
            "\(name) tells a copy that makes no sense: \(what)",
            place: name,
            hint: "this is a mistake of ours; please report it"
        )
    }
}
