// How many users a definition holds for at many instants, over histories that stand still.

import Basics
import Columns
import Segments

/// How many users a plan holds for at each of some instants, in histories that do not change.
struct TrendCount: Sendable {
    let plan: Plan
    let instants: [Timestamp]
    /// Snapshots, one per partition.
    let histories: [any History]
    /// The most memory it may take.
    ///
    /// Unit: bytes.
    var memoryMax = Int.max

    /// The users per instant, in order.
    func users(_ limit: QuestionLimit) throws -> [UInt64] {
        var users = Array(repeating: UInt64(0), count: instants.count)
        for history in histories {
            for (point, at) in instants.enumerated() {
                try history.cost(of: plan, at: at).check(memoryMax: memoryMax)
                let slots = try history.slots(of: plan, at: at, limit.check)
                users[point] += UInt64(slots[plan.root].count)
            }
        }
        return users
    }
}
