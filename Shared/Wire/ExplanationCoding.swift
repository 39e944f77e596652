// Explanations on the wire: what was found for every node, cut to the room a caller has.

import Basics
public import Messages
public import Segments

/// The coding of explanations.
public enum ExplanationCoding {
    /// The explanation of a definition's answer.
    ///
    /// Parts and lines take half of the room each, and what finds none is counted. The first line
    /// is always told.
    public static func encode(
        _ explanation: Explanation,
        of definition: Definition,
        bytesMax: Int
    ) throws(WireError) -> EvaluationV1.Explanation {
        var message = EvaluationV1.Explanation(member: explanation.isMember)
        switch explanation.flip {
        case .never: message.flip = .never
        case .at(let instant):
            message.flip = .at
            message.flipAtMs = instant.ms
        case .notBefore(let instant):
            message.flip = .notBefore
            message.flipAtMs = instant.ms
        }
        var room = bytesMax / 2
        for part in explanation.parts {
            let next = try encode(part, definition.nodes[part.node])
            do {
                room -= try next.encode().count + fieldBytes
            } catch {
                throw WireError(error, .badMessage, place: "explanation.parts")
            }
            guard room >= 0 else { break }
            message.parts.append(next)
        }
        room = bytesMax / 2
        for line in explanation.lines {
            room -= line.utf8.count + fieldBytes
            guard room >= 0 || message.lines.isEmpty else { break }
            message.lines.append(line)
        }
        message.partsLeft = UInt32(clamping: explanation.parts.count - message.parts.count)
        message.linesLeft = UInt32(clamping: explanation.lines.count - message.lines.count)
        return message
    }

    /// Bytes of a field's number and length.
    private static let fieldBytes = 4

    private static func encode(
        _ part: Explanation.Part,
        _ condition: Condition
    ) throws(WireError) -> EvaluationV1.ExplainedPart {
        var message = EvaluationV1.ExplainedPart(
            node: UInt32(clamping: part.node),
            depth: UInt32(clamping: part.depth),
            place: part.place,
            text: part.text,
            holds: part.holds,
            finding: part.finding
        )
        switch part.found {
        case .conditions(let holding, let count):
            message.found = .conditions(
                EvaluationV1.FoundConditions(
                    holding: UInt32(clamping: holding),
                    of: UInt32(clamping: count)
                )
            )
        case .events(let found), .ordered(let found, _):
            message.found = .events(encode(found, condition))
        case .fact, .segment, .channel: break
        case .version(let version): message.found = .value(try encode(version))
        }
        return message
    }

    private static func encode(
        _ found: Explanation.FoundEvents,
        _ condition: Condition
    ) -> EvaluationV1.FoundEvents {
        var message = EvaluationV1.FoundEvents(
            fromMs: found.interval.isOpen ? nil : found.interval.from.ms,
            toMs: found.interval.to.ms,
            count: UInt64(found.count),
            events: found.events.map {
                EvaluationV1.FoundEvent(
                    name: $0.name.text,
                    atMs: $0.at.ms,
                    offset: $0.position.value
                )
            }
        )
        if case .did(let did) = condition {
            message.sums = zip(did.sums, found.sums).map { test, sum in
                EvaluationV1.FoundSum(
                    property: test.property.text,
                    total: sum.description,
                    numbers: UInt64(sum.count)
                )
            }
        }
        return message
    }

    private static func encode(
        _ version: UserHistory.PropertyVersion?
    ) throws(WireError) -> EvaluationV1.FoundValue {
        guard let version else { return EvaluationV1.FoundValue() }
        var message = EvaluationV1.FoundValue(
            sinceMs: version.since?.ms,
            offset: version.position.value
        )
        if let value = version.value { message.value = try ValueCoding.encode(value) }
        return message
    }
}
