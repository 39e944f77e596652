// The hot loops find the rows of a window in tail and chunk alike.

import Basics
import Testing

@testable import Columns

@Suite struct EventScanTests {
    private struct Hit: Hashable {
        let user: UInt32
        let at: Int64
        let offset: UInt64
    }

    private static func window(_ chance: inout SeededRandom) -> (Timestamp?, Timestamp?) {
        let start: Int64 = 1_735_776_000_000
        func bound() -> Timestamp? {
            switch chance.below(6) {
            case 0: nil
            case 1: Timestamp(ms: [.min, .max, 0][chance.below(3)])
            default:
                Timestamp(
                    ms: start + Int64(chance.below(500)) * History.hours
                        + Int64(chance.below(3) - 1)
                )
            }
        }
        return (bound(), bound())
    }

    @Test("counts, marks and visits are those of the rows in the window", arguments: 1...25)
    func windows(seed: Int) throws {
        var chance = SeededRandom(seed: UInt64(seed))
        let tail = try History.random(300, &chance).tail()
        let chunk = try sealed(tail)
        for open in tail.events.map({ EventTable($0, of: tail) }) {
            let closed = try #require(chunk.table(of: open.name))
            for table in [open, closed] {
                let (from, to) = Self.window(&chance)
                var mask: RowMask?
                if chance.chance(0.5) {
                    mask = RowMask(rowCount: table.rowCount)
                    mask?.and(table.property("p1"), matches: { tag, _ in tag != .absent })
                }
                check(table, from, to, mask)
            }
        }
    }

    private func check(_ table: EventTable, _ from: Timestamp?, _ to: Timestamp?, _ mask: RowMask?)
    {
        let rows = (0..<table.rowCount).filter { row in
            let at = Timestamp(ms: table.times[row])
            return (from.map { at >= $0 } ?? true) && (to.map { at < $0 } ?? true)
                && (mask?[row] ?? true)
        }
        var (visited, hits) = ([Int](), [Hit]())
        forEachMatchingRow(table, from: from, to: to, mask: mask) { user, at, offset, row in
            visited.append(row)
            hits.append(Hit(user: user.value, at: at.ms, offset: offset.value))
        }
        #expect(visited == rows, "\(table.name) [\(from?.ms ?? 0), \(to?.ms ?? 0))")
        #expect(
            hits
                == rows.map {
                    Hit(user: table.users[$0], at: table.times[$0], offset: table.offsets[$0])
                }
        )
        var counts = Array(repeating: 7 as UInt32, count: 20)
        var right = counts
        for row in rows { right[Int(table.users[row])] += 1 }
        countPerUser(table, from: from, to: to, mask: mask, into: &counts)
        #expect(counts == right)
        var users = UserBitset(universe: 20)
        markUsers(table, from: from, to: to, mask: mask, in: &users)
        #expect(users == UserBitset(counts: right, where: { $0 > 7 }))
        for least in 1...3 {
            let found = usersWith(
                atLeast: least,
                rowsOf: table,
                from: from,
                to: to,
                mask: mask,
                universe: 20
            )
            #expect(table.isSorted || found == nil)
            guard let found else { continue }
            #expect(found == UserBitset(counts: right, where: { $0 >= UInt32(7 + least) }))
        }
    }

    @Test("an instant at either end of time is found, in 64 bits and in 32")
    func extremes() throws {
        for times in [[.min, 0, .max], [.max - 5, .max], [.min, .min + 5]] as [[Int64]] {
            var tail = Tail(from: .zero, firstUser: UserNumber(0))
            for (row, time) in times.enumerated() {
                try tail.append(
                    event: "e",
                    user: UserNumber(0),
                    at: Timestamp(ms: time),
                    offset: LogOffset(UInt64(row)),
                    properties: []
                )
            }
            let table = try #require(try sealed(tail).table(of: "e"))
            for from in [nil, Int64.min, 0, .max - 5, .max] as [Int64?] {
                for to in [nil, Int64.min, 1, .min + 6, .max] as [Int64?] {
                    check(table, from.map(Timestamp.init(ms:)), to.map(Timestamp.init(ms:)), nil)
                }
            }
        }
    }
}
