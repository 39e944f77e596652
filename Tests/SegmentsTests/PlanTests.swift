// How a definition becomes leaves and a program, and what the user reader makes of both.

import Basics
import Kit
import Segments
import Testing

@Suite struct PlanTests {
    private static let charged = Condition.did(Did(EventMatch(["Charged"])))
    private static let uncharged = Condition.didNot(DidNot(EventMatch(["Charged"])))

    @Test("equal sub-trees become one slot, `didNot` shares the leaf of its `did`")
    func sharing() throws {
        let twin = DefinitionTree.all([.leaf(Self.charged), .not(.leaf(Self.uncharged))])
        let plan = try Plan(DefinitionTree.any([twin, twin, .leaf(Self.uncharged)]).definition())
        #expect(plan.leaves.count == 1)
        // charged; not charged; charged or not charged. The twins are all charged alone.
        #expect(plan.steps == [.leaf(0), .not(0), .any([0, 1])])
        #expect(plan.root == 2)
        #expect(plan.slotOfNode == [2, 0, 0, 1, 0, 0, 0, 0, 1, 1])
    }

    @Test("names with equal bytes share, names that only look equal do not")
    func exactNames() throws {
        let names: [ExactName] = ["Caf\u{E9}", "Cafe\u{301}", "Caf\u{E9}"]
        let leaves = names.map { DefinitionTree.leaf(.did(Did(EventMatch([$0])))) }
        #expect(try Plan(DefinitionTree.all(leaves).definition()).leaves.count == 2)
        let order = [["A", "B"], ["B", "A", "A"]] as [[ExactName]]
        let same = order.map { DefinitionTree.leaf(.did(Did(EventMatch($0)))) }
        #expect(try Plan(DefinitionTree.all(same).definition()).leaves.count == 1)
    }

    @Test("inputs of a step stand before it, in 500 random plans")
    func postorder() throws {
        for number in 0..<500 {
            var definitions = RandomDefinitions(
                SeededRandom(seed: 0x5E60_2000 + UInt64(number)),
                around: RandomWorld.centres[0]
            )
            let plan = try Plan(definitions.next())
            for (slot, step) in plan.steps.enumerated() {
                switch step {
                case .leaf(let leaf): #expect(plan.leaves.indices ~= leaf)
                case .all(let inputs), .any(let inputs): #expect(inputs.allSatisfy { $0 < slot })
                case .not(let input): #expect(input < slot)
                }
            }
            #expect(Set(plan.steps).count == plan.steps.count)
        }
    }

    @Test("a plan says which events and properties it reads")
    func mentions() throws {
        let filter = PropertyFilter("amount", .atLeast, [.number(Number(5))])
        let tree = DefinitionTree.all([
            .leaf(.did(Did(EventMatch(["A", "B"], where: [filter])))),
            .leaf(.did(Did(EventMatch(["B"]), sums: [SumTest("tax", .atLeast(.zero))]))),
            .leaf(.didNot(DidNot(EventMatch(where: [PropertyFilter("city", .exists)])))),
            .leaf(.user(UserProperty(PropertyFilter("age", .missing)))),
        ])
        let mentions = try Plan(tree.definition()).mentions
        #expect(mentions.events == ["A": ["amount"], "B": ["amount", "tax"]])
        #expect(mentions.anyEvent)
        #expect(mentions.propertiesOfAnyEvent == ["city"])
        #expect(mentions.userProperties == ["age"])
    }

