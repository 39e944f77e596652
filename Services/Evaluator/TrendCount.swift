// How many users a definition holds for at many instants, over columns that stand still.

import Basics
import Columns
import Segments

/// How many users a plan holds for at each of some instants, in columns that do not change.
struct TrendCount: Sendable {
    let plan: Plan
    let instants: [Timestamp]
    /// Snapshots, one per partition.
    let columns: [PartitionColumns]

    /// The users per instant, in order.
    func users(_ limit: TrendLimit) throws -> [UInt64] {
        var users = Array(repeating: UInt64(0), count: instants.count)
        for columns in columns {
            for (point, at) in instants.enumerated() {
                try limit.check()
                let slots = SetReader(columns: columns, at: at).slots(of: plan)
                users[point] += UInt64(slots[plan.root].count)
            }
        }
        return users
    }

    /// When the first event was; nil when there is none.
    static func firstEvent(of columns: [PartitionColumns]) -> Timestamp? {
        let firsts = columns.flatMap { columns in
            columns.eventNames().flatMap { columns.tables(of: $0) }
                .filter { $0.rowCount > 0 }
                .map(\.zone.minTime)
        }
        return firsts.min().map(Timestamp.init(ms:))
    }
}
