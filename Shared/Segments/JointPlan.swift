// Several definitions compiled into one program: what is equal among them is evaluated once.

import Basics

/// Several definitions made ready to be counted together, each exactly as a `Plan` of its own says.
///
/// A reader runs `steps` in order, each making its slot's result from earlier slots as in a `Plan`,
/// and lets go of the slots that `spent` names behind each. Equal sub-trees are one slot, in
/// whichever definition or segment within it they stand; what no answer needs is left out.
public struct JointPlan: Sendable {
    /// The slots of one definition.
    public struct Piece: Sendable, Hashable {
        /// Of its answer, within its universe.
        public let root: Int
        /// Of the users that it is taken against; nil: everybody.
        public let universe: Int?

        fileprivate var slots: [Int] { [root] + (universe.map { [$0] } ?? []) }
    }

    /// How much was asked, and how much of it is different.
    public struct Work: Sendable, Hashable {
        /// Sub-trees of every definition by itself, together.
        public var asked = 0
        /// The different ones: slots of the program.
        public var distinct = 0
        /// Those of `asked` that are leaves.
        public var leavesAsked = 0
        /// Those of `distinct` that are leaves.
        public var leavesDistinct = 0
        /// The passes over columns that these take.
        public var passes = 0
    }

    /// The definitions, in their order.
    public let pieces: [Piece]
    /// What to evaluate, each different one once.
    public let leaves: [Plan.Leaf]
    /// By leaf: itself and the leaves that the same pass over columns answers, since they count the
    /// same events and ask for other numbers of them; their steps stand one behind the other.
    public let passes: [Range<Int>]
    /// The program; step i makes slot i.
    public let steps: [Plan.Step]
    /// By slot: the slots that no later step reads, so that their results may go.
    public let spent: [[Int]]
    /// The most results that are kept at a time.
    public let keptMax: Int
    /// What sharing saves.
    public let work: Work

    fileprivate init(_ builder: PlanBuilder, _ pieces: [Piece]) {
        let all = builder.steps
        let (isNeeded, asked) = Self.needed(pieces, all)
        let order = Order(builder, isNeeded)
        var slotOf = [Int](repeating: -1, count: all.count)
        var leafOf = [Int](repeating: -1, count: builder.leaves.count)
        var (steps, leaves, passes): ([Plan.Step], [Plan.Leaf], [Range<Int>]) = ([], [], [])
        for slot in order.slots {
            if case .leaf(let leaf) = all[slot] {
                let pass = order.together[leaf]
                if pass.first == leaf {
                    let range = leaves.count..<leaves.count + pass.count
                    passes += Array(repeating: range, count: pass.count)
                }
                leafOf[leaf] = leaves.count
                leaves.append(builder.leaves[leaf])
            }
            slotOf[slot] = steps.count
            steps.append(all[slot].renumbered(slots: slotOf, leaves: leafOf))
        }
        work = Work(
            asked: asked.slots,
            distinct: steps.count,
            leavesAsked: asked.leaves,
            leavesDistinct: leaves.count,
            passes: passes.enumerated().count { $0.offset == $0.element.lowerBound }
        )
        self.leaves = leaves
        self.passes = passes
        self.steps = steps
        self.pieces = pieces.map {
            Piece(root: slotOf[$0.root], universe: $0.universe.map { slotOf[$0] })
        }
        (spent, keptMax) = Self.lives(steps, passes)
    }

    /// Which slots an answer needs, and how many each definition needs by itself, together.
    private static func needed(_ pieces: [Piece], _ steps: [Plan.Step])
        -> (isNeeded: [Bool], asked: (slots: Int, leaves: Int))
    {
        var (slots, leaves) = (0, 0)
        // The last definition that a slot was counted for.
        var seenBy = [Int](repeating: -1, count: steps.count)
        for (number, piece) in pieces.enumerated() {
            var waiting = piece.slots
            while let slot = waiting.popLast() {
                guard seenBy[slot] != number else { continue }
                seenBy[slot] = number
                slots += 1
                if case .leaf = steps[slot] { leaves += 1 }
                waiting += steps[slot].inputs
            }
        }
        return (seenBy.map { $0 >= 0 }, (slots, leaves))
    }

