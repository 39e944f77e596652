// Sums of what peers say: right where they can be, and never the end of the process.

import Messages
import Testing

@testable import Evaluator

@Suite struct SaturatingSumTests {
    @Test("sums stop at the largest number")
    func sums() {
        #expect((3 as UInt64).saturating(4) == 7)
        #expect(UInt64.max.saturating(1) == .max)
        #expect([1, UInt64.max].saturating([2, 2]) == [3, .max])
        #expect([UInt64]().saturating([5]) == [5])
    }

    @Test("an owner that claims the largest number of members ends nobody who asks it")
    func members() {
        var answer = EvaluationV1.ActivityResponse(members: 5)
        FeedTally.add(EvaluationV1.ActivityResponse(members: .max), to: &answer)
        #expect(answer.members == .max)
    }
}
