// The naive reader of aggregates over a user's events, from design/semantics.md alone.

import Basics
import Segments

// "sum, avg, min, max, distinct(property), first(property), last(property), distinctDays, compared
// with a number or value. Missing values are skipped; `missing: zero` counts them as 0."
extension Oracle {
    func holds(_ aggregate: AggregateTest, _ events: [UserHistory.Event]) -> Bool {
        let events = inOrder(events)
        switch aggregate {
        case .average(let test): return holds(average: test, events)
        case .picked(let pick, let filter, let missingIsZero):
            let picked: PropertyValue?
            switch pick {
            case .first, .last:
                let values = events.compactMap { event in
                    event[filter.property] ?? (missingIsZero ? .number(.zero) : nil)
                }
                picked = pick == .first ? values.first : values.last
            case .least, .greatest:
                picked = extreme(pick, events.map { $0[filter.property] }, filter, missingIsZero)
            }
            return picked != nil && passes(filter, picked)
        case .distinct(let property, let count):
            return holds(count, Set(events.compactMap { $0[property] }).count)
        case .distinctDays(let count):
            return holds(count, Set(events.map { localFields($0.at).day }).count)
        }
    }

    /// The value than which none is less, or greater, of those that compare with the operand.
    private func extreme(
        _ pick: AggregateTest.Pick,
        _ values: [PropertyValue?],
        _ filter: PropertyFilter,
        _ missingIsZero: Bool
    ) -> PropertyValue? {
        let operand = filter.operands[0]
        let candidates = values.compactMap { value -> PropertyValue? in
            if let value, compare(value, operand) != nil { return value }
            return missingIsZero ? .number(.zero) : nil
        }
        return candidates.first { one in
            candidates.allSatisfy { other in
                let order = order(one, other)
                return pick == .least ? order <= 0 : order >= 0
            }
        }
    }

    private func order(_ one: PropertyValue, _ other: PropertyValue) -> Int {
        if case .number = one { return compare(one, .value(other)) ?? 0 }
        if case .text(let text) = one, let left = OracleVersion(text), case .text(let text) = other,
            let right = OracleVersion(text)
        {
            return left.compare(right)
        }
        guard let left = instant(one), let right = instant(other) else { return 0 }
        return left < right ? -1 : (left == right ? 0 : 1)
    }

    // "averages compare without dividing"
    private func holds(average test: SumTest, _ events: [UserHistory.Event]) -> Bool {
        let numbers = events.compactMap { event -> Number? in
            if case .number(let number)? = event[test.property] { return number }
            return test.missingIsZero ? .zero : nil
        }
        guard !numbers.isEmpty else { return false }
        func compare(_ operand: Number) -> Int {
            let count = numbers.count
            let decimals = numbers.compactMap { number -> Int128? in
                if case .decimal(let e4) = number.form { Int128(e4) } else { nil }
            }
            guard decimals.count == count else {
                // An event that counts as 0 adds nothing to a sum of doubles.
                let sum = numbers.reduce(0) { $0 + $1.double }
                let wanted = operand.double * Double(count)
                return sum < wanted ? -1 : (sum == wanted ? 0 : 1)
            }
            var (sum, wanted) = (decimals.reduce(0, +), Int128(count))
            switch operand.form {
            case .decimal(let e4): wanted *= Int128(e4)
            case .double(let double):
                // Both times 2^60, at which the doubles drawn are whole numbers.
                wanted *= Int128(double * 0x1p60) * 10_000
                sum *= Int128(0x1p60)
            }
            return sum < wanted ? -1 : (sum == wanted ? 0 : 1)
        }
        switch test.test {
        case .atLeast(let low): return compare(low) >= 0
        case .exactly(let wanted): return compare(wanted) == 0
        case .atMost(let high): return compare(high) <= 0
        case .between(let low, let high): return compare(low) >= 0 && compare(high) <= 0
        case .greaterThan(let low): return compare(low) > 0
        case .lessThan(let high): return compare(high) < 0
        }
    }

    func holds(_ test: CountTest, _ count: Int) -> Bool {
        guard count > 0 else { return false }
        switch test.comparison {
        case .atLeast(let low): return count >= low
        case .exactly(let wanted): return count == wanted
        case .atMost(let high): return count <= high
        case .between(let low, let high): return (low...high).contains(count)
        }
    }
}
