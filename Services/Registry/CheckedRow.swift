// Rows with a checksum over all their columns: SQLite itself would tell a flipped bit as the truth.

import Basics
import Foundation
import GRDB

/// Writes and reads rows of tables that have a column `checksum`.
///
/// A checksum covers the table's name and every other column that is not NULL, so that a migration
/// may add a column that may be NULL without touching the rows.
enum CheckedRow {
    private static let column = "checksum"

    /// Inserts a row, or replaces the one of the same primary key.
    static func put(
        into table: String,
        _ values: KeyValuePairs<String, (any DatabaseValueConvertible)?>,
        _ database: Database
    ) throws {
        let pairs = values.map { ($0.key, $0.value?.databaseValue ?? .null) }
        let names = pairs.map(\.0) + [column]
        let marks = Array(repeating: "?", count: names.count).joined(separator: ", ")
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO \(table) (\(names.joined(separator: ", ")))
                VALUES (\(marks))
                """,
            arguments: StatementArguments(
                pairs.map(\.1) + [Int64(checksum(pairs, of: table)).databaseValue]
            )
        )
    }

    /// Reads rows of a table.
    ///
    /// - Parameter rest: what follows SELECT * FROM the table.
    /// - Throws: `.store` with table and primary key for a row that is not what was written.
    static func fetchAll(
        from table: String,
        _ rest: String,
        _ arguments: StatementArguments,
        _ database: Database
    ) throws -> [Row] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT * FROM \(table) \(rest)",
            arguments: arguments
        )
        for row in rows { try check(row, of: table) }
        return rows
    }

    /// Reads every row of a table, one at a time.
    ///
    /// - Throws: as `fetchAll` does.
    static func checkAll(of table: String, _ database: Database) throws {
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM \(table)")
        while let row = try rows.next() { try check(row, of: table) }
    }

    /// Computes the checksums of rows that had none or another one; only a migration may.
    static func seal(_ table: String, _ database: Database) throws {
        for row in try Row.fetchAll(database, sql: "SELECT rowid AS place, * FROM \(table)") {
            let sum = checksum(pairs(of: row).filter { $0.0 != "place" }, of: table)
            try database.execute(
                sql: "UPDATE \(table) SET \(column) = ? WHERE rowid = ?",
                arguments: [Int64(sum), row["place"] as Int64]
            )
        }
    }

    private static func check(_ row: Row, of table: String) throws {
        let pairs = pairs(of: row)
        guard Int64(checksum(pairs, of: table)) == row[column] as Int64? else {
            throw damage(table, pairs.prefix(2).map { "\($0.1)" }.joined(separator: " "))
        }
    }

    /// The refusal of something stored that cannot be believed.
    static func damage(_ table: String, _ place: String) -> RegistryError {
        RegistryError(
            .store,
            "read",
            place: "registry.sqlite: \(table) \(place)",
            hint: "the stored row is damaged; restore the registry's data folder from a backup"
        )
    }

    private static func pairs(of row: Row) -> [(String, DatabaseValue)] {
        row.filter { $0.0 != column }.map { ($0.0, $0.1) }
    }

    private static func checksum(_ pairs: [(String, DatabaseValue)], of table: String) -> UInt32 {
        var writer = ByteWriter(reserving: 256)
        writer.text(table)
        for (name, value) in pairs.sorted(by: { $0.0 < $1.0 }) where !value.isNull {
            writer.text(name)
            switch value.storage {
            case .null: break
            case .int64(let number):
                writer.u8(1)
                writer.i64(number)
            case .double(let number):
                writer.u8(2)
                writer.f64(number)
            case .string(let text):
                writer.u8(3)
                writer.text(text)
            case .blob(let data):
                writer.u8(4)
                writer.prefixedBytes(data)
            }
        }
        return Checksum.crc32c(writer.bytes)
    }
}
