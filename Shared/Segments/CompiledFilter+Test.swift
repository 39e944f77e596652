// From a filter as it is said to the one test it is, with its operands parsed, folded and in order.

import Basics

extension CompiledFilter {
    static func test(_ filter: PropertyFilter) -> Test {
        let members = Members(filter.operands, ignoreCase: filter.ignoreCase)
        switch filter.operator {
        case .exists: return .exists
        case .missing: return .missing
        case .equals, .in: return .member(members, wanted: true)
        case .notEquals, .notIn: return .member(members, wanted: false)
        case .hasAny: return .hasAny(members)
        case .hasNone: return .hasNone(members)
        case .hasAll:
            return .hasAll(
                filter.operands.map { Members([$0], ignoreCase: filter.ignoreCase) }
            )
        case .contains, .startsWith, .endsWith:
            guard case .value(.text(let text))? = filter.operands.first else { return .never }
            return .piece(Array((filter.ignoreCase ? CaseFolding.fold(text) : text).utf8))
        case .withinLast, .withinNext:
            guard case .duration(let ms)? = filter.operands.first else { return .never }
            return filter.operator == .withinLast ? .withinLast(ms: ms) : .withinNext(ms: ms)
        case .lessThan, .atMost, .greaterThan, .atLeast, .between, .before, .after:
            return order(filter)
        case .matches:
            guard case .success(let pattern)? = filter.pattern else { return .never }
            return .pattern(pattern)
        case .onDay: return filter.day.map(Test.onDay) ?? .never
        case .sameDayOfYear: return filter.day.map(Test.sameDayOfYear) ?? .never
        case .withinKm: return filter.circle.map(Test.within) ?? .never
        }
    }

    private static func order(_ filter: PropertyFilter) -> Test {
        var numbers: [Number] = []
        var versions: [SemanticVersion] = []
        var instants: [Timestamp] = []
        for operand in filter.operands {
            switch operand {
            case .value(.number(let number)): numbers.append(number)
            case .value(.instant(let instant)): instants.append(instant)
            case .version(let text):
                if let version = SemanticVersion(text) { versions.append(version) }
            default: break
            }
        }
        if let bounds = Bounds(filter.operator, numbers) { return .numbers(bounds) }
        if let bounds = Bounds(filter.operator, versions) { return .versions(bounds) }
        if let bounds = Bounds(filter.operator, instants) { return .instants(bounds) }
        return .never
    }
}

// Operands of one operator as what they mean; nil when they mean nothing.
extension PropertyFilter {
    /// The regular expression, or what is wrong with it.
    var pattern: Result<TextPattern, PatternProblem>? {
        guard case .value(.text(let text))? = operands.first else { return nil }
        return Result { () throws(PatternProblem) in
            try TextPattern(text, ignoreCase: ignoreCase)
        }
    }

    /// The day of `onDay` and of `sameDayOfYear`.
    var day: LocalDay? {
        guard case .value(.text(let text))? = operands.first else { return nil }
        return LocalDay(text, yearly: self.operator == .sameDayOfYear)
    }

    /// The points of `withinKm`.
    var circle: GlobeCircle? {
        let numbers = operands.compactMap { operand -> Double? in
            guard case .value(.number(let number)) = operand else { return nil }
            return number.double
        }
        guard numbers.count == 3,
            let centre = GlobePoint(latitude: numbers[0], longitude: numbers[1])
        else { return nil }
        return GlobeCircle(centre, radiusKm: numbers[2])
    }
}
