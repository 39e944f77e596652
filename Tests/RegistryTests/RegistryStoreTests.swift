// The registry's database: what is damaged is refused, what is older is brought forward.

import Basics
import Foundation
import GRDB
import Messages
import Testing

@testable import Registry

@Suite("the registry's store", .timeLimit(.minutes(1)))
struct RegistryStoreTests {
    /// A store with a row in every table, closed again.
    private func filled() async throws -> CoordinationRig {
        let rig = try CoordinationRig(.sqlite)
        try await rig.open().change { change in
            try change.after.roster.register(member(1))
            change.after.projects = [try project("shop", revision: 1)]
            change.after.configurations = [member(1).id: ["lanes": "2"]]
            change.documents = [document("shop", 1, "payers", body: [1, 2, 3])]
            change.entries = [AdminV1.AuditEntry(atMs: 5, caller: "tester")]
        }
        return rig
    }

    /// What reads everything there is.
    private func readAll(_ rig: CoordinationRig) async throws {
        let store = try rig.open()
        _ = try store.load(creatingWith: eight)
        _ = try await store.documents(DocumentRange(project: project("shop").name, limit: 9))
        _ = try await store.audit(after: 0, afterMs: .min, limit: 9)
    }

    @Test("a commit is durable before it is told")
    func commitsAreSynced() async throws {
        let rig = try CoordinationRig(.sqlite)
        #expect(try await RegistryStore(path: rig.path).synchronousLevel() == 2)
    }

    @Test(
        "a value that is not what was written is refused with its table",
        arguments: [
            "UPDATE setting SET value = 9 WHERE name = 'revision'",
            "UPDATE member SET address = 'memory://2'", "UPDATE member SET state = 2",
            "UPDATE owner SET epoch = 7 WHERE partition = 3",
            "UPDATE owner SET member = 'FF' || substr(member, 3) WHERE partition = 0",
            "UPDATE project SET revision = 2", "UPDATE project SET zone = 'Europe/Berlin'",
            "UPDATE document SET body = x'010204'", "UPDATE document SET body = NULL",
            "UPDATE document SET name = 'buyers'",
            "UPDATE configuration SET value = '3'", "UPDATE audit SET at_ms = 6",
            "UPDATE audit SET entry = x''", "UPDATE audit SET checksum = checksum + 1",
        ]
    )
    func damageIsRefused(_ sql: String) async throws {
        let rig = try await filled()
        try await readAll(rig)
        try await DatabaseQueue(path: rig.path).write { try $0.execute(sql: sql) }
        let error = await refusal { try await readAll(rig) }
        let table = sql.split(separator: " ")[1]
        #expect(error?.code == .store)
        #expect(error?.place.hasPrefix("registry.sqlite: \(table) ") == true, "\(error as Any)")
        #expect(error?.hint.contains("backup") == true)
    }

    @Test("a flipped bit of a text in the file is refused")
    func aFlippedBitIsRefused() async throws {
        let rig = try await filled()
        let file = URL(fileURLWithPath: rig.path)
        var bytes = try Data(contentsOf: file)
        let place = try #require(bytes.range(of: Data("memory://1".utf8)))
        bytes[place.lowerBound] ^= 0x01
        try bytes.write(to: file)
        #expect(await refusal { try await readAll(rig) }?.place.contains("member") == true)
    }

    @Test("a database of the first version is brought forward, with its damage refused")
    func theFirstVersionIsBroughtForward() async throws {
        for isDamaged in [false, true] {
            let rig = try CoordinationRig(.sqlite)
            let sum = Int64(Checksum.crc32c([7, 8])) + (isDamaged ? 1 : 0)
            try await DatabaseQueue(path: rig.path).write { database in
                try database.execute(sql: firstVersion)
                try database.execute(
                    sql: """
                        INSERT INTO document VALUES
                        ('shop', 1, 'segment', 'payers', x'0708', \(sum), 5),
                        ('shop', 2, 'segment', 'payers', NULL, 0, 6)
                        """
                )
            }
            let error = await refusal { try await readAll(rig) }
            guard !isDamaged else {
                #expect(error?.place == "registry.sqlite: document shop 1")
                continue
            }
            #expect(error == nil)
            let state = try rig.open().load(creatingWith: eight)
            #expect(state.fence == 0 && state.roster.revision == 4)
            #expect(state.roster.partitionCount.count == 2)
            #expect(state.roster.members.count == 1 && state.roster.stateOwners.count == 2)
            #expect(state.projects.map(\.revision) == [2])
            let shop = try project("shop").name
            let told = try await rig.open().documents(DocumentRange(project: shop, limit: 9))
            #expect(told.map(\.body) == [[7, 8], nil])
        }
    }

    @Test("a newer database is refused untouched")
    func aNewerVersionIsRefused() async throws {
        let rig = try await filled()
        try await DatabaseQueue(path: rig.path).write {
            try $0.execute(sql: "PRAGMA user_version = 99")
        }
        let error = await refusal { try rig.open() }
        #expect(error?.hint == "it is of the newer version 99; start a newer build")
    }
}

/// The tables of version 1 with an evaluator that owns both partitions.
private let firstVersion = """
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
    INSERT INTO setting VALUES ('partition_count', 2), ('revision', 4);
    INSERT INTO member VALUES ('0000000000000000000000000000000A', 3, 'e', 'memory://1', '1', 1, 5);
    INSERT INTO owner VALUES (3, 0, '0000000000000000000000000000000A', 1),
        (3, 1, '0000000000000000000000000000000A', 1);
    INSERT INTO project VALUES ('shop', 'UTC', 1, 2);
    """
