// Differences of definitions, and what lint sees in one: each finding, and nothing in a sound one.

import Basics
import Kit
import Segments
import Testing

@Suite struct DefinitionDiffTests {
    private let charged = Condition.did(Did(EventMatch(["Charged"])))
    private let looked = Condition.did(Did(EventMatch(["Looked"])))
    private let never = Condition.didNot(DidNot(EventMatch(["Charged"])))

    private func all(_ conditions: [Condition]) -> Definition {
        Definition(nodes: [.all(AllOf(Array(1...conditions.count)))] + conditions)
    }

    @Test("equal definitions have no difference, whatever order their lists are in")
    func equal() {
        let one = all([charged, looked])
        #expect(DefinitionDiff(from: one, to: one).changes.isEmpty)
        #expect(DefinitionDiff(from: one, to: all([looked, charged])).changes.isEmpty)
        var zoned = one
        zoned.zone = "Europe/Berlin"
        #expect(DefinitionDiff(from: one, to: zoned).isZoneChanged)
        var bounded = one
        bounded.universe = .reachable(.email)
        let difference = DefinitionDiff(from: one, to: bounded)
        #expect(difference.isUniverseChanged && difference.changes.isEmpty)
        #expect(!DefinitionDiff(from: bounded, to: bounded).isUniverseChanged)
    }

    @Test("a condition that is new, gone or says something else is told by itself")
    func changes() {
        let twice = Condition.did(Did(EventMatch(["Charged"]), count: CountTest(.atLeast(2))))
        #expect(
            DefinitionDiff(from: all([charged, looked]), to: all([looked, twice])).changes
                == [.changed(from: 1, to: 2)]
        )
        #expect(
            DefinitionDiff(from: all([charged]), to: all([charged, never])).changes == [.added(2)]
        )
        #expect(
            DefinitionDiff(from: all([charged, never]), to: all([charged])).changes == [.removed(2)]
        )
        #expect(
            DefinitionDiff(from: Definition(charged), to: all([charged])).changes
                == [.changed(from: 0, to: 0)]
        )
    }

    @Test("only what differs below a list within a list is told")
    func nested() {
        func definition(_ inner: Condition) -> Definition {
            Definition(nodes: [
                .all(AllOf([1, 2])), looked, .any(AnyOf([3, 4])), never, inner,
            ])
        }
        let twice = Condition.did(Did(EventMatch(["Charged"]), count: CountTest(.atLeast(2))))
        #expect(
            DefinitionDiff(from: definition(charged), to: definition(twice)).changes
                == [.changed(from: 4, to: 4)]
        )
    }

    @Test("random definitions differ from themselves in nothing, and a part stands for its node")
    func random() throws {
        var definitions = RandomDefinitions(
            SeededRandom(seed: 8_100),
            around: RandomWorld.centres[0]
        )
        var told = 0
        var before = definitions.next()
        for _ in 0..<500 {
            let next = definitions.next()
            #expect(DefinitionDiff(from: next, to: next).changes.isEmpty)
            let isSame = DefinitionDiff(from: before, to: next).changes.isEmpty
            told += isSame ? 0 : 1
            for node in next.nodes.indices {
                let part = next.part(node)
                #expect(Validation(part).isValid && part.nodes.count <= next.nodes.count)
            }
            #expect(next.part(0) == next)
            before = next
        }
        #expect(told > 400)
    }

    @Test(
        "conditions that stand twice, contradict or complete each other are told with both places"
    )
    func pointless() {
        let not = Condition.not(Not(3))
        let twice = Lint.problems(all([charged, looked, charged]))
        #expect(twice.map(\.place) == ["condition.all[2]"])
        #expect(twice.first?.message == "it says the same as condition.all[0]")
        let against = Lint.problems(all([charged, never]))
        #expect(
            against.map(\.message) == ["it contradicts condition.all[0]: nobody can fulfil both"]
        )
        let either = Lint.problems(
            Definition(nodes: [.any(AnyOf([1, 2])), charged, not, charged])
        )
        #expect(either.count == 1 && either[0].place == "condition.any[1]")
        #expect(either[0].message.contains("everybody does"))
        #expect(Lint.problems(all([charged, looked])).isEmpty)
    }

    @Test("parts that hold for nobody or everybody are told, parts that hold for some are not")
    func sizes() {
        let definition = all([charged, looked])
        #expect(Lint.problems(definition, users: [2, 3, 4], universe: 9).isEmpty)
        let none = Lint.problems(definition, users: [0, 0, 9], universe: 9)
        #expect(
            none.map(\.place) == ["condition", "condition.all[0].did", "condition.all[1].did"]
        )
        #expect(
            none.map(\.message) == [
                "nobody is in the segment", "nobody fulfils it", "everybody fulfils it",
            ]
        )
        #expect(Lint.problems(definition, users: [0, 0, 0], universe: 0).isEmpty)
    }

    @Test("a window before the first or behind the last of its events is told with theirs")
    func windows() throws {
        let (first, last) = (Timestamp(ms: 1_000_000), Timestamp(ms: 2_000_000))
        func told(_ from: Int64, _ to: Int64) throws -> [DefinitionProblem] {
            let match = EventMatch(
                ["Charged"],
                window: .between(from: Timestamp(ms: from), to: Timestamp(ms: to))
            )
            let definition = Definition(.did(Did(match)))
            return Lint.problems(
                definition,
                windows: try Plan(definition).resolvedWindows(at: Timestamp(ms: 9_000_000)),
                seen: [
                    "Charged": first...last, "Looked": Timestamp(ms: 0)...Timestamp(ms: 9_000_000),
                ]
            )
        }
        #expect(try told(1_000_000, 1_000_001).isEmpty && told(2_000_000, 3_000_000).isEmpty)
        let early = try told(0, 1_000_000)
        #expect(early.map(\.place) == ["condition.did.window"])
        #expect(early[0].message.contains("before the first"))
        #expect(try told(2_000_001, 3_000_000).first?.message.contains("behind the last") == true)
    }
}
