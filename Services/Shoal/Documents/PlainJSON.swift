// One line of JSON to a plain value.

import Basics
import Segments

/// Reads JSON where a document is one line; `PlainDocument` reads whole pages, YAML or JSON.
enum PlainJSON {
    /// The deepest value: a definition of full depth takes four levels per condition.
    static let depthMax = PlainDocument.depthMax

    /// The value that stands alone in `text`.
    static func read(_ text: String) throws(LineProblem) -> PlainValue {
        let bytes = Array(text.utf8)
        var scanner = JSONScanner(bytes, 0..<bytes.count)
        let value = try value(&scanner, "", depth: 1)
        guard scanner.peek() == nil else { throw scanner.unexpected("", "the end of the line") }
        return value
    }

    private static func value(
        _ scanner: inout JSONScanner,
        _ field: String,
        depth: Int
    ) throws(LineProblem) -> PlainValue {
        guard depth <= depthMax else {
            throw LineProblem(field, "deeper than \(depthMax) levels")
        }
        switch scanner.peek() {
        case UInt8(ascii: "\"")?: return .text(try scanner.text(field))
        case UInt8(ascii: "-")?, .some(0x30...0x39):
            let range = try scanner.numberRange(field)
            return PlainDocument.plain(String(decoding: scanner.bytes[range], as: UTF8.self))
        case UInt8(ascii: "t")? where scanner.skip(word: "true"): return .bool(true)
        case UInt8(ascii: "f")? where scanner.skip(word: "false"): return .bool(false)
        case UInt8(ascii: "n")? where scanner.skip(word: "null"): return .null
        case UInt8(ascii: "[")?: return .list(try items(&scanner, field, depth: depth))
        case UInt8(ascii: "{")?: return .map(try entries(&scanner, field, depth: depth))
        default: throw scanner.unexpected(field, "a value")
        }
    }

    private static func items(
        _ scanner: inout JSONScanner,
        _ field: String,
        depth: Int
    ) throws(LineProblem) -> [PlainValue] {
        _ = scanner.skip("[")
        var items: [PlainValue] = []
        if scanner.skip("]") { return items }
        repeat {
            items.append(try value(&scanner, "\(field)[\(items.count)]", depth: depth + 1))
        } while scanner.skip(",")
        guard scanner.skip("]") else { throw scanner.unexpected(field, "`,` or `]`") }
        return items
    }

    private static func entries(
        _ scanner: inout JSONScanner,
        _ field: String,
        depth: Int
    ) throws(LineProblem) -> [PlainEntry] {
        _ = scanner.skip("{")
        var entries: [PlainEntry] = []
        if scanner.skip("}") { return entries }
        repeat {
            let key = try scanner.text(field)
            guard scanner.skip(":") else { throw scanner.unexpected(key, "`:`") }
            let place = field.isEmpty ? key : "\(field).\(key)"
            entries.append(PlainEntry(key, try value(&scanner, place, depth: depth + 1)))
        } while scanner.skip(",")
        guard scanner.skip("}") else { throw scanner.unexpected(field, "`,` or `}`") }
        return entries
    }
}
