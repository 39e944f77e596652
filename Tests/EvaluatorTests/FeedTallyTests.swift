// What a feed told lately: counted by minute and hour, forgotten when it is old, summed.

import Basics
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct FeedTallyTests {
    private static let minute: Int64 = 60_000
    private static let now = Timestamp(ms: 1_750_000_000_000)

    private func record(_ sequence: UInt64, _ kind: LiveChange.Kind, minutesAgo: Int64)
        -> FeedRecord
    {
        let at = Self.now - minutesAgo * Self.minute
        return FeedRecord(
            feed: FeedID(project: shop, revision: 1),
            sequence: sequence,
            user: UserNumber(UInt32(sequence)),
            change: LiveChange(
                kind,
                at: at,
                occurrence: 1,
                isMember: kind == .entered,
                cause: .record
            ),
            position: LogOffset(sequence),
            logTime: at,
            mark: LogOffset(sequence),
            isTurn: true
        )
    }

    private func answer(_ tally: FeedTally, at now: Timestamp = now)
        -> EvaluationV1.ActivityResponse
    {
        var answer = EvaluationV1.ActivityResponse()
        tally.add(to: &answer, at: now)
        return answer
    }

    @Test("each change counts in its minute and its hour, and in no other")
    func counts() {
        var tally = FeedTally()
        tally.count(record(1, .entered, minutesAgo: 47 * 60))
        tally.count(record(2, .entered, minutesAgo: 59))
        tally.count(record(3, .left, minutesAgo: 1))
        tally.count(record(4, .retracted, minutesAgo: 0))
        tally.count(record(5, .entered, minutesAgo: 0))
        let told = answer(tally)
        #expect(told.minutes.count == 60)
        #expect(told.hours.count == 48)
        #expect(told.minutes.map(\.entered) == [1] + Array(repeating: 0, count: 58) + [1])
        #expect(told.minutes.suffix(2).map(\.left) == [1, 0])
        #expect(told.minutes.last?.retracted == 1)
        #expect(told.hours.first?.entered == 1)
        #expect(told.hours.reduce(0) { $0 + $1.entered } == 3)
        #expect(told.hours.allSatisfy { $0.fromMs % 3_600_000 == 0 })
        #expect(told.minutes.last.map { $0.fromMs + Self.minute > Self.now.ms } == true)
    }

    @Test("what is too old is forgotten, and what is young is not")
    func forgets() {
        var tally = FeedTally()
        tally.count(record(1, .entered, minutesAgo: 59))
        tally.count(record(2, .entered, minutesAgo: 0))
        let later = Self.now + 2 * Self.minute
        tally.forget(before: later)
        let told = answer(tally, at: later)
        #expect(told.minutes.reduce(0) { $0 + $1.entered } == 1)
        #expect(told.hours.reduce(0) { $0 + $1.entered } == 2)
        #expect(tally.latest.map(\.sequence) == [1, 2])
    }

    @Test("owners' parts are summed minute by minute, and the latest of all are kept")
    func sums() {
        var one = FeedTally()
        for sequence in 1...30 { one.count(record(UInt64(sequence), .entered, minutesAgo: 5)) }
        var sum = answer(one)
        sum.latest = (1...30).map {
            EvaluationV1.MembershipChange(userID: "old-\($0)", logTimeMs: 1)
        }
        var part = answer(one)
        part.members = 3
        part.latest = [EvaluationV1.MembershipChange(userID: "new", logTimeMs: 2)]
        FeedTally.add(part, to: &sum)
        #expect(sum.members == 3)
        #expect(sum.minutes.map(\.entered).max() == 60)
        #expect(sum.latest.count == FeedTally.latestMax)
        #expect(sum.latest.first?.userID == "new")
    }
}
