// Aggregates of events by seed.

import Basics
import Segments

extension RandomDefinitions {
    /// One or two, in the order in which a document is written.
    mutating func aggregates() -> [AggregateTest] {
        var drawn = [aggregate()]
        if random.chance(0.3) { drawn.append(aggregate()) }
        let order = ["avg", "min", "max", "first", "last", "distinct", "distinctDays"]
        return order.flatMap { keyword in drawn.filter { $0.keyword == keyword } }
    }

    private mutating func aggregate() -> AggregateTest {
        let count = CountTest(random.chance(0.5) ? .atLeast(1 + random.below(4)) : .atMost(3))
        switch random.below(8) {
        case 0, 1: return .average(sum())
        case 2, 3: return extreme(random.chance(0.5) ? .least : .greatest)
        case 4, 5: return occurrence(random.chance(0.5) ? .first : .last)
        case 6: return .distinct(pick(RandomWorld.properties), count)
        default: return .distinctDays(count)
        }
    }

    /// Compared by size with a number, an instant or a version.
    private mutating func extreme(_ which: AggregateTest.Pick) -> AggregateTest {
        let property: ExactName = pick(["amount", "amount", "version", "when"])
        let op: FilterOperator = pick([.lessThan, .atMost, .greaterThan, .atLeast, .between])
        var filter = PropertyFilter(property, op)
        filter.operands = ordered(property, between: op == .between)
        return .picked(which, filter, missingIsZero: isOfNumbers(filter) && random.chance(0.4))
    }

    private mutating func occurrence(_ which: AggregateTest.Pick) -> AggregateTest {
        var filter = filter()
        while filter.operator == .exists || filter.operator == .missing { filter = self.filter() }
        return .picked(which, filter, missingIsZero: isOfNumbers(filter) && random.chance(0.4))
    }

    private func isOfNumbers(_ filter: PropertyFilter) -> Bool {
        filter.operands.allSatisfy { operand in
            if case .value(.number) = operand { true } else { false }
        } && ![.hasAny, .hasAll, .hasNone, .withinKm].contains(filter.operator)
    }
}
