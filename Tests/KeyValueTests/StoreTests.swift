// The store: keys, batches, ranges, families, closing and opening again.

import Basics
import Foundation
import KeyValue
import Testing

struct StoreTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "shoal-kv-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder + "/store")
    }

    private func key(_ number: Int) -> [UInt8] { Array("k\(100_000 + number)".utf8) }

    private func code(_ body: () throws -> Void) -> KeyValueError.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? KeyValueError)?.code }
    }

    @Test("what was written is read, after opening again too")
    func reopen() throws {
        try inFolder { path in
            let store = try Store(path: path, families: ["users", "ids"])
            let users = try store.family("users")
            let ids = try store.family("ids")
            var batch = Batch()
            batch.put(users, [1], [10])
            batch.put(users, [], [0])
            batch.put(users, [2], [])
            batch.put(ids, [1], [11])
            #expect(batch.count == 4 && batch.byteCount == 6)
            try store.write(batch, sync: true)
            store.close()
            store.close()
            #expect(code { _ = try store.get(users, [1]) } == .closed)
            #expect(code { try store.write(batch, sync: true) } == .closed)
            let again = try Store(path: path, families: ["ids"])
            #expect(try again.get(again.family("users"), [1]) == [10])
            #expect(try again.get(again.family("users"), []) == [0])
            #expect(try again.get(again.family("users"), [2]) == [])
            #expect(try again.get(again.family("ids"), [1]) == [11])
            #expect(try again.get(again.family("ids"), [2]) == nil)
        }
    }

    @Test("a batch's changes hold in their order, ranges end before their end")
    func batches() throws {
        try inFolder { path in
            let store = try Store(path: path, families: ["a"])
            let a = try store.family("a")
            var batch = Batch()
            for number in 0..<10 { batch.put(a, key(number), [UInt8(number)]) }
            batch.deleteRange(a, from: key(2), to: key(5))
            batch.put(a, key(3), [33])
            batch.delete(a, key(9))
            batch.delete(a, key(77))
            try store.write(batch, sync: false)
            let found = try store.scan(a, limit: 100).map(\.value)
            #expect(found == [[0], [1], [33], [5], [6], [7], [8]])
            batch.removeAll()
            #expect(batch.isEmpty && batch.byteCount == 0)
            try store.write(batch, sync: true)
        }
    }

    @Test("many keys are answered in their order, also absent and doubled ones")
    func multiGet() throws {
        try inFolder { path in
            let store = try Store(path: path, families: ["a"])
            let a = try store.family("a")
            var batch = Batch()
            for number in stride(from: 0, to: 3_000, by: 2) {
                batch.put(a, key(number), Array("\(number)".utf8))
            }
            try store.write(batch, sync: false)
            let asked = (0..<3_000).reversed().map(key) + [[], key(0)]
            let found = try store.multiGet(a, asked)
            #expect(found.count == 3_002)
            for (index, value) in found.prefix(3_000).enumerated() {
                let number = 2_999 - index
                #expect(value == (number % 2 == 0 ? Array("\(number)".utf8) : nil))
            }
            #expect(found[3_000] == nil && found[3_001] == Array("0".utf8))
            #expect(try store.multiGet(a, []).isEmpty)
        }
    }

    @Test("a scan keeps to its start, prefix and limit")
    func scans() throws {
        try inFolder { path in
            let store = try Store(path: path, families: ["a", "b"])
            let a = try store.family("a")
            var batch = Batch()
            let keys: [[UInt8]] = [[], [0], [1], [1, 0], [1, 0xFF], [2], [0xFF], [0xFF, 0xFF]]
            for key in keys { batch.put(a, key, key) }
            batch.put(try store.family("b"), [1, 7], [1])
            try store.write(batch, sync: false)
            func found(from: [UInt8] = [], prefix: [UInt8] = [], limit: Int = 99) throws
                -> [[UInt8]]
            {
                try store.scan(a, from: from, prefix: prefix, limit: limit).map(\.key)
            }
            #expect(try found() == keys)
            #expect(try found(from: [1, 0]) == [[1, 0], [1, 0xFF], [2], [0xFF], [0xFF, 0xFF]])
            #expect(try found(prefix: [1]) == [[1], [1, 0], [1, 0xFF]])
            #expect(try found(from: [1, 1], prefix: [1]) == [[1, 0xFF]])
            #expect(try found(from: [0], prefix: [1], limit: 2) == [[1], [1, 0]])
            #expect(try found(from: [3], prefix: [1]) == [])
            #expect(try found(prefix: [0xFF]) == [[0xFF], [0xFF, 0xFF]])
            #expect(try found(limit: 0) == [])
            var lengths: [Int] = []
            try store.scan(a, prefix: [1]) { key, value in
                lengths.append(key.byteCount + value.byteCount)
                return lengths.count < 2
            }
            #expect(lengths == [2, 4])
        }
    }

    @Test("families can be made while the store is open, and unknown ones are an error")
    func families() throws {
        try inFolder { path in
            let store = try Store(path: path, families: ["p0"])
            #expect(code { _ = try store.family("p1") } == .family)
            let p1 = try store.createFamily("p1")
            #expect(try store.createFamily("p1") == p1)
            var batch = Batch()
            batch.put(p1, [1], [2])
            try store.write(batch, sync: true)
            store.close()
            let again = try Store(path: path, families: [])
            #expect(try again.get(again.family("p1"), [1]) == [2])
        }
    }

    @Test("threads read and write at once, and closing waits for them")
    func threads() throws {
        try inFolder { path in
            let store = try Store(path: path, families: ["a"])
            let a = try store.family("a")
            let threads = try (0..<4).map { thread in
                try OwnThread.start(name: "kv\(thread)") {
                    for number in 0..<200 {
                        var batch = Batch()
                        batch.put(a, [UInt8(thread), UInt8(number)], [1])
                        do {
                            try store.write(batch, sync: false)
                            _ = try store.get(a, [UInt8(thread), UInt8(number)])
                        } catch { return }
                    }
                }
            }
            threads[0].join()
            store.close()
            for thread in threads { thread.join() }
            let again = try Store(path: path, families: [])
            #expect(try again.scan(again.family("a"), prefix: [0], limit: 999).count == 200)
        }
    }
}
