// The sizes of many segments over the same partitions, each different sub-tree evaluated once.

import Basics
import Columns
import Messages
import Segments

/// A joint plan, counted over columns that stand still.
struct SizesQuestion: Sendable {
    /// Most segments of one call: a page of `Segments/List`.
    static let segmentsMax = 1_000
    /// Most conditions of all of them and of the segments they use: twenty of the largest
    /// definitions, compiled within a fraction of a second.
    static let conditionsMax = 20_000
    /// Most bytes of what they mean, which goes to every owner: a client's frame.
    static let definitionsBytesMax = Limits.trackBatchBytes

    let plan: JointPlan
    let at: Timestamp
    /// The most memory it may take.
    ///
    /// Unit: bytes.
    var memoryMax = Int.max

    /// What partitions hold together.
    func answer(_ partitions: [PartitionColumns], _ limit: QuestionLimit) throws(EvaluatorError)
        -> EvaluationV1.SizesPartResponse
    {
        var sum = SizesSum(count: plan.pieces.count)
        for columns in partitions { sum.add(try answer(columns, limit)) }
        return EvaluationV1.SizesPartResponse(sizes: sum.sizes, work: sum.work)
    }

    /// One partition's part: what is evaluated is counted as it is done.
    private func answer(_ columns: PartitionColumns, _ limit: QuestionLimit)
        throws(EvaluatorError) -> EvaluationV1.SizesPartResponse
    {
        let cost = QuestionCost(plan.leaves, sets: plan.keptMax, over: columns, at: at)
        try cost.check(memoryMax: memoryMax)
        var work = EvaluationV1.SharedWork(memoryBytes: UInt64(cost.memoryBytes))
        var reader = SetReader(columns: columns, at: at)
        reader.isOver = {
            do throws(EvaluatorError) { try limit.check() } catch { return true }
            return false
        }
        let present = columns.present
        var users = [UInt64](repeating: 0, count: plan.steps.count)
        var kept: [Int: UserBitset] = [:]
        // What a pass has answered for the leaves behind its first.
        var answered: [Int: UserBitset] = [:]
        for (slot, step) in plan.steps.enumerated() {
            var set = try reader.result(
                of: step,
                leaf: { number throws(EvaluatorError) in
                    work.leavesEvaluated += 1
                    if let users = answered.removeValue(forKey: number) { return users }
                    try limit.check()
                    work.passes += 1
                    let pass = plan.passes[number]
                    let sets = reader.users(plan.leaves[pass])
                    for (leaf, users) in zip(pass, sets).dropFirst() { answered[leaf] = users }
                    return sets[0]
                },
                slot: { slot in
                    guard let set = kept[slot] else {
                        preconditionFailure("a plan keeps what it reads")
                    }
                    return set
                }
            )
            if let present { set.and(present) }
            users[slot] = UInt64(set.count)
            kept[slot] = set
            work.evaluated += 1
            work.setsKept = max(work.setsKept, UInt64(kept.count))
            for ended in plan.spent[slot] { kept[ended] = nil }
        }
        // The last pass may have been cut off.
        try limit.check()
        let everybody = UInt64(columns.presentCount)
        let sizes = plan.pieces.map { piece in
            EvaluationV1.SegmentSize(
                users: users[piece.root],
                universe: piece.universe.map { users[$0] } ?? everybody
            )
        }
        return EvaluationV1.SizesPartResponse(sizes: sizes, work: work)
    }
}

/// Parts of an answer added up: users of different partitions never overlap.
struct SizesSum {
    private(set) var sizes: [EvaluationV1.SegmentSize]
    private(set) var work = EvaluationV1.SharedWork()
    private(set) var positions: [LogV1.Position] = []
    private(set) var tookUs: UInt64 = 0

    /// Nothing yet of so many segments.
    init(count: Int) {
        sizes = Array(repeating: EvaluationV1.SegmentSize(), count: count)
    }

    /// Adds what other partitions hold; what a peer says must not end the process.
    mutating func add(_ part: EvaluationV1.SizesPartResponse) {
        for (index, size) in zip(sizes.indices, part.sizes) {
            sizes[index].users = sizes[index].users.saturating(size.users)
            sizes[index].universe = sizes[index].universe.saturating(size.universe)
        }
        if let other = part.work {
            work.evaluated = work.evaluated.saturating(other.evaluated)
            work.leavesEvaluated = work.leavesEvaluated.saturating(other.leavesEvaluated)
            work.passes = work.passes.saturating(other.passes)
            work.setsKept = max(work.setsKept, other.setsKept)
            work.memoryBytes = max(work.memoryBytes, other.memoryBytes)
        }
        positions += part.positions
        tookUs = max(tookUs, part.tookUs)
    }

}
