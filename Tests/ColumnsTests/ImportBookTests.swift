// Columns after an import was taken back: rows in chunks and tail that no reader sees any more.

import Basics
import Kit
import Testing

@testable import Columns

@Suite struct ImportBookTests {
    /// A history of three pieces in which some records are an import's.
    private struct Mixed {
        var columns: PartitionColumns
        var whole = History()
        var bad: Set<UInt64> = []
        let disk = ForgetfulDisk(folder: "/c")

        init(seed: Int) throws {
            var chance = SeededRandom(seed: UInt64(seed))
            let writer = ChunkWriter(disk: disk, folder: "/c", owner: owner)
            columns = try PartitionColumns(owner, chunks: [])
            for piece in 0..<3 {
                let history = History.random(
                    chance.below(120),
                    users: chance.below(15) + 1,
                    from: columns.to.value,
                    firstUser: UInt32(columns.userCount),
                    &chance
                )
                try history.append(to: &columns.tail)
                for row in (history.events + history.versions).sorted(by: { $0.offset < $1.offset })
                {
                    // Records of one offset are one import's, as they are one record's.
                    let isBad = bad.contains(row.offset) || chance.chance(0.6)
                    let user = UserNumber(row.user)
                    let id: String? = isBad ? "bad" : chance.chance(0.5) ? "good" : nil
                    if isBad { bad.insert(row.offset) }
                    columns.note(user, at: LogOffset(row.offset), from: id)
                }
                whole.events += history.events
                whole.versions += history.versions
                whole.ids += history.ids
                guard piece < 2 else { break }
                let name = try writer.seal(columns.tail).name
                try columns.adopt(Chunk.open(name, in: "/c", on: disk, of: owner))
            }
        }

        /// What should be left.
        var left: History {
            var left = whole
            left.events.removeAll { bad.contains($0.offset) }
            left.versions.removeAll { bad.contains($0.offset) }
            return left
        }
    }

