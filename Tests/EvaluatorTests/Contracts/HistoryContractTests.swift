// What every store of history promises a compiled plan, whatever engine it is.

import Basics
import Columns
import Kit
import Messages
import Segments
import Synchronization
import Testing

@testable import Evaluator

@Suite("the contract of History", .timeLimit(.minutes(2)))
struct HistoryContractTests {
    private static let seed: UInt64 = 0x415_0001
    private static let cases = 40

    /// Random questions, each with the log that its users come by.
    private func eachCase(_ body: (RandomCase) throws -> Void) throws {
        for number in 0..<Self.cases { try body(RandomCase(seed: Self.seed &+ UInt64(number))) }
    }

    @Test("a new store has nobody, and says so to every question", arguments: HistoryKind.allCases)
    func nobody(_ kind: HistoryKind) throws {
        var history = try HistoryRig(kind).snapshot()
        let plan = try Plan(Definition(nodes: [.not(Not(1)), .did(Did(EventMatch(["Charged"])))]))
        #expect(history.userCount == 0 && history.firstEvent == nil)
        #expect(try history.slots(of: plan, at: day(1)).map(\.universe) == [0, 0])
        #expect(history.id(of: UserNumber(0)) == nil)
        #expect(history.number(of: try #require(UserID("ann"))) == nil)
    }

    @Test("members, and the users of every part, are the oracle's", arguments: HistoryKind.allCases)
    func setsAreExact(_ kind: HistoryKind) throws {
        var (asked, members) = (0, 0)
        try eachCase { example in
            let history = try HistoryRig.full(kind, example.log.records, seed: example.seed)
            for at in example.instants {
                let told = Oracle(example.definition, at: at, nested: example.nested)
                    .members(example.users.map { (user: $0.id.text, history: $0.history) })
                let read = try history.members(of: example.plan, at: at)
                #expect(read == told, "seed \(example.seed) at \(at.rfc3339)")
                asked += example.users.count
                members += told.count
                var question = Question(plan: example.plan, project: shop, at: at)
                question.nodeCounts = true
                let tally = try history.tally(question)
                #expect(tally.users == UInt64(told.count))
                for (node, users) in tally.nodeUsers.enumerated() {
                    let oracle = Oracle(
                        example.definition.part(node),
                        at: at,
                        nested: example.nested
                    )
                    let told = example.users.count { oracle.isMember($0.history) }
                    #expect(users == UInt64(told), "seed \(example.seed), node \(node)")
                }
            }
        }
        // Neither everybody nor nobody: else it proves nothing.
        #expect((asked / 8...asked * 7 / 8).contains(members), "\(members) of \(asked)")
    }

    @Test(
        "the universe is whoever has a number, gapless and found both ways",
        arguments: HistoryKind.allCases
    )
    func universe(_ kind: HistoryKind) throws {
        try eachCase { example in
            var history = try HistoryRig.full(kind, example.log.records, seed: example.seed)
            #expect(history.userCount == example.users.count)
            for (number, user) in example.users.enumerated() {
                let number = UserNumber(UInt32(number))
                #expect(history.id(of: number) == user.id)
                #expect(history.number(of: user.id) == number)
            }
            #expect(history.id(of: UserNumber(UInt32(history.userCount))) == nil)
            #expect(history.number(of: try #require(UserID("nobody"))) == nil)
            let everybody = try Plan(Definition(nodes: [.all(AllOf([]))]))
            let told = try history.members(of: everybody)
            #expect(told == example.users.map(\.id.text))
        }
    }

