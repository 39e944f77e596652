// A definition compiled: which leaves to evaluate, and the boolean program over their results.

public import Basics

/// A definition made ready to be answered, by a set reader over columns or for one user.
///
/// A reader evaluates every leaf once, to a set of users or to one bool, then runs `steps` in
/// order: each makes its slot's result from earlier slots. The answer is slot `root`. Equal
/// sub-trees share one slot, `didNot` shares the leaf of its `did`; those of segments that the
/// definition uses are compiled into the same program.
public struct Plan: Sendable {
    /// One step of the program; its inputs are slots before its own.
    public enum Step: Sendable, Hashable {
        /// The result of `leaves[index]`.
        case leaf(Int)
        /// The slots' intersection; without slots: every user.
        case all([Int])
        /// The slots' union; without slots: no user.
        case any([Int])
        /// The universe without the slot.
        case not(Int)
    }

    /// What a leaf reads.
    public enum Leaf: Sendable {
        /// Events of a user.
        case events(EventLeaf)
        /// A property of a user.
        case user(UserLeaf)
        /// The order of a user's events.
        case ordered(OrderedLeaf)
        /// The user's identifier.
        case bucket(BucketLeaf)
    }

    /// A definition within the program: the one asked about, or a segment that it uses.
    struct Piece: Sendable {
        let definition: Definition
        /// The zone of its dates and calendar windows.
        let zone: Zone
        let slotOfNode: [Int]
        /// The slot of the answer: of node 0, within the universe.
        let root: Int
        /// The slot of the universe; nil: everybody.
        let universe: Int?
        /// The slots of the nodes that are made of several leaves.
        let partsOfNode: [Int: [Int]]
    }

    /// The definition itself.
    let whole: Piece
    /// The segments it uses.
    let nested: [ExactName: Piece]
    /// The definition it was made from; it is valid.
    public var definition: Definition { whole.definition }
    /// The zone of its dates and calendar windows.
    public var zone: Zone { whole.zone }
    /// What to evaluate, each different one once.
    public let leaves: [Leaf]
    /// The program; step i makes slot i.
    public let steps: [Step]
    /// The slot of the answer.
    public var root: Int { whole.root }
    /// The slot of the users that the definition is taken against; nil: everybody.
    public var universe: Int? { whole.universe }
    /// The slot of each node of the definition, for the sizes of its parts.
    public var slotOfNode: [Int] { whole.slotOfNode }
    /// Which events and properties it reads.
    public let mentions: Mentions
    /// The windows of the nodes that have one, in the order of the nodes.
    private let windows: [(node: Int, window: CompiledWindow)]

    /// Compiles a definition; throws its first error when it is not valid.
    ///
    /// Linear in its size. `projectZone` counts when the definition names no zone; `nested` are the
    /// segments that it uses, each behind those it uses itself (`Nesting`).
    public init(
        _ definition: Definition,
        projectZone: Zone? = nil,
        nested segments: [NestedSegment] = []
    ) throws(DefinitionProblem) {
        try Validation.require(definition)
        let zone = try Zone.of(definition, projectZone: projectZone)
        var builder = PlanBuilder(zone: zone)
        var pieces: [ExactName: Piece] = [:]
        for segment in segments {
            try Validation.require(segment.definition)
            let own = try Zone.of(segment.definition, projectZone: projectZone)
            pieces[segment.name] = builder.define(segment, zone: own)
        }
        whole = builder.compile(definition)
        if let problem = builder.problem { throw problem }
        nested = pieces
        leaves = builder.leaves
        steps = builder.steps
        mentions = builder.mentions
        windows = builder.windows.reversed()
    }

    /// What a segment that the definition uses means; nil: it uses none of that name.
    public func meaning(of segment: ExactName) -> Definition? { nested[segment]?.definition }

    /// The interval of every `did` and `didNot` at an instant, by node, for the answer.
    public func resolvedWindows(at instant: Timestamp) -> [ResolvedWindow] {
        windows.map { ResolvedWindow(node: $0.node, interval: $0.window.resolve(at: instant)) }
    }

    /// Runs the program over the leaves' results for one user; answers every slot's result.
    public func run(_ leafResults: [Bool]) -> [Bool] {
        precondition(leafResults.count == leaves.count, "every leaf has one result")
        var slots: [Bool] = []
        slots.reserveCapacity(steps.count)
        for step in steps {
            switch step {
            case .leaf(let leaf): slots.append(leafResults[leaf])
            case .all(let inputs): slots.append(inputs.allSatisfy { slots[$0] })
            case .any(let inputs): slots.append(inputs.contains { slots[$0] })
            case .not(let input): slots.append(!slots[input])
            }
        }
        return slots
    }
}

/// A leaf over events: those of `events` that pass `filters` inside `window`, counted and added.
///
/// One object, since lanes hand it on often.
public final class EventLeaf: Sendable {
    /// Any of these names, each once; empty: any event at all.
    public let events: [ExactName]
    /// All of these must hold of the event.
    public let filters: [CompiledFilter]
    /// All of these must hold of the user as of the event.
    public let userFilters: [CompiledFilter]
    /// Which events count by their instant.
    public let window: CompiledWindow
    /// Which events count by their local time; nil: all.
    public let times: CompiledTimes?
    /// How many there must be.
    public let count: CountTest
    /// What they must add up to besides.
    public let sums: [SumTest]
    /// Which events count, but for the window.
    public let match: CompiledMatch

    init(
        _ match: CompiledMatch,
        within window: CompiledWindow,
        _ count: CountTest,
        _ sums: [SumTest]
    ) {
        events = match.events
        filters = match.filters
        userFilters = match.userFilters
        times = match.times
        self.match = match
        self.window = window
        self.count = count
        self.sums = sums
    }

    /// Whether a user with so many matching events and these sums (in the order of `sums`, of the
    /// numbers those events have) passes.
    public func accepts(count found: Int, sums totals: [ExactSum]) -> Bool {
        guard count.matches(found) else { return false }
        for (sum, test) in zip(totals, sums) where !test.matches(sum, events: found) {
            return false
        }
        return true
    }

    /// Whether a user without any matching event passes: most leaves start from the empty set,
    /// these from everybody.
    public var acceptsNone: Bool {
        accepts(count: 0, sums: sums.map { _ in ExactSum() })
    }

    /// Whether events of this name may count.
    public func concerns(_ event: ExactName) -> Bool {
        events.isEmpty || events.contains(event)
    }
}

/// A leaf over the value of a user's property in force at the answer's instant.
public struct UserLeaf: Sendable {
    /// The comparison; an absent property is asked as nil.
    public let filter: CompiledFilter
    /// The property.
    public var property: ExactName { filter.filter.property }
}

/// Which events and properties a plan reads, so that others need not be touched.
public struct Mentions: Sendable, Hashable {
    /// Whether some leaf counts any event at all.
    public var anyEvent = false
    /// The events named, with the properties read of each (for filters and sums).
    public var events: [ExactName: Set<ExactName>] = [:]
    /// The properties read of any event at all.
    public var propertiesOfAnyEvent: Set<ExactName> = []
    /// The properties of users.
    public var userProperties: Set<ExactName> = []
    /// The properties of users whose value at the instants of events counts.
    public var pastUserProperties: Set<ExactName> = []
}
