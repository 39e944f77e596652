// Filters and values in sentences, as `PropertyFilter.phrase` says them.

import Basics

extension PropertyFilter {
    /// Filters joined by `and`.
    static func parseAll(
        _ words: inout SentenceWords
    ) throws(DefinitionProblem) -> [PropertyFilter] {
        var filters: [PropertyFilter] = []
        repeat {
            filters.append(try parse(&words))
        } while (words.isNextName(after: "and") || words.isNext("and the user's"))
            && words.take("and")
        return filters
    }

    /// `"amount" is greater than 100`.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> PropertyFilter {
        let isOfUser = words.take("the user's")
        var filter = PropertyFilter(ExactName(try words.quoted("a property")), .exists)
        filter.isOfUser = isOfUser
        for (phrase, comparison) in phrases where words.take(phrase) {
            filter.operator = comparison
            filter.operands = try operands(of: comparison, &words)
            if comparison == .onDay, words.take("of any year") { filter.operator = .sameDayOfYear }
            if isOfUser { try words.expect("at the event") }
            filter.ignoreCase = words.take("( ignoring case )")
            return filter
        }
        throw words.expected("`is`, `exists`, `contains`, `starts with`, `matches`, `has any of`")
    }

    /// What each comparison begins with; of those that begin alike the longest comes first.
    private static let phrases: [(String, FilterOperator)] = [
        ("exists", .exists), ("is missing", .missing), ("contains", .contains),
        ("starts with", .startsWith), ("ends with", .endsWith), ("matches", .matches),
        ("has any of", .hasAny), ("has all of", .hasAll), ("has none of", .hasNone),
        ("is one of", .in), ("is none of", .notIn), ("is not one of", .notIn),
        ("is not", .notEquals),
        ("is less than", .lessThan), ("is at most", .atMost), ("is greater than", .greaterThan),
        ("is more than", .greaterThan), ("is at least", .atLeast), ("is from", .between),
        ("is before", .before), ("is at or after", .after), ("is within the last", .withinLast),
        ("is within the next", .withinNext), ("is within", .withinKm), ("is on", .onDay),
        ("is", .equals),
    ]

    private static func operands(
        of comparison: FilterOperator,
        _ words: inout SentenceWords
    ) throws(DefinitionProblem) -> [Operand] {
        switch comparison {
        case .exists, .missing: return []
        case .withinLast, .withinNext: return [.duration(ms: try words.duration())]
        case .before, .after: return [.instant(try words.instant())]
        case .between:
            let low = try Operand.parse(&words)
            try words.expect("to")
            return [low, try Operand.parse(&words)]
        case .in, .notIn, .hasAny, .hasAll, .hasNone:
            var operands = [try Operand.parse(&words)]
            while words.isNext(","), Operand.begins(words, ahead: 1) {
                _ = words.take(",")
                operands.append(try Operand.parse(&words))
            }
            return operands
        case .withinKm:
            let km = try words.number()
            try words.expect("km of")
            let latitude = try words.number()
            try words.expect(",")
            return [.number(latitude), .number(try words.number()), .number(km)]
        case .onDay: return [.text(try words.anyWord("a day"))]
        default: return [try Operand.parse(&words)]
        }
    }
}

extension Operand {
    /// Whether a value stands so many places on.
    static func begins(_ words: SentenceWords, ahead: Int) -> Bool {
        if words.isQuoted(ahead) { return true }
        guard let word = words.word(ahead), let first = word.unicodeScalars.first else {
            return false
        }
        return ["true", "false", "version"].contains(word) || ("0"..."9").contains(first)
            || first == "-"
    }

    /// `"Pune"`, `9.5`, `true`, `version 5.2`, `2025-05-01`.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Operand {
        if words.isQuoted() { return .text(try words.quoted("a text")) }
        if words.take("true") { return .bool(true) }
        if words.take("false") { return .bool(false) }
        if words.take("version") { return .version(try words.anyWord("a version")) }
        guard let word = words.word(), begins(words, ahead: 0) else {
            throw words.expected("a value", hint: "texts stand in quotation marks")
        }
        if Number(text: word) != nil { return .number(try words.number()) }
        return .instant(try words.instant())
    }
}
