// The forgetful disk forgets what it must, keeps what it must, and fails when told to.

import Basics
import Kit
import Testing

struct ForgetfulDiskTests {
    private let disk = ForgetfulDisk(folder: "/d")

    @Test("a crash keeps synced bytes and drops the others")
    func bytes() throws {
        let file = try disk.open("/d/f", .append)
        try file.append([1, 2, 3, 4])
        try file.sync()
        try disk.syncDirectory("/d")
        try file.append([5, 6])
        try file.write([9], at: 0)
        try file.truncate(to: 2)
        try file.write([8, 8, 8, 8, 8], at: 1)
        #expect(disk.content("/d/f") == [9, 8, 8, 8, 8, 8])
        disk.crash()
        #expect(disk.content("/d/f") == [1, 2, 3, 4])
        #expect(throws: DiskError.self) { try file.append([1]) }
    }

    @Test("a crash drops names whose folder was not synced, and brings back removed ones")
    func names() throws {
        try disk.open("/d/kept", .create).sync()
        try disk.syncDirectory("/d")
        let lost = try disk.open("/d/lost", .create)
        try lost.append([1])
        try lost.sync()
        try disk.rename("/d/kept", to: "/d/renamed")
        try disk.createDirectory("/d/sub")
        disk.crash()
        #expect(try disk.list("/d") == ["kept"])
        try disk.rename("/d/kept", to: "/d/renamed")
        try disk.syncDirectory("/d")
        disk.crash()
        #expect(try disk.list("/d") == ["renamed"])
        try disk.remove("/d/renamed")
        disk.crash()
        #expect(try disk.list("/d") == ["renamed"])
    }

    @Test("a tearing crash keeps a beginning of the new bytes", arguments: [9 as UInt64])
    func tearing(seed: UInt64) throws {
        var chance = SeededRandom(seed: seed)
        var lengths: Set<Int> = []
        for round in 0..<60 {
            let disk = ForgetfulDisk(folder: "/d")
            let file = try disk.open("/d/f", .create)
            try file.append([0, 1])
            try file.sync()
            try disk.syncDirectory("/d")
            try file.append([2, 3, 4])
            disk.crash(tearing: &chance)
            let content = try #require(disk.content("/d/f"), "seed \(seed) round \(round)")
            #expect(content == Array([0, 1, 2, 3, 4].prefix(content.count)))
            lengths.insert(content.count)
        }
        #expect(lengths == [2, 3, 4, 5], "seed \(seed)")
    }

    @Test("a full disk writes what fits, says noSpace, and recovers when there is room")
    func full() throws {
        disk.setCapacity(bytes: 4)
        let file = try disk.open("/d/f", .append)
        try file.append([1, 2, 3])
        #expect(throws: DiskError.self) { try file.append([4, 5]) }
        #expect(disk.content("/d/f") == [1, 2, 3, 4])
        #expect(try disk.freeBytes("/d") == 0)
        #expect(throws: DiskError.self) { try file.preallocate(bytes: 5) }
        try file.truncate(to: 3)
        disk.setCapacity(bytes: nil)
        try file.append([6])
        #expect(disk.content("/d/f") == [1, 2, 3, 6])
    }

    @Test("a failed sync fails once, and its bytes never become durable")
    func syncFails() throws {
        let file = try disk.open("/d/f", .append)
        try disk.syncDirectory("/d")
        disk.fail(.sync, call: 2)
        try file.append([1])
        try file.sync()
        try file.append([2])
        #expect(throws: DiskError.self) { try file.sync() }
        try file.sync()
        disk.crash()
        #expect(disk.content("/d/f") == [1])
        #expect(disk.calls(.sync) == 3)
    }

    @Test("what a failed sync has lost becomes durable once it is written again")
    func writtenAgain() throws {
        let file = try disk.open("/d/f", .append)
        try disk.syncDirectory("/d")
        try file.append([1])
        try file.sync()
        try file.append([2, 3])
        disk.fail(.sync)
        #expect(throws: DiskError.self) { try file.sync() }
        try file.write([2], at: 1)
        try file.sync()
        disk.crash()
        #expect(disk.content("/d/f") == [1])
        let again = try disk.open("/d/f", .append)
        try again.append([2, 3])
        disk.fail(.sync)
        #expect(throws: DiskError.self) { try again.sync() }
        try again.write([2, 3], at: 1)
        try again.sync()
        disk.crash()
        #expect(disk.content("/d/f") == [1, 2, 3])
    }

    @Test("any operation can be made to fail, with a code")
    func injected() throws {
        let file = try disk.open("/d/f", .append)
        disk.fail(.append, with: .noSpace)
        do throws(DiskError) {
            try file.append([1])
            Issue.record("the append went through")
        } catch { #expect(error.code == .noSpace) }
        try file.append([1])
        disk.fail(.rename)
        #expect(throws: DiskError.self) { try disk.rename("/d/f", to: "/d/g") }
        #expect(try disk.exists("/d/f"))
    }

    @Test("a crash frees locks, and a lock from before it cannot free a later one")
    func locks() throws {
        let old = try disk.lock("/d/LOCK")
        disk.crash()
        let new = try disk.lock("/d/LOCK")
        old.release()
        #expect(throws: DiskError.self) { try disk.lock("/d/LOCK") }
        new.release()
        _ = try disk.lock("/d/LOCK")
    }

    @Test("rot and restored copies can be planted")
    func overwrite() throws {
        let file = try disk.open("/d/f", .create)
        try file.append([1, 2])
        try disk.syncDirectory("/d")
        disk.overwrite("/d/f", with: [3])
        disk.crash()
        #expect(disk.content("/d/f") == [3])
    }
}
