// Counts and sums on the wire and in the language of segments.

import Basics
import Messages
import Segments

/// The coding of how often.
enum CountCoding {
    static func decode(_ sent: SegmentV1.Count) throws(WireError) -> CountTest {
        let low: Int = try DefinitionCoding.exact(sent.low, "a count")
        let comparison: CountTest.Comparison
        switch sent.comparison {
        case .atLeast: comparison = .atLeast(low)
        case .exactly: comparison = .exactly(low)
        case .atMost: comparison = .atMost(low)
        case .between:
            comparison = .between(low, try DefinitionCoding.exact(sent.high, "a count"))
        case .unspecified, .greaterThan, .lessThan:
            throw ValueCoding.refused(
                "a comparison that counts do not have",
                "say at least, exactly, at most or between",
                at: "comparison"
            )
        }
        return CountTest(comparison, includesZero: sent.includeZero)
    }

    static func encode(_ count: CountTest) throws(WireError) -> SegmentV1.Count {
        func sent(
            _ comparison: SegmentV1.Comparison,
            _ low: Int,
            _ high: Int = 0
        ) throws(WireError) -> SegmentV1.Count {
            SegmentV1.Count(
                comparison: comparison,
                low: try DefinitionCoding.exact(low, "a count"),
                high: try DefinitionCoding.exact(high, "a count"),
                includeZero: count.includesZero
            )
        }
        switch count.comparison {
        case .atLeast(let low): return try sent(.atLeast, low)
        case .exactly(let wanted): return try sent(.exactly, wanted)
        case .atMost(let high): return try sent(.atMost, high)
        case .between(let low, let high): return try sent(.between, low, high)
        }
    }
}

/// The coding of what events add up to.
enum SumCoding {
    static func decode(_ sent: SegmentV1.Aggregate) throws(WireError) -> SumTest {
        let low = try number(sent.low, "low")
        let test: NumberTest
        switch sent.comparison {
        case .atLeast: test = .atLeast(low)
        case .exactly: test = .exactly(low)
        case .atMost: test = .atMost(low)
        case .greaterThan: test = .greaterThan(low)
        case .lessThan: test = .lessThan(low)
        case .between: test = .between(low, try number(sent.high, "high"))
        case .unspecified:
            throw ValueCoding.refused("no comparison", "say which one", at: "comparison")
        }
        return SumTest(ExactName(sent.property), test, missingIsZero: sent.missingIsZero)
    }

    static func encode(_ sum: SumTest, as kind: SegmentV1.AggregateKind = .sum) throws(WireError)
        -> SegmentV1.Aggregate
    {
        func sent(
            _ comparison: SegmentV1.Comparison,
            _ low: Number,
            _ high: Number? = nil
        ) throws(WireError) -> SegmentV1.Aggregate {
            var sent = SegmentV1.Aggregate(
                kind: kind,
                property: sum.property.text,
                comparison: comparison,
                missingIsZero: sum.missingIsZero
            )
            sent.low = try ValueCoding.encode(.number(low))
            if let high { sent.high = try ValueCoding.encode(.number(high)) }
            return sent
        }
        switch sum.test {
        case .atLeast(let low): return try sent(.atLeast, low)
        case .exactly(let wanted): return try sent(.exactly, wanted)
        case .atMost(let high): return try sent(.atMost, high)
        case .greaterThan(let low): return try sent(.greaterThan, low)
        case .lessThan(let high): return try sent(.lessThan, high)
        case .between(let low, let high): return try sent(.between, low, high)
        }
    }

    private static func number(
        _ value: LogV1.Value?,
        _ field: String
    ) throws(WireError) -> Number {
        try DefinitionCoding.placed(field) { () throws(WireError) in
            guard let value, case .number(let number) = try ValueCoding.decode(value) else {
                throw ValueCoding.refused("no number", "sums compare with numbers")
            }
            return number
        }
    }
}
