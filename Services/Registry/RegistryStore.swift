// The registry's state in SQLite through GRDB: every commit is durable before it is told.

import Basics
import GRDB
import Messages

/// The registry's database.
///
/// Every member may be called from any task; writes are serial.
final class RegistryStore: Coordination {
    private let queue: DatabaseQueue
    private let retention: AuditRetention

    /// Opens or creates the database at `path`.
    ///
    /// - Throws: `RegistryError` when it cannot be opened or is of a newer version.
    init(path: String, retention: AuditRetention = AuditRetention()) throws(RegistryError) {
        self.retention = retention
        queue = try Self.guarded("open") {
            var configuration = Configuration()
            configuration.label = "registry"
            // One sync per commit; the default journal takes four.
            configuration.journalMode = .wal
            // Another connection may read the file, such as a backup's; its locks are short.
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            // FULL, since a lost assignment would let an epoch be given twice. Set after opening:
            // GRDB leaves NORMAL in WAL mode whatever its configuration says.
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            return queue
        }
        try Self.guarded("migrate") {
            guard try queue.read(RegistrySchema.isOlder) else { return }
            try queue.write(RegistrySchema.migrate)
        }
    }

    /// How durable a commit is: 2 is FULL.
    func synchronousLevel() async throws(RegistryError) -> Int {
        try await read("look at the store") { database in
            try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? 0
        }
    }

    func load(creatingWith count: PartitionCount) throws(RegistryError) -> RegistryState {
        try Self.guarded("load") {
            try queue.write { database in
                let partitions = try Self.partitionCount(database, creatingWith: count)
                let roster = Roster(
                    partitionCount: partitions,
                    revision: try UInt64(clamping: Self.setting("revision", database) ?? 0),
                    members: try Self.members(database),
                    logOwners: try Self.owners(of: .ingestion, database),
                    stateOwners: try Self.owners(of: .evaluator, database)
                )
                return RegistryState(
                    fence: try Self.fence(database),
                    roster: roster,
                    projects: try Self.projects(database),
                    configurations: try Self.configurations(database)
                )
            }
        }
    }

    func commit(_ change: CoordinationChange) async throws(RegistryError) {
        try change.checkRevisions()
        let retention = retention
        try await write("commit") { database in
            let standing = try Self.fence(database)
            guard standing == change.before.fence else {
                throw RegistryError.fenced(expected: change.before.fence, standing)
            }
            try Self.save(change.after.roster, over: change.before.roster, database)
            try Self.save(change.after.projects, over: change.before.projects, database)
            try Self.save(
                change.after.configurations,
                over: change.before.configurations,
                database
            )
            for document in change.documents { try Self.append(document, database) }
            try Self.append(change.entries, at: change.at, keeping: retention, database)
            try Self.set("fence", Int64(clamping: change.nextFence), database)
        }
    }

    /// Runs a write on the database's own thread; it is durable when this returns.
    private func write<Value: Sendable>(
        _ operation: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(RegistryError) -> Value {
        do {
            return try await queue.write(body)
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
        } catch {
            throw Self.failure(operation, error)
        }
    }

    /// Runs a body and tells its failure as the store's.
    static func guarded<Value>(
        _ operation: String,
        _ body: () throws -> Value
    ) throws(RegistryError) -> Value {
        do {
            return try body()
        } catch {
            throw failure(operation, error)
        }
    }

    private static func failure(_ operation: String, _ error: any Error) -> RegistryError {
        if let error = error as? RegistryError { return error }
        return RegistryError(
            .store,
            operation,
            place: "registry.sqlite",
            hint: "look at the data folder's disk: \(error)"
        )
    }
}

// MARK: Roster rows

extension RegistryStore {
    private static func fence(_ database: Database) throws -> UInt64 {
        try UInt64(clamping: setting("fence", database) ?? 0)
    }

    private static func setting(_ name: String, _ database: Database) throws -> Int64? {
        try CheckedRow.fetchAll(from: "setting", "WHERE name = ?", [name], database).first?["value"]
    }

    private static func set(_ name: String, _ value: Int64, _ database: Database) throws {
        try CheckedRow.put(into: "setting", ["name": name, "value": value], database)
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
            throw CheckedRow.damage("setting", "partition_count")
        }
        return known
    }

    private static func members(_ database: Database) throws -> [Roster.Member] {
        try CheckedRow.fetchAll(from: "member", "", [], database).map { row in
            guard let id = InstanceID(hex: row["id"]) else {
                throw CheckedRow.damage("member", row["id"])
            }
            return Roster.Member(
                id: id,
                kind: RegistryV1.ServiceKind(rawValue: row["kind"]) ?? .unspecified,
                name: row["name"],
                address: row["address"],
                version: row["version"],
                state: RegistryV1.InstanceState(rawValue: row["state"]) ?? .unspecified,
                seenAt: Timestamp(ms: row["seen_at_ms"]),
                leaseEndsNs: 0
            )
        }
    }

    private static func owners(of kind: RegistryV1.ServiceKind, _ database: Database) throws
        -> [Partition: Roster.Ownership]
    {
        var owners: [Partition: Roster.Ownership] = [:]
        let rows = try CheckedRow.fetchAll(
            from: "owner",
            "WHERE kind = ?",
            [kind.rawValue],
            database
        )
        for row in rows {
            guard let id = InstanceID(hex: row["member"]),
                let index = UInt16(exactly: row["partition"] as Int64),
                let epoch = UInt64(exactly: row["epoch"] as Int64)
            else { throw CheckedRow.damage("owner", "\(kind) \(row["partition"] as Int64)") }
            owners[Partition(index: index)] = Roster.Ownership(owner: id, epoch: Epoch(epoch))
        }
        return owners
    }

    /// Replaces the stored roster by `next` where it differs from `last`.
    private static func save(_ next: Roster, over last: Roster, _ database: Database) throws {
        guard next != last else { return }
        if next.revision != last.revision {
            try set("revision", Int64(clamping: next.revision), database)
        }
        for id in Set(last.members.keys).subtracting(next.members.keys) {
            try database.execute(sql: "DELETE FROM member WHERE id = ?", arguments: [id.hex])
        }
        for (id, member) in next.members where last.members[id] != member {
            try CheckedRow.put(
                into: "member",
                [
                    "id": id.hex, "kind": member.kind.rawValue, "name": member.name,
                    "address": member.address, "version": member.version,
                    "state": member.state.rawValue, "seen_at_ms": member.seenAt.ms,
                ],
                database
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
            try CheckedRow.put(
                into: "owner",
                [
                    "kind": kind.rawValue, "partition": Int64(partition.index),
                    "member": ownership.owner.hex,
                    "epoch": Int64(clamping: ownership.epoch.value),
                ],
                database
            )
        }
    }
}
