// A question about some partitions, answered from their states: pure, but for the history it reads.

import Basics
import Columns
import Messages
import Segments

/// What is asked of one lane's partitions.
struct Question: Sendable {
    /// The compiled definition.
    let plan: Plan
    /// The project.
    let project: ProjectName
    /// The instant of the answer.
    let at: Timestamp
    /// Whether users are counted for every node, too.
    var nodeCounts = false
    /// How many users to draw, and the seed of the draw.
    var sample: (size: Int, seed: UInt64) = (0, 0)
    /// List users from this number on, so many and so many bytes at most.
    var members: (from: UserNumber, limit: Int, bytesMax: Int)?
    /// When to end before it is done; nil: never.
    var limit: QuestionLimit?
    /// The most memory it may take.
    ///
    /// Unit: bytes.
    var memoryMax = Int.max

    /// Whether to tell what the answer cost, rows and bytes as well.
    var wantsCost = false

    /// Counts that were made before, good while their partition is where it was.
    var known: [Partition: KeptCounts.Count] = [:]

    /// What partitions hold together.
    struct Tally: Sendable {
        var users: UInt64 = 0
        var universe: UInt64 = 0
        var nodeUsers: [UInt64] = []
        var sample: [EvaluationV1.SampledUser] = []
        var members: [String] = []
        var nextMember: UserNumber?
        /// What the answer cost at most.
        var cost = QuestionCost()
        /// What the answer is exact at, one per partition.
        var positions: [LogV1.Position] = []
        /// How far partitions must be read in one answer with these.
        var needed = NeededPositions()
        /// The counts that were not known.
        var fresh: [Partition: KeptCounts.Count] = [:]

        /// Adds a partition's counts.
        mutating func add(_ count: KeptCounts.Count) {
            users += count.users
            universe += count.universe
            cost.add(count.cost)
            for (node, users) in count.nodeUsers.enumerated() { nodeUsers[node] += users }
        }
    }

    /// Answers for partitions one after the other.
    func answer(_ states: [PartitionState]) throws(EvaluatorError) -> Tally {
        var tally = Tally()
        if nodeCounts { tally.nodeUsers = Array(repeating: 0, count: plan.definition.nodes.count) }
        tally.positions.reserveCapacity(states.count)
        if known.isEmpty { tally.fresh.reserveCapacity(states.count) }
        // By place: a state that is handed out is copied with all that it holds.
        for place in states.indices {
            tally.positions.append(states[place].position(in: project))
            tally.needed.add(states[place].needed(in: project))
            let (partition, next) = (states[place].partition, states[place].next)
            if let count = known[partition], count.next == next {
                tally.add(count)
                continue
            }
            guard let columns = states[place].projects[project] else { continue }
            let count = try add(columns, to: &tally, next: next)
            tally.add(count)
            tally.fresh[partition] = count
        }
        tally.sample = Sampling.lowest(tally.sample, sample.size)
        return tally
    }

    /// Adds whom one partition's history lists and draws, and gives its counts.
    func add(_ history: some History, to tally: inout Tally, next: LogOffset)
        throws(EvaluatorError) -> KeptCounts.Count
    {
        let cost = history.cost(of: plan, at: at, memoryAlone: !wantsCost)
        try cost.check(memoryMax: memoryMax)
        let slots = try history.slots(of: plan, at: at) { () throws(EvaluatorError) in
            try limit?.check()
        }
        let set = slots[plan.root]
        let universe = plan.universe.map { slots[$0] }
        // A part's users, too, are those of the definition's universe.
        let counts = (nodeCounts ? slots : []).map { slot -> UInt64 in
            guard let universe else { return UInt64(slot.count) }
            var part = slot
            part.and(universe)
            return UInt64(part.count)
        }
        if sample.size > 0 {
            var drawn: [EvaluationV1.SampledUser] = []
            set.forEach { number in
                guard let id = history.id(of: number) else { return }
                drawn.append(Sampling.draw(id, seed: sample.seed))
            }
            tally.sample += Sampling.lowest(drawn, sample.size)
        }
        if let members { list(set, history, members, &tally) }
        return KeptCounts.Count(
            next: next,
            users: UInt64(set.count),
            universe: UInt64(universe?.count ?? history.presentCount),
            nodeUsers: nodeCounts ? plan.slotOfNode.map { counts[$0] } : [],
            cost: cost
        )
    }

    private func list(
        _ set: UserBitset,
        _ history: some History,
        _ page: (from: UserNumber, limit: Int, bytesMax: Int),
        _ tally: inout Tally
    ) {
        var bytes = 0
        set.forEach { number in
            guard number >= page.from, tally.nextMember == nil,
                let id = history.id(of: number)
            else { return }
            // One at least, so that a listing always comes on.
            let hasRoom = tally.members.count < page.limit && bytes < page.bytesMax
            guard hasRoom || tally.members.isEmpty else {
                tally.nextMember = number
                return
            }
            tally.members.append(id.text)
            bytes += id.text.utf8.count + 4
        }
    }
}

/// Draws a sample that is the same for the same set and seed, on any number of evaluators.
enum Sampling {
    /// Most users of a sample.
    static let sizeMax = 1_000

    /// A user with the hash it is drawn by: XXH64 of the identifier's bytes under the seed.
    static func draw(_ user: UserID, seed: UInt64) -> EvaluationV1.SampledUser {
        EvaluationV1.SampledUser(
            rank: Checksum.xxh64(Array(user.text.utf8), seed: seed),
            userID: user.text
        )
    }

    /// Those with the lowest hashes, in their order.
    static func lowest(_ drawn: [EvaluationV1.SampledUser], _ size: Int)
        -> [EvaluationV1.SampledUser]
    {
        let ordered = drawn.sorted { one, other in
            one.rank == other.rank
                ? TextBytes.precedes(one.userID, other.userID) : one.rank < other.rank
        }
        return Array(ordered.prefix(size))
    }
}
