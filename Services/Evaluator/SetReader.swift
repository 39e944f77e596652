// The set reader: a whole plan over one partition's columns, to the set of users of every slot.

import Basics
import Columns
import Segments

/// Evaluates a plan for every user of a (project, partition) at one instant.
struct SetReader {
    /// The columns to read.
    let columns: PartitionColumns
    /// The instant of the answer.
    let at: Timestamp

    /// The sets of all slots of the plan's program, in order; the answer is slot `plan.root`.
    func slots(of plan: Plan) -> [UserBitset] { slots(of: plan) { () throws(Never) in } }

    /// The same; `check` is asked before every leaf and may end it.
    func slots<Failure: Error>(of plan: Plan, _ check: () throws(Failure) -> Void) throws(Failure)
        -> [UserBitset]
    {
        let universe = columns.userCount
        let leaves = try plan.leaves.map { leaf throws(Failure) in
            try check()
            return switch leaf {
            case .events(let leaf): EventLeafReader(leaf, columns, at: at).users()
            case .ordered(let leaf): OrderedLeafReader(leaf, columns, at: at).users()
            case .user(let leaf): users(leaf)
            case .bucket(let leaf): users(leaf)
            }
        }
        var slots: [UserBitset] = []
        slots.reserveCapacity(plan.steps.count)
        // Whoever lost every record with an import is in no set, nor in what a set leaves out.
        let present = columns.present
        for step in plan.steps {
            switch step {
            case .leaf(let leaf): slots.append(leaves[leaf])
            case .all(let inputs):
                var set = UserBitset(universe: universe, all: true)
                for input in inputs { set.and(slots[input]) }
                slots.append(set)
            case .any(let inputs):
                var set = UserBitset(universe: universe)
                for input in inputs { set.or(slots[input]) }
                slots.append(set)
            case .not(let input):
                var set = slots[input]
                set.invert()
                slots.append(set)
            }
            if let present { slots[slots.count - 1].and(present) }
        }
        return slots
    }

    /// The users whose identifiers fall into the bucket.
    private func users(_ leaf: BucketLeaf) -> UserBitset {
        var users = UserBitset(universe: columns.userCount)
        var bytes = leaf.prefix
        for number in 0..<UInt32(columns.userCount) {
            bytes.removeLast(bytes.count - leaf.prefix.count)
            let isIn = columns.withID(of: UserNumber(number)) { id in
                for index in id.indices { bytes.append(id[index]) }
                return leaf.containsUser(behindPrefix: bytes)
            }
            if isIn == true { users.insert(UserNumber(number)) }
        }
        return users
    }

    /// The users whose property in force passes the leaf's filter.
    private func users(_ leaf: UserLeaf) -> UserBitset {
        let universe = columns.userCount
        let values = columns.versions(of: leaf.property.text).latest(at: at, universe: universe)
        var passing = values.users { column, mask in
            FilterMask(filter: leaf.filter, at: at).narrow(column, &mask)
        }
        if leaf.filter.matches(nil, at: at) {
            // MISSING is the one comparison that an absent value passes.
            var absent = values.present
            absent.invert()
            passing.or(absent)
        }
        return passing
    }
}

/// Narrows a mask of rows to those whose property passes a filter.
struct FilterMask {
    let filter: CompiledFilter
    let at: Timestamp

    /// Texts are compared once per distinct text, numbers without making values of them.
    func narrow(_ column: PropertyColumn?, _ mask: inout RowMask) {
        guard let column else {
            if !filter.matches(nil, at: at) { mask = RowMask(rowCount: mask.rowCount, all: false) }
            return
        }
        if let range = filter.decimalRange {
            narrow(column, to: range, &mask)
            return
        }
        mask.and(column) { value in filter.matches(value, at: at) }
    }

    /// The fast way of a plain number comparison: decimals by their ten-thousandths.
    private func narrow(
        _ column: PropertyColumn,
        to range: ClosedRange<Int64>,
        _ mask: inout RowMask
    ) {
        mask.and(column) { tag, payload in
            switch tag {
            case .decimal: range.contains(Int64(bitPattern: payload))
            case .double:
                filter.matches(Payload.number(tag, payload).map(PropertyValue.number), at: at)
            default: false
            }
        }
    }
}
