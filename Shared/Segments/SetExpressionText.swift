// The text of a set expression: names, `and`, `or`, `minus`, `not`, and parentheses.

import Basics

/// A set expression as people write it.
///
///     or:    and { "or" and }
///     and:   one { ("and" | "minus") one }         from left to right
///     one:   "not" one | "(" or ")" | name | quoted name
///
/// `not` binds closest, `or` loosest: `a and b minus c or d` is `((a and b) minus c) or d`. A name
/// is a segment's; one that is a word of the language stands in double quotes.
public struct SetExpressionText: Sendable, Hashable {
    /// The segments named, each once, in the order of their first mention.
    public let names: [String]
    /// The expression over them.
    public let expression: SetExpression

    /// Reads a text.
    ///
    /// - Throws: a problem whose place is the character, from 1.
    public init(_ text: String) throws(DefinitionProblem) {
        guard text.utf8.count <= SetExpression.textBytesMax else {
            throw SetExpression.problem(
                .tooMany,
                "expression",
                "the expression is longer than \(SetExpression.textBytesMax) bytes",
                hint: "save a part of it as a segment"
            )
        }
        var reader = SetExpressionReader(text)
        let root = try reader.whole()
        guard reader.names.count <= SetExpression.subjectsMax else {
            throw SetExpression.problem(
                .tooMany,
                "expression",
                "it names \(reader.names.count) segments",
                hint: "at most \(SetExpression.subjectsMax)"
            )
        }
        names = reader.names
        expression = try SetExpression(root.nodes, subjects: names.count)
    }
}

/// A part of the text that was read.
private indirect enum Part {
    case subject(Int)
    case all([Part])
    case any([Part])
    case not(Part)
    case minus([Part])

    /// The parts it is made of.
    private var parts: [Part] {
        switch self {
        case .subject: []
        case .all(let parts), .any(let parts), .minus(let parts): parts
        case .not(let part): [part]
        }
    }

    /// The part and all below it, each behind what it is an input of.
    var nodes: [SetExpression.Node] {
        var waiting = [self]
        var nodes: [SetExpression.Node] = []
        while nodes.count < waiting.count {
            let part = waiting[nodes.count]
            let inputs = Array(waiting.count..<(waiting.count + part.parts.count))
            waiting += part.parts
            switch part {
            case .subject(let index): nodes.append(.subject(index))
            case .all: nodes.append(.all(inputs))
            case .any: nodes.append(.any(inputs))
            case .not: nodes.append(.not(inputs[0]))
            case .minus: nodes.append(.minus(inputs))
            }
        }
        return nodes
    }
}

/// Reads the text word by word.
private struct SetExpressionReader {
    /// Deepest nesting: deeper ones nobody reads.
    private static let depthMax = 32

    private enum Word: Hashable {
        case name(String), and, or, minus, not, open, close, end
    }

    private let scalars: [Unicode.Scalar]
    private var at = 0
    private var word = Word.end
    /// Where the word begins, from 1.
    private var place = 1
    private(set) var names: [String] = []

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func whole() throws(DefinitionProblem) -> Part {
        try advance()
        let part = try or(depth: 0)
        guard word == .end else { throw refusal("`and`, `or`, `minus` or the end is due") }
        return part
    }

    private mutating func or(depth: Int) throws(DefinitionProblem) -> Part {
        var parts = [try and(depth: depth)]
        while word == .or {
            try advance()
            parts.append(try and(depth: depth))
        }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func and(depth: Int) throws(DefinitionProblem) -> Part {
        var part = try one(depth: depth)
        while word == .and || word == .minus {
            let operation = word
            var parts = [part]
            while word == operation {
                try advance()
                parts.append(try one(depth: depth))
            }
            part = operation == .and ? .all(parts) : .minus(parts)
        }
        return part
    }

    private mutating func one(depth: Int) throws(DefinitionProblem) -> Part {
        guard depth < Self.depthMax else { throw refusal("it nests deeper than \(Self.depthMax)") }
        switch word {
        case .not:
            try advance()
            return .not(try one(depth: depth + 1))
        case .open:
            try advance()
            let part = try or(depth: depth + 1)
            guard word == .close else { throw refusal("`)` is due") }
            try advance()
            return part
        case .name(let name):
            try advance()
            if let index = names.firstIndex(of: name) { return .subject(index) }
            names.append(name)
            return .subject(names.count - 1)
        default: throw refusal("a segment's name, `not` or `(` is due")
        }
    }

    private mutating func advance() throws(DefinitionProblem) {
        while at < scalars.count, scalars[at].properties.isWhitespace { at += 1 }
        place = at + 1
        guard at < scalars.count else {
            word = .end
            return
        }
        switch scalars[at] {
        case "(": (word, at) = (.open, at + 1)
        case ")": (word, at) = (.close, at + 1)
        case "\"":
            guard let end = scalars[(at + 1)...].firstIndex(of: "\"") else {
                throw refusal("a quoted name does not end")
            }
            word = .name(text(at + 1, end))
            at = end + 1
        default:
            let start = at
            while at < scalars.count, SegmentName.isValid(String(Character(scalars[at]))) {
                at += 1
            }
            guard at > start else { throw refusal("\(scalars[start]) means nothing here") }
            word =
                switch text(start, at) {
                case "and": .and
                case "or": .or
                case "minus": .minus
                case "not": .not
                case let name: .name(name)
                }
        }
    }

    private func text(_ start: Int, _ end: Int) -> String {
        String(String.UnicodeScalarView(scalars[start..<end]))
    }

    private func refusal(_ what: String) -> DefinitionProblem {
        SetExpression.problem(
            .shape,
            "expression, character \(place)",
            what,
            hint: "such as: (payers or trial) and active minus churned"
        )
    }
}
