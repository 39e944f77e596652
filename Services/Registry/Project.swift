// A project: one app's users, events and segments, and what the registry keeps about it.

import Basics
import Messages

/// A project as the registry keeps it.
struct Project: Sendable, Hashable {
    /// Its name.
    var name: ProjectName
    /// Its IANA zone.
    var zone: String
    /// When it was created.
    var createdAt: Timestamp
    /// The newest revision of its catalogue; 0: empty.
    var revision: UInt64

    /// Most projects of a deployment: they all travel in every heartbeat's answer.
    static let countMax = 1_000

    /// The project as it stands on the wire.
    var message: RegistryV1.Project {
        RegistryV1.Project(
            name: name.text,
            catalogueRevision: revision,
            createdAtMs: createdAt.ms,
            zone: zone
        )
    }
}
