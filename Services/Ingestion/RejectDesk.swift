// Refused records on their way to the shelf and back, off the task pool.

import Basics
import Messages
import Synchronization

/// Keeps and reads refused records on threads that may block.
final class RejectDesk: Sendable {
    let shelf: RejectShelf
    private let desk: ReadingDesk
    /// Why records were not kept the last time; told to whoever asks for the list.
    private let failure = Mutex<IngestionError?>(nil)

    init(shelf: RejectShelf, desk: ReadingDesk) {
        self.shelf = shelf
        self.desk = desk
    }

    /// Keeps refused records; what the caller hears about them does not depend on it.
    func keep(
        _ rejected: [IngestionV1.RejectedRecord],
        of project: ProjectName,
        now: Timestamp
    ) async {
        guard !rejected.isEmpty else { return }
        do {
            try await run { try $0.keep(rejected, of: project, now: now) }
            failure.withLock { $0 = nil }
        } catch {
            let known = error as? IngestionError
            failure.withLock {
                $0 = known ?? IngestionError(.rejects, "keep", place: "rejects", hint: "\(error)")
            }
        }
    }

    /// Throws why records were not kept the last time, if they were not.
    func check() throws(IngestionError) {
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    /// Does something that blocks.
    func run<Value: Sendable>(_ body: @escaping @Sendable (RejectShelf) throws -> Value)
        async throws -> Value
    {
        let shelf = shelf
        return try await desk.run { try body(shelf) }
    }
}

/// Which kept records are meant.
struct RejectFilter: Sendable {
    var ids: Set<UInt64> = []
    var reason = ""

    /// Whether a record is: of these ids, if any are named, and with the text in field or message.
    func accepts(_ record: IngestionV1.RejectedRecord) -> Bool {
        guard ids.isEmpty || ids.contains(record.id) else { return false }
        guard !reason.isEmpty else { return true }
        return "\(record.field) \(record.message)".lowercased().contains(reason.lowercased())
    }
}
