// Chunks made one: every answer stays, in whichever runs they are merged.

import Basics
import Kit
import Testing

@testable import Columns

@Suite struct ChunkMergeTests {
    private let disk = ForgetfulDisk(folder: "/c")
    private var writer: ChunkWriter { ChunkWriter(disk: disk, folder: "/c", owner: owner) }

    private func opened(_ summary: ChunkSummary) throws -> Chunk {
        try Chunk.open(
            summary.name,
            in: "/c",
            on: disk,
            of: owner,
            fingerprint: summary.fingerprint
        )
    }

    /// Columns of five chunks and a tail.
    private func columns(_ chance: inout SeededRandom) throws -> PartitionColumns {
        var columns = try PartitionColumns(owner, chunks: [])
        for piece in 0..<6 {
            try History.random(
                chance.below(90) + 1,
                users: chance.below(15) + 1,
                from: columns.to.value,
                firstUser: UInt32(columns.userCount),
                &chance
            ).append(to: &columns.tail)
            if piece < 5 { try columns.adopt(opened(writer.seal(columns.tail))) }
        }
        return columns
    }

    /// What readers see: rows by name, versions by user, identifiers.
    private func seen(_ columns: PartitionColumns) -> [String] {
        let rows = columns.eventNames().flatMap { name in
            columns.tables(of: name).flatMap(\.contents).ordered().map { "\(name): \($0)" }
        }
        let users = (0..<UInt32(columns.userCount)).map(UserNumber.init)
        let versions = columns.propertyNames().flatMap { name in
            users.flatMap { user in
                columns.versions(of: name).all(of: user).map { "\(name) \(user): \($0)" }
            }
        }
        let ids = users.map { "\($0): \(columns.id(of: $0)?.text ?? "nobody")" }
        return rows + versions + ids
    }

    @Test("merged in any runs, columns show what they showed", arguments: 1...12)
    func runs(seed: Int) throws {
        var chance = SeededRandom(seed: UInt64(seed))
        var columns = try columns(&chance)
        let before = seen(columns)
        while columns.chunks.count > 1 {
            let first = chance.below(columns.chunks.count - 1)
            let last = first + 1 + chance.below(columns.chunks.count - first - 1)
            let run = Array(columns.chunks[first...last])
            try columns.replace(with: opened(writer.merge(run)))
            #expect(seen(columns) == before, "seed \(seed), chunks \(first) to \(last)")
        }
    }

    @Test("one merge gives the bytes that two gave")
    func associative() throws {
        var chance = SeededRandom(seed: 3)
        let chunks = try columns(&chance).chunks
        let once = try writer.merge(chunks).fingerprint
        let half = try opened(writer.merge(Array(chunks[0...2])))
        #expect(try writer.merge([half] + chunks[3...]).fingerprint == once)
    }

    @Test("what an undone import brought stays away, undone before the merge or while it ran")
    func undone() throws {
        var columns = try PartitionColumns(owner, chunks: [])
        for piece in 0..<3 {
            let id = try #require(UserID("u\(piece)"))
            let user = UserNumber(UInt32(piece))
            try columns.tail.append(user: user, id: id, offset: columns.to)
            let offset = columns.to
            try columns.tail.append(
                event: "Charged",
                user: user,
                at: Timestamp(ms: Int64(piece)),
                offset: offset,
                properties: []
            )
            columns.note(user, at: offset, from: "import-\(piece)")
            try columns.adopt(opened(writer.seal(columns.tail)))
        }
        columns.undo(import: "import-0")
        let merged = try opened(writer.merge(columns.chunks))
        columns.undo(import: "import-2")
        try columns.replace(with: merged)
        var users = UserBitset(universe: 3)
        for table in columns.tables(of: "Charged") {
            markUsers(table, from: nil, to: nil, in: &users)
        }
        #expect((0..<3).map { users[UserNumber($0)] } == [false, true, false])
        #expect(columns.presentCount == 1)
    }

    @Test("a chunk that covers no run of the others is refused, and so are chunks with a gap")
    func misfits() throws {
        var chance = SeededRandom(seed: 5)
        var columns = try columns(&chance)
        let chunks = columns.chunks
        let merged = try opened(writer.merge(Array(chunks[1...2])))
        try columns.replace(with: opened(writer.merge(Array(chunks[2...3]))))
        #expect(throws: ColumnsError.self) { try columns.replace(with: merged) }
        #expect(throws: ColumnsError.self) { try writer.merge([chunks[0], chunks[2]]) }
    }
}
