// YAML's flow style in a few lines, so that the tests' documents read as people write them.

import Segments

/// A document from text such as `{did: {event: [A, "B C"], atLeast: 3}}`.
func plain(_ text: String) -> PlainValue {
    var flow = FlowText(rest: text.unicodeScalars[...])
    return flow.value()
}

/// Reads one condition.
func condition(_ text: String, zone: String? = nil) throws -> Definition {
    var entries = [PlainEntry("condition", plain(text))]
    if let zone { entries.append(PlainEntry("zone", .text(zone))) }
    return try DefinitionReader.read(.map(entries)).definition
}

/// The problem that reading and checking one condition ends with.
func problem(of text: String) -> DefinitionProblem? {
    do {
        return Validation(try condition(text)).errors.first
    } catch {
        return error as? DefinitionProblem
    }
}

/// Rows of a table: a document, and indented under it what is expected of it.
///
/// Lines of the same kind are joined by a space.
func table(_ text: String) -> [(document: String, expected: String)] {
    var rows: [(document: String, expected: String)] = []
    for line in text.split(separator: "\n") {
        let words = String(line.drop { $0 == " " })
        if line.first == " ", let last = rows.indices.last {
            rows[last].expected += (rows[last].expected.isEmpty ? "" : " ") + words
        } else if let last = rows.indices.last, rows[last].expected.isEmpty {
            rows[last].document += " " + words
        } else {
            rows.append((words, ""))
        }
    }
    return rows
}

/// Flow maps, flow lists, quoted and bare scalars on one line; for well-formed input only.
private struct FlowText {
    var rest: Substring.UnicodeScalarView

    mutating func value() -> PlainValue {
        skipSpace()
        switch rest.first {
        case "{": return .map(items(until: "}") { $0.entry() })
        case "[": return .list(items(until: "]") { $0.value() })
        case "\"": return .text(quoted())
        default: return bare(until: [",", "]", "}"])
        }
    }

    private mutating func items<Item>(
        until end: Unicode.Scalar,
        _ read: (inout FlowText) -> Item
    ) -> [Item] {
        rest.removeFirst()
        var items: [Item] = []
        while true {
            skipSpace()
            if rest.first == "," { rest.removeFirst() }
            skipSpace()
            if rest.first == end || rest.isEmpty { break }
            items.append(read(&self))
        }
        if !rest.isEmpty { rest.removeFirst() }
        return items
    }

    private mutating func entry() -> PlainEntry {
        let key = String(Substring(rest.prefix { $0 != ":" }))
        rest = rest.drop { $0 != ":" }.dropFirst()
        return PlainEntry(key, value())
    }

    private mutating func quoted() -> String {
        rest.removeFirst()
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst(), scalar != "\"" {
            text.append(scalar == "\\" ? rest.popFirst() ?? "\\" : scalar)
        }
        return String(text)
    }

    /// A scalar without quotation marks: what YAML takes for a bool, number or nothing is one.
    private mutating func bare(until ends: [Unicode.Scalar]) -> PlainValue {
        let text = String(Substring(rest.prefix { !ends.contains($0) }))
        rest = rest.drop { !ends.contains($0) }
        switch text {
        case "null", "~", "": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: break
        }
        if let whole = Int64(text) { return .int(whole) }
        if let number = Double(text) { return .double(number) }
        return .text(text)
    }

    private mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\n" } }
}
