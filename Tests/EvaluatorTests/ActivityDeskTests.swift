// What a segment has told lately, over all of its versions.

import Basics
import Chassis
import Kit
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite(.timeLimit(.minutes(1)))
struct ActivityDeskTests {
    @Test("an update leaves the last days' activity as it is, and so does the next")
    func updated() async throws {
        let suite = try SuiteRig(partitions: 1, evaluators: 1)
        let lane = suite.nodes[0].lanes[0]
        let desk = ActivityDesk(
            feeds: FeedDoor(
                segments: suite.nodes[0].door,
                board: lane.board,
                shelf: lane.checkpoints.feeds
            )
        )
        let start = SystemClock().now - 3_600_000
        for (version, user) in [(1, "ann"), (2, "bob"), (3, "cid")] as [(UInt32, String)] {
            let stay = Stay.duration(ms: 86_400_000 * Int64(version))
            let bought = LiveDefinition(.action(Action(EventMatch(["Bought"]))), stay: stay)
            let at = start + Int64(version) * 60_000
            try suite.ingestion.write { logs in
                logs[0].logTime = at
                try logs[0].segment(
                    "buyers",
                    live: bought,
                    revision: UInt64(version),
                    version: version
                )
                try logs[0].event("Bought", by: user, at: at)
            }
            try await suite.feed()
        }
        let subject = EvaluationV1.Subject(kind: .segment("buyers"))
        let answer = try await desk.answer(.init(subject: subject), suite.call())
        #expect(answer.members == 3)
        #expect(answer.minutes.filter { $0.entered > 0 }.map(\.entered) == [1, 1, 1])
        #expect(answer.hours.reduce(0) { $0 + $1.entered } == 3)
        #expect(answer.latest.map(\.userID) == ["cid", "bob", "ann"])
        // Whose clock is days ahead sees nothing by it, and hides nothing from others.
        let ahead = EvaluationV1.ActivityRequest(
            subject: subject,
            atMs: (SystemClock().now + 5 * 86_400_000).ms,
            partitions: [0]
        )
        let early = try await desk.answer(ahead, suite.call())
        #expect(early.hours.allSatisfy { $0.entered == 0 })
        let again = try await desk.answer(.init(subject: subject), suite.call())
        #expect(again.minutes == answer.minutes && again.hours == answer.hours)
    }
}
