// The shelf of refused records: in order, bounded by number, bytes and age, and still there after a
// restart.

import Basics
import Chassis
import Messages
import Testing

@testable import Ingestion

@Suite("The shelf of refused records")
struct RejectShelfTests {
    private func record(_ message: String, at ms: Int64 = 0, bytes: Int = 10)
        -> IngestionV1.RejectedRecord
    {
        IngestionV1.RejectedRecord(
            atMs: start.ms + ms,
            field: "event.name",
            message: message,
            record: [UInt8](repeating: 7, count: bytes)
        )
    }

    private func all(_ shelf: RejectShelf, of project: ProjectName = shop) throws
        -> [IngestionV1.RejectedRecord]
    {
        try shelf.page(of: project, after: 0, limit: .max, bytesMax: .max) { _ in true }.records
    }

    private func inShelf(
        _ room: RejectShelf.Room = .init(),
        _ body: (RejectShelf, () throws -> RejectShelf) throws -> Void
    ) throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/rejects"
        let shelf = try RejectShelf(folder: path, room: room)
        try body(shelf) {
            shelf.close()
            return try RejectShelf(folder: path, room: room)
        }
    }

    @Test("records keep their order and ids per project, also after a restart")
    func order() throws {
        try inShelf { shelf, reopen in
            try shelf.keep([record("a"), record("b")], of: shop, now: start)
            try shelf.keep([record("z")], of: music, now: start)
            try shelf.keep([record("c")], of: shop, now: start)
            let told = try all(shelf)
            #expect(told.map(\.message) == ["a", "b", "c"] && told.map(\.id) == [1, 2, 3])
            let again = try reopen()
            defer { again.close() }
            #expect(try all(again) == told && all(again, of: music).map(\.id) == [1])
            #expect(try again.remove(of: shop, now: start) { $0.message != "b" } == 2)
            try again.keep([record("d")], of: shop, now: start)
            #expect(try all(again).map(\.id) == [2, 4], "an id is never given twice")
            let standing = try again.standing(of: shop, now: start)
            #expect(standing.records == 2 && standing.dropped == 0 && standing.bytes > 20)
        }
    }

    @Test("the oldest make room by number, bytes and age, and are counted")
    func room() throws {
        let small = RejectShelf.Room(records: 3, bytes: 1_000, ageMs: 500)
        try inShelf(small) { shelf, reopen in
            try shelf.keep((0..<5).map { record("\($0)") }, of: shop, now: start)
            #expect(try all(shelf).map(\.message) == ["2", "3", "4"])
            try shelf.keep([record("large", bytes: 900)], of: shop, now: start)
            #expect(try all(shelf).map(\.message) == ["4", "large"])
            try shelf.keep([record("too large", bytes: 1_100)], of: shop, now: start)
            #expect(try all(shelf).isEmpty)
            try shelf.keep([record("old"), record("new", at: 400)], of: shop, now: start)
            let later = start + 501
            #expect(try shelf.standing(of: shop, now: later).records == 1)
            let again = try reopen()
            defer { again.close() }
            let standing = try again.standing(of: shop, now: later)
            #expect(standing.records == 1 && standing.dropped == 8, "\(standing)")
            #expect(try all(again).map(\.message) == ["new"])
        }
    }

    @Test("pages go on where the one before ended, whatever is wanted")
    func pages() throws {
        try inShelf { shelf, _ in
            defer { shelf.close() }
            let given = (0..<50).map { record($0 % 2 == 0 ? "even" : "odd", bytes: 100) }
            try shelf.keep(given, of: shop, now: start)
            for (limit, bytes) in [(7, Int.max), (1_000, 500), (1_000, 1)] {
                var seen: [UInt64] = []
                var after: UInt64 = 0
                var pages = 0
                while true {
                    let page = try shelf.page(
                        of: shop,
                        after: after,
                        limit: limit,
                        bytesMax: bytes
                    ) { $0.message == "odd" }
                    seen += page.records.map(\.id)
                    pages += 1
                    guard page.more else { break }
                    after = page.through
                }
                #expect(seen == (1...25).map { UInt64($0 * 2) } && pages > 3)
            }
        }
    }

    @Test("what became of a record replaces it, and one that is gone stays away")
    func update() throws {
        try inShelf { shelf, _ in
            defer { shelf.close() }
            try shelf.keep([record("a"), record("b")], of: shop, now: start)
            var changed = try all(shelf)
            _ = try shelf.remove(of: shop, now: start) { $0.id == 1 }
            for index in changed.indices { changed[index].retries = 3 }
            try shelf.update(changed, of: shop, now: start)
            #expect(try all(shelf) == [changed[1]])
        }
    }
}
