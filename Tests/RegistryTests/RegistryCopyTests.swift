// A copy of the registry's database is as of one commit, whole, and checked before it is told.

import Basics
import Chassis
import Foundation
import GRDB
import Kit
import Messages
import Testing

@testable import Registry

@Suite("a copy of the registry's store", .timeLimit(.minutes(1)))
struct RegistryCopyTests {
    private let rig: CoordinationRig

    init() async throws {
        rig = try CoordinationRig(.sqlite)
        let store = try rig.open()
        try await store.change { change in
            try change.after.roster.register(member(1))
            change.after.projects = [try project("shop", revision: 1)]
            change.after.configurations = [member(1).id: ["lanes": "2"]]
            change.documents = [document("shop", 1, "payers", body: [1, 2, 3])]
            change.entries = [AdminV1.AuditEntry(atMs: 5, caller: "tester")]
        }
    }

    private func copy(freeBytesMin: Int = 0) -> RegistryCopy {
        RegistryCopy(
            folder: rig.folder,
            disk: RealDisk(),
            diskGuard: DiskGuard(
                path: rig.folder,
                disk: RealDisk(),
                clock: ManualClock(),
                freeBytesMin: freeBytesMin
            )
        )
    }

    private func written(_ copy: StorageCopy) throws -> CoordinationRig {
        let restored = try CoordinationRig(.sqlite)
        let file = try #require(copy.files.first)
        let bytes = try file.read(0, file.byteCount)
        try Data(bytes).write(to: URL(fileURLWithPath: "\(restored.folder)/\(file.path)"))
        return restored
    }

    @Test("it holds what was committed before it, and nothing of what came after")
    func holdsTheMoment() async throws {
        let store = try rig.open()
        let before = try store.load(creatingWith: eight)
        let copy = try copy().take()
        #expect(copy.projects == [AdminV1.BackupProject(name: "shop", catalogueRevision: 1)])
        // The copy's name is gone; its bytes are there for its reader.
        let names = try FileManager.default.contentsOfDirectory(atPath: rig.folder)
        #expect(names.allSatisfy { $0.hasPrefix("registry.sqlite") }, "\(names)")
        try await store.change { change in
            change.after.projects = [try project("shop", revision: 2)]
            change.documents = [document("shop", 2, "late")]
        }
        let restored = try written(copy).open()
        #expect(try restored.load(creatingWith: eight) == before)
        let documents = try await restored.documents(
            DocumentRange(project: project("shop").name, limit: 9)
        )
        #expect(documents.map(\.name) == ["payers"])
        #expect(try await restored.audit(after: 0, afterMs: .min, limit: 9).entries.count == 1)
        try await restored.change { change in
            change.after.projects = [try project("shop", revision: 2)]
            change.documents = [document("shop", 2, "another")]
        }
    }

    @Test("a leftover of a copy that was cut off does not stand in the way")
    func leftoversAreReplaced() throws {
        let path = "\(rig.folder)/registry.copy"
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        _ = try copy().take()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a store with a damaged row gives no copy, and the refusal names the row")
    func damageIsNoBackup() async throws {
        try await DatabaseQueue(path: rig.path).write {
            try $0.execute(sql: "UPDATE document SET body = x'010204'")
        }
        let copy = copy()
        let error = await fault { () throws(Fault) in try copy.take() }
        #expect(error?.place == "registry.sqlite: document \"shop\" 1")
    }
}

private func fault(_ body: () throws(Fault) -> some Any) async -> Fault? {
    do throws(Fault) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