    /// Which slots end behind which step, and how many there are at most at a time.
    private static func lives(_ steps: [Plan.Step], _ passes: [Range<Int>])
        -> (spent: [[Int]], keptMax: Int)
    {
        var last = Array(steps.indices)
        for (slot, step) in steps.enumerated() {
            for input in step.inputs { last[input] = slot }
            // A pass makes all its results at once.
            guard case .leaf(let leaf) = step else { continue }
            last[slot] = slot + passes[leaf].upperBound - 1 - leaf
        }
        var spent = [[Int]](repeating: [], count: steps.count)
        for (slot, end) in last.enumerated() { spent[end].append(slot) }
        var (kept, most) = (0, 0)
        for ended in spent {
            kept += 1
            most = max(most, kept)
            kept -= ended.count
        }
        return (spent, most)
    }
}

/// The slots that are needed, each behind its inputs, the leaves of a pass one behind the other.
private struct Order {
    private(set) var slots: [Int] = []
    /// By leaf: the leaves of its pass that are needed, itself among them.
    private(set) var together: [[Int]]

    init(_ builder: PlanBuilder, _ isNeeded: [Bool]) {
        var slotOfLeaf = [Int?](repeating: nil, count: builder.leaves.count)
        for (slot, step) in builder.steps.enumerated() where isNeeded[slot] {
            if case .leaf(let leaf) = step { slotOfLeaf[leaf] = slot }
        }
        together = builder.leaves.indices.map { [$0] }
        for tally in builder.tallies {
            let needed = tally.filter { slotOfLeaf[$0] != nil }
            for leaf in needed { together[leaf] = needed }
        }
        for (slot, step) in builder.steps.enumerated() where isNeeded[slot] {
            guard case .leaf(let leaf) = step else {
                slots.append(slot)
                continue
            }
            // The first of a pass brings the others with it; a leaf may always come sooner.
            guard together[leaf].first == leaf else { continue }
            slots += together[leaf].compactMap { slotOfLeaf[$0] }
        }
    }
}

/// Compiles one definition after the other into a joint plan.
public struct JointPlanBuilder {
    private var builder = PlanBuilder(zone: .utc)
    private var pieces: [JointPlan.Piece] = []
    private let projectZone: Zone?

    /// Nothing yet; `projectZone` counts for definitions that name no zone.
    public init(projectZone: Zone?) { self.projectZone = projectZone }

    /// Makes a segment known that others use; those that it uses itself come before it.
    public mutating func use(_ segment: NestedSegment) throws(DefinitionProblem) {
        try Validation.require(segment.definition)
        let zone = try Zone.of(segment.definition, projectZone: projectZone)
        _ = builder.define(segment, zone: zone)
        if let problem = builder.problem { throw problem }
    }

    /// Adds the next definition.
    public mutating func add(_ definition: Definition) throws(DefinitionProblem) {
        try Validation.require(definition)
        let zone = try Zone.of(definition, projectZone: projectZone)
        let piece = builder.compile(definition, zone: zone)
        if let problem = builder.problem { throw problem }
        pieces.append(JointPlan.Piece(root: piece.root, universe: piece.universe))
    }

    /// The plan of all that were added.
    public var plan: JointPlan { JointPlan(builder, pieces) }
}

extension Plan.Step {
    /// The slots it reads.
    fileprivate var inputs: [Int] {
        switch self {
        case .leaf: []
        case .all(let inputs), .any(let inputs): inputs
        case .not(let input): [input]
        }
    }

    fileprivate func renumbered(slots: [Int], leaves: [Int]) -> Plan.Step {
        switch self {
        case .leaf(let leaf): .leaf(leaves[leaf])
        case .all(let inputs): .all(inputs.map { slots[$0] })
        case .any(let inputs): .any(inputs.map { slots[$0] })
        case .not(let input): .not(slots[input])
        }
    }
}
