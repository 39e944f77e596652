// Fresh writes put into files: found as before, and in memory no more.

import Foundation
import KeyValue
import Testing

struct StoreFlushTests {
    @Test("what was flushed is in files, is found as before, and can be written over")
    func flush() throws {
        let folder = NSTemporaryDirectory() + "shoal-kv-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try Store(path: folder, families: ["users", "ids"])
        let (users, ids) = (try store.family("users"), try store.family("ids"))
        func tables() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: folder)
                .count { $0.hasSuffix(".sst") }
        }
        var batch = Batch()
        batch.put(users, [1], [10])
        batch.put(ids, [1], [11])
        try store.write(batch, sync: false)
        #expect(try tables() == 0)
        try store.flush()
        #expect(try tables() == 2)
        try store.flush()
        #expect(try tables() == 2, "there was nothing new")
        var next = Batch()
        next.delete(users, [1])
        next.put(ids, [1], [12])
        try store.write(next, sync: false)
        #expect(try store.get(users, [1]) == nil && store.get(ids, [1]) == [12])
        store.close()
        #expect(throws: KeyValueError.self) { try store.flush() }
        let again = try Store(path: folder, families: ["users", "ids"])
        defer { again.close() }
        #expect(try again.get(again.family("users"), [1]) == nil)
        #expect(try again.get(again.family("ids"), [1]) == [12])
    }
}
