// The set reader, the user reader and the oracle over histories that went through the log.

import Basics
import Columns
import Foundation
import Kit
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct DifferentialTests {
    private static let seed: UInt64 = 0x5E7_0001

    /// More than the usual ones, as SHOAL_TEST_DIFFERENTIAL_CASES says.
    private static var caseCount: Int {
        ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"].flatMap(Int.init)
            ?? 2_000
    }

    @Test("set reader, user reader and oracle agree on random definitions over random logs")
    func readersAgree() throws {
        print("seeds from \(Self.seed), \(Self.caseCount) cases")
        var seen = Seen()
        for number in 0..<Self.caseCount {
            var example = try RandomCase(seed: Self.seed &+ UInt64(number))
            var state = try Self.read(&example, &seen)
            for at in example.instants {
                try Self.compare(example, &state, at, &seen)
            }
            if number % 3 == 0 { try Self.compareNodes(example, state, example.instants[0]) }
        }
        // Neither everybody nor nobody, sealed and open, in order and late: else it proves nothing.
        #expect((seen.asked / 5...seen.asked * 4 / 5).contains(seen.members), "\(seen)")
        #expect(seen.chunks > Self.caseCount, "\(seen)")
        #expect(seen.openTails > Self.caseCount / 4, "\(seen)")
        #expect((Self.caseCount / 5...Self.caseCount / 2).contains(seen.inOrder), "\(seen)")
    }

    private struct Seen {
        var asked = 0
        var members = 0
        var chunks = 0
        var openTails = 0
        var inOrder = 0
    }

    /// Takes the log in page by page, with a seal now and then.
    private static func read(_ example: inout RandomCase, _ seen: inout Seen) throws
        -> PartitionState
    {
        let files = ColumnFiles(folder: "/data", disk: ForgetfulDisk(folder: "/data"))
        var state = PartitionState(Partition(index: 7))
        var rest = example.log.records[...]
        let seals = example.random.chance(0.8)
        while !rest.isEmpty {
            let page = Array(rest.prefix(1 + example.random.below(40)))
            rest = rest.dropFirst(page.count)
            _ = try state.apply(page)
            if seals, example.random.chance(0.4) { state.sealed(into: try files.seal(state)) }
        }
        seen.chunks += state.projects[shop]?.chunks.count ?? 0
        seen.openTails += state.projects[shop]?.tail.isEmpty ?? true ? 0 : 1
        seen.inOrder += example.isInOrder ? 1 : 0
        return state
    }

    private static func compare(
        _ example: RandomCase,
        _ state: inout PartitionState,
        _ at: Timestamp,
        _ seen: inout Seen
    ) throws {
        let columns = try #require(state.projects[shop])
        try #require(columns.userCount == example.users.count)
        let set = SetReader(columns: columns, at: at).slots(of: example.plan)[example.plan.root]
        let oracle = Oracle(example.definition, at: at, nested: example.nested)
        for (number, user) in example.users.enumerated() {
            let told = oracle.isMember(user.history)
            let read = set[UserNumber(UInt32(number))]
            let answer = try UserQuestion(
                plan: example.plan,
                project: shop,
                user: user.id,
                at: at
            ).answer(&state)
            seen.asked += 1
            seen.members += told ? 1 : 0
            if read == told, answer == .known(isMember: told) { continue }
            let smallest = Self.smallest(example, columns, number, at)
            try #require(
                read == told && answer == .known(isMember: told),
                """
                seed \(example.seed) at \(at.rfc3339), user \(user.id): oracle \(told), \
                set reader \(read), user reader \(answer)
                \((try? Sentence.say(smallest)) ?? ""), a part of
                \((try? Sentence.say(example.definition)) ?? "")
                \(user.history)
                """
            )
        }
    }

    /// The smallest definition over which the set reader still differs from the oracle.
    private static func smallest(
        _ example: RandomCase,
        _ columns: PartitionColumns,
        _ number: Int,
        _ at: Timestamp
    ) -> Definition {
        let history = example.users[number].history
        let whole = AskedCase(example.definition, history, at: at, nested: example.nested)
        return whole.shrunk { asked in
            // The columns hold the whole history.
            guard asked.history == history,
                let plan = try? Plan(asked.definition, nested: asked.nested)
            else { return false }
            let set = SetReader(columns: columns, at: at).slots(of: plan)[plan.root]
            let oracle = Oracle(asked.definition, at: at, nested: asked.nested)
            let told = oracle.isMember(history)
            return set[UserNumber(UInt32(number))] != told
        }.definition
    }

    private static func compareNodes(
        _ example: RandomCase,
        _ state: PartitionState,
        _ at: Timestamp
    ) throws {
        var question = Question(plan: example.plan, project: shop, at: at)
        question.nodeCounts = true
        let tally = try question.answer([state])
        try #require(tally.nodeUsers.count == example.definition.nodes.count)
        for (node, users) in tally.nodeUsers.enumerated() {
            let oracle = Oracle(
                example.definition.part(node),
                at: at,
                nested: example.nested
            )
            let told = example.users.count { oracle.isMember($0.history) }
            try #require(users == UInt64(told), "seed \(example.seed), node \(node)")
        }
        try #require(tally.users == tally.nodeUsers[0])
        let oracle = Oracle(example.definition, at: at)
        let universe = example.users.count { oracle.isInUniverse($0.history) }
        try #require(tally.universe == UInt64(universe), "seed \(example.seed)")
    }

    @Test("a sum of doubles is added in the order of event times, however it is stored")
    func sumsDoNotDependOnStorage() throws {
        // In the order of time 1e17 swallows the small number and the sum is 0.
        let large = try #require(Number(1e17))
        let small = try #require(Number(1.000_01))
        let amounts: [(day: Int64, amount: Number)] = [(1, large), (2, small), (3, -large)]
        let definition = Definition(nodes: [
            .did(Did(EventMatch(["Charged"]), sums: [SumTest("amount", .exactly(Number(0)))]))
        ])
        let plan = try Plan(definition)
        let at = Timestamp(ms: 10 * 86_400_000)
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            for sealedAfter in 0...3 {
                let files = ColumnFiles(folder: "/data", disk: ForgetfulDisk(folder: "/data"))
                var state = PartitionState(Partition(index: 0))
                var log = LogScript()
                for (count, index) in order.enumerated() {
                    let (day, amount) = amounts[index]
                    try log.event(
                        "Charged",
                        by: "ada",
                        at: Timestamp(ms: day * 86_400_000),
                        [(name: "amount", value: .number(amount))]
                    )
                    _ = try state.apply(Array(log.records[Int(state.next.value)...]))
                    if count + 1 == sealedAfter { state.sealed(into: try files.seal(state)) }
                }
                let columns = try #require(state.projects[shop])
                let set = SetReader(columns: columns, at: at).slots(of: plan)[plan.root]
                #expect(set.count == 1, "in the order \(order), sealed after \(sealedAfter)")
            }
        }
    }

    @Test("names that look alike but have other bytes are other events and other properties")
    func namesCompareByBytes() throws {
        var log = LogScript()
        let at = Timestamp(ms: 1_000_000)
        try log.event("Caf\u{E9}", by: "composed", at: at, [(name: "\u{E9}", value: .bool(true))])
        try log.event("Cafe\u{301}", by: "apart", at: at, [(name: "e\u{301}", value: .bool(true))])
        var state = PartitionState(Partition(index: 0))
        _ = try state.apply(log.records)
        for (text, property) in [("Caf\u{E9}", "\u{E9}"), ("Cafe\u{301}", "e\u{301}")] {
            let filter = PropertyFilter(ExactName(property), .exists)
            let definition = Definition(nodes: [
                .did(Did(EventMatch([ExactName(text)], where: [filter])))
            ])
            let plan = try Plan(definition)
            let columns = try #require(state.projects[shop])
            let set = SetReader(columns: columns, at: at).slots(of: plan)[plan.root]
            #expect(set.count == 1)
            for id in ["composed", "apart"] {
                let user = try #require(UserID(id))
                let number = try #require(log.numbers()[id])
                let question = UserQuestion(plan: plan, project: shop, user: user, at: at)
                #expect(
                    try question.answer(&state)
                        == .known(isMember: set[UserNumber(number)])
                )
            }
        }
    }
}
