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

    /// The users per instant, in order.
    func users(_ limit: TrendLimit) throws -> [UInt64] {
        var users = Array(repeating: UInt64(0), count: instants.count)
        for history in histories {
            for (point, at) in instants.enumerated() {
                try limit.check()
                users[point] += UInt64(try history.slots(of: plan, at: at)[plan.root].count)
            }
        }
        return users
    }
}
