// What a question is about: a saved segment by its name, or a definition.

public import Messages
public import Segments
import Wire

extension EvaluationV1.Subject: ExpressibleByStringLiteral {
    /// A saved segment.
    public init(stringLiteral name: String) { self.init(kind: .segment(name)) }

    /// A saved segment.
    public static func saved(_ name: String) -> EvaluationV1.Subject {
        EvaluationV1.Subject(kind: .segment(name))
    }

    /// The users who did any of these events so often, ever; none named: any event at all.
    public static func did(_ events: String..., atLeast count: Int = 1) -> EvaluationV1.Subject {
        let did = SegmentV1.Did(
            events: events,
            count: SegmentV1.Count(comparison: .atLeast, low: UInt64(clamping: count))
        )
        return EvaluationV1.Subject(
            kind: .definition(SegmentV1.Definition(nodes: [SegmentV1.Node(kind: .did(did))]))
        )
    }

    /// The users a definition holds for.
    public static func matching(
        _ definition: Definition
    ) throws(Fault) -> EvaluationV1.Subject {
        EvaluationV1.Subject(kind: .definition(try SegmentV1.Definition(definition)))
    }
}

extension SegmentV1.Definition {
    /// A definition as it travels; refuses what breaks the language's rules.
    public init(_ definition: Definition) throws(Fault) {
        do throws(DefinitionProblem) {
            try Validation.require(definition)
        } catch {
            throw .invalidArgument(error.message, place: error.place, hint: error.hint)
        }
        do throws(WireError) {
            self = try DefinitionCoding.encode(definition)
        } catch {
            throw Fault(.invalidArgument, error.message, place: error.place, hint: error.hint)
        }
    }
}
