// An explanation in words: the answer with its reason, then every part.

import Basics

extension Explanation {
    /// The text; `parts` are all nodes of the plan's definition, depth first, `segments` all that
    /// it uses.
    static func lines(
        _ facts: Plan.Facts,
        _ parts: [Part],
        _ segments: [Segment],
        at instant: Timestamp,
        _ flip: Flip
    ) -> [String] {
        let isMember = facts.slots[facts.plan.root]
        let answer = isMember ? "a member" : "not a member"
        var page = Page(plan: facts.plan, segments: segments)
        page.add(parts, of: facts.plan.whole.definition, depth: 1)
        return [cut("\(answer): \(facts.reason(facts.plan.whole))")] + page.lines
            + ["as of \(instant.rfc3339); \(outlook(flip, isMember: isMember))"]
    }

    /// The parts' lines while they are written: a segment is explained where it is named first.
    private struct Page {
        let plan: Plan
        private let segments: [ExactName: Segment]
        private var told: Set<ExactName> = []
        private(set) var lines: [String] = []

        init(plan: Plan, segments: [Segment]) {
            self.plan = plan
            self.segments = Dictionary(
                segments.map { ($0.name, $0) },
                uniquingKeysWith: { first, _ in first }
            )
        }

        /// Calls itself once per segment on the way down, which has a limit.
        mutating func add(_ parts: [Part], of definition: Definition, depth: Int) {
            for part in parts {
                let indentation = String(repeating: "  ", count: part.depth + depth)
                let mark = part.holds ? "yes" : "no "
                lines.append(indentation + cut("\(mark) \(part.text): \(part.finding)"))
                add(part.found.events, indentation + "      ")
                guard case .inSegment(let used) = definition.nodes[part.node],
                    let segment = segments[used.name], let piece = plan.nested[used.name]
                else { continue }
                guard told.insert(used.name).inserted else {
                    lines.append(indentation + "      its conditions stand above")
                    continue
                }
                add(segment.parts, of: piece.definition, depth: part.depth + depth + 1)
                guard segment.flip != .never else { continue }
                let outlook = outlook(segment.flip, isMember: segment.isMember)
                lines.append(
                    indentation + cut("      of \(Phrase.quoted(used.name.text)): \(outlook)")
                )
            }
        }

        private mutating func add(_ found: FoundEvents?, _ indentation: String) {
            guard let found else { return }
            for (index, event) in found.events.enumerated() {
                if index == eventsPerEnd, found.count > found.events.count {
                    lines.append(indentation + "… \(found.count - found.events.count) more …")
                }
                lines.append(indentation + "\(event)")
            }
        }
    }

    private static func outlook(_ flip: Flip, isMember: Bool) -> String {
        let change = isMember ? "leaves" : "enters"
        return switch flip {
        case .never: "time alone will not change that"
        case .at(let instant): "\(change) at \(instant.rfc3339) by time alone"
        case .notBefore(let instant):
            "time alone will not change that before \(instant.rfc3339); further was not looked"
        }
    }

    /// The text's first bytes.
    static func cut(_ text: String, bytes most: Int = textBytes) -> String {
        guard text.utf8.count > most else { return text }
        var shown = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > most { break }
            shown.append(scalar)
        }
        return String(shown) + "…"
    }

    /// A property's value in words, cut when long.
    static func said(_ value: PropertyValue) -> String {
        switch value {
        case .text(let text): Phrase.quoted(cut(text, bytes: DefinitionLimits.quotedBytes))
        case .list(let values):
            "[" + values.prefix(listed).map(said).joined(separator: ", ")
                + (values.count > listed ? ", …]" : "]")
        case .number, .bool, .instant: value.description
        }
    }

    /// Values of a list that are said.
    private static let listed = 10
}

extension Explanation.FoundEvent: CustomStringConvertible {
    /// `2025-05-03T10:00:00.000Z "Charged", log position 17`.
    public var description: String {
        "\(at.rfc3339) \(Phrase.quoted(name.text)), log position \(position)"
    }
}

extension Explanation.Found {
    /// The events that were found, whatever they were looked at for.
    package var events: Explanation.FoundEvents? {
        switch self {
        case .events(let found), .ordered(let found, _): found
        case .conditions, .version, .fact, .segment, .channel: nil
        }
    }

    /// How many conditions of a group hold.
    var said: String {
        guard case .conditions(let holding, let count) = self else { return "" }
        if count == 1 { return "its condition " + (holding == 1 ? "holds" : "does not hold") }
        if holding == count { return "all \(count) conditions hold" }
        return holding == 0
            ? "none of \(count) conditions holds"
            : "\(holding) of \(count) conditions " + (holding == 1 ? "holds" : "hold")
    }
}
