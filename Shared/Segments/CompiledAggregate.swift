// What is computed of a user's marks, and how it compares.

import Basics

/// An aggregate made ready, asked of the marks of one user in event-time order.
struct CompiledAggregate: Sendable {
    private let test: AggregateTest
    private let zone: Zone
    /// What a picked value must pass.
    let filter: CompiledFilter?
    private let order: ValueOrder?

    init(_ test: AggregateTest, zone: Zone) {
        self.test = test
        self.zone = zone
        guard case .picked(_, let picked, _) = test else {
            filter = nil
            order = nil
            return
        }
        filter = CompiledFilter(picked, zone: zone)
        order = ValueOrder(of: picked)
    }

    /// Whether a user with these marks passes; `instant` is the answer's.
    func holds(_ marks: [Mark], at instant: Timestamp) -> Bool {
        switch test {
        case .average(let test):
            let (sum, count) = Self.sum(marks, missingIsZero: test.missingIsZero)
            return count > 0 && test.test.holds { sum.compareAverage(of: count, with: $0) }
        case .picked(let pick, _, let missingIsZero):
            guard let value = picked(pick, marks, missingIsZero) else { return false }
            return filter?.matches(value, at: instant) ?? false
        case .distinct(_, let count): return count.matches(Self.values(marks))
        case .distinctDays(let count): return count.matches(days(marks))
        }
    }

    /// `the average of "amount" is 12.5 of at least 10`.
    func finding(_ marks: [Mark]) -> String {
        let name = test.property.map { Phrase.quoted($0.text) } ?? ""
        switch test {
        case .average(let test):
            let (sum, count) = Self.sum(marks, missingIsZero: test.missingIsZero)
            guard count > 0 else { return "no number in \(name), wanted \(test.wanted)" }
            let average = Number(sum.double / Double(count)).map(\.description) ?? "\(sum.double)"
            return "the average of \(name) is \(average) of \(test.wanted)"
        case .picked(let pick, _, let missingIsZero):
            guard let value = picked(pick, marks, missingIsZero) else {
                return "no \(pick.said) \(name)"
            }
            return "the \(pick.said) \(name) is \(Explanation.said(value))"
        case .distinct(_, let count):
            return "\(Self.values(marks)) of \(count.wanted) different values of \(name)"
        case .distinctDays(let count): return "\(days(marks)) of \(count.wanted) different days"
        }
    }

    /// What the numbers add up to, and of how many values that is the sum.
    private static func sum(_ marks: [Mark], missingIsZero: Bool) -> (ExactSum, count: Int) {
        var sum = ExactSum()
        for mark in marks {
            if case .number(let number)? = mark.value { sum.add(number) }
        }
        return (sum, missingIsZero ? marks.count : sum.count)
    }

    private func picked(_ pick: AggregateTest.Pick, _ marks: [Mark], _ missingIsZero: Bool)
        -> PropertyValue?
    {
        let zero: PropertyValue? = missingIsZero ? .number(.zero) : nil
        switch pick {
        case .first: return marks.lazy.compactMap { $0.value ?? zero }.first
        case .last: return marks.lazy.reversed().compactMap { $0.value ?? zero }.first
        case .least, .greatest:
            let keys = marks.lazy.compactMap { key(of: $0.value) ?? key(of: zero) }
            return pick == .least
                ? keys.min { $0.key < $1.key }?.value : keys.max { $0.key < $1.key }?.value
        }
    }

    private func key(of value: PropertyValue?) -> (key: ValueOrder.Key, value: PropertyValue)? {
        guard let value, let order, let key = order.key(of: value, zone: zone) else { return nil }
        return (key, value)
    }

    private static func values(_ marks: [Mark]) -> Int { Set(marks.compactMap(\.value)).count }

    private func days(_ marks: [Mark]) -> Int {
        var clock = LocalClock(zone)
        return Set(marks.map { clock.local($0.at).day }).count
    }
}

/// The values that can be put in order with a filter's operands.
enum ValueOrder: Sendable {
    case numbers
    case instants
    case versions

    /// A value's place among others of its order.
    enum Key: Comparable {
        case number(Number)
        case instant(Timestamp)
        case version(SemanticVersion)
    }

    /// The order of the filter's operands; nil: they have none.
    init?(of filter: PropertyFilter) {
        switch filter.operands.first {
        case .value(.number)?: self = .numbers
        case .value(.instant)?: self = .instants
        case .version?: self = .versions
        default: return nil
        }
    }

    /// Nil: the value has no place in this order.
    func key(of value: PropertyValue, zone: Zone) -> Key? {
        switch (self, value) {
        case (.numbers, .number(let number)): .number(number)
        case (.instants, .instant(let instant)): .instant(instant)
        case (.instants, .text(let text)): InstantText.read(text, zone: zone).map(Key.instant)
        case (.versions, .text(let text)): SemanticVersion(text).map(Key.version)
        default: nil
        }
    }
}
