// One leaf over events, read from the columns: who did it so often, and what it adds up to.

import Basics
import Columns
import Segments

/// Evaluates an event leaf for every user of a (project, partition).
struct EventLeafReader {
    private let leaf: EventLeaf
    private let columns: PartitionColumns
    private let at: Timestamp
    private let interval: Interval

    init(_ leaf: EventLeaf, _ columns: PartitionColumns, at: Timestamp) {
        self.leaf = leaf
        self.columns = columns
        self.at = at
        interval = leaf.window.resolve(at: at)
    }

    /// The users that pass the leaf.
    func users() -> UserBitset {
        let universe = columns.userCount
        guard !interval.isEmpty else {
            return UserBitset(universe: universe, all: leaf.acceptsNone)
        }
        if leaf.sums.isEmpty { return byCount() }
        return bySums()
    }

    /// Whether the plain question is asked: at least one such event.
    private var asksForAny: Bool {
        leaf.count.matches(1) && !leaf.count.matches(0) && leaf.count.settledAt == 1
    }

    private var from: Timestamp? { interval.isOpen ? nil : interval.from }

    private func byCount() -> UserBitset {
        let universe = columns.userCount
        if asksForAny {
            var users = UserBitset(universe: universe)
            forEachTable { table, mask in
                markUsers(table, from: from, to: interval.to, mask: mask, in: &users)
            }
            return users
        }
        var counts = [UInt32](repeating: 0, count: universe)
        forEachTable { table, mask in
            countPerUser(table, from: from, to: interval.to, mask: mask, into: &counts)
        }
        return UserBitset(counts: counts) { leaf.count.matches(Int($0)) }
    }

    private func bySums() -> UserBitset {
        let universe = columns.userCount
        var totals = Totals(universe: universe, width: leaf.sums.count)
        forEachNumber({ totals.counts[$0] += 1 }) { number in totals.add(number) }
        if !totals.drifting.isEmpty {
            // Doubles add in event-time order, so that the answer does not depend on storage.
            var ordered: [SummedNumber] = []
            forEachNumber({ _ in }) { number in
                if totals.drifting.contains(number.slot) { ordered.append(number) }
            }
            ordered.sort { $0.order < $1.order }
            totals.addAnew(ordered)
        }
        var users = UserBitset(universe: universe)
        for index in 0..<universe {
            let passes = leaf.accepts(
                count: Int(totals.counts[index]),
                sums: totals.sums(of: index)
            )
            if passes { users.insert(UserNumber(UInt32(truncatingIfNeeded: index))) }
        }
        return users
    }

    /// Hands over the user of each matching row, then each number that is to be added.
    private func forEachNumber(
        _ onRow: (Int) -> Void,
        _ onNumber: (SummedNumber) -> Void
    ) {
        let width = leaf.sums.count
        forEachTable { table, mask in
            let values = leaf.sums.map { table.property($0.property.text) }
            let sequences = table.clientSequences
            forEachMatchingRow(table, from: from, to: interval.to, mask: mask) {
                user,
                time,
                offset,
                row in
                let index = Int(user.value)
                onRow(index)
                for (sum, column) in values.enumerated() {
                    guard let number = column?.number(row) else { continue }
                    onNumber(
                        SummedNumber(
                            slot: index * width + sum,
                            order: EventOrder(
                                at: time,
                                clientSequence: sequences?.clientSequence(row),
                                position: offset
                            ),
                            number: number
                        )
                    )
                }
            }
        }
    }

    /// Hands over each piece of each event of the leaf that may hold matching rows.
    private func forEachTable(_ body: (EventTable, RowMask?) -> Void) {
        let mask = MatchMask(leaf.match, within: leaf.window, columns, at: at)
        let names = leaf.events.isEmpty ? columns.eventNames() : leaf.events.map(\.text)
        for name in names {
            for table in columns.tables(of: name) where table.rowCount > 0 {
                guard table.zone.minTime < interval.to.ms,
                    interval.isOpen || table.zone.maxTime >= interval.from.ms
                else { continue }
                body(table, mask.rows(of: table))
            }
        }
    }
}

/// A number of a matching row, with what decides its place in the order of adding.
private struct SummedNumber {
    /// User and sum: user number × sums per user + sum.
    let slot: Int
    let order: EventOrder
    let number: Number
}

/// Counts and sums per user while rows pass by in any order.
private struct Totals {
    var counts: [UInt32]
    /// Sums that met a double, whose value depends on the order of adding.
    private(set) var drifting: Set<Int> = []
    private var sums: [ExactSum]
    private let width: Int

    init(universe: Int, width: Int) {
        counts = [UInt32](repeating: 0, count: universe)
        sums = [ExactSum](repeating: ExactSum(), count: universe * width)
        self.width = width
    }

    mutating func add(_ number: SummedNumber) {
        sums[number.slot].add(number.number)
        if !sums[number.slot].isExact { drifting.insert(number.slot) }
    }

    /// Adds the numbers of the drifting sums again, in the order given.
    mutating func addAnew(_ numbers: [SummedNumber]) {
        for slot in drifting { sums[slot] = ExactSum() }
        for number in numbers { sums[number.slot].add(number.number) }
    }

    func sums(of user: Int) -> [ExactSum] { Array(sums[user * width..<(user + 1) * width]) }
}
