// Who waits to hear of members, and why: what was done just now counts more than a correction.

import Basics
import Segments
import Testing

@testable import Evaluator

@Suite struct WaitingMembersTests {
    private func entry(_ user: UInt32) -> TimerQueue.Entry {
        TimerQueue.Entry(due: Timestamp(ms: 5), order: 1, user: UserNumber(user))
    }

    @Test("entries come in their turn, each with the correction that alone has it wait")
    func causes() {
        var waiting = WaitingMembers()
        waiting.push(entry(2), because: .correction)
        waiting.push(entry(1), because: .record)
        waiting.push(entry(3), because: .definition)
        waiting.push(entry(2), because: .timer)
        waiting.push(entry(3), because: .correction)
        #expect(waiting.first == entry(1))
        var told: [(UInt32, LiveChange.Cause?)] = []
        while let next = waiting.pop() { told.append((next.entry.user.value, next.correction)) }
        // One that stands there twice has heard of everything with the first.
        #expect(told.map(\.0) == [1, 2, 2, 3, 3])
        #expect(told.map(\.1) == [nil, nil, nil, .definition, nil])
    }
}
