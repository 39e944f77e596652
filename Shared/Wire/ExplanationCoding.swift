// Explanations on the wire: what was found for every node, cut to the room a caller has.

import Basics
public import Messages
public import Segments

/// The coding of explanations.
public enum ExplanationCoding {
    /// The explanation of a definition's answer.
    ///
    /// Parts, those of the segments it uses behind its own, and lines take half of the room each;
    /// what finds none is counted, of segments as a whole. The first line is always told.
    public static func encode(
        _ explanation: Explanation,
        of plan: Plan,
        bytesMax: Int
    ) throws(WireError) -> EvaluationV1.Explanation {
        var message = EvaluationV1.Explanation(member: explanation.isMember)
        (message.flip, message.flipAtMs) = encode(explanation.flip)
        var room = bytesMax / 2
        for part in explanation.parts {
            let next = try encode(part, plan.definition.nodes[part.node])
            do {
                room -= try next.encode().count + fieldBytes
            } catch {
                throw WireError(error, .badMessage, place: "explanation.parts")
            }
            guard room >= 0 else { break }
            message.parts.append(next)
        }
        for segment in explanation.segments where room > 0 {
            guard let definition = plan.meaning(of: segment.name) else { continue }
            let next = try encode(segment, definition)
            do {
                room -= try next.encode().count + fieldBytes
            } catch {
                throw WireError(error, .badMessage, place: "explanation.segments")
            }
            guard room >= 0 else { break }
            message.segments.append(next)
        }
        room = bytesMax / 2
        for line in explanation.lines.prefix(linesMax) {
            room -= line.utf8.count + fieldBytes
            guard room >= 0 || message.lines.isEmpty else { break }
            message.lines.append(line)
        }
        message.partsLeft = UInt32(clamping: explanation.parts.count - message.parts.count)
        message.segmentsLeft = UInt32(
            clamping: explanation.segments.count - message.segments.count
        )
        message.linesLeft = UInt32(clamping: explanation.lines.count - message.lines.count)
        return message
    }

    /// Most lines told, as the contract has it.
    private static let linesMax = 10_000

    private static func encode(_ flip: Flip) -> (EvaluationV1.FlipKind, Int64?) {
        switch flip {
        case .never: (.never, nil)
        case .at(let instant): (.at, instant.ms)
        case .notBefore(let instant): (.notBefore, instant.ms)
        }
    }

    private static func encode(
        _ segment: Explanation.Segment,
        _ definition: Definition
    ) throws(WireError) -> EvaluationV1.ExplainedSegment {
        let (flip, flipAtMs) = encode(segment.flip)
        var message = EvaluationV1.ExplainedSegment(
            name: segment.name.text,
            member: segment.isMember,
            flip: flip,
            flipAtMs: flipAtMs
        )
        for part in segment.parts {
            message.parts.append(try encode(part, definition.nodes[part.node]))
        }
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
