// Reads a definition from a sentence: the inverse of `Sentence`. The grammar, by example:
//
//     did "Charged" at least 3 times between 2025-05-01 and 2025-07-01
//         and did not "Charged" in the last 14 days and user "source" is "facebook"
//
// Conditions are joined by `and` or by `or`, not by both: groups within groups stand in brackets,
// `not (…)` is the opposite of what stands in them. `all of (…)` and `any of (…)` are groups of
// one, `is any user` and `is no user` groups of none. Names and texts stand in quotation marks,
// with `\"`, `\\`, `\n`, `\t` and `\u{1b}` inside; numbers, dates, true and false do not. Words
// are read in any case, lines and spaces as one pleases. What a condition may say stands in its own
// kind's file (`parse`, beside `phrase`). A sentence may end with `, with dates and days of
// Europe/Berlin`.

import Basics

extension Sentence {
    /// The definition that a sentence says; throws where it cannot be read, with line and column.
    ///
    /// `zone` is that of dates when the sentence names none. Whether the definition makes sense is
    /// for `Validation` to say afterwards. What `say` says of a valid definition gives that
    /// definition, numbered level by level.
    public static func read(
        _ text: String,
        zone: Zone = .utc
    ) throws(DefinitionProblem) -> Definition {
        guard text.utf8.count <= DefinitionLimits.sentenceBytes else {
            throw DefinitionProblem(
                .tooMany,
                .read,
                place: "line 1, column 1",
                message: "the sentence is longer than \(DefinitionLimits.sentenceBytes) bytes",
                hint: "write the definition as YAML"
            )
        }
        let (words, name) = try SentenceWords(text, zone: zone).withoutZone()
        var reader = SentenceReader(words: words)
        let said = try reader.group(depth: 1)
        let universe = try Universe.parse(&reader.words)
        guard reader.words.isAtEnd else {
            throw reader.words.expected("`and`, `or` or the end")
        }
        return Definition(nodes: try said.nodes(), zone: name, universe: universe)
    }

    /// Whether a text is a sentence and no document: it does not begin with a field, a list, a
    /// comment or another mark of YAML.
    public static func isSentence(_ text: String) -> Bool {
        let start = text.unicodeScalars.drop { $0.properties.isWhitespace || $0 == "\u{FEFF}" }
        guard let first = start.first, !"{[#%-&!|>'".unicodeScalars.contains(first) else {
            return false
        }
        if first == "(" { return true }
        let rest =
            first == "\""
            ? start.dropFirst().drop { $0 != "\"" }.dropFirst()
            : start.drop { $0.properties.isAlphabetic || $0 == "_" }
        return rest.drop { $0 == " " }.first != ":"
    }
}

/// What a sentence says, as a tree.
private indirect enum Said {
    case one(Condition)
    case all([Said])
    case any([Said])
    case not(Said)

    /// The nodes, numbered level by level as the reader of documents numbers them.
    func nodes() throws(DefinitionProblem) -> [Condition] {
        var waiting: [Said] = [self]
        var nodes: [Condition] = []
        func take(_ children: [Said]) -> [Int] {
            waiting += children
            return Array(waiting.count - children.count..<waiting.count)
        }
        while nodes.count < waiting.count {
            guard waiting.count <= Limits.definitionNodes else {
                throw DefinitionProblem(
                    .tooMany,
                    .read,
                    place: "condition",
                    message: "more than \(Limits.definitionNodes) conditions",
                    hint: "`is one of` takes a list of values, `did` several names"
                )
            }
            switch waiting[nodes.count] {
            case .one(let condition): nodes.append(condition)
            case .all(let children): nodes.append(.all(AllOf(take(children))))
            case .any(let children): nodes.append(.any(AnyOf(take(children))))
            case .not(let child): nodes.append(.not(Not(take([child])[0])))
            }
        }
        return nodes
    }
}

/// Reads conditions and groups of them; each kind reads its own.
private struct SentenceReader {
    var words: SentenceWords

    /// Conditions joined by one word.
    mutating func group(depth: Int) throws(DefinitionProblem) -> Said {
        guard depth <= Limits.definitionDepth else {
            throw words.problem(
                "deeper than \(Limits.definitionDepth) levels",
                code: .tooDeep,
                hint: "brackets within brackets of the same word can be one list"
            )
        }
        var parts = [try part(depth: depth)]
        guard let joint = ["and", "or"].first(where: { words.isNext($0) }) else { return parts[0] }
        while words.take(joint) { parts.append(try part(depth: depth)) }
        if words.isNext("and") || words.isNext("or") {
            throw words.problem(
                "`and` and `or` stand side by side",
                code: .conflictingFields,
                hint: "put what belongs together in brackets"
            )
        }
        return joint == "and" ? .all(parts) : .any(parts)
    }

    private mutating func part(depth: Int) throws(DefinitionProblem) -> Said {
        if words.take("is any user") { return .all([]) }
        if words.take("is no user") { return .any([]) }
        if words.take("all of (") { return .all([try enclosed(depth)]) }
        if words.take("any of (") { return .any([try enclosed(depth)]) }
        if words.take("not (") { return .not(try enclosed(depth)) }
        if words.take("(") { return try enclosed(depth) }
        for kind in Condition.kinds {
            var rest = words
            if let condition = try kind.parse(&rest) {
                words = rest
                return .one(condition)
            }
        }
        throw words.expected("a condition", hint: conditionHint)
    }

    /// Up to the bracket that closes.
    private mutating func enclosed(_ depth: Int) throws(DefinitionProblem) -> Said {
        let said = try group(depth: depth + 1)
        try words.expect(")", hint: "or go on with `and` or `or`")
        return said
    }

    private var conditionHint: String {
        if words.isQuoted() { return "for a property of the user write `user` before it" }
        if words.isNext("not") { return "write `not (…)`, with brackets" }
        return #"such as did "Charged", did not "Charged", user "city" is "Pune""#
    }
}
