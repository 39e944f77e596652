// The contract of a disk, shown by the real one and by the forgetful one alike.

import Basics
import Foundation
import Kit
import Testing

struct DiskTests {
    /// Runs a body on both disks, each with a folder of its own.
    private func onBoth(_ body: (any Disk, String) throws -> Void) throws {
        try body(ForgetfulDisk(folder: "/data"), "/data")
        let folder = NSTemporaryDirectory() + "shoal-basics-\(UUID().uuidString)"
        try RealDisk().createDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(RealDisk(), folder)
    }

    private func code(_ body: () throws -> Void) -> DiskError.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? DiskError)?.code }
    }

    @Test("what is appended and written reads back, also after opening again")
    func files() throws {
        try onBoth { disk, folder in
            let path = folder + "/a"
            let file = try disk.open(path, .append)
            try file.append([1, 2, 3])
            try file.append([])
            try file.append([4])
            try file.write([9, 9], at: 1)
            try file.append([5])
            #expect(try file.read(at: 0, count: 100) == [1, 9, 9, 4, 5])
            #expect(try file.read(at: 3, count: 1) == [4])
            #expect(try file.read(at: 50, count: 1) == [])
            try file.preallocate(bytes: 4_096)
            #expect(try file.size() == 5)
            try file.truncate(to: 2)
            try file.append([7])
            try file.write([8], at: 5)
            try file.sync()
            try file.close()
            try file.close()
            #expect(code { try file.append([1]) } == .closed)
            #expect(code { _ = try file.read(at: 0, count: 1) } == .closed)
            let again = try disk.open(path, .append)
            try again.append([6])
            #expect(try again.read(at: 0, count: 9) == [1, 9, 7, 0, 0, 8, 6])
            #expect(try disk.open(path, .read).size() == 7)
            #expect(try disk.open(path, .create).size() == 0)
        }
    }

    @Test("folders are made with those above, listed in order, renamed and removed")
    func folders() throws {
        try onBoth { disk, folder in
            try disk.createDirectory(folder + "/x/y")
            try disk.createDirectory(folder + "/x/y")
            for name in ["b", "a", "Z"] {
                try disk.open(folder + "/x/y/" + name, .create).append([1])
            }
            #expect(try disk.list(folder + "/x/y") == ["Z", "a", "b"])
            try disk.rename(folder + "/x/y/a", to: folder + "/x/y/b")
            #expect(try disk.list(folder + "/x/y") == ["Z", "b"])
            try disk.rename(folder + "/x/y", to: folder + "/x/w")
            #expect(try disk.exists(folder + "/x/w/b"))
            #expect(try !disk.exists(folder + "/x/y/b"))
            #expect(code { try disk.remove(folder + "/x/w") } == .wrongKind)
            try disk.remove(folder + "/x/w/b")
            try disk.remove(folder + "/x/w/Z")
            try disk.remove(folder + "/x/w")
            try disk.syncDirectory(folder + "/x")
            #expect(try disk.list(folder + "/x") == [])
        }
    }

    @Test("errors say what kind they are, where, and what to do")
    func errors() throws {
        try onBoth { disk, folder in
            #expect(code { _ = try disk.open(folder + "/no", .read) } == .notFound)
            #expect(code { _ = try disk.open(folder + "/no/no", .append) } == .notFound)
            #expect(code { _ = try disk.list(folder + "/no") } == .notFound)
            #expect(code { try disk.remove(folder + "/no") } == .notFound)
            #expect(code { try disk.rename(folder + "/no", to: folder + "/a") } == .notFound)
            #expect(code { try disk.syncDirectory(folder + "/no") } == .notFound)
            #expect(code { _ = try disk.map(folder + "/no") } == .notFound)
            _ = try disk.open(folder + "/file", .create)
            #expect(code { try disk.createDirectory(folder + "/file") } == .wrongKind)
            #expect(code { _ = try disk.open(folder, .append) } == .wrongKind)
            let file = try disk.open(folder + "/file", .append)
            #expect(code { try file.write([1], at: -1) } == .invalid)
            #expect(code { _ = try file.read(at: -1, count: 1) } == .invalid)
            do throws(DiskError) {
                _ = try disk.open(folder + "/no", .read)
            } catch {
                #expect(error.path == folder + "/no")
                #expect(error.operation == "open")
                #expect(!error.hint.isEmpty && !error.isRetriable)
            }
        }
    }

    @Test("a folder is locked for one holder, until it lets go")
    func locks() throws {
        try onBoth { disk, folder in
            let first = try disk.lock(folder + "/LOCK")
            #expect(code { _ = try disk.lock(folder + "/LOCK") } == .locked)
            first.release()
            first.release()
            do {
                let second = try disk.lock(folder + "/LOCK")
                withExtendedLifetime(second) {}
            }
            let third = try disk.lock(folder + "/LOCK")
            #expect(code { _ = try disk.lock(folder + "/LOCK") } == .locked)
            third.release()
        }
    }

    @Test("a mapped file lends its bytes, also when it is empty")
    func maps() throws {
        try onBoth { disk, folder in
            try disk.open(folder + "/m", .create).append(Array(0..<100))
            let map = try disk.map(folder + "/m")
            #expect(map.count == 100)
            #expect(try map.bytes(in: 98..<100) == [98, 99])
            try disk.remove(folder + "/m")
            #expect(try map.bytes(in: 0..<2) == [0, 1], "mapped bytes outlive the name")
            _ = try disk.open(folder + "/empty", .create)
            #expect(try disk.map(folder + "/empty").count == 0)
        }
    }

    @Test("there is some room, and its size is told")
    func freeBytes() throws {
        try onBoth { disk, folder in
            let free = try disk.freeBytes(folder)
            #expect(free > 0)
        }
    }
}
