// A project: one app's users, events and segments, and what the registry keeps about it.

import Basics
import GRDB
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

extension RegistryStore {
    /// All projects by name.
    static func projects(_ database: Database) throws -> [Project] {
        try Row.fetchAll(database, sql: "SELECT * FROM project ORDER BY name").compactMap { row in
            ProjectName(row["name"]).map {
                Project(
                    name: $0,
                    zone: row["zone"],
                    createdAt: Timestamp(ms: row["created_at_ms"]),
                    revision: UInt64(clamping: row["revision"] as Int64)
                )
            }
        }
    }

    /// Adds a project.
    static func insert(_ project: Project, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO project VALUES (?, ?, ?, ?)",
            arguments: [
                project.name.text, project.zone, project.createdAt.ms,
                Int64(clamping: project.revision),
            ]
        )
    }
}
