// Rows of the audit log and of what instances told of their configuration.

import Basics
import Foundation
import GRDB
import Messages

extension RegistryStore {
    func audit(after sequence: UInt64, afterMs: Int64, limit: Int) async throws(RegistryError)
        -> AuditPage
    {
        try await read("audit") { database in
            let rows = try CheckedRow.fetchAll(
                from: "audit",
                "WHERE sequence > ? AND at_ms > ? ORDER BY sequence LIMIT ?",
                [Int64(clamping: sequence), afterMs, limit],
                database
            )
            let ends = try Row.fetchOne(
                database,
                sql: "SELECT min(sequence) AS first, max(sequence) AS last FROM audit"
            )
            return AuditPage(
                entries: try rows.map { row in
                    let number: Int64 = row["sequence"]
                    do {
                        return try AdminV1.AuditEntry.decode([UInt8](row["entry"] as Data))
                    } catch {
                        throw CheckedRow.damage("audit", "\(number)")
                    }
                },
                first: UInt64(clamping: ends?["first"] as Int64? ?? 0),
                last: UInt64(clamping: ends?["last"] as Int64? ?? 0)
            )
        }
    }

    /// Numbers and adds entries, and lets those go that are too many or too old.
    static func append(
        _ entries: [AdminV1.AuditEntry],
        at now: Timestamp,
        keeping retention: AuditRetention,
        _ database: Database
    ) throws {
        guard !entries.isEmpty else { return }
        var last = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM audit") ?? 0
        for entry in entries {
            last += 1
            var entry = entry
            entry.sequence = UInt64(clamping: last)
            try CheckedRow.put(
                into: "audit",
                ["sequence": last, "at_ms": entry.atMs, "entry": Data(try entry.encode())],
                database
            )
        }
        // The first young entry is found from the front; the newest stays in any case, as the
        // numbers go on from it. Of old ones a few go at a time: a clock that is years ahead until
        // it is set makes all of them old.
        try database.execute(
            sql: """
                DELETE FROM audit WHERE sequence <= ? OR sequence < min(coalesce(
                (SELECT sequence FROM audit WHERE at_ms >= ? ORDER BY sequence LIMIT 1), ?),
                (SELECT min(sequence) FROM audit) + ?)
                """,
            arguments: [
                last - Int64(clamping: retention.entriesMax), retention.cutoff(at: now).ms, last,
                AuditRetention.oldAtOnce + Int64(entries.count),
            ]
        )
    }

    /// What every instance last told.
    static func configurations(_ database: Database) throws -> [InstanceID: [String: String]] {
        var all: [InstanceID: [String: String]] = [:]
        for row in try CheckedRow.fetchAll(from: "configuration", "", [], database) {
            guard let id = InstanceID(hex: row["member"]) else {
                throw CheckedRow.damage("configuration", row["member"])
            }
            all[id, default: [:]][row["name"]] = row["value"]
        }
        return all
    }

    /// Replaces what was told where it differs.
    static func save(
        _ next: [InstanceID: [String: String]],
        over last: [InstanceID: [String: String]],
        _ database: Database
    ) throws {
        for (id, told) in last where next[id] != told {
            try database.execute(
                sql: "DELETE FROM configuration WHERE member = ?",
                arguments: [id.hex]
            )
        }
        for (id, told) in next where last[id] != told {
            for (name, value) in told {
                try CheckedRow.put(
                    into: "configuration",
                    ["member": id.hex, "name": name, "value": value],
                    database
                )
            }
        }
    }
}
