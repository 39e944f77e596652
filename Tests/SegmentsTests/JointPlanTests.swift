// What several definitions share when they are compiled together, and how long a result is kept.

import Basics
import Kit
import Segments
import Testing

@Suite struct JointPlanTests {
    private func did(_ event: ExactName, where filters: PropertyFilter...) -> Condition {
        .did(Did(EventMatch([event], where: filters)))
    }

    private func all(_ conditions: Condition..., zone: String? = nil) -> Definition {
        let children = Array(1...conditions.count)
        return Definition(nodes: [.all(AllOf(children))] + conditions, zone: zone)
    }

    private func joint(_ definitions: [Definition], _ nested: [NestedSegment] = []) throws
        -> JointPlan
    {
        var builder = JointPlanBuilder(projectZone: nil)
        for segment in nested { try builder.use(segment) }
        for definition in definitions { try builder.add(definition) }
        return builder.plan
    }

    @Test("equal sub-trees of different definitions are one, in whichever order they are written")
    func sharing() throws {
        let (a, b, c) = (did("A"), did("B"), did("C"))
        let plan = try joint([all(a, b), all(b, a, b), all(a, c), Definition(a)])
        #expect(plan.leaves.count == 3 && plan.pieces.map(\.root).count == 4)
        #expect(plan.pieces[0] == plan.pieces[1] && plan.pieces[0] != plan.pieces[2])
        // Each alone: a, b, both; the same; a, c, both; a.
        #expect(plan.work.asked == 10 && plan.work.distinct == 5)
        #expect(plan.work.leavesAsked == 7 && plan.work.leavesDistinct == 3)
    }

    @Test("filters that must all hold, and operands that are a set, are equal in any order")
    func orders() throws {
        let cities = ["Goa", "Pune"].map { Operand.value(.text($0)) }
        let (rich, near) = (
            PropertyFilter("amount", .atLeast, [.number(Number(5))]),
            PropertyFilter("city", .in, cities)
        )
        let turned = PropertyFilter("city", .in, cities.reversed())
        let plan = try joint([
            Definition(did("A", where: rich, near)), Definition(did("A", where: turned, rich)),
            Definition(.user(UserProperty(near))), Definition(.user(UserProperty(turned))),
        ])
        #expect(plan.leaves.count == 2)
        // The order of what is no set counts.
        let years = [20, 30].map { Operand.value(.number(Number($0))) }
        let between = try joint([
            Definition(.user(UserProperty(PropertyFilter("age", .between, years)))),
            Definition(.user(UserProperty(PropertyFilter("age", .notIn, years)))),
        ])
        #expect(between.leaves.count == 2)
    }

    @Test("conditions that count the same events stand in one pass, however many they ask for")
    func passes() throws {
        func often(_ count: Int, _ window: Window = .ever) -> Definition {
            let match = EventMatch(["A"], window: window)
            return Definition(.did(Did(match, count: CountTest(.atLeast(count)))))
        }
        let summed = Did(EventMatch(["A"]), sums: [SumTest("amount", .atLeast(.zero))])
        let plan = try joint([
            often(1), Definition(did("B")), often(3), Definition(.did(summed)),
            often(5, .rolling(ms: 86_400_000)),
            all(did("C"), .didNot(DidNot(EventMatch(["A"])))),
        ])
        #expect(plan.leaves.count == 6 && plan.work.passes == 5)
        let counted = try #require(plan.passes.first { $0.count > 1 })
        #expect(plan.passes.filter { $0 == counted }.count == 2 && counted == 0..<2)
        #expect(plan.steps.prefix(2) == [.leaf(0), .leaf(1)])
    }

    @Test("a segment and those that use it share it; what means another zone's days does not")
    func segments() throws {
        let base = all(did("A"), did("B"))
        let outer = all(.inSegment(InSegment("base")), did("C"))
        let plan = try joint([base, outer, outer], [NestedSegment("base", base)])
        #expect(plan.leaves.count == 3 && plan.work.distinct == 5)
        let today = Condition.did(
            Did(EventMatch(["A"], window: .calendar(CalendarWindow(unit: .day))))
        )
        let zones = ["Asia/Kolkata", "Europe/Berlin", "Asia/Kolkata"]
        #expect(try joint(zones.map { all(today, zone: $0) }).leaves.count == 2)
    }

    @Test("what no answer needs is left out")
    func needed() throws {
        let definition = DefinitionTree.not(.not(.leaf(did("A")))).definition()
        #expect(try Plan(definition).steps.count == 2)
        #expect(try joint([definition]).steps == [.leaf(0)])
    }

    @Test("a result is kept until its last reader and no longer, in 200 random sets of definitions")
    func lives() throws {
        for number in 0..<200 {
            var definitions = RandomDefinitions(
                SeededRandom(seed: 0x5E60_9000 + UInt64(number)),
                around: RandomWorld.centres[0]
            )
            let plan = try joint((0..<5).map { _ in definitions.next() })
            var (kept, most, ended): (Set<Int>, Int, Int) = ([], 0, 0)
            for (slot, step) in plan.steps.enumerated() {
                switch step {
                case .leaf(let leaf):
                    // A pass that has begun is whole before anything else.
                    #expect(plan.passes[leaf].contains(leaf))
                    let isLast = leaf + 1 == plan.passes[leaf].upperBound
                    #expect(isLast || plan.steps[slot + 1] == .leaf(leaf + 1))
                case .all(let inputs), .any(let inputs): #expect(kept.isSuperset(of: inputs))
                case .not(let input): #expect(kept.contains(input))
                }
                kept.insert(slot)
                most = max(most, kept.count)
                kept.subtract(plan.spent[slot])
                ended += plan.spent[slot].count
            }
            #expect(kept.isEmpty && ended == plan.steps.count && most == plan.keptMax)
            #expect(plan.work.distinct == plan.steps.count)
            #expect(plan.work.asked >= plan.work.distinct)
        }
    }

    @Test("a definition that is not valid, or uses what is not told, is refused")
    func refused() throws {
        let circle = Definition(nodes: [.all(AllOf([0]))])
        #expect(throws: DefinitionProblem.self) { try joint([circle]) }
        let lost = Definition(.inSegment(InSegment("lost")))
        #expect(throws: DefinitionProblem.self) { try joint([lost]) }
    }
}
