// Buckets and cells: where users fall, edge by edge.

import Basics
import Testing

@testable import Segments

@Suite struct CellsTests {
    @Test(
        "a user falls where the documented hash says, which any language can compute",
        arguments: [
            ("holdout", "ann", 9_124), ("holdout", "bob", 2_239), ("spring-test", "ann", 3_095),
            ("spring-test", "Zoë", 1_599),
        ]
    )
    func vectors(_ row: (salt: String, user: String, place: Int)) throws {
        let user = try #require(UserID(row.user))
        let leaf = BucketLeaf(salt: ExactName(row.salt), stretch: 0..<1)
        #expect(leaf.place(of: user) == row.place)
        func isIn(_ from: Int, _ to: Int) throws -> Bool {
            let bucket = Bucket(
                ExactName(row.salt),
                from: Number(e4: Int64(from) * 100),
                to: Number(e4: Int64(to) * 100)
            )
            return try Plan(Definition(.bucket(bucket))).isMember(
                UserHistory(of: user),
                at: Timestamp(ms: 0)
            )
        }
        #expect(try isIn(row.place, row.place + 1))
        #expect(try !isIn(0, row.place) && !isIn(row.place + 1, 10_000))
    }

    @Test("buckets cut all users into shares of their size, and salts are independent")
    func shares() throws {
        let one = BucketLeaf(salt: "a", stretch: 0..<1_250)
        let other = BucketLeaf(salt: "b", stretch: 0..<5_000)
        let users = (0..<20_000).compactMap { UserID("user-\($0)") }
        let inOne = users.filter(one.contains)
        #expect((2_350...2_650).contains(inOne.count), "\(inOne.count)")
        let inBoth = inOne.count(where: other.contains)
        #expect((inOne.count * 45 / 100...inOne.count * 55 / 100).contains(inBoth), "\(inBoth)")
    }

    @Test("a bucket without a known user holds for nobody, and says so")
    func unknown() throws {
        let bucket = Bucket("a", from: .zero, to: Number(50))
        let plan = try Plan(Definition(.bucket(bucket)))
        #expect(!plan.isMember(UserHistory(), at: Timestamp(ms: 0)))
        let user = try #require(UserID("ann"))
        let lines = plan.explain(UserHistory(of: user), at: Timestamp(ms: 0)).lines
        #expect(lines[0].contains(#"bucket "a": falls to "#), "\(lines)")
        #expect(lines.last?.contains("time alone will not change that") == true)
    }

    @Test(
        "recency goes down at each edge, frequency up",
        arguments: [
            ("recency: 5", [6], true), ("recency: 5", [7], false), ("recency: 4", [7], true),
            ("recency: 4", [29], true), ("recency: 4", [30], false), ("recency: 1", [180], true),
            ("recency: 1", [179], false), ("recency: [4, 5]", [29, 3], true),
            ("recency: [2, 3]", [30], true), ("recency: [2, 3]", [30, 1], false),
            ("frequency: 1", [5], true), ("frequency: 1", [5, 6], false),
            ("frequency: 2", [5, 6, 7], true), ("frequency: 2", [1, 2, 3, 4], false),
            ("frequency: 5", Array(1...16), true), ("frequency: 5", Array(1...15), false),
            ("recency: 5, frequency: 2", [1, 300], true), ("recency: 5", [], false),
            ("frequency: 2, window: {rolling: 30d}", [1, 300], false),
            ("recency: 1, recencyEdges: [1d]", [2], true),
            ("recency: 2, recencyEdges: [1d]", [2], false),
            ("frequency: 2, frequencyEdges: [3]", [1, 2, 3], true),
            ("recency: 3, window: {rolling: 20d}", [10], false),
        ]
    )
    func edges(_ row: (cell: String, daysAgo: [Int], expected: Bool)) throws {
        let at = try #require(Timestamp.rfc3339("2025-07-01"))
        let events = row.daysAgo.enumerated().map { number, days in
            UserHistory.Event(
                "A",
                at: at - Int64(days) * CivilDate.dayMs,
                position: LogOffset(UInt64(number))
            )
        }
        let plan = try Plan(condition("{rfm: {event: A, \(row.cell)}}"))
        #expect(plan.isMember(UserHistory(events: events), at: at) == row.expected)
    }

    @Test(
        "what is no bucket and no cell is refused",
        arguments: table(
            #"""
            {bucket: {salt: a, from: 0, to: 100.01}}
                condition.bucket: 0 to 100.01 is no stretch of 0 to 100 percent
            {bucket: {salt: a, from: 5, to: 5}}
                condition.bucket: 5 to 5 is no stretch
            {bucket: {salt: a, from: 0, to: 0.125}}
                condition.bucket: 0 to 0.125 is no stretch
            {bucket: {salt: "", from: 0, to: 5}}
                condition.bucket.salt: a salt is empty
            {bucket: {salt: a, from: 0}}
                condition.bucket: `to` is missing; write such as
            {rfm: {event: A, recency: 6}}
                condition.rfm.recency: the scores are 1 to 5
            {rfm: {event: A, recency: [5, 4]}}
                condition.rfm.recency: 4 is below 5; swap them
            {rfm: {event: A, frequency: 1, frequencyEdges: [5, 2]}}
                condition.rfm.frequencyEdges: the edges are 1 to 9, each above the one before
            {rfm: {event: A, frequency: 1, frequencyEdges: [1]}}
                condition.rfm.frequencyEdges: the edges are 1 to 9
            {rfm: {event: A, recency: 1, window: {calendar: {unit: day}}}}
                condition.rfm.window: recency counts back from the answer's instant
            """#
        )
    )
    func refusals(_ row: (document: String, expected: String)) throws {
        let found = try #require(problem(of: row.document))
        #expect(found.description.hasPrefix(row.expected), "\(found)")
    }
}
