// A restoration cut off anywhere leaves folders that no service takes, and a full disk is told.

import Basics
import Chassis
import Kit
import Testing

@testable import ShoalCommand

@Suite struct RestorationTests {
    private static let contents: [String: [UInt8]] = [
        "registry/FORMAT": [1], "registry/registry.sqlite": [2, 3], "ingestion/FORMAT": [4],
        "ingestion/log/journal.mark": [5, 6, 7], "evaluator-1/FORMAT": [8],
    ]

    private let disk = ForgetfulDisk(folder: "/shelf")
    private var backup: BackupFolder { BackupFolder(path: "/shelf/backup", disk: disk) }

    /// A backup whose log nobody looks into.
    private func made() throws -> BackupManifest {
        var files: [BackupManifest.File] = []
        for (path, bytes) in Self.contents.sorted(by: { $0.key < $1.key }) {
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            try disk.createDirectory("/shelf/backup/\(folder)")
            let file = try disk.open("/shelf/backup/\(path)", .create)
            try file.append(bytes)
            try file.sync()
            var sums = PieceSums()
            sums.add(bytes)
            files.append(.init(path: path, bytes: bytes.count, crc32c: sums.texts))
        }
        let members = ["ingestion", "registry", "evaluator-1"].map { name in
            BackupManifest.Member(
                service: name,
                folder: name,
                instance: "",
                at: "",
                positions: [],
                projects: []
            )
        }
        return BackupManifest(shoal: "1", members: members, files: files)
    }

    private func restoration(_ manifest: BackupManifest, backup: BackupFolder? = nil) -> Restoration
    {
        Restoration(
            backup: backup ?? self.backup,
            targets: manifest.members.map { member in
                Restoration.Target(member: member, path: "/shelf/data/\(member.folder)")
            }
        )
    }

    @Test("every file is where its service looks for it, durably")
    func whole() throws {
        let manifest = try made()
        try disk.syncDirectory("/shelf")
        let restoration = restoration(manifest)
        try restoration.check(manifest)
        try restoration.run(manifest)
        disk.crash()
        for (path, bytes) in Self.contents {
            let file = try disk.open("/shelf/data/\(path)", .read)
            #expect(try file.read(at: 0, count: 9) == bytes, "\(path)")
        }
        for member in manifest.members {
            let order = StartOrder(.restored, folder: "/shelf/data/\(member.folder)", disk: disk)
            #expect(try order.isGiven() == (member.service == "ingestion"))
        }
    }

    @Test("a service refuses its folder unless every member's other files are there")
    func formatFilesComeLast() throws {
        let manifest = try made()
        var bytesWritten: [Int] = []
        try restoration(manifest).run(manifest) { done in
            bytesWritten.append(done)
            let hasFormat = manifest.members.contains { member in
                (try? disk.exists("/shelf/data/\(member.folder)/\(DataFolder.formatName)")) == true
            }
            let others = Self.contents.filter { !$0.key.hasSuffix("FORMAT") }
            #expect(hasFormat == (done > others.values.reduce(0) { $0 + $1.count }), "\(done)")
        }
        #expect(bytesWritten.count == 5 && bytesWritten.last == manifest.byteCount)
        var chance = SeededRandom(seed: 1)
        try disk.remove("/shelf/data/registry/FORMAT")
        #expect(throws: ChassisError.self) {
            _ = try DataFolder.open(
                "/shelf/data/registry",
                service: "registry",
                disk: disk,
                chance: &chance,
                processID: 1
            )
        }
    }

    @Test("what changes between check and copy is found on the way")
    func changedMeanwhile() throws {
        let manifest = try made()
        let file = try disk.open("/shelf/backup/ingestion/log/journal.mark", .append)
        try file.write([9], at: 1)
        let error = #expect(throws: CommandError.self) {
            try restoration(manifest).run(manifest)
        }
        #expect(error?.place == "/shelf/backup/ingestion/log/journal.mark")
        #expect(try !disk.exists("/shelf/data/ingestion/FORMAT"))
    }

    @Test(
        "a folder that holds anything, and a disk without room, are refused before the first byte"
    )
    func refused() throws {
        let manifest = try made()
        try disk.createDirectory("/shelf/data/registry")
        try restoration(manifest).check(manifest)
        _ = try disk.open("/shelf/data/registry/note", .create)
        let full = #expect(throws: CommandError.self) { try restoration(manifest).check(manifest) }
        #expect(full?.code == .cannotWrite && full?.place == "/shelf/data/registry")
        try disk.remove("/shelf/data/registry/note")
        disk.setCapacity(bytes: 4)
        let noRoom = #expect(throws: CommandError.self) {
            try restoration(manifest).check(manifest)
        }
        #expect(noRoom?.code == .cannotWrite && noRoom?.what.contains("free") == true)
    }
}
