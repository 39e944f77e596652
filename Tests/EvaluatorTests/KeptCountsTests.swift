// Counts that are kept: read again while nothing moved, made anew as soon as something did.

import Basics
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct KeptCountsTests {
    @Test("asked again, a count is the same; after another record it is made anew")
    func life() async throws {
        let rig = try SuiteRig()
        try rig.charge((0..<20).map { "user-\($0)" })
        try await rig.feed()
        let subject = try subject(did("Charged"))
        func count() async throws -> UInt64 {
            try await rig.nodes[0].door.count(
                .init(subject: subject, atMs: day(9).ms),
                rig.call()
            ).users
        }
        #expect(try await count() == 20)
        #expect(try await count() == 20)
        try rig.charge(["late"])
        try await rig.feed()
        #expect(try await count() == 21)
    }

    @Test("asked again, a trend is the same; after another record it is made anew")
    func trends() async throws {
        let rig = try SuiteRig()
        try rig.charge((0..<20).map { "user-\($0)" })
        try await rig.feed()
        let subject = try subject(did("Charged"))
        func last() async throws -> UInt64? {
            try await rig.nodes[0].door.trend(
                .init(subject: subject, fromMs: day(1).ms, toMs: day(9).ms),
                rig.call()
            ).points.last?.users
        }
        #expect(try await last() == 20)
        #expect(try await last() == 20)
        try rig.charge(["late"])
        try await rig.feed()
        #expect(try await last() == 21)
    }

    @Test("of too many trends the one not asked for longest is forgotten")
    func boundedTrends() throws {
        let kept = KeptTrends()
        let plan = try Plan(did("Charged"))
        let here = [LogV1.Position(partition: 3, nextOffset: 5)]
        func key(_ number: Int) throws -> KeptCounts.Key {
            let request = EvaluationV1.EvaluateRequest(atMs: Int64(number))
            return try #require(try KeptCounts.Key(request, plan, shop))
        }
        func trend(_ users: UInt64) -> KeptTrends.Trend { .init(users: [users], universe: []) }
        for number in 0..<KeptTrends.trendsMax {
            kept.keep(trend(7), at: here, of: try key(number))
        }
        let (first, second, another) = (try key(0), try key(1), try key(-1))
        let further = [LogV1.Position(partition: 3, nextOffset: 6)]
        #expect(kept.trend(first, at: here) == trend(7) && kept.trend(first, at: further) == nil)
        kept.keep(trend(8), at: here, of: another)
        #expect(kept.trend(first, at: here) == trend(7))
        #expect(kept.trend(another, at: here) == trend(8) && kept.trend(second, at: here) == nil)
    }

    @Test("of too many questions the one not asked for longest is forgotten")
    func bounded() throws {
        let kept = KeptCounts()
        let partition = Partition(index: 3)
        let plan = try Plan(did("Charged"))
        func key(_ number: Int) throws -> KeptCounts.Key {
            let request = EvaluationV1.EvaluateRequest(atMs: Int64(number))
            return try #require(try KeptCounts.Key(request, plan, shop))
        }
        let count = KeptCounts.Count(
            next: .zero,
            users: 1,
            universe: 2,
            nodeUsers: [],
            cost: QuestionCost()
        )
        for number in 0..<KeptCounts.questionsMax {
            kept.keep([partition: count], of: try key(number))
        }
        let first = try key(0)
        #expect(kept.counts(first)[partition]?.users == 1)
        let another = try key(-1)
        kept.keep([partition: count], of: another)
        #expect(kept.counts(first)[partition] != nil && kept.counts(another).count == 1)
        let forgotten = try key(1)
        #expect(kept.counts(forgotten).isEmpty)
    }
}
