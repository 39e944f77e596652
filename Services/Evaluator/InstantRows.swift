// A plan as of many instants at once: each user has a row of bits, one for each instant.

import Basics
import Columns
import Segments

/// Answers a plan over one partition's columns as of up to 64 instants in one pass per leaf.
///
/// Leaves that count events in a window that moves with the instant are read once for all instants;
/// others are answered as of each.
struct InstantRows {
    let columns: PartitionColumns
    /// In order; 1 to `InstantSpans.instantsMax`, for `totals` more.
    let instants: [Timestamp]
    /// Whether the rest is of no use any more, as `SetReader` asks.
    var isOver: () -> Bool = { false }

    private var all: UInt64 { instants.count == 64 ? .max : (1 << UInt64(instants.count)) - 1 }

    /// How many users the plan holds for as of each instant.
    func counts(of plan: Plan, _ check: () throws -> Void) throws -> [UInt64] {
        var slots: [[UInt64]] = []
        var leaves: [[UInt64]] = []
        for leaf in plan.leaves { leaves.append(try rows(leaf, check)) }
        // The last leaf may have been cut off.
        try check()
        for step in plan.steps {
            switch step {
            case .leaf(let leaf): slots.append(leaves[leaf])
            case .all(let inputs):
                slots.append(combined(inputs.map { slots[$0] }, from: all) { $0 & $1 })
            case .any(let inputs):
                slots.append(combined(inputs.map { slots[$0] }, from: 0) { $0 | $1 })
            case .not(let input): slots.append(slots[input].map { ~$0 & all })
            }
        }
        var rows = slots[plan.root]
        if let present = columns.present {
            for user in rows.indices
            where !present[UserNumber(UInt32(truncatingIfNeeded: user))] {
                rows[user] = 0
            }
        }
        return Array(BitTotals(of: rows.span).totals.prefix(instants.count))
    }

    private func combined(
        _ rows: [[UInt64]],
        from start: UInt64,
        _ combine: (UInt64, UInt64) -> UInt64
    ) -> [UInt64] {
        var result = rows.first ?? Array(repeating: start, count: columns.userCount)
        for other in rows.dropFirst() {
            for user in result.indices { result[user] = combine(result[user], other[user]) }
        }
        return result
    }

    private func rows(_ leaf: Plan.Leaf, _ check: () throws -> Void) throws -> [UInt64] {
        try check()
        switch leaf {
        case .events(let leaf): if let rows = try rows(leaf, check) { return rows }
        case .user(let leaf): if let rows = rows(leaf) { return rows }
        case .bucket: return standing(leaf, as: instants[0])
        case .ordered: break
        }
        var rows = Array(repeating: 0 as UInt64, count: columns.userCount)
        for (bit, at) in instants.enumerated() {
            try check()
            SetReader(columns: columns, at: at, isOver: isOver).users(leaf).forEach { user in
                rows[Int(user.value)] |= 1 << UInt64(bit)
            }
        }
        return rows
    }

    /// A property that never changes after the first instant; nil when it may.
    private func rows(_ leaf: UserLeaf) -> [UInt64]? {
        guard let first = instants.first, !leaf.filter.dependsOnInstant,
            columns.versions(of: leaf.property.text).areInForce(at: first)
        else { return nil }
        return standing(.user(leaf), as: first)
    }

    /// What holds as of one instant holds as of all.
    private func standing(_ leaf: Plan.Leaf, as instant: Timestamp) -> [UInt64] {
        var rows = Array(repeating: 0 as UInt64, count: columns.userCount)
        SetReader(columns: columns, at: instant, isOver: isOver).users(leaf).forEach { user in
            rows[Int(user.value)] = all
        }
        return rows
    }

    /// How many users a plan holds for as of each instant, of which there may be any number, where
    /// it asks for any event in a window that moves on and all of them are of one sorted table.
    ///
    /// Nil where it asks for more.
    func totals(of plan: Plan, _ check: () throws -> Void) throws -> [UInt64]? {
        guard case .leaf(let index) = plan.steps[plan.root],
            case .events(let leaf) = plan.leaves[index], leaf.count.asksForAny,
            let first = instants.first, let spans = spans(leaf)
        else { return nil }
        var tables: [(EventTable, RowMask?)] = []
        try forEachTable(leaf, first, check) { tables.append(($0, $1)) }
        var totals = Array(repeating: 0 as UInt64, count: instants.count)
        guard let (table, mask) = tables.first else { return totals }
        guard tables.count == 1, table.addUsers(spans, mask: mask, to: &totals) else { return nil }
        return totals
    }

    /// The window as of each instant; nil when the leaf asks for more than to count events in it.
    private func spans(_ leaf: EventLeaf) -> InstantSpans? {
        guard leaf.sums.isEmpty, leaf.userFilters.isEmpty, leaf.window.anchor == nil,
            leaf.times?.inUsersZone != true, !leaf.filters.contains(where: \.dependsOnInstant)
        else { return nil }
        return InstantSpans(
            instants.map { at in
                let interval = leaf.window.resolve(at: at)
                return (interval.isOpen ? nil : interval.from, interval.to)
            }
        )
    }

    /// Events counted in a window that moves on; nil when the leaf asks for more than that.
    private func rows(_ leaf: EventLeaf, _ check: () throws -> Void) throws -> [UInt64]? {
        guard let first = instants.first, let spans = spans(leaf) else { return nil }
        if leaf.count.asksForAny {
            var rows = Array(repeating: 0 as UInt64, count: columns.userCount)
            try forEachTable(leaf, first, check) { table, mask in
                var places = rows.mutableSpan
                table.forEachSpan(spans, mask: mask) { user, bits in places[Int(user)] |= bits }
            }
            return rows
        }
        let most = leaf.count.settledAt
        if most <= Int(UInt8.max) { return try rows(leaf, spans, UInt8.self, check) }
        return try rows(leaf, spans, UInt32.self, check)
    }

    /// Counts per user and instant, which stop at the type's greatest.
    private func rows<Count: FixedWidthInteger & UnsignedInteger>(
        _ leaf: EventLeaf,
        _ spans: InstantSpans,
        _: Count.Type,
        _ check: () throws -> Void
    ) throws -> [UInt64] {
        let width = instants.count
        var counts = Array(repeating: 0 as Count, count: columns.userCount * width)
        try forEachTable(leaf, instants[0], check) { table, mask in
            var places = counts.mutableSpan
            table.forEachSpan(spans, mask: mask) { user, bits in
                guard bits != 0 else { return }
                let begin = Int(user) * width + bits.trailingZeroBitCount
                for place in begin..<begin + bits.nonzeroBitCount {
                    let count = places[place]
                    places[place] = count &+ (count == Count.max ? 0 : 1)
                }
            }
        }
        return (0..<columns.userCount).map { user in
            var row: UInt64 = 0
            for bit in 0..<width where leaf.count.matches(Int(counts[user * width + bit])) {
                row |= 1 << UInt64(bit)
            }
            return row
        }
    }

    private func forEachTable(
        _ leaf: EventLeaf,
        _ at: Timestamp,
        _ check: () throws -> Void,
        _ body: (EventTable, RowMask?) -> Void
    ) throws {
        let mask = MatchMask(leaf.match, columns, at: at)
        let names = leaf.events.isEmpty ? columns.eventNames() : leaf.events.map(\.text)
        for name in names {
            for table in columns.tables(of: name) where table.rowCount > 0 {
                try check()
                body(table, mask.rows(of: table))
            }
        }
    }
}
