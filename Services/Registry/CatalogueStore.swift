// The catalogue's rows: every state of every document, one gapless revision per project.

import Basics
import Foundation
import GRDB
import Messages

extension RegistryStore {
    /// Writes a document's next state (`body` nil: a deletion) by compare-and-set.
    ///
    /// - Throws: when the document's revision is not the expected one.
    static func put(
        _ key: DocumentKey,
        body: [UInt8]?,
        expected: UInt64?,
        at now: Timestamp,
        _ database: Database
    ) throws -> RegistryV1.Document {
        let last = try newest(key, database)
        let standing = last?.body == nil ? 0 : last?.revision ?? 0
        if let expected, expected != standing {
            throw RegistryError(
                .revisionChanged,
                "put",
                place: "\(key)",
                hint: standing == 0
                    ? "there is none now; expect revision 0"
                    : "it stands at revision \(standing); read it again"
            )
        }
        if body == nil, standing == 0 {
            throw RegistryError(
                .unknownDocument,
                "delete",
                place: "\(key)",
                hint: "it is not there"
            )
        }
        let revision = try UInt64(
            clamping: Int64.fetchOne(
                database,
                sql: "UPDATE project SET revision = revision + 1 WHERE name = ? RETURNING revision",
                arguments: [key.project.text]
            ) ?? 0
        )
        guard revision > 0 else {
            throw RegistryError(
                .unknownProject,
                "put",
                place: key.project.text,
                hint: "create the project first"
            )
        }
        try database.execute(
            sql: "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                key.project.text, Int64(clamping: revision), key.kind, key.name,
                body.map { Data($0) }, Int64(checksum(body)), now.ms,
            ]
        )
        return RegistryV1.Document(
            project: key.project.text,
            kind: key.kind,
            name: key.name,
            revision: revision,
            body: body,
            changedAtMs: now.ms
        )
    }

    /// The newest state of a document, deletions included.
    static func newest(_ key: DocumentKey, _ database: Database) throws -> RegistryV1.Document? {
        try Row.fetchOne(
            database,
            sql: """
                SELECT * FROM document WHERE project = ? AND kind = ? AND name = ?
                ORDER BY revision DESC LIMIT 1
                """,
            arguments: [key.project.text, key.kind, key.name]
        ).map(document)
    }

    /// Changes of a project's catalogue after a revision, in order.
    ///
    /// - Parameter everyChange: also states that were overwritten since.
    static func changes(
        in project: ProjectName,
        kind: String?,
        after revision: UInt64,
        everyChange: Bool,
        limit: Int,
        _ database: Database
    ) throws -> [RegistryV1.Document] {
        let newestOnly =
            everyChange
            ? ""
            : """
            AND body IS NOT NULL AND NOT EXISTS (SELECT 1 FROM document AS later
            WHERE later.project = document.project AND later.kind = document.kind
            AND later.name = document.name AND later.revision > document.revision)
            """
        return try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM document WHERE project = ? AND revision > ?
                AND (? IS NULL OR kind = ?) \(newestOnly) ORDER BY revision LIMIT ?
                """,
            arguments: [project.text, Int64(clamping: revision), kind, kind, limit]
        ).map(document)
    }

    /// All states of a document after a revision, in order.
    static func history(
        of key: DocumentKey,
        after revision: UInt64,
        limit: Int,
        _ database: Database
    ) throws -> [RegistryV1.Document] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM document WHERE project = ? AND kind = ? AND name = ?
                AND revision > ? ORDER BY revision LIMIT ?
                """,
            arguments: [key.project.text, key.kind, key.name, Int64(clamping: revision), limit]
        ).map(document)
    }

    private static func document(_ row: Row) throws -> RegistryV1.Document {
        let body = (row["body"] as Data?).map { [UInt8]($0) }
        let place = "registry.sqlite: document \(row["revision"] as Int64)"
        // SQLite has no checksums of its own: a flipped bit would be told as the truth.
        guard Int64(checksum(body)) == row["checksum"] as Int64 else {
            throw RegistryError(
                .store,
                "read",
                place: place,
                hint: "the stored document is damaged; restore the registry from a backup"
            )
        }
        return RegistryV1.Document(
            project: row["project"],
            kind: row["kind"],
            name: row["name"],
            revision: UInt64(clamping: row["revision"] as Int64),
            body: body,
            changedAtMs: row["changed_at_ms"]
        )
    }

    private static func checksum(_ body: [UInt8]?) -> UInt32 {
        body.map { Checksum.crc32c($0) } ?? 0
    }
}
