// Instants in two parts: what was put in comes out, and a window finds what a plain loop finds.

import Basics
import Kit
import Testing

@testable import Columns

@Suite struct TimeColumnTests {
    /// A table of one user with these instants.
    private func table(_ times: [Int64]) throws -> EventTable {
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
        return try #require(try sealed(tail).table(of: "e"))
    }

    @Test(
        "a window finds the rows a plain loop finds, whatever the range",
        arguments: [1, 2, 65_536, 65_537, 1 << 20, 1 << 34, 1 << 48, Int64.max]
    )
    func windows(range: Int64) throws {
        var chance = SeededRandom(seed: UInt64(bitPattern: range))
        let base: Int64 = range == .max ? .min : -1_000
        let times = (0..<300).map { _ in
            base &+ Int64(bitPattern: chance.next() % UInt64(range) + (chance.chance(0.1) ? 1 : 0))
        }
        let table = try table(times)
        let sorted = times.sorted()
        #expect((0..<300).map { table.times[$0] } == sorted)
        for _ in 0..<100 {
            let ends = (0..<2).map { _ in
                sorted[chance.below(300)] &+ Int64(chance.below(3)) - 1
            }.sorted()
            var mask = RowMask(rowCount: 300)
            mask.and(table.times, from: ends[0], to: ends[1])
            let right = sorted.indices.filter { sorted[$0] >= ends[0] && sorted[$0] <= ends[1] }
            #expect(sorted.indices.filter { mask[$0] } == right, "\(ends)")
        }
    }

    @Test("rows visited in order have their instants, many of 64 or few", arguments: [3, 20, 100])
    func walk(percent: Int) throws {
        var chance = SeededRandom(seed: UInt64(percent))
        let range: UInt64 = percent == 20 ? 1 << 40 : 1 << 34
        let times = (0..<1_000).map { _ in Int64(chance.next() % range) }.sorted()
        let column = try table(times).times
        var mask = RowMask(rowCount: 1_000, all: false)
        for row in 0..<1_000 where chance.below(100) < percent { mask[row] = true }
        for rows in [mask, nil] {
            var walk = TimeWalk(column, rows)
            for row in 0..<1_000 where rows?[row] ?? true {
                #expect(walk.time(of: row) == times[row])
            }
        }
    }

    @Test("equal instants take no room, and close ones no fine part")
    func narrow() throws {
        guard case .same(7, 3) = try table([7, 7, 7]).times.form else {
            Issue.record("one instant for all rows")
            return
        }
        guard case .split(let close) = try table([7, 9, 65_542]).times.form else {
            Issue.record("instants in two parts")
            return
        }
        #expect(close.shift == 0)
        guard case .split(let far) = try table([7, 7 + 180 * 86_400_000]).times.form else {
            Issue.record("instants in two parts")
            return
        }
        #expect(far.shift == 18)
    }
}
