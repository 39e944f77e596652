// A definition as one plain English sentence.

import Basics

/// Says definitions in words.
///
/// Such as: `did "Charged" at least 3 times between 2025-05-01 and 2025-07-01 and did not
/// "Charged" in the last 14 days`. Names and texts stand in quotation marks, groups within groups
/// in brackets; the same definition always gives the same sentence, and `read` gives it back.
public enum Sentence {
    /// The sentence, without a full stop; a problem when the nodes are no tree.
    public static func say(_ definition: Definition) throws(DefinitionProblem) -> String {
        let said = try say(definition, zone: try Zone.of(definition, projectZone: nil))
        let among = definition.universe.said.map { ", among \($0)" } ?? ""
        return said + among + (definition.zone.map { ", with dates and days of \($0)" } ?? "")
    }

    /// The condition alone, its dates in a zone.
    static func say(_ definition: Definition, zone: Zone) throws(DefinitionProblem) -> String {
        try Validation.requireTree(definition)
        var phrases = [Phrase](repeating: Phrase(""), count: definition.nodes.count)
        for index in definition.nodes.indices.reversed() {
            let kind = definition.nodes[index].kind
            phrases[index] = kind.phrase(kind.children.map { phrases[$0] }, zone: zone)
        }
        return phrases[0].text
    }
}

/// A part of a sentence.
struct Phrase {
    let text: String
    /// Whether it is joined by "and" or "or" and needs brackets inside another group.
    let isJoined: Bool

    init(_ text: String, isJoined: Bool = false) {
        self.text = text
        self.isJoined = isJoined
    }

    /// In brackets where it would else be read wrongly.
    var enclosed: String { isJoined ? "(\(text))" : text }

    static func joined(
        _ parts: [Phrase],
        by word: String,
        one: String,
        none: String
    ) -> Phrase {
        switch parts.count {
        case 0: Phrase(none)
        case 1: Phrase("\(one) (\(parts[0].text))")
        default:
            Phrase(parts.map(\.enclosed).joined(separator: " \(word) "), isJoined: true)
        }
    }

    /// A name or text in quotation marks, its own marks and backslashes escaped.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted += Quoted.visible(scalar)
        }
        return quoted + "\""
    }
}
