// Writes a definition as a document, so that reading it again gives an equal one.

import Basics

/// Turns definitions into plain values; the inverse of `DefinitionReader`.
public enum DefinitionWriter {
    /// The document; the definition must be valid, or a problem says why it is not.
    ///
    /// The reader numbers conditions level by level, and so does what it read again; a definition
    /// numbered otherwise comes back with the same meaning and the reader's numbers.
    public static func write(
        _ document: DefinitionDocument
    ) throws(DefinitionProblem) -> PlainValue {
        let definition = document.definition
        try Validation.require(definition)
        let condition = try condition(
            definition,
            zone: try Zone.of(definition, projectZone: nil)
        )
        var entries: [PlainEntry] = []
        if let name = document.name { entries.append(PlainEntry("name", .text(name))) }
        if let description = document.description {
            entries.append(PlainEntry("description", .text(description)))
        }
        if !document.isFollowed { entries.append(PlainEntry("follow", .bool(false))) }
        if let zone = definition.zone { entries.append(PlainEntry("zone", .text(zone))) }
        if definition.universe != .all {
            entries.append(PlainEntry("universe", definition.universe.written))
        }
        entries.append(PlainEntry("condition", condition))
        return .map(entries)
    }

    /// The condition alone, its dates in a zone.
    static func condition(
        _ definition: Definition,
        zone: Zone
    ) throws(DefinitionProblem) -> PlainValue {
        try Validation.requireTree(definition)
        var written = [PlainValue](repeating: .null, count: definition.nodes.count)
        // Children stand behind their parents, so from the end every child is written first.
        for index in definition.nodes.indices.reversed() {
            let kind = definition.nodes[index].kind
            let children = kind.children.map { written[$0] }
            let value = kind.written(children, zone: zone)
            written[index] = .map([PlainEntry(definition.nodes[index].keyword, value)])
            for child in kind.children { written[child] = .null }
        }
        return written[0]
    }
}
