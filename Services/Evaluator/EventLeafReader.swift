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
    private let isOver: () -> Bool

    /// `isOver` is asked before every table: once it says so the answer is cut off there.
    init(
        _ leaf: EventLeaf,
        _ columns: PartitionColumns,
        at: Timestamp,
        isOver: @escaping () -> Bool = { false }
    ) {
        self.isOver = isOver
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
        if leaf.sums.isEmpty { return users(by: [leaf.count])[0] }
        return bySums()
    }

    /// The users that pass each of some counts, which one pass over the rows tells; no sums.
    func users(by counts: [CountTest]) -> [UserBitset] {
        let universe = columns.userCount
        guard !interval.isEmpty else {
            return counts.map { UserBitset(universe: universe, all: $0.matches(0)) }
        }
        if counts.allSatisfy(\.asksForAny) {
            var users = UserBitset(universe: universe)
            forEachTable { table, mask in
                markUsers(table, from: from, to: interval.to, mask: mask, in: &users)
            }
            return counts.map { _ in users }
        }
        if counts.count == 1, let users = byRuns(counts[0]) { return [users] }
        let ranges = counts.compactMap(\.narrowRange)
        guard ranges.count == counts.count else {
            var found = [UInt32](repeating: 0, count: universe)
            forEachTable { table, mask in
                countPerUser(table, from: from, to: interval.to, mask: mask, into: &found)
            }
            return counts.map { test in UserBitset(counts: found) { test.matches(Int($0)) } }
        }
        var found = [UInt8](repeating: 0, count: universe)
        forEachTable { table, mask in
            countPerUser(table, from: from, to: interval.to, mask: mask, into: &found)
        }
        return ranges.map { UserBitset(counts: found, in: $0) }
    }

    /// The users whose count passes by runs of rows, where all that may count are of one sorted
    /// table and the counts asked for are small; nil: rows must be counted.
    private func byRuns(_ count: CountTest) -> UserBitset? {
        guard let range = count.narrowRange, range.lowerBound > 0,
            Int(range.lowerBound) <= Self.runsMax, count.settledAt <= Self.runsMax
        else { return nil }
        var only: (table: EventTable, mask: RowMask?)?
        var isOnly = true
        forEachTable { table, mask in
            if only != nil { isOnly = false }
            only = (table, mask)
        }
        guard isOnly, let only else { return nil }
        let universe = columns.userCount
        func found(_ least: Int) -> UserBitset? {
            usersWith(
                atLeast: least,
                rowsOf: only.table,
                from: from,
                to: interval.to,
                mask: only.mask,
                universe: universe
            )
        }
        guard var users = found(Int(range.lowerBound)) else { return nil }
        guard range.upperBound < .max else { return users }
        guard let more = found(Int(range.upperBound) + 1) else { return nil }
        users.andNot(more)
        return users
    }

    /// Each more takes another pass over the bits of the rows: up to here less than counting.
    private static let runsMax = 16

    private var from: Timestamp? { interval.isOpen ? nil : interval.from }

    private func bySums() -> UserBitset {
        let universe = columns.userCount
        if let users = byDecimals() { return users }
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

    /// The fast way of one sum over decimals; nil where numbers must be added one by one.
    private func byDecimals() -> UserBitset? {
        guard leaf.sums.count == 1, let test = leaf.sums.first else { return nil }
        let range = leaf.count.asksForAny ? test.decimalRange : nil
        // A sum other than 0 has a number, so an event.
        let isSumEnough = range.map { !$0.contains(0) } ?? false
        var sums = DecimalSums(universe: columns.userCount, counts: !isSumEnough)
        var isWhole = true
        forEachTable { table, mask in
            guard isWhole else { return }
            isWhole = sums.add(
                table,
                test.property.text,
                from: from,
                to: interval.to,
                mask: mask
            )
        }
        guard isWhole else { return nil }
        guard let range else { return users(sums) { leaf.accepts(count: $0, sums: [$1]) } }
        if isSumEnough { return sums.users(in: range) }
        // No event, or no number among them, adds up to nothing that could pass.
        let fewest: UInt32 = test.missingIsZero ? 0 : 1
        return UserBitset(universe: columns.userCount) { index in
            sums.rows[index] > 0 && sums.numbers[index] >= fewest
                && sums.sumsE4[index] >= range.lowerBound && sums.sumsE4[index] <= range.upperBound
        }
    }

    private func users(_ sums: DecimalSums, _ accepts: (Int, ExactSum) -> Bool) -> UserBitset {
        let acceptsNone = leaf.acceptsNone
        return UserBitset(universe: columns.userCount) { index in
            guard sums.rows[index] > 0 else { return acceptsNone }
            let sum = ExactSum(
                decimalsE4: Int128(sums.sumsE4[index]),
                count: Int(sums.numbers[index])
            )
            return accepts(Int(sums.rows[index]), sum)
        }
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
                guard !isOver() else { return }
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

extension CountTest {
    /// The counts that pass, where counting may stop at 255; nil: it may not, or none passes.
    fileprivate var narrowRange: ClosedRange<UInt8>? {
        guard settledAt <= Int(UInt8.max) else { return nil }
        let bounds =
            switch comparison {
            case .atLeast(let low): (low, Int(UInt8.max))
            case .exactly(let count): (count, count)
            case .atMost(let high): (0, high)
            case .between(let low, let high): (low, high)
            }
        let (low, high) = (max(bounds.0, includesZero ? 0 : 1), bounds.1)
        guard low <= high else { return nil }
        return UInt8(low)...UInt8(high)
    }
}
