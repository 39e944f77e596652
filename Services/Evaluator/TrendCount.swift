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
            try history.cost(of: plan, at: instants.last ?? .earliest, memoryAlone: true)
                .check(memoryMax: memoryMax)
            let counts = try history.counts(of: plan, at: instants) { try limit.check() }
            for (point, count) in counts.enumerated() { users[point] += count }
        }
        return users
    }
}
