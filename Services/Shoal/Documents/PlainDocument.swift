// YAML and JSON to plain values, with line numbers, and back to YAML.

import Basics
import Segments
import Yams

/// Reads and writes documents; the types are those of YAML 1.2's core schema.
///
/// Plain `10`, `1.5`, `true`, `false`, `null` and `~` are what they look like; everything else,
/// dates and `yes` too, and everything in quotes, is a text.
enum PlainDocument {
    /// The longest document.
    static let bytesMax = 1 << 20
    /// The deepest document: a definition of full depth takes four levels per condition.
    static let depthMax = 160
    /// The most values: aliases would otherwise make millions out of a few lines.
    static let valuesMax = 100_000

    /// The value that a text holds.
    static func read(_ text: String) throws(DefinitionProblem) -> PlainValue {
        try checkDepth(text)
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw problem(error)
        } catch {
            throw DefinitionProblem(.shape, .read, place: "document", message: "\(error)")
        }
        guard let node else { return .null }
        var walk = Walk()
        return try walk.value(node, depth: 1)
    }

    /// The YAML of a value, such that reading it gives the same.
    static func write(_ value: PlainValue) throws -> String {
        try Yams.serialize(node: node(value), width: -1, allowUnicode: true, sortKeys: false)
    }

    /// Refuses what would make the parser recurse too deep: it looks at brackets and indents only.
    private static func checkDepth(_ text: String) throws(DefinitionProblem) {
        var depth = 0
        var line = 1
        var dashes = 0
        var isLineStart = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                isLineStart = false
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case 0x0A:
                line += 1
                dashes = 0
                isLineStart = true
            case 0x20 where isLineStart, UInt8(ascii: "-") where isLineStart,
                UInt8(ascii: "?") where isLineStart:
                dashes += 1
            default: isLineStart = false
            }
            guard depth <= 1_000, dashes <= 2_000 else { throw tooDeep(line) }
        }
    }

    private static func tooDeep(_ line: Int?) -> DefinitionProblem {
        DefinitionProblem(
            .tooDeep,
            .read,
            place: "document",
            line: line,
            message: "deeper than \(Limits.definitionDepth) conditions",
            hint: "`all` within `all` and `any` within `any` can be one list"
        )
    }

    private static func problem(_ error: YamlError) -> DefinitionProblem {
        func problem(_ message: String, _ line: Int?) -> DefinitionProblem {
            DefinitionProblem(
                .shape,
                .read,
                place: "document",
                line: line,
                message: message,
                hint: "check indentation, colons and brackets"
            )
        }
        switch error {
        case .scanner(let context, let text, let mark, _),
            .parser(let context, let text, let mark, _),
            .composer(let context, let text, let mark, _):
            let around = context.map { " (\($0.text))" } ?? ""
            return problem("no YAML or JSON: \(text)\(around)", mark.line)
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "\($0)" }.joined(separator: ", ")
            return problem("a field stands there twice: \(names)", context.mark.line)
        default: return problem("no YAML or JSON: \(error)", nil)
        }
    }

    private struct Walk {
        private var count = 0

        mutating func value(_ node: Node, depth: Int) throws(DefinitionProblem) -> PlainValue {
            count += 1
            guard depth <= PlainDocument.depthMax else {
                throw PlainDocument.tooDeep(node.mark?.line)
            }
            guard count <= PlainDocument.valuesMax else {
                throw DefinitionProblem(
                    .tooMany,
                    .read,
                    place: "document",
                    line: node.mark?.line,
                    message: "more than \(PlainDocument.valuesMax) values",
                    hint: "do without anchors and aliases"
                )
            }
            switch node {
            case .scalar(let scalar): return PlainDocument.scalar(scalar)
            case .sequence(let sequence):
                var list: [PlainValue] = []
                for item in sequence { list.append(try value(item, depth: depth + 1)) }
                return .list(list)
            case .mapping(let mapping):
                var entries: [PlainEntry] = []
                for (key, item) in mapping {
                    guard case .scalar(let name) = key else {
                        throw DefinitionProblem(
                            .shape,
                            .read,
                            place: "document",
                            line: key.mark?.line,
                            message: "a field's name is not a text"
                        )
                    }
                    let inner = try value(item, depth: depth + 1)
                    entries.append(PlainEntry(name.string, inner, line: key.mark?.line))
                }
                return .map(entries)
            case .alias:
                throw DefinitionProblem(
                    .shape,
                    .read,
                    place: "document",
                    line: node.mark?.line,
                    message: "an alias points at nothing"
                )
            }
        }
    }

    private static func scalar(_ scalar: Node.Scalar) -> PlainValue {
        guard scalar.style == .any || scalar.style == .plain else { return .text(scalar.string) }
        let value = plain(scalar.string)
        switch value {
        case .int, .bool, .null:
            // `!!str 10` says that it is a text; without a tag Yams resolves these as we do.
            return scalar.tag == Tag(.str) ? .text(scalar.string) : value
        default: return value
        }
    }

    /// What a word without quotes means.
    static func plain(_ word: String) -> PlainValue {
        switch word {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        let bytes = Array(word.utf8)
        guard bytes.count <= Number.textBytesMax else { return .text(word) }
        let digits = bytes.first == 0x2D || bytes.first == 0x2B ? bytes.dropFirst() : bytes[...]
        guard let first = digits.first, (0x30...0x39).contains(first) else { return .text(word) }
        if digits.allSatisfy({ (0x30...0x39).contains($0) }) {
            if let whole = Int64(word) { return .int(whole) }
        }
        var scanner = JSONScanner(Array(digits), 0..<digits.count)
        do throws(LineProblem) {
            let range = try scanner.numberRange("")
            guard range.count == digits.count, let double = Double(word), double.isFinite else {
                return .text(word)
            }
            return .double(double)
        } catch {
            // 5.10.0, 2025-05-01 and 12:30 only begin like numbers.
            return .text(word)
        }
    }

    private static func node(_ value: PlainValue) -> Node {
        switch value {
        case .null: return Node("null", Tag(.null), .plain)
        case .bool(let bool): return Node(bool ? "true" : "false", Tag(.bool), .plain)
        case .int(let int): return Node("\(int)", Tag(.int), .plain)
        case .double(let double): return Node("\(double)", Tag(.float), .plain)
        case .text(let text):
            let isPlain = plain(text) == .text(text) && !text.isEmpty
            return Node(text, Tag(.str), isPlain ? .any : .doubleQuoted)
        case .list(let values):
            return Node(values.map { node($0) })
        case .map(let entries):
            return Node(entries.map { (node(.text($0.key)), node($0.value)) })
        }
    }
}
