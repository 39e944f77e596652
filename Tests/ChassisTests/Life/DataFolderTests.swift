// A data folder: made, opened again, and every way in which it is not ours to use.

import Basics
import Kit
import Synchronization
import Testing

@testable import Chassis

private let path = "/var/shoal/one"

private func open(
    _ disk: any Disk,
    service: String = "ingestion",
    version: Int = 1,
    seed: UInt64 = 1,
    upgrade: (@Sendable (Int, String, any Disk) throws -> Void)? = nil
) throws -> DataFolder {
    var chance = SeededRandom(seed: seed)
    return try DataFolder.open(
        path,
        service: service,
        format: DataFormat(version: version, upgrade: upgrade),
        disk: disk,
        chance: &chance,
        processID: 4_711
    )
}

private func refusal(_ body: () throws -> DataFolder) -> ChassisError? {
    do { try body().release() } catch { return error as? ChassisError }
    return nil
}

struct DataFolderTests {
    @Test("a new folder gets an id, which lasts over a power cut")
    func lasting() throws {
        let disk = ForgetfulDisk(folder: "/var")
        let first = try open(disk)
        #expect(first.createdNow && first.version == 1 && first.path == path)
        disk.crash()
        let second = try open(disk, seed: 2)
        #expect(second.instance == first.instance && !second.createdNow)
        #expect(disk.content("\(path)/LOCK") == Array("4711\n".utf8))
        #expect(try disk.exists("\(path)/PROBE") == false)
    }

    @Test("a power cut at any moment of making leaves a folder that opens")
    func tornCreation() throws {
        for operation in [ForgetfulDisk.Operation.sync, .rename, .syncDirectory, .append, .open] {
            for call in 1...5 {
                let disk = ForgetfulDisk(folder: "/var")
                disk.fail(operation, call: call)
                _ = refusal { try open(disk) }
                disk.crash()
                // The failure may still lie ahead, of this opening or the next.
                for _ in 0..<5 { _ = refusal { try open(disk) } }
                disk.crash()
                #expect(try open(disk).service == "ingestion", "\(operation) \(call)")
            }
        }
    }

    @Test("a second instance is refused and the first is named; later it may")
    func twoInstances() throws {
        let disk = ForgetfulDisk(folder: "/var")
        let first = try open(disk)
        let error = refusal { try open(disk) }
        #expect(error?.code == .locked && error?.exitCode == .locked)
        #expect(error?.what == "another instance (pid 4711) uses this folder")
        first.release()
        #expect(refusal { try open(disk) } == nil)
    }

    @Test("another service's folder is refused by name")
    func otherService() throws {
        let disk = ForgetfulDisk(folder: "/var")
        try open(disk).release()
        let error = refusal { try open(disk, service: "registry") }
        #expect(error?.code == .otherFolder && error?.exitCode == .dataCorrupt)
        #expect(error?.what.contains("service ingestion") == true)
    }

    @Test("a newer folder is refused and stays as it is")
    func newer() throws {
        let disk = ForgetfulDisk(folder: "/var")
        try open(disk, version: 3).release()
        let before = disk.content("\(path)/FORMAT")
        let error = refusal { try open(disk, version: 2) }
        #expect(error?.code == .newerFormat && error?.exitCode == .newerFormat)
        #expect(disk.content("\(path)/FORMAT") == before)
    }

    @Test("an older folder is brought up once, and again if the power failed before the mark")
    func older() throws {
        let disk = ForgetfulDisk(folder: "/var")
        try open(disk).release()
        let seen = Mutex<[Int]>([])
        let way: @Sendable (Int, String, any Disk) throws -> Void = { version, _, _ in
            seen.withLock { $0.append(version) }
        }
        disk.fail(.rename)
        #expect(refusal { try open(disk, version: 2, upgrade: way) }?.code == .notWritable)
        let folder = try open(disk, version: 2, upgrade: way)
        #expect(folder.version == 2)
        folder.release()
        try open(disk, version: 2, upgrade: way).release()
        #expect(seen.withLock { $0 } == [1, 1])
    }

    @Test("an upgrade that fails or that nobody knows is told")
    func failedUpgrade() throws {
        let disk = ForgetfulDisk(folder: "/var")
        try open(disk).release()
        #expect(refusal { try open(disk, version: 2) }?.code == .dataCorrupt)
        let error = refusal {
            try open(disk, version: 2) { _, path, _ in
                throw DiskError(.io, errno: "EIO", operation: "read", path: "\(path)/x")
            }
        }
        #expect(error?.code == .dataCorrupt && error?.place == "\(path)/x")
    }

    @Test("any flipped bit of the format file is noticed")
    func damaged() throws {
        let disk = ForgetfulDisk(folder: "/var")
        try open(disk).release()
        let bytes = try #require(disk.content("\(path)/FORMAT"))
        for at in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[at] ^= UInt8(1 << bit)
                disk.overwrite("\(path)/FORMAT", with: flipped)
                let error = refusal { try open(disk) }
                #expect(error?.exitCode == .dataCorrupt, "byte \(at), bit \(bit)")
            }
        }
        disk.overwrite("\(path)/FORMAT", with: [])
        #expect(refusal { try open(disk) }?.code == .dataCorrupt)
    }

    @Test("a folder with other things in it is not taken")
    func foreign() throws {
        let disk = ForgetfulDisk(folder: path)
        _ = try disk.open("\(path)/holiday.jpg", .create)
        #expect(refusal { try open(disk) }?.code == .otherFolder)
    }

    @Test(
        "a folder that cannot be written is told by its cause",
        arguments: [
            (
                ForgetfulDisk.Operation.createDirectory, DiskError.Code.permission,
                ExitCode.notWritable
            ),
            (.lock, .permission, .notWritable), (.open, .permission, .notWritable),
            (.append, .noSpace, .noSpace), (.sync, .io, .notWritable),
            (.open, .resources, .systemResources),
        ]
    )
    func readOnly(
        _ operation: ForgetfulDisk.Operation,
        _ code: DiskError.Code,
        _ exit: ExitCode
    ) {
        let disk = ForgetfulDisk(folder: "/var")
        disk.fail(operation, with: code)
        #expect(refusal { try open(disk) }?.exitCode == exit)
    }

    @Test("a path under a file is no folder, on the machine's own disk")
    func underAFile() throws {
        var chance = SeededRandom(seed: 1)
        let error = #expect(throws: ChassisError.self) {
            _ = try DataFolder.open(
                "/dev/null/shoal",
                service: "x",
                disk: RealDisk(),
                chance: &chance,
                processID: 1
            )
        }
        #expect(error?.code == .notWritable && error?.place == "/dev/null/shoal")
    }
}
