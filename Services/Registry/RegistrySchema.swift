// The tables of the registry's database, and the steps that bring an older one forward.

import Basics
import Foundation
import GRDB

/// One step per version; a step is never changed once it was released.
enum RegistrySchema {
    /// The newest version; a newer database is refused, an older one is brought forward.
    static var version: Int { steps.count }

    private static let steps: [@Sendable (Database) throws -> Void] = [first, checked]

    /// Whether a database must be brought forward.
    ///
    /// - Throws: when it is of a newer version.
    static func isOlder(_ database: Database) throws -> Bool {
        try standing(database) < version
    }

    /// Brings a database to the newest version, in one transaction.
    static func migrate(_ database: Database) throws {
        for step in steps[try standing(database)...] { try step(database) }
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }

    private static func standing(_ database: Database) throws -> Int {
        let standing = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard standing <= version else {
            throw RegistryError(
                .store,
                "open",
                place: "registry.sqlite",
                hint: "it is of the newer version \(standing); start a newer build"
            )
        }
        return standing
    }

    private static func first(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
                CREATE TABLE member (
                    id TEXT PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL,
                    address TEXT NOT NULL, version TEXT NOT NULL, state INTEGER NOT NULL,
                    seen_at_ms INTEGER NOT NULL) STRICT;
                CREATE TABLE owner (
                    kind INTEGER NOT NULL, partition INTEGER NOT NULL, member TEXT NOT NULL,
                    epoch INTEGER NOT NULL, PRIMARY KEY (kind, partition)) STRICT;
                CREATE TABLE project (
                    name TEXT PRIMARY KEY, zone TEXT NOT NULL, created_at_ms INTEGER NOT NULL,
                    revision INTEGER NOT NULL) STRICT;
                CREATE TABLE document (
                    project TEXT NOT NULL, revision INTEGER NOT NULL, kind TEXT NOT NULL,
                    name TEXT NOT NULL, body BLOB, checksum INTEGER NOT NULL,
                    changed_at_ms INTEGER NOT NULL,
                    PRIMARY KEY (project, revision)) STRICT;
                CREATE INDEX document_by_name ON document (project, kind, name, revision);
                """
        )
    }

    /// Checksums over whole rows, the audit log, and what instances told of their configuration.
    private static func checked(_ database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE setting ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE member ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE owner ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE project ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
                CREATE TABLE configuration (
                    member TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
                    checksum INTEGER NOT NULL, PRIMARY KEY (member, name)) STRICT;
                CREATE TABLE audit (
                    sequence INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, entry BLOB NOT NULL,
                    checksum INTEGER NOT NULL) STRICT;
                """
        )
        // The documents' checksums so far covered their bodies alone; they are held against them
        // once more before they cover the rows.
        for row in try Row.fetchAll(database, sql: "SELECT * FROM document") {
            let body = (row["body"] as Data?).map { [UInt8]($0) }
            guard Int64(body.map { Checksum.crc32c($0) } ?? 0) == row["checksum"] as Int64 else {
                let revision: Int64 = row["revision"]
                throw CheckedRow.damage("document", "\(row["project"] as String) \(revision)")
            }
        }
        for table in ["setting", "member", "owner", "project", "document"] {
            try CheckedRow.seal(table, database)
        }
    }
}
