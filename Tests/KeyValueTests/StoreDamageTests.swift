// The store on bad days: a second opener, torn and flipped bytes, lost files, a full disk.

import Basics
import Foundation
import KeyValue
import Synchronization
import Testing

struct StoreDamageTests {
    private static let records = 300

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "shoal-kv-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder + "/store")
    }

    private func failure(_ body: () throws -> Void) -> KeyValueError? {
        do {
            try body()
            return nil
        } catch { return error as? KeyValueError }
    }

    /// Writes records one batch each, and closes.
    private func fill(_ path: String, round: UInt8 = 0) throws {
        let store = try Store(path: path, families: ["a"])
        let a = try store.family("a")
        for number in 0..<Self.records {
            var batch = Batch()
            batch.put(
                a,
                [round, UInt8(number / 256), UInt8(number % 256)],
                [UInt8](repeating: 7, count: 50)
            )
            try store.write(batch, sync: number % 50 == 0)
        }
        store.close()
    }

    private func count(_ path: String) throws -> Int {
        let store = try Store(path: path, families: ["a"])
        defer { store.close() }
        return try store.scan(store.family("a"), limit: 10_000).count
    }

    /// The path of the largest file with this ending.
    private func largest(_ path: String, _ ending: String) throws -> String {
        let disk = RealDisk()
        let names = try disk.list(path).filter { $0.hasSuffix(ending) }
        let sized = try names.map { (try disk.open(path + "/" + $0, .read).size(), $0) }
        return path + "/" + (try #require(sized.max { $0.0 < $1.0 }).1)
    }

    @Test("a second opener is told that the folder is locked")
    func locked() throws {
        try inFolder { path in
            let store = try Store(path: path, families: [])
            let error = failure { _ = try Store(path: path, families: []) }
            #expect(error?.code == .locked)
            #expect(error?.isRetriable == true)
            #expect(error?.place == path)
            #expect(error.map { !$0.text.isEmpty && !$0.hint.isEmpty } == true)
            store.close()
            try Store(path: path, families: []).close()
        }
    }

    @Test("an opener in another process is told that the folder is locked")
    func lockedByProcess() throws {
        try inFolder { path in
            try fill(path)
            // RocksDB locks by fcntl, as Python's lockf does.
            let holder = Process()
            holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            holder.arguments = [
                "python3", "-c",
                "import fcntl,sys; f=open(sys.argv[1],'w'); fcntl.lockf(f,fcntl.LOCK_EX);"
                    + "print('held',flush=True); sys.stdin.read()",
                path + "/LOCK",
            ]
            let (input, output) = (Pipe(), Pipe())
            holder.standardInput = input
            holder.standardOutput = output
            try holder.run()
            #expect(output.fileHandleForReading.availableData.count > 0, "python3 is needed")
            #expect(failure { _ = try Store(path: path, families: []) }?.code == .locked)
            try input.fileHandleForWriting.close()
            holder.waitUntilExit()
            #expect(try count(path) == Self.records)
        }
    }

    @Test("a torn last record of the log is dropped, everything before it stays")
    func tornTail() throws {
        for cut in [1, 7, 30] {
            try inFolder { path in
                try fill(path)
                let file = try RealDisk().open(largest(path, ".log"), .append)
                try file.truncate(to: try file.size() - cut)
                try file.close()
                #expect(try count(path) == Self.records - 1, "cut \(cut)")
            }
        }
    }

    @Test("a flipped bit in the middle of the log refuses to open", arguments: [0.2, 0.5, 0.8])
    func flippedLog(place: Double) throws {
        try inFolder { path in
            try fill(path)
            try flip(largest(path, ".log"), at: place)
            let error = failure { _ = try count(path) }
            #expect(error?.code == .corrupt, "\(String(describing: error))")
            #expect(error?.isRetriable == false)
        }
    }

    @Test("a flipped bit in a table file is an error when its block is read")
    func flippedTable() throws {
        try inFolder { path in
            try fill(path)
            try fill(path, round: 1)
            try flip(largest(path, ".sst"), at: 0.3)
            #expect(failure { _ = try count(path) }?.code == .corrupt)
        }
    }

    private func flip(_ path: String, at place: Double) throws {
        let file = try RealDisk().open(path, .append)
        let offset = Int(Double(try file.size()) * place)
        let old = try file.read(at: offset, count: 1)
        try file.write([old[0] ^ 0x10], at: offset)
        try file.close()
    }

    @Test("a folder that lost its CURRENT is refused, not taken for a new one")
    func lostCurrent() throws {
        try inFolder { path in
            try fill(path)
            try RealDisk().remove(path + "/CURRENT")
            #expect(failure { _ = try count(path) }?.code == .corrupt)
        }
    }

    @Test("with less room than the reserve, opening and writing are refused and reading goes on")
    func noSpace() throws {
        try inFolder { path in
            let room = Mutex(Int.max)
            let options = StoreOptions()
            func opened() throws -> Store {
                try Store(path: path, families: ["a"], options: options) { _ in
                    room.withLock { $0 }
                }
            }
            let store = try opened()
            let a = try store.family("a")
            var batch = Batch()
            batch.put(a, [1], [2])
            try store.write(batch, sync: true)
            room.withLock { $0 = options.reserveBytes - 1 }
            let error = failure { try store.write(batch, sync: true) }
            #expect(error?.code == .noSpace && error?.isRetriable == true)
            #expect(try store.get(a, [1]) == [2])
            room.withLock { $0 = options.reserveBytes }
            try store.write(batch, sync: true)
            room.withLock { $0 = 0 }
            store.close()
            #expect(failure { _ = try opened() }?.code == .noSpace)
        }
    }

    @Test("a path that is a file is told, not trapped")
    func badPath() throws {
        try inFolder { path in
            let disk = RealDisk()
            try disk.createDirectory(path)
            _ = try disk.open(path + "/file", .create)
            let error = failure { _ = try Store(path: path + "/file", families: []) }
            #expect(error?.code == .invalid)
        }
    }

    @Test("an option out of range is told, not bent in silence")
    func badOption() throws {
        try inFolder { path in
            var options = StoreOptions()
            options.writeBufferBytes = -1
            let error = failure { _ = try Store(path: path, families: [], options: options) }
            #expect(error?.code == .invalid)
        }
    }
}
