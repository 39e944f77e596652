// Chunks and tail read as one history, wherever it was cut.

import Basics
import Kit
import Testing

@testable import Columns

@Suite struct PartitionColumnsTests {
    /// Three histories behind each other: two sealed, the third in the tail.
    private struct Cut {
        var columns: PartitionColumns
        var whole = History()

        init(seed: Int) throws {
            var chance = SeededRandom(seed: UInt64(seed))
            let disk = ForgetfulDisk(folder: "/c")
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
                whole.events += history.events
                whole.versions += history.versions
                whole.ids += history.ids
                guard piece < 2 else { break }
                let name = try writer.seal(columns.tail).name
                try columns.adopt(Chunk.open(name, in: "/c", on: disk, of: owner))
            }
        }
    }

    @Test("two chunks and a tail hold every event of every name", arguments: 1...10)
    func events(seed: Int) throws {
        let cut = try Cut(seed: seed)
        #expect(cut.columns.chunks.count == 2)
        for name in History.eventNames {
            let rows = cut.columns.tables(of: name).flatMap(\.contents)
            let given = cut.whole.events.filter { $0.name.hasBytes(of: name) }.map(Content.init)
            #expect(rows.ordered() == given.ordered(), "seed \(seed) \(name)")
        }
        let names = Set(cut.whole.events.map { Array($0.name.utf8) })
        #expect(
            cut.columns.eventNames().map { Array($0.utf8) }
                == names.sorted {
                    $0.lexicographicallyPrecedes($1)
                }
        )
    }

    @Test("one user's events come in the order they happened", arguments: 1...10)
    func history(seed: Int) throws {
        let cut = try Cut(seed: seed)
        for user in 0..<UInt32(cut.columns.userCount) {
            let given = cut.whole.events.filter { $0.user == user }
                .enumerated().sorted {
                    ($0.element.at, $0.element.offset) < ($1.element.at, $1.element.offset)
                }.map(\.element)
            let history = cut.columns.events(of: UserNumber(user))
            #expect(history.map(\.at.ms) == given.map(\.at))
            #expect(history.map(\.offset.value) == given.map(\.offset))
            let pairs = Set(history.map { "\($0.offset) \($0.name) \($0.value("p2").debug)" })
            let right = Set(
                given.map { row in
                    let value = row.values.last { $0.name == "p2" }?.value
                    return "\(row.offset) \(row.name) \(value.debug)"
                }
            )
            #expect(pairs == right, "seed \(seed) user \(user)")
        }
        let some = cut.columns.events(of: UserNumber(0), named: ["charged", "nothing"])
        let count = cut.whole.events.filter { $0.user == 0 && $0.name == "charged" }.count
        #expect(some.count == count)
    }

    @Test("identifiers and numbers find each other over all pieces", arguments: 1...10)
    func users(seed: Int) throws {
        var columns = try Cut(seed: seed).columns
        let whole = try Cut(seed: seed).whole
        #expect(columns.userCount == whole.ids.count)
        for (number, id) in whole.ids.enumerated() {
            #expect(columns.id(of: UserNumber(UInt32(number))) == id)
            #expect(columns.number(of: id) == UserNumber(UInt32(number)))
        }
        let late = try #require(UserID("late"))
        #expect(columns.number(of: late) == nil)
        let number = UserNumber(UInt32(columns.userCount))
        #expect(columns.id(of: number) == nil)
        try columns.tail.append(user: number, id: late, offset: columns.to)
        #expect(columns.number(of: late) == number && columns.id(of: number) == late)
        #expect(columns.number(of: try #require(UserID("user-0-e\u{301}"))) == nil)
    }

    @Test("a thousand users over two chunks and the tail keep their numbers")
    func manyUsers() throws {
        let disk = ForgetfulDisk(folder: "/c")
        let writer = ChunkWriter(disk: disk, folder: "/c", owner: owner)
        var columns = try PartitionColumns(owner, chunks: [])
        for number in 0..<1_000 as Range<UInt32> {
            let id = try #require(UserID("u\(number)"))
            try columns.tail.append(user: UserNumber(number), id: id, offset: columns.to)
            if number % 400 == 399 {
                #expect(columns.number(of: id) == UserNumber(number))
                let name = try writer.seal(columns.tail).name
                try columns.adopt(Chunk.open(name, in: "/c", on: disk, of: owner))
            }
        }
        for number in 0..<1_000 as Range<UInt32> {
            #expect(columns.number(of: try #require(UserID("u\(number)"))) == UserNumber(number))
        }
    }

    @Test("versions in force at an instant are those of the whole history", arguments: 1...20)
    func versions(seed: Int) throws {
        let cut = try Cut(seed: seed)
        var chance = SeededRandom(seed: UInt64(seed) + 1_000)
        #expect(cut.columns.propertyNames() == Set(cut.whole.versions.map(\.name)).sorted())
        for _ in 0..<10 {
            let name = ["plan", "age", "nothing"][chance.below(3)]
            let at = Timestamp(
                ms: [.min, .max, 1_735_776_000_000 + Int64(chance.below(500)) * History.hours][
                    chance.below(3)
                ]
            )
            let versions = cut.columns.versions(of: name)
            let latest = versions.latest(at: at, universe: cut.columns.userCount)
            let universe = cut.columns.userCount
            let big = versions.users(at: at, universe: universe) {
                $1.and($0, number: { $0 > .zero })
            }
            let present = versions.users(at: at, universe: universe) { _, _ in }
            for user in 0..<UInt32(cut.columns.userCount) {
                let number = UserNumber(user)
                let later = cut.whole.versions
                    .filter { $0.name == name && $0.user == user && $0.at > at.ms }
                let last = cut.columns.lastVersion(of: name, of: number, after: at)
                #expect(last?.ms == later.map(\.at).max())
                var best: Row?
                for row in cut.whole.versions
                where row.name == name && row.user == user && row.at <= at.ms {
                    if best.map({ (row.at, row.offset) >= ($0.at, $0.offset) }) ?? true {
                        best = row
                    }
                }
                let right = best?.values.first?.value
                #expect(versions.value(of: number, at: at) == right, "seed \(seed) \(name) \(user)")
                #expect(latest[number] == right)
                let all = versions.all(of: number)
                #expect(all.last { $0.since ?? Timestamp(ms: .min) <= at }?.value == right)
                let places = cut.whole.versions.filter { $0.name == name && $0.user == user }
                    .map { [UInt64(bitPattern: $0.at), $0.offset] }
                #expect(all.count == Set(places).count, "each place in the log once")
                #expect(present[number] == (right != nil))
                var isBig = false
                if case .number(let value)? = right { isBig = value > .zero }
                #expect(big[number] == isBig)
            }
        }
    }

    @Test("where later pieces have later versions, the last of each user is in force")
    func versionsInOrder() throws {
        var chance = SeededRandom(seed: 11)
        var columns = try PartitionColumns(owner, chunks: [])
        for number in 0..<90 as Range<UInt32> {
            let id = try #require(UserID("u\(number)"))
            try columns.tail.append(
                user: UserNumber(number),
                id: id,
                offset: LogOffset(UInt64(number))
            )
        }
        for row in 0..<3_000 {
            if [1_000, 2_500].contains(row) { try columns.adopt(sealed(columns.tail)) }
            let value: PropertyValue? =
                chance.chance(0.2) ? nil : .number(Number(e4: Int64(chance.below(9))))
            try columns.tail.append(
                profile: [(name: "age", value: value)],
                user: UserNumber(UInt32(chance.below(90))),
                at: row < 50 ? nil : Timestamp(ms: Int64(row / 3)),
                offset: LogOffset(UInt64(90 + row))
            )
        }
        let versions = columns.versions(of: "age")
        for at in [-1, 0, 17, 333, 334, 700, 999, 5_000].map(Timestamp.init(ms:)) {
            let big = versions.users(at: at, universe: 90) { column, mask in
                mask.and(column, decimals: 5...7) { _ in false }
            }
            for user in (0..<90 as Range<UInt32>).map(UserNumber.init) {
                let value = versions.value(of: user, at: at)
                let isBig = [5, 6, 7].contains { value == .number(Number(e4: $0)) }
                #expect(big[user] == isBig, "\(user) at \(at.ms): \(String(describing: value))")
            }
        }
    }

    @Test("chunks that do not join are refused")
    func gaps() throws {
        var second = Tail(from: LogOffset(5), firstUser: UserNumber(0))
        second.advance(to: LogOffset(9))
        let chunk = try sealed(second)
        func code(_ body: () throws -> Void) -> ColumnsError.Code? {
            do {
                try body()
                return nil
            } catch {
                return (error as? ColumnsError)?.code
            }
        }
        #expect(code { _ = try PartitionColumns(owner, chunks: [chunk]) } == .mismatch)
        let other = ChunkOwner(project: owner.project, partition: Partition(index: 1))
        #expect(
            code { _ = try PartitionColumns(other, chunks: [chunk], start: LogOffset(5)) }
                == .mismatch
        )
        var columns = try PartitionColumns(owner, chunks: [chunk], start: LogOffset(5))
        #expect(columns.from == LogOffset(5) && columns.to == LogOffset(9))
        #expect(code { try columns.adopt(chunk) } == .mismatch)
        columns = try PartitionColumns(owner, chunks: [], start: LogOffset(5))
        columns.tail.advance(to: LogOffset(8))
        #expect(code { try columns.adopt(chunk) } == .mismatch)
        columns.tail.advance(to: LogOffset(9))
        try columns.adopt(chunk)
        #expect(columns.chunks.count == 1 && columns.tail.isEmpty)
        var late = Tail(from: LogOffset(9), firstUser: UserNumber(1))
        late.advance(to: LogOffset(10))
        let numbered = try sealed(late)
        #expect(
            code {
                _ = try PartitionColumns(owner, chunks: [chunk, numbered], start: LogOffset(5))
            } == .mismatch
        )
    }
}

extension PropertyValue? {
    fileprivate var debug: String { map { "\($0)" } ?? "absent" }
}
