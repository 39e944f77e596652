// One leaf over the order of events, read from the columns: marks of all users, user by user.

import Basics
import Columns
import Segments

/// Evaluates an ordered leaf for every user of a (project, partition).
struct OrderedLeafReader {
    private let leaf: OrderedLeaf
    private let columns: PartitionColumns
    private let at: Timestamp
    private let interval: Interval
    private let masks: [MatchMask]
    private let anchors: Anchors?
    private let isOver: () -> Bool

    /// Rows, and users, between two looks at whether anybody waits: some milliseconds of work.
    private static let stride = 1 << 14

    /// A row on its way to its place among those of its user.
    ///
    /// Its value stays in the columns until then: so it is plain bytes, and quickly moved.
    private struct Entry {
        let user: UInt32
        let row: UInt32
        /// Its table's place among the keys.
        let table: Int
        let order: EventOrder
        let bits: UInt64
    }

    /// `isOver` is asked now and then: once it says so the answer is cut off there.
    init(
        _ leaf: OrderedLeaf,
        _ columns: PartitionColumns,
        at: Timestamp,
        isOver: @escaping () -> Bool = { false }
    ) {
        self.isOver = isOver
        self.leaf = leaf
        self.columns = columns
        self.at = at
        interval = leaf.reach(at: at)
        masks = leaf.matches.map { MatchMask($0, columns, at: at) }
        anchors = Anchors(leaf.window, columns, at: at)
    }

    /// The users that pass the leaf.
    func users() -> UserBitset {
        if let form = leaf.setForm { return users(form) }
        var users = UserBitset(universe: columns.userCount)
        guard !interval.isEmpty else { return users }
        var (entries, keys) = entries()
        guard !isOver() else { return users }
        entries.sort { $0.user != $1.user ? $0.user < $1.user : $0.order < $1.order }
        var (next, look) = (0, Self.stride)
        var marks: [Mark] = []
        while next < entries.count {
            let user = entries[next].user
            marks.removeAll(keepingCapacity: true)
            while next < entries.count, entries[next].user == user {
                // One user may have millions.
                if next >= look {
                    guard !isOver() else { return users }
                    look = next + Self.stride
                }
                let entry = entries[next]
                let value = keys[entry.table]?.value(Int(entry.row))
                marks.append(Mark(at: entry.order.at, bits: entry.bits, value: value))
                next += 1
            }
            let anchor = anchors?[UserNumber(user)]
            if leaf.holds(marks, at: at, anchor: anchor) { users.insert(UserNumber(user)) }
        }
        return users
    }

    /// The users of a leaf that asks for sets or counts only.
    private func users(_ form: SetForm) -> UserBitset {
        let window = leaf.window.resolve(at: at)
        let from = window.isOpen ? nil : window.from
        switch form {
        case .noneBefore:
            var users = marked(from: from, to: window.to)
            if let from { users.andNot(marked(from: nil, to: from)) }
            return users
        case .noneAfter:
            var users = marked(from: from, to: window.to)
            if window.to <= at { users.andNot(marked(from: window.to, to: at + 1)) }
            return users
        case .share(let atLeastE4, let minimum):
            let fewest = UInt32(clamping: max(minimum, 1))
            if let users = shareByRuns(from, window.to, UInt64(clamping: atLeastE4), fewest) {
                return users
            }
            var all = [UInt32](repeating: 0, count: columns.userCount)
            var matching = all
            forEachTable(of: 0) { table, mask in
                countPerUser(table, from: from, to: window.to, mask: mask, into: &all)
            }
            forEachTable(of: 1) { table, mask in
                countPerUser(table, from: from, to: window.to, mask: mask, into: &matching)
            }
            return UserBitset(universe: columns.userCount) { index in
                all[index] >= fewest
                    && Int64(matching[index]) * 10_000 >= atLeastE4 * Int64(all[index])
            }
        }
    }

