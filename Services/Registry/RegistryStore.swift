// What the registry remembers, in SQLite through GRDB: every write is durable before it is told.

import Basics
import GRDB
import Messages

/// The registry's database.
///
/// Every member may be called from any task; writes are serial.
final class RegistryStore: Sendable {
    /// The schema's version; a newer one is refused, an older one is brought forward.
    static let schemaVersion = 1

    private let queue: DatabaseQueue

    /// Opens or creates the database at `path`.
    ///
    /// - Throws: `RegistryError` when it cannot be opened or is of a newer version.
    init(path: String) throws(RegistryError) {
        queue = try Self.guarded("open", path) {
            var configuration = Configuration()
            configuration.label = "registry"
            // One sync per commit; the default journal takes four.
            configuration.journalMode = .wal
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            // FULL, since a lost assignment would let an epoch be given twice. Set after opening:
            // GRDB leaves NORMAL in WAL mode whatever its configuration says.
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            return queue
        }
        try Self.guarded("migrate", path) { try queue.write(Self.migrate) }
    }

    /// How durable a commit is: 2 is FULL.
    func synchronousLevel() async throws(RegistryError) -> Int {
        try await read("look at the store") { database in
            try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? 0
        }
    }

    /// Runs a write on the database's own thread; it is durable when this returns.
    func write<Value: Sendable>(
        _ operation: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(RegistryError) -> Value {
        do {
            return try await queue.write(body)
        } catch let error as RegistryError {
            throw error
        } catch {
            throw Self.failure(operation, error)
        }
    }

    /// Runs a read on the database's own thread.
    func read<Value: Sendable>(
        _ operation: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(RegistryError) -> Value {
        do {
            return try await queue.read(body)
        } catch let error as RegistryError {
            throw error
        } catch {
            throw Self.failure(operation, error)
        }
    }

    /// Reads the state at start; `count` fixes the number of partitions of a new deployment.
    func load(creatingWith count: PartitionCount, leaseEndsNs: UInt64) throws(RegistryError)
        -> (Roster, [Project])
    {
        try Self.guarded("load", "") {
            try queue.write { database in
                let partitions = try Self.partitionCount(database, creatingWith: count)
                let roster = Roster(
                    partitionCount: partitions,
                    revision: try UInt64(Self.setting("revision", database) ?? 0),
                    members: try Self.members(database, leaseEndsNs: leaseEndsNs),
                    logOwners: try Self.owners(of: .ingestion, database),
                    stateOwners: try Self.owners(of: .evaluator, database)
                )
                return (roster, try Self.projects(database))
            }
        }
    }

    private static func guarded<Value>(
        _ operation: String,
        _ place: String,
        _ body: () throws -> Value
    ) throws(RegistryError) -> Value {
        do {
            return try body()
        } catch let error as RegistryError {
            throw error
        } catch {
            throw failure(operation, error)
        }
    }

    private static func failure(_ operation: String, _ error: any Error) -> RegistryError {
        RegistryError(
            .store,
            operation,
            place: "registry.sqlite",
            hint: "look at the data folder's disk: \(error)"
        )
    }
}

// MARK: Roster rows

extension RegistryStore {
    private static func migrate(_ database: Database) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= schemaVersion else {
            throw RegistryError(
                .store,
                "open",
                place: "registry.sqlite",
                hint: "it is of the newer version \(version); start a newer build"
            )
        }
        guard version == 0 else { return }
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
                PRAGMA user_version = 1;
                """
        )
    }

    private static func setting(_ name: String, _ database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database,
            sql: "SELECT value FROM setting WHERE name = ?",
            arguments: [name]
        )
    }

    private static func set(_ name: String, _ value: Int64, _ database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO setting VALUES (?, ?)",
            arguments: [name, value]
        )
    }

    private static func partitionCount(
        _ database: Database,
        creatingWith count: PartitionCount
    ) throws -> PartitionCount {
        guard let stored = try setting("partition_count", database) else {
            try set("partition_count", Int64(count.count), database)
            return count
        }
        guard let known = Int(exactly: stored).flatMap(PartitionCount.init) else {
            throw RegistryError(
                .store,
                "load",
                place: "registry.sqlite: setting partition_count",
                hint: "restore the registry's data folder from a backup"
            )
        }
        return known
    }

    private static func members(_ database: Database, leaseEndsNs: UInt64) throws
        -> [Roster.Member]
    {
        try Row.fetchAll(database, sql: "SELECT * FROM member").map { row in
            guard let id = InstanceID(hex: row["id"]) else {
                throw RegistryError(
                    .store,
                    "load",
                    place: "registry.sqlite: member",
                    hint: "restore the registry's data folder from a backup"
                )
            }
            return Roster.Member(
                id: id,
                kind: RegistryV1.ServiceKind(rawValue: row["kind"]) ?? .unspecified,
                name: row["name"],
                address: row["address"],
                version: row["version"],
                state: RegistryV1.InstanceState(rawValue: row["state"]) ?? .unspecified,
                seenAt: Timestamp(ms: row["seen_at_ms"]),
                leaseEndsNs: leaseEndsNs
            )
        }
    }

    private static func owners(of kind: RegistryV1.ServiceKind, _ database: Database) throws
        -> [Partition: Roster.Ownership]
    {
        var owners: [Partition: Roster.Ownership] = [:]
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT * FROM owner WHERE kind = ?",
            arguments: [kind.rawValue]
        )
        for row in rows {
            guard let id = InstanceID(hex: row["member"]),
                let index = UInt16(exactly: row["partition"] as Int64),
                let epoch = UInt64(exactly: row["epoch"] as Int64)
            else { continue }
            owners[Partition(index: index)] = Roster.Ownership(owner: id, epoch: Epoch(epoch))
        }
        return owners
    }

    /// Replaces the stored roster by `next` where it differs from `last`.
    static func save(_ next: Roster, over last: Roster, _ database: Database) throws {
        guard next != last else { return }
        if next.revision != last.revision {
            try set("revision", Int64(clamping: next.revision), database)
        }
        for id in Set(last.members.keys).subtracting(next.members.keys) {
            try database.execute(sql: "DELETE FROM member WHERE id = ?", arguments: [id.hex])
        }
        for (id, member) in next.members where last.members[id] != member {
            try database.execute(
                sql: "INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    id.hex, member.kind.rawValue, member.name, member.address, member.version,
                    member.state.rawValue, member.seenAt.ms,
                ]
            )
        }
        try save(next.logOwners, over: last.logOwners, as: .ingestion, database)
        try save(next.stateOwners, over: last.stateOwners, as: .evaluator, database)
    }

    private static func save(
        _ next: [Partition: Roster.Ownership],
        over last: [Partition: Roster.Ownership],
        as kind: RegistryV1.ServiceKind,
        _ database: Database
    ) throws {
        for (partition, ownership) in next where last[partition] != ownership {
            try database.execute(
                sql: "INSERT OR REPLACE INTO owner VALUES (?, ?, ?, ?)",
                arguments: [
                    kind.rawValue, Int(partition.index), ownership.owner.hex,
                    Int64(clamping: ownership.epoch.value),
                ]
            )
        }
    }
}
