// Long questions on threads of their own: so many questions, each in as many parts as there are
// lanes.

import Kit
import Testing

@testable import Evaluator

@Suite(.timeLimit(.minutes(1)))
struct TrendThreadsTests {
    @Test("a question has as many parts as lanes, and however many those are, one is answered")
    func manyLanes() async throws {
        let threads = TrendThreads()
        let limit = QuestionLimit(clock: ManualClock(), untilNs: .max)
        for lanes in [1, 8, 9, 64] {
            let width = TrendThreads.width(lanes: lanes, partitions: 64)
            #expect(width == min(lanes, TrendThreads.widthMax))
            let parts = (0..<width).map { part in { @Sendable () throws in part } }
            let answers = try await threads.run(limit, parts: parts)
            #expect(answers.sorted() == Array(0..<width))
        }
        #expect(TrendThreads.width(lanes: 4, partitions: 0) == 1)
    }
}