    @Test("windows are told for every `did` and `didNot`, in the order of the nodes")
    func windows() throws {
        let tree = DefinitionTree.any([
            .leaf(Self.charged), .leaf(.user(UserProperty(PropertyFilter("age", .exists)))),
            .leaf(.didNot(DidNot(EventMatch(["Charged"], window: .rolling(ms: 5_000))))),
            .leaf(Self.uncharged),
        ])
        let windows = try Plan(tree.definition()).resolvedWindows(at: Timestamp(ms: 10_000))
        #expect(windows.map(\.node) == [1, 3, 4])
        #expect(windows[0].interval.isOpen)
        #expect(
            windows[1].interval == Interval(from: Timestamp(ms: 5_001), to: Timestamp(ms: 10_001))
        )
    }

    @Test("`all` of nothing is everybody, `any` of nothing is nobody")
    func emptyGroups() throws {
        let nobody = UserHistory()
        for (tree, expected) in [
            (DefinitionTree.all([]), true), (.any([]), false), (.not(.all([])), false),
            (.not(.any([])), true),
        ] {
            let plan = try Plan(tree.definition())
            #expect(plan.isMember(nobody, at: Timestamp(ms: 0)) == expected)
        }
    }

    @Test("a user without events: only didNot and counts that include zero match")
    func withoutEvents() throws {
        let nobody = UserHistory()
        let match = EventMatch(["A"])
        let below = SumTest("amount", .atMost(Number(100)))
        for (condition, expected) in [
            (Condition.did(Did(match)), false), (.didNot(DidNot(match)), true),
            (.did(Did(match, count: CountTest(.atMost(3)))), false),
            (.did(Did(match, count: CountTest(.atMost(3), includesZero: true))), true),
            (.did(Did(match, count: CountTest(.atLeast(1), includesZero: true))), false),
            (
                .did(Did(match, count: CountTest(.atMost(3), includesZero: true), sums: [below])),
                true
            ),
            (.did(Did(match, count: CountTest(.atMost(3)), sums: [below])), false),
        ] {
            let plan = try Plan(Definition(condition))
            #expect(plan.isMember(nobody, at: Timestamp(ms: 0)) == expected, "\(condition)")
            if case .events(let leaf) = plan.leaves[0], case .did = condition {
                #expect(leaf.acceptsNone == expected)
            }
        }
    }

    @Test("a definition that is not valid does not become a plan")
    func invalid() {
        let bad = Definition(.did(Did(EventMatch(), count: CountTest(.exactly(0)))))
        #expect(throws: DefinitionProblem.self) { try Plan(bad) }
    }
}

@Suite struct UserHistoryTests {
    private func version(
        _ value: Int?,
        since: Int64?,
        position: UInt64
    ) -> UserHistory.PropertyVersion {
        UserHistory.PropertyVersion(
            "plan",
            value.map { .number(Number($0)) },
            since: since.map { Timestamp(ms: $0) },
            position: LogOffset(position)
        )
    }

    @Test("the value in force is that of the last write at or before the instant")
    func valueInForce() {
        let history = UserHistory(versions: [
            version(3, since: 300, position: 2), version(1, since: nil, position: 1),
            version(2, since: 200, position: 9), version(nil, since: 400, position: 3),
            version(0, since: nil, position: 0),
        ])
        let table: [(Int64, Int?)] = [
            (.min, 1), (199, 1), (200, 2), (299, 2), (300, 3), (399, 3), (400, nil), (.max, nil),
        ]
        for (ms, expected) in table {
            let value = history.value(of: "plan", at: Timestamp(ms: ms))
            #expect(value == expected.map { .number(Number($0)) }, "\(ms)")
        }
        #expect(history.value(of: "Plan", at: Timestamp(ms: 300)) == nil)
    }

    @Test("two writes of one instant: the later one in the log holds")
    func ties() {
        let history = UserHistory(versions: [
            version(2, since: 100, position: 8), version(1, since: 100, position: 7),
        ])
        #expect(history.value(of: "plan", at: Timestamp(ms: 100)) == .number(Number(2)))
    }

    @Test("events stand by time, then the client's sequence, then the log")
    func eventOrder() {
        func event(_ ms: Int64, _ sequence: UInt64?, _ position: UInt64) -> UserHistory.Event {
            UserHistory.Event(
                "A",
                at: Timestamp(ms: ms),
                position: LogOffset(position),
                clientSequence: sequence
            )
        }
        let sorted = UserHistory(events: [
            event(5, 2, 1), event(5, 1, 9), event(5, nil, 8), event(4, 7, 7), event(5, 1, 3),
            event(5, nil, 2),
        ])
        #expect(sorted.events.map(\.position.value) == [7, 2, 8, 3, 9, 1])
    }
}
