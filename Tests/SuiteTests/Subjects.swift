// Questions that several tests of the real suite ask.

import Messages

extension EvaluationV1.Subject {
    /// Users who did an event at least so often.
    static func did(_ event: String, atLeast count: UInt64) -> EvaluationV1.Subject {
        EvaluationV1.Subject(
            kind: .definition(
                SegmentV1.Definition(nodes: [
                    SegmentV1.Node(
                        kind: .did(
                            SegmentV1.Did(
                                events: [event],
                                count: SegmentV1.Count(comparison: .atLeast, low: count)
                            )
                        )
                    )
                ])
            )
        )
    }

    /// Users whose events' property adds up to at least so much.
    static func sum(_ property: String, atLeast sum: Double) -> EvaluationV1.Subject {
        EvaluationV1.Subject(
            kind: .definition(
                SegmentV1.Definition(nodes: [
                    SegmentV1.Node(
                        kind: .did(
                            SegmentV1.Did(
                                aggregates: [
                                    SegmentV1.Aggregate(
                                        kind: .sum,
                                        property: property,
                                        comparison: .atLeast,
                                        low: LogV1.Value(kind: .number(sum))
                                    )
                                ])
                        )
                    )
                ])
            )
        )
    }
}
