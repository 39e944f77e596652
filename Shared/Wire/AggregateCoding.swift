// What is computed of events besides sums, on the wire.

import Basics
import Messages
import Segments

/// The coding of aggregates other than sums.
enum AggregateCoding {
    static func decode(_ sent: SegmentV1.Aggregate) throws(WireError) -> AggregateTest {
        switch sent.kind {
        case .average: return .average(try SumCoding.decode(sent))
        case .least: return try picked(.least, sent)
        case .greatest: return try picked(.greatest, sent)
        case .first: return try picked(.first, sent)
        case .last: return try picked(.last, sent)
        case .distinct: return .distinct(ExactName(sent.property), try count(sent))
        case .distinctDays: return .distinctDays(try count(sent))
        case .unspecified, .sum:
            throw ValueCoding.refused(
                "no aggregate this build knows",
                "compare the releases",
                at: "kind"
            )
        }
    }

    static func encode(_ test: AggregateTest) throws(WireError) -> SegmentV1.Aggregate {
        switch test {
        case .average(let average): return try SumCoding.encode(average, as: .average)
        case .picked(let pick, let filter, let missingIsZero):
            return SegmentV1.Aggregate(
                kind: kinds.first { $0.own == pick }?.sent ?? .unspecified,
                property: filter.property.text,
                missingIsZero: missingIsZero,
                filter: try FilterCoding.encode(filter)
            )
        case .distinct(let property, let count):
            return SegmentV1.Aggregate(
                kind: .distinct,
                property: property.text,
                count: try CountCoding.encode(count)
            )
        case .distinctDays(let count):
            return SegmentV1.Aggregate(
                kind: .distinctDays,
                count: try CountCoding.encode(count)
            )
        }
    }

    /// Every pick in both languages.
    private static let kinds: [(own: AggregateTest.Pick, sent: SegmentV1.AggregateKind)] = [
        (.least, .least), (.greatest, .greatest), (.first, .first), (.last, .last),
    ]

    private static func picked(
        _ pick: AggregateTest.Pick,
        _ sent: SegmentV1.Aggregate
    ) throws(WireError) -> AggregateTest {
        guard let filter = sent.filter else {
            throw ValueCoding.refused(
                "no filter",
                "say what the value must pass",
                at: "filter"
            )
        }
        return .picked(
            pick,
            try DefinitionCoding.placed("filter") { () throws(WireError) in
                try FilterCoding.decode(filter)
            },
            missingIsZero: sent.missingIsZero
        )
    }

    private static func count(_ sent: SegmentV1.Aggregate) throws(WireError) -> CountTest {
        try DefinitionCoding.placed("count") { () throws(WireError) in
            try sent.count.map(CountCoding.decode) ?? .atLeastOne
        }
    }
}