    @Test("one user's history is enough to say what the set says", arguments: HistoryKind.allCases)
    func oneUser(_ kind: HistoryKind) throws {
        try eachCase { example in
            var history = try HistoryRig.full(kind, example.log.records, seed: example.seed)
            for at in example.instants {
                let members = Set(try history.members(of: example.plan, at: at))
                for user in example.users.map(\.id) {
                    let question = UserQuestion(
                        plan: example.plan,
                        project: shop,
                        user: user,
                        at: at
                    )
                    let whole = try #require(try question.history(&history))
                    #expect(
                        example.plan.isMember(whole, at: at) == members.contains(user.text),
                        "seed \(example.seed) at \(at.rfc3339), \(user), all of it"
                    )
                    #expect(
                        try question.answer(&history)
                            == .known(isMember: members.contains(user.text)),
                        "seed \(example.seed) at \(at.rfc3339), \(user)"
                    )
                }
            }
            let nobody = try #require(UserID("nobody"))
            let question = UserQuestion(plan: example.plan, project: shop, user: nobody, at: day(1))
            #expect(try question.answer(&history) == .unknown)
        }
    }

    @Test(
        "a trend's points are counts, and begin at the first event",
        arguments: HistoryKind.allCases
    )
    func trend(_ kind: HistoryKind) throws {
        let limit = QuestionLimit(clock: ManualClock(), untilNs: .max)
        try eachCase { example in
            let history = try HistoryRig.full(kind, example.log.records, seed: example.seed)
            let first = example.users.flatMap(\.history.events).map(\.at).min()
            #expect(history.firstEvent == first)
            let middle = try #require(example.instants.first)
            let instants = (-4...4).map { middle + $0 * 5 * 86_400_000 }
            let count = TrendCount(plan: example.plan, instants: instants, histories: [history])
            for (at, users) in zip(instants, try count.users(limit)) {
                let told = Oracle(example.definition, at: at, nested: example.nested)
                    .members(example.users.map { (user: $0.id, history: $0.history) })
                #expect(users == UInt64(told.count), "seed \(example.seed) at \(at.rfc3339)")
            }
        }
    }

    @Test(
        "a snapshot stays as it was, from another thread, while records are taken in",
        arguments: HistoryKind.allCases
    )
    func snapshots(_ kind: HistoryKind) throws {
        var answersThatMoved = 0
        try eachCase { example in
            let at = try #require(example.instants.first)
            let plan = example.plan
            var rig = HistoryRig(kind, seed: example.seed)
            let half = example.log.records.count / 2
            try rig.take(example.log.records.prefix(half))
            let snapshot = try rig.snapshot()
            let before = try snapshot.members(of: plan, at: at)
            let differences = Mutex<[String]>([])
            let isDone = Atomic(false)
            let asking = try OwnThread.start(name: "ask") {
                do {
                    repeat {
                        let now = try snapshot.members(of: plan, at: at)
                        if now != before { differences.withLock { $0 += now } }
                    } while !isDone.load(ordering: .acquiring)
                } catch { differences.withLock { $0.append("\(error)") } }
            }
            try rig.take(example.log.records.dropFirst(half))
            isDone.store(true, ordering: .releasing)
            asking.join()
            #expect(differences.withLock { $0 } == [], "seed \(example.seed)")
            let told = Oracle(example.definition, at: at, nested: example.nested)
                .members(example.users.map { (user: $0.id.text, history: $0.history) })
            #expect(try rig.snapshot().members(of: plan, at: at) == told)
            if told != before { answersThatMoved += 1 }
        }
        #expect(answersThatMoved > Self.cases / 20)
    }

    @Test(
        "late events count where they belong, in whichever order they come",
        arguments: HistoryKind.allCases
    )
    func lateEvents(_ kind: HistoryKind) throws {
        let plan = try Plan(did("Charged", atLeast: 2, window: .rolling(ms: 3 * 86_400_000)))
        let days: [Int64] = [2, 4, 9]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            for seed in 0..<8 as Range<UInt64> {
                var log = LogScript()
                for index in order { try log.event("Charged", by: "ann", at: day(days[index])) }
                let history = try HistoryRig.full(kind, log.records, seed: seed)
                let members = try (1...10).filter {
                    try !history.members(of: plan, at: day($0)).isEmpty
                }
                #expect(members == [4], "day 2 and 4 within three days; order \(order)")
                #expect(history.firstEvent == day(2))
            }
        }
    }

    @Test(
        "the property in force at an instant counts, the later record of one instant",
        arguments: HistoryKind.allCases
    )
    func propertyVersions(_ kind: HistoryKind) throws {
        let isGold = try Plan(
            Definition(nodes: [
                .user(UserProperty(PropertyFilter("plan", .equals, [.value(.text("gold"))])))
            ])
        )
        let hasNone = try Plan(
            Definition(nodes: [.user(UserProperty(PropertyFilter("plan", .missing)))])
        )
        var log = LogScript()
        log.user("bob")
        try log.profile(of: "ann", since: day(5), [(name: "plan", value: nil)])
        try log.profile(of: "ann", since: nil, [(name: "plan", value: .text("gold"))])
        try log.profile(of: "ann", since: day(3), [(name: "plan", value: .text("free"))])
        try log.profile(of: "ann", since: day(7), [(name: "plan", value: .text("free"))])
        try log.profile(of: "ann", since: day(7), [(name: "plan", value: .text("gold"))])
        for seed in 0..<8 as Range<UInt64> {
            let history = try HistoryRig.full(kind, log.records, seed: seed)
            var gold: [Int64] = []
            var none: [Int64] = []
            for number in 0...8 as ClosedRange<Int64> {
                let members = try history.members(of: isGold, at: day(number))
                #expect(members == [] || members == ["ann"])
                if !members.isEmpty { gold.append(number) }
                let without = try history.members(of: hasNone, at: day(number))
                #expect(without == ["bob"] || without == ["bob", "ann"])
                if without.count == 2 { none.append(number) }
            }
            #expect(gold == [0, 1, 2, 7, 8] && none == [5, 6])
            #expect(try history.members(of: isGold, at: day(3) - 1) == ["ann"])
            #expect(try history.members(of: hasNone, at: day(5)) == ["bob", "ann"])
        }
    }
}
