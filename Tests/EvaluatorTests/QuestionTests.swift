// Questions over partitions: sums, samples, listings; what belongs together however it is spread.

import Basics
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct QuestionTests {
    private static let projectName = shop

    /// 300 users over so many partitions, by the home of their ids; two of three have charged.
    private static func states(_ count: Int) throws -> [PartitionState] {
        let partitions = try #require(PartitionCount(count))
        var logs = [LogScript](repeating: LogScript(), count: count)
        for number in 0..<300 {
            let id = "user-\(number)"
            let home = Int(partitions.home(project: shop, identifier: id).index)
            logs[home].user(id)
            if number % 3 > 0 { try logs[home].event("Charged", by: id, at: day(1)) }
        }
        return try logs.enumerated().map { index, log in
            var state = PartitionState(Partition(index: UInt16(index)))
            _ = try state.apply(log.records)
            return state
        }
    }

    private static func question() throws -> Question {
        Question(plan: try Plan(did("Charged")), project: shop, at: day(9))
    }

    @Test(
        "a sample is the same for a seed, however partitions are spread over evaluators and lanes"
    )
    func sample() throws {
        var question = try Self.question()
        var drawn: Set<[String]> = []
        for seed in [0, 1, 0xFFFF_FFFF_FFFF] as [UInt64] {
            question.sample = (10, seed)
            var samples: Set<[String]> = []
            for count in [1, 2, 7, 16] {
                let states = try Self.states(count)
                for parts in [1, 2, 5] {
                    let answers = try (0..<parts).map { part in
                        let own = states.enumerated().filter { $0.offset % parts == part }
                        let tally = try question.answer(own.map(\.element))
                        return EvaluationV1.EvaluateResponse(
                            users: tally.users,
                            universe: tally.universe,
                            sample: tally.sample
                        )
                    }
                    let sum = AnswerSum(answers)
                    #expect(sum.users == 200 && sum.universe == 300)
                    samples.insert(Sampling.lowest(sum.sample, 10).map(\.userID))
                }
            }
            #expect(samples.count == 1)
            #expect(samples.first?.count == 10)
            drawn.formUnion(samples)
        }
        #expect(drawn.count == 3, "another seed draws others")
    }

    @Test("a sample of more than there are is all of them; of equal hashes the first by bytes")
    func sampleEnds() throws {
        var question = try Self.question()
        question.sample = (1_000, 3)
        #expect(try question.answer(Self.states(4)).sample.count == 200)
        let ties = ["b", "a", "c"].map { EvaluationV1.SampledUser(rank: 7, userID: $0) }
        #expect(Sampling.lowest(ties, 2).map(\.userID) == ["a", "b"])
        #expect(Sampling.lowest(ties, 0).isEmpty)
    }

    @Test("a listing goes on where it ended, and never stands still")
    func listing() throws {
        let states = try Self.states(1)
        for (limit, bytesMax) in [(1, 9_999), (7, 9_999), (500, 40), (500, 1), (500, 0), (0, 0)] {
            var question = try Self.question()
            var members: [String] = []
            var from = UserNumber(0)
            var pages = 0
            while pages <= 300 {
                question.members = (from, limit, bytesMax)
                let tally = try question.answer(states)
                #expect(!tally.members.isEmpty && tally.members.count <= max(limit, 1))
                members += tally.members
                pages += 1
                guard let next = tally.nextMember else { break }
                #expect(next > from)
                from = next
            }
            #expect(Set(members).count == 200 && members.count == 200)
        }
    }

    @Test("the answer says the positions of the very states it was made from")
    func positions() throws {
        var states = try Self.states(3)
        try states[1].pass(Timestamp(ms: 77))
        let tally = try Self.question().answer(states)
        #expect(tally.positions == states.map { $0.position(in: shop) })
        #expect(tally.positions[1].watermarkMs == 77)
    }

    @Test("a project or a partition without users is counted as none, for every node")
    func nothing() throws {
        var question = Question(
            plan: try Plan(
                Definition(nodes: [.not(Not(1)), .did(Did(EventMatch(["Charged"])))])
            ),
            project: try #require(ProjectName("app")),
            at: day(9)
        )
        question.nodeCounts = true
        question.sample = (5, 0)
        question.members = (UserNumber(0), 10, 1_000)
        let tally = try question.answer(try Self.states(2))
        #expect(tally.users == 0 && tally.universe == 0 && tally.nodeUsers == [0, 0])
        #expect(tally.sample.isEmpty && tally.members.isEmpty && tally.nextMember == nil)
        #expect(tally.positions.count == 2)
    }
}
