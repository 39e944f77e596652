// As of which instants an event counts: the table of stretches says what each interval says.

import Basics
import Kit
import Testing

@testable import Columns

@Suite struct InstantSpansTests {
    @Test(
        "an event has the bits of the intervals it lies in, from a chunk and a tail",
        arguments: 1...20
    )
    func bits(seed: Int) throws {
        var chance = SeededRandom(seed: UInt64(seed))
        let range: Int64 = [50, 5_000, 400_000_000, 30_000_000_000][seed % 4]
        func instant() -> Int64 { Int64(bitPattern: chance.next() % UInt64(range)) }
        let ends = (0..<(1 + chance.below(64))).map { _ in instant() }.sorted()
        let reach = [0, 1, range / 10, range][chance.below(4)]
        let intervals = ends.map { end in
            (chance.chance(0.02) ? nil : Timestamp(ms: end - reach), Timestamp(ms: end))
        }
        guard let spans = InstantSpans(intervals) else { return }
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        for row in 0..<400 {
            let edge = ends[chance.below(ends.count)] - (chance.chance(0.5) ? reach : 0)
            try tail.append(
                event: "e",
                user: UserNumber(UInt32(row)),
                at: Timestamp(
                    ms: chance.chance(0.5) ? instant() : edge + Int64(chance.below(3)) - 1
                ),
                offset: LogOffset(UInt64(row)),
                properties: []
            )
        }
        for table in try [EventTable(tail.events[0], of: tail)] + sealed(tail).events {
            var found: [UInt32: UInt64] = [:]
            table.forEachSpan(spans, mask: nil) { found[$0] = $1 }
            for row in 0..<400 {
                let at = table.times[row]
                var right: UInt64 = 0
                for (bit, (from, to)) in intervals.enumerated()
                where at >= from?.ms ?? .min && at < to.ms { right |= 1 << UInt64(bit) }
                #expect(found[table.users[row]] ?? 0 == right, "seed \(seed), at \(at)")
            }
        }
    }

    @Test(
        "users are counted as of each instant, once however many events they have",
        arguments: 1...40
    )
    func totals(seed: Int) throws {
        var chance = SeededRandom(seed: UInt64(seed))
        let range: Int64 = [5_000, 400_000_000, 30_000_000_000][seed % 3]
        func instant() -> Int64 { Int64(bitPattern: chance.next() % UInt64(range)) }
        let ends = (0..<(1 + chance.below(120))).map { _ in instant() }.sorted()
        let reach = [1, range / 50, range / 10, range][chance.below(4)]
        let intervals = ends.map { (Timestamp(ms: $0 - reach), Timestamp(ms: $0)) }
        let spans = try #require(InstantSpans(intervals))
        var tail = Tail(from: .zero, firstUser: UserNumber(0))
        for row in 0..<300 {
            let edge = ends[chance.below(ends.count)] - (chance.chance(0.5) ? reach : 0)
            try tail.append(
                event: "e",
                user: UserNumber(UInt32(chance.below(60))),
                at: Timestamp(
                    ms: chance.chance(0.5) ? instant() : edge + Int64(chance.below(3)) - 1
                ),
                offset: LogOffset(UInt64(row)),
                properties: []
            )
        }
        let table = try #require(try sealed(tail).events.first)
        var mask: RowMask?
        if chance.chance(0.5) {
            mask = RowMask(rowCount: table.rowCount)
            for row in 0..<table.rowCount where chance.chance(0.3) { mask?[row] = false }
        }
        var totals = Array(repeating: 1 as UInt64, count: ends.count)
        #expect(table.addUsers(spans, mask: mask, to: &totals))
        for (place, (from, to)) in intervals.enumerated() {
            let users = Set(
                (0..<table.rowCount).filter { row in
                    let at = table.times[row]
                    return at >= from.ms && at < to.ms && mask?[row] ?? true
                }.map { table.users[$0] }
            )
            #expect(totals[place] == UInt64(users.count) + 1, "seed \(seed), as of \(to.ms)")
        }
        let open = EventTable(tail.events[0], of: tail)
        #expect(!open.addUsers(spans, mask: nil, to: &totals))
    }

    @Test("ends that go back are refused, and so is the caller's wish for one pass")
    func backwards() {
        let (early, late) = (Timestamp(ms: 5), Timestamp(ms: 9))
        #expect(InstantSpans([(nil, late), (nil, early)]) == nil)
        #expect(InstantSpans([(late, late), (early, late)]) == nil)
        #expect(InstantSpans([(early, late), (early, late)]) != nil)
    }
}
