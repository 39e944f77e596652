// Rows of projects and documents: every state of every document, one gapless revision per project.

import Basics
import Foundation
import GRDB
import Messages

extension RegistryStore {
    func newest(_ key: DocumentKey) async throws(RegistryError) -> RegistryV1.Document? {
        try await read("get") { database in
            try CheckedRow.fetchAll(
                from: "document",
                "WHERE project = ? AND kind = ? AND name = ? ORDER BY revision DESC LIMIT 1",
                [key.project.text, key.kind, key.name],
                database
            ).first.map(Self.document)
        }
    }

    func documents(_ range: DocumentRange) async throws(RegistryError) -> [RegistryV1.Document] {
        let newestOnly =
            range.everyChange
            ? ""
            : """
            AND body IS NOT NULL AND NOT EXISTS (SELECT 1 FROM document AS later
            WHERE later.project = document.project AND later.kind = document.kind
            AND later.name = document.name AND later.revision > document.revision)
            """
        return try await read("list") { database in
            try CheckedRow.fetchAll(
                from: "document",
                """
                WHERE project = ? AND revision > ? AND (? IS NULL OR kind = ?)
                AND (? IS NULL OR name = ?) \(newestOnly) ORDER BY revision LIMIT ?
                """,
                [
                    range.project.text, Int64(clamping: range.after), range.kind, range.kind,
                    range.name, range.name, range.limit,
                ],
                database
            ).map(Self.document)
        }
    }

    /// Adds a document's new state.
    static func append(_ document: RegistryV1.Document, _ database: Database) throws {
        try CheckedRow.put(
            into: "document",
            [
                "project": document.project, "revision": Int64(clamping: document.revision),
                "kind": document.kind, "name": document.name,
                "body": document.body.map { Data($0) }, "changed_at_ms": document.changedAtMs,
            ],
            database
        )
    }

    private static func document(_ row: Row) throws -> RegistryV1.Document {
        RegistryV1.Document(
            project: row["project"],
            kind: row["kind"],
            name: row["name"],
            revision: UInt64(clamping: row["revision"] as Int64),
            body: (row["body"] as Data?).map { [UInt8]($0) },
            changedAtMs: row["changed_at_ms"]
        )
    }

    /// All projects by name.
    static func projects(_ database: Database) throws -> [Project] {
        try CheckedRow.fetchAll(from: "project", "ORDER BY name", [], database).map { row in
            guard let name = ProjectName(row["name"]) else {
                throw CheckedRow.damage("project", row["name"])
            }
            return Project(
                name: name,
                zone: row["zone"],
                createdAt: Timestamp(ms: row["created_at_ms"]),
                revision: UInt64(clamping: row["revision"] as Int64)
            )
        }
    }

    /// Saves the projects that are new or changed; none ever goes.
    static func save(_ next: [Project], over last: [Project], _ database: Database) throws {
        for project in next where !last.contains(project) {
            try CheckedRow.put(
                into: "project",
                [
                    "name": project.name.text, "zone": project.zone,
                    "created_at_ms": project.createdAt.ms,
                    "revision": Int64(clamping: project.revision),
                ],
                database
            )
        }
    }
}
