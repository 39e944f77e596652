// Whose storage a backup copies, and in which order: the log first, then the registry.

import Basics
import Chassis
import Messages

/// The members of a running suite that a backup asks.
///
/// The log is copied before the registry, so that the registry's copy knows every catalogue
/// revision and every epoch that stands in the log; whatever it knows beyond, ingestion brings into
/// the log when both start again. The other way round a revision in the log could be given to
/// another document. Evaluators tell who they are: their columns are made from the log.
struct BackupSources: Sendable {
    /// One of them.
    struct Source: Sendable, Hashable {
        /// Its folder in the backup, as `shoal up` would call it.
        let folder: String
        /// Its address; nil: the registry that was asked.
        let address: String?
        /// Whether the backup is none without it.
        let isNeeded: Bool
    }

    /// In the order in which their copies are begun.
    let inOrder: [Source]

    init(_ roster: RegistryV1.WatchResponse) throws(CommandError) {
        let owner = roster.assignments.first { $0.kind == .ingestion }?.instanceID
        guard let log = roster.instances.first(where: { $0.instanceID == owner }),
            log.state == .live
        else {
            throw CommandError(
                .unreachable,
                "backup",
                "the ingestion instance that has the log is not there",
                hint:
                    "`shoal status` shows who is here; without it only its data folder has the log"
            )
        }
        var sources = [
            Source(folder: BackupManifest.ingestion, address: log.address, isNeeded: true),
            Source(folder: BackupManifest.registry, address: nil, isNeeded: true),
        ]
        var taken = Set(sources.map(\.folder))
        for one in roster.instances where one.kind == .evaluator && one.state == .live {
            let isPlain = BackupPath.isSafe(one.name) && !one.name.contains("/")
            var folder = isPlain ? one.name : ""
            if folder.isEmpty || taken.contains(folder) {
                folder = InstanceID(bytes: one.instanceID ?? [])?.hex ?? ""
            }
            guard !folder.isEmpty, taken.insert(folder).inserted else { continue }
            sources.append(Source(folder: folder, address: one.address, isNeeded: false))
        }
        inOrder = sources
    }
}