    /// The users with so great a share, where all rows are of one sorted table; nil: rows must be
    /// counted.
    private func shareByRuns(
        _ from: Timestamp?,
        _ to: Timestamp,
        _ atLeastE4: UInt64,
        _ fewest: UInt32
    ) -> UserBitset? {
        var tables: [(EventTable, RowMask?)] = []
        forEachTable(of: 0) { tables.append(($0, $1)) }
        guard tables.count == 1, let (table, mask) = tables.first else { return nil }
        return usersWith(
            atLeastE4: atLeastE4,
            in: masks[1].rows(of: table),
            rowsOf: table,
            from: from,
            to: to,
            mask: mask,
            fewest: fewest,
            universe: columns.userCount
        )
    }

    /// The users with an event of match 0 there.
    private func marked(from: Timestamp?, to: Timestamp) -> UserBitset {
        var users = UserBitset(universe: columns.userCount)
        forEachTable(of: 0) { table, mask in
            markUsers(table, from: from, to: to, mask: mask, in: &users)
        }
        return users
    }

    /// The tables of a match with the rows that pass it, wherever they lie in time.
    private func forEachTable(of match: Int, _ body: (EventTable, RowMask?) -> Void) {
        let events = leaf.matches[match].events
        for name in events.isEmpty ? columns.eventNames() : events.map(\.text) {
            for table in columns.tables(of: name) where table.rowCount > 0 {
                guard !isOver() else { return }
                body(table, masks[match].rows(of: table))
            }
        }
    }

    /// The users who have an event for each match that must have one; nil: it is all one.
    private func candidates() -> UserBitset? {
        let from = interval.isOpen ? nil : interval.from
        return leaf.required.reduce(into: nil as UserBitset?) { candidates, match in
            var users = UserBitset(universe: columns.userCount)
            forEachTable(of: match) { table, mask in
                markUsers(table, from: from, to: interval.to, mask: mask, in: &users)
            }
            if let others = candidates { users.and(others) }
            candidates = users
        }
    }

    /// The rows of all users who may pass, in any order, and each table's column of the key.
    private func entries() -> ([Entry], keys: [PropertyColumn?]) {
        var entries: [Entry] = []
        var keys: [PropertyColumn?] = []
        let candidates = candidates()
        var (isCut, look) = (false, Self.stride)
        let from = interval.isOpen ? nil : interval.from
        for name in leaf.events?.map(\.text) ?? columns.eventNames() {
            for table in columns.tables(of: name) where table.rowCount > 0 {
                guard table.zone.minTime < interval.to.ms,
                    interval.isOpen || table.zone.maxTime >= interval.from.ms
                else { continue }
                isCut = isCut || isOver()
                guard !isCut else { return (entries, keys) }
                let masks = masks(table, named: ExactName(name))
                guard !masks.isEmpty else { continue }
                // Of one match all rows that come pass it.
                let same = masks.count == 1 ? 1 << UInt64(masks[0].match) : 0 as UInt64
                let place = keys.count
                keys.append(leaf.key.flatMap { table.property($0.text) })
                let sequences = table.clientSequences
                forEachMatchingRow(table, from: from, to: interval.to, mask: union(masks)) {
                    user,
                    time,
                    offset,
                    row in
                    if entries.count >= look {
                        isCut = isCut || isOver()
                        look = entries.count + Self.stride
                    }
                    guard !isCut, candidates?[user] ?? true else { return }
                    var bits = same
                    if bits == 0 {
                        for (match, mask) in masks where mask?[row] ?? true {
                            bits |= 1 << UInt64(match)
                        }
                    }
                    entries.append(
                        Entry(
                            user: user.value,
                            row: UInt32(truncatingIfNeeded: row),
                            table: place,
                            order: EventOrder(
                                at: time,
                                clientSequence: sequences?.clientSequence(row),
                                position: offset
                            ),
                            bits: bits
                        )
                    )
                }
            }
        }
        return (entries, keys)
    }

    /// The rows of each match that may concern the table; no mask: all of them.
    private func masks(_ table: EventTable, named name: ExactName) -> [(match: Int, mask: RowMask?)]
    {
        leaf.matches.enumerated().filter { $0.element.concerns(name) }.map { index, _ in
            (index, masks[index].rows(of: table))
        }
    }

    /// The rows of any match; nil: all of them.
    private func union(_ masks: [(match: Int, mask: RowMask?)]) -> RowMask? {
        var union: RowMask?
        for (_, mask) in masks {
            guard let mask else { return nil }
            if union == nil { union = mask } else { union?.or(mask) }
        }
        return union
    }
}
