// The registry's state in memory: a whole deployment in one process, for as long as it lives.

import Basics
import Messages
import Synchronization

/// Keeps what the registry keeps in a value behind a lock.
///
/// Several registries may share one; it is gone with the process, which a play of a story wants.
final class MemoryCoordination: Coordination {
    private struct Kept: Sendable {
        var state: RegistryState?
        var documents: [String: [RegistryV1.Document]] = [:]
        var entries: [AdminV1.AuditEntry] = []
    }

    private let kept = Mutex(Kept())
    private let retention: AuditRetention

    /// An empty deployment.
    init(retention: AuditRetention = AuditRetention()) { self.retention = retention }

    func load(creatingWith count: PartitionCount) throws(RegistryError) -> RegistryState {
        kept.withLock { kept in
            let state =
                kept.state
                ?? RegistryState(
                    fence: 0,
                    roster: Roster(partitionCount: count),
                    projects: [],
                    configurations: [:]
                )
            kept.state = state
            return state
        }
    }

    func commit(_ change: CoordinationChange) async throws(RegistryError) {
        try change.checkRevisions()
        let standing = kept.withLock { kept -> UInt64? in
            let standing = kept.state?.fence ?? 0
            guard standing == change.before.fence else { return standing }
            keep(change, in: &kept)
            return nil
        }
        if let standing { throw RegistryError.fenced(expected: change.before.fence, standing) }
    }

    func newest(_ key: DocumentKey) async throws(RegistryError) -> RegistryV1.Document? {
        kept.withLock { kept in
            kept.documents[key.project.text]?.last { $0.kind == key.kind && $0.name == key.name }
        }
    }

    func documents(_ range: DocumentRange) async throws(RegistryError) -> [RegistryV1.Document] {
        let all = kept.withLock { $0.documents[range.project.text] ?? [] }
        let found = all.filter(range.contains)
        guard !range.everyChange else { return Array(found.prefix(range.limit)) }
        var newest: [[String]: UInt64] = [:]
        for document in all { newest[[document.kind, document.name]] = document.revision }
        return Array(
            found.filter { newest[[$0.kind, $0.name]] == $0.revision }.prefix(range.limit)
        )
    }

    func audit(after sequence: UInt64, afterMs: Int64, limit: Int) async throws(RegistryError)
        -> AuditPage
    {
        kept.withLock { kept in
            AuditPage(
                entries: Array(
                    kept.entries.lazy.filter { $0.sequence > sequence && $0.atMs > afterMs }
                        .prefix(limit)
                ),
                first: kept.entries.first?.sequence ?? 0,
                last: kept.entries.last?.sequence ?? 0
            )
        }
    }

    private func keep(_ change: CoordinationChange, in kept: inout Kept) {
        kept.state = change.after
        kept.state?.fence = change.nextFence
        for document in change.documents {
            kept.documents[document.project, default: []].append(document)
        }
        let last = kept.entries.last?.sequence ?? 0
        for (index, entry) in change.entries.enumerated() {
            var entry = entry
            entry.sequence = last + UInt64(index) + 1
            kept.entries.append(entry)
        }
        guard !change.entries.isEmpty else { return }
        let cutoff = retention.cutoff(at: change.at)
        let most = Int(AuditRetention.oldAtOnce) + change.entries.count
        let tooOld = min(kept.entries.prefix { $0.atMs < cutoff.ms }.count, most)
        let tooMany = kept.entries.count - Int(clamping: retention.entriesMax)
        // The newest stays in any case, as the numbers go on from it.
        kept.entries.removeFirst(min(max(tooOld, tooMany, 0), kept.entries.count - 1))
    }
}
