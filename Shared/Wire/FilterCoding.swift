// Property filters on the wire and in the language of segments.

import Basics
import Messages
import Segments

/// The coding of filters and their operands.
enum FilterCoding {
    static func decode(_ sent: SegmentV1.Filter) throws(WireError) -> PropertyFilter {
        guard let comparison = operators.first(where: { $0.sent == sent.operator })?.own else {
            throw ValueCoding.refused(
                "no operator this build knows",
                "compare the releases",
                at: "operator"
            )
        }
        var operands: [Operand] = []
        operands.reserveCapacity(sent.operands.count)
        for (index, value) in sent.operands.enumerated() {
            operands.append(
                try DefinitionCoding.placed("operands[\(index)]") { () throws(WireError) in
                    try operand(value, of: comparison)
                }
            )
        }
        return PropertyFilter(
            ExactName(sent.property),
            comparison,
            operands,
            ignoreCase: sent.ignoreCase,
            isOfUser: sent.ofUser
        )
    }

    static func encode(_ filter: PropertyFilter) throws(WireError) -> SegmentV1.Filter {
        let found = operators.first { $0.own == filter.operator }
        var sent = SegmentV1.Filter(
            property: filter.property.text,
            operator: found?.sent ?? .unspecified,
            ignoreCase: filter.ignoreCase,
            ofUser: filter.isOfUser
        )
        for operand in filter.operands { sent.operands.append(try value(operand)) }
        return sent
    }

    private static func operand(
        _ value: LogV1.Value,
        of comparison: FilterOperator
    ) throws(WireError) -> Operand {
        if case .version(let version) = value.kind { return .version(version) }
        if comparison == .withinLast || comparison == .withinNext {
            guard case .integer(let ms) = value.kind else {
                throw ValueCoding.refused("no duration", "send an integer of milliseconds")
            }
            return .duration(ms: ms)
        }
        return .value(try ValueCoding.decode(value))
    }

    private static func value(_ operand: Operand) throws(WireError) -> LogV1.Value {
        switch operand {
        case .value(let value): try ValueCoding.encode(value)
        case .version(let version): LogV1.Value(kind: .version(version))
        case .duration(let ms): LogV1.Value(kind: .integer(ms))
        }
    }

    /// Every operator in both languages; a test holds the list against both.
    static let operators: [(own: FilterOperator, sent: SegmentV1.Operator)] = [
        (.equals, .equals), (.notEquals, .notEquals), (.lessThan, .lessThan), (.atMost, .atMost),
        (.greaterThan, .greaterThan), (.atLeast, .atLeast), (.between, .between), (.in, .in),
        (.notIn, .notIn), (.contains, .contains), (.startsWith, .startsWith),
        (.endsWith, .endsWith), (.exists, .exists), (.missing, .missing), (.before, .before),
        (.after, .after), (.withinLast, .withinLast), (.withinNext, .withinNext),
        (.hasAny, .hasAny), (.hasAll, .hasAll), (.hasNone, .hasNone),
        (.matches, .matches), (.onDay, .onDay), (.sameDayOfYear, .sameDayOfYear),
        (.withinKm, .withinKm),
    ]
}
