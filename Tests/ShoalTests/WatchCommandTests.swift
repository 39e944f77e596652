// Tests of the order in which a segment's changes are printed.

import Messages
import Testing

@testable import ShoalCommand

@Suite struct WatchCommandTests {
    private func page(_ partition: UInt32, logTimes: [Int64]) -> EvaluationV1.PartitionChanges {
        EvaluationV1.PartitionChanges(
            cursor: EvaluationV1.FeedCursor(partition: partition),
            changes: logTimes.enumerated().map { index, ms in
                EvaluationV1.MembershipChange(sequence: UInt64(index + 1), logTimeMs: ms)
            }
        )
    }

    @Test("of a partition changes are printed in their order, among partitions by log time")
    func order() {
        // A timer found to be overdue: its log time is before that of the change before it.
        let lines = WatchCommand.lined([
            page(0, logTimes: [4_000, 2_000, 6_000]), page(1, logTimes: [1_000, 3_000, 5_000]),
        ])
        let said = lines.map { "\($0.partition): \($0.change.sequence)" }
        #expect(said == ["1: 1", "1: 2", "0: 1", "0: 2", "1: 3", "0: 3"])
    }
}
