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
    /// Whether the rest is of no use any more; once it is, it stays so.
    ///
    /// Asked within a leaf, before every piece of the columns: what is read so far is then cut off.
    var isOver: () -> Bool = { false }

    /// The sets of all slots of the plan's program, in order; the answer is slot `plan.root`.
    func slots(of plan: Plan) -> [UserBitset] { slots(of: plan) { () throws(Never) in } }

    /// The same; `check` is asked before every leaf and behind the last one, and may end it.
    func slots<Failure: Error>(of plan: Plan, _ check: () throws(Failure) -> Void) throws(Failure)
        -> [UserBitset]
    {
        let leaves = try plan.leaves.map { leaf throws(Failure) in
            try check()
            return users(leaf)
        }
        // The last leaf may have been cut off.
        try check()
        var slots: [UserBitset] = []
        slots.reserveCapacity(plan.steps.count)
        // Whoever lost every record with an import is in no set, nor in what a set leaves out.
        let present = columns.present
        for step in plan.steps {
            var set = result(of: step, leaf: { leaves[$0] }, slot: { slots[$0] })
            if let present { set.and(present) }
            slots.append(set)
        }
        return slots
    }

    /// What a step makes of leaves and of slots before it; users of whom nothing is left may be in.
    func result<Failure: Error>(
        of step: Plan.Step,
        leaf: (Int) throws(Failure) -> UserBitset,
        slot: (Int) -> UserBitset
    ) throws(Failure) -> UserBitset {
        switch step {
        case .leaf(let number): return try leaf(number)
        case .all(let inputs):
            guard let first = inputs.first else {
                return UserBitset(universe: columns.userCount, all: true)
            }
            var set = slot(first)
            for input in inputs.dropFirst() { set.and(slot(input)) }
            return set
        case .any(let inputs):
            guard let first = inputs.first else { return UserBitset(universe: columns.userCount) }
            var set = slot(first)
            for input in inputs.dropFirst() { set.or(slot(input)) }
            return set
        case .not(let input):
            var set = slot(input)
            set.invert()
            return set
        }
    }

    /// The users for whom a leaf holds.
    func users(_ leaf: Plan.Leaf) -> UserBitset {
        switch leaf {
        case .events(let leaf): EventLeafReader(leaf, columns, at: at, isOver: isOver).users()
        case .ordered(let leaf): OrderedLeafReader(leaf, columns, at: at, isOver: isOver).users()
        case .user(let leaf): users(leaf)
        case .bucket(let leaf): users(leaf)
        }
    }

    /// The users for whom each of some leaves holds that one pass answers.
    func users(_ pass: ArraySlice<Plan.Leaf>) -> [UserBitset] {
        let counts = pass.compactMap { leaf in
            if case .events(let leaf) = leaf { leaf.count } else { nil }
        }
        guard pass.count > 1, counts.count == pass.count, case .events(let first)? = pass.first
        else { return pass.map(users) }
        return EventLeafReader(first, columns, at: at, isOver: isOver).users(by: counts)
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
        let versions = columns.versions(of: leaf.property.text)
        guard leaf.filter.matches(nil, at: at) else {
            return versions.users(at: at, universe: universe) { column, mask in
                FilterMask(filter: leaf.filter, at: at).narrow(column, &mask)
            }
        }
        // MISSING is the one comparison that an absent value passes, and no value does.
        var users = versions.users(at: at, universe: universe) { _, _ in }
        users.invert()
        return users
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
            mask.and(column, decimals: range) { number in
                filter.matches(Number(number).map(PropertyValue.number), at: at)
            }
        } else if filter.passesTextsOnly, let codes = codes(column) {
            mask.and(column, codes: codes)
        } else {
            mask.and(column) { value in filter.matches(value, at: at) }
        }
    }

    /// The texts of a column that pass; nil for those of the tail, which all its columns share.
    ///
    /// Most partitions know the same few texts, which are judged once for all of them.
    private func codes(_ column: PropertyColumn) -> PassingCodes? {
        guard let texts = column.fewTexts else {
            let dictionary = column.dictionary
            return dictionary.isOfColumnAlone ? PassingCodes(judge(dictionary)) : nil
        }
        if let last = filter.judged.last(as: JudgedTexts.self), last.texts == texts {
            return last.codes
        }
        let codes = PassingCodes(judge(column.dictionary))
        filter.judged.keep(JudgedTexts(texts, codes))
        return codes
    }

    /// Which of some texts pass.
    private final class JudgedTexts: Sendable {
        let texts: DictionaryTexts
        let codes: PassingCodes

        init(_ texts: DictionaryTexts, _ codes: PassingCodes) {
            self.texts = texts
            self.codes = codes
        }
    }

    private func judge(_ dictionary: TextDictionary) -> [Bool] {
        guard let texts = filter.exactTexts else {
            var codes: [Bool] = []
            codes.reserveCapacity(dictionary.count)
            dictionary.forEach { codes.append(filter.matches(.text($0), at: at)) }
            return codes
        }
        var codes = [Bool](repeating: false, count: dictionary.count)
        for text in texts {
            if let code = dictionary.code(of: text) { codes[Int(code)] = true }
        }
        return codes
    }
}

extension CompiledFilter {
    /// Whether nothing but texts can pass.
    fileprivate var passesTextsOnly: Bool {
        switch filter.operator {
        case .contains, .startsWith, .endsWith: true
        case .equals, .in:
            filter.operands.allSatisfy { operand in
                switch operand {
                case .value(.text), .version: true
                default: false
                }
            }
        case .lessThan, .atMost, .greaterThan, .atLeast, .between:
            filter.operands.allSatisfy { operand in
                if case .version = operand { true } else { false }
            }
        default: false
        }
    }

    /// The texts that pass, where they are said as they are; nil: each text has to be asked.
    fileprivate var exactTexts: [String]? {
        guard [.equals, .in].contains(filter.operator), !filter.ignoreCase else { return nil }
        var texts: [String] = []
        for operand in filter.operands {
            guard case .value(.text(let text)) = operand else { return nil }
            texts.append(text)
        }
        return texts
    }
}