    private func expect(_ columns: PartitionColumns, _ left: History, _ seed: Int) {
        for name in History.eventNames {
            var seen: [UInt64] = []
            for table in columns.tables(of: name) {
                forEachMatchingRow(table, from: nil, to: nil) { _, _, offset, _ in
                    seen.append(offset.value)
                }
                #expect(table.zone.minTime <= table.zone.maxTime)
            }
            let rows = left.events.filter { $0.name.hasBytes(of: name) }
            #expect(seen.sorted() == rows.map(\.offset).sorted(), "seed \(seed) \(name)")
            #expect(
                columns.tables(of: name).map(\.zone.minTime).min() == rows.map(\.at).min(),
                "seed \(seed) \(name)"
            )
        }
        #expect(Set(columns.eventNames()) == Set(left.events.map(\.name)), "seed \(seed)")
        for user in 0..<UInt32(columns.userCount) {
            let number = UserNumber(user)
            #expect(
                columns.events(of: number).map(\.offset.value).sorted()
                    == left.events.filter { $0.user == user }.map(\.offset).sorted()
            )
            for name in ["plan", "age"] {
                let best = left.versions
                    .filter { $0.user == user && $0.name == name }
                    .max { ($0.at, $0.offset) < ($1.at, $1.offset) }
                let versions = columns.versions(of: name)
                let told = best?.values.first?.value
                #expect(versions.value(of: number, at: .latest) == told, "seed \(seed) \(name)")
                let latest = versions.latest(at: .latest, universe: columns.userCount)
                #expect(latest[number] == told, "seed \(seed) \(name)")
            }
            let isThere = (left.events + left.versions).contains { $0.user == user }
            #expect(columns.present?[number] == isThere, "seed \(seed) user \(user)")
        }
    }

    @Test(
        "no reader sees a row of it, in chunks and in the tail, also when reopened",
        arguments: 1...20
    )
    func takenBack(seed: Int) throws {
        let mixed = try Mixed(seed: seed)
        var columns = mixed.columns
        #expect(columns.present == nil && columns.presentCount == columns.userCount)
        let before = columns
        columns.undo(import: "bad")
        expect(columns, mixed.left, seed)
        let once = columns.presentCount
        columns.undo(import: "bad")
        columns.undo(import: "another")
        #expect(columns.presentCount == once)
        #expect(before.present == nil, "a snapshot stays what it was")
        // The chunks are as they were; whoever opens them needs the book.
        var reopened = try PartitionColumns(owner, chunks: before.chunks, imports: columns.imports)
        let tail = mixed.left.events + mixed.left.versions
        for row in tail where row.offset >= reopened.to.value {
            #expect(!mixed.bad.contains(row.offset))
        }
        expect(
            reopened,
            History(
                events: mixed.left.events.filter { $0.offset < reopened.to.value },
                versions: mixed.left.versions.filter { $0.offset < reopened.to.value },
                ids: []
            ),
            seed
        )
        reopened.undo(import: "good")
        #expect(reopened.presentCount <= columns.presentCount)
    }

    @Test("who has records of it, and of what, is known until it is taken back", arguments: 1...20)
    func users(seed: Int) throws {
        var mixed = try Mixed(seed: seed)
        let users = mixed.columns.users(of: "bad")
        func numbers(_ name: String, _ named: [ImportedUsers.Named]) -> Set<UInt32> {
            var numbers: Set<UInt32> = []
            for one in named where one.name.hasBytes(of: name) {
                one.users.forEach { numbers.insert($0.value) }
            }
            return numbers
        }
        for name in History.eventNames {
            let rows = mixed.whole.events.filter { $0.name.hasBytes(of: name) }
            let bad = rows.filter { mixed.bad.contains($0.offset) }.map(\.user)
            #expect(numbers(name, users.events) == Set(bad), "seed \(seed) \(name)")
        }
        for name in ["plan", "age"] {
            let rows = mixed.whole.versions.filter { $0.name == name }
            let bad = rows.filter { mixed.bad.contains($0.offset) }.map(\.user)
            #expect(numbers(name, users.properties) == Set(bad), "seed \(seed) \(name)")
        }
        // Of what is set aside nobody reads anything, but that there is a user.
        mixed.columns.lack(mixed.columns.to, of: UserNumber(0), since: nil, from: "bare")
        let bare = mixed.columns.users(of: "bare")
        #expect(bare.events.isEmpty && numbers("", bare.properties) == [0])
        mixed.columns.undo(import: "bad")
        let none = mixed.columns.users(of: "bad")
        #expect(none.events.isEmpty && none.properties.isEmpty)
    }

    @Test("a tail without the rows seals into a chunk without them")
    func sealedAfterwards() throws {
        for seed in 1...10 {
            let mixed = try Mixed(seed: seed)
            var columns = mixed.columns
            columns.undo(import: "bad")
            let writer = ChunkWriter(disk: mixed.disk, folder: "/c", owner: owner)
            guard !columns.tail.isEmpty else { continue }
            let name = try writer.seal(columns.tail).name
            let chunk = try Chunk.open(name, in: "/c", on: mixed.disk, of: owner)
            try columns.adopt(chunk)
            let rows = chunk.events.reduce(0) { $0 + $1.rowCount }
            #expect(
                rows == mixed.left.events.filter { $0.offset >= chunk.from.value }.count,
                "seed \(seed)"
            )
            expect(columns, mixed.left, seed)
        }
    }

    @Test("a user who merely exists by another record stays, and comes back by a later one")
    func bareUsers() throws {
        var columns = try PartitionColumns(owner, chunks: [])
        let users = (0..<3 as Range<UInt32>).map { UserNumber($0) }
        for (place, user) in users.enumerated() {
            let offset = LogOffset(UInt64(2 * place))
            let id = given(UserID("u\(place)"))
            try columns.tail.append(user: user, id: id, offset: offset)
            try columns.tail.append(profile: [], user: user, at: nil, offset: offset.next)
            columns.note(user, at: offset.next, since: offset, from: place < 2 ? "bad" : nil)
        }
        // The first user is there by a record of its own, too.
        try columns.tail.append(profile: [], user: users[0], at: nil, offset: LogOffset(6))
        columns.note(users[0], at: LogOffset(6), from: nil)
        #expect(columns.propertyNames().isEmpty, "existing is no property")
        columns.undo(import: "bad")
        #expect(users.map { columns.present?[$0] } == [true, false, true])
        #expect(columns.number(of: given(UserID("u1"))) == nil)
        #expect(columns.id(of: users[1])?.text == "u1" && columns.userCount == 3)
        try columns.tail.append(
            event: "back",
            user: users[1],
            at: Timestamp(ms: 0),
            offset: LogOffset(7),
            properties: []
        )
        columns.note(users[1], at: LogOffset(7), from: "again")
        #expect(columns.presentCount == 3 && columns.number(of: given(UserID("u1"))) == users[1])
        try columns.tail.append(
            user: UserNumber(3),
            id: given(UserID("late")),
            offset: LogOffset(8)
        )
        #expect(columns.present?.universe == 4)
    }
}
