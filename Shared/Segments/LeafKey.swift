// By what two leaves of a plan are the same one, however they are written.

import Basics

/// What a leaf means in one zone; leaves of equal keys are evaluated once.
enum LeafKey: Hashable {
    /// Events counted and summed; the filters, all of which must hold, in any order.
    case events(Did, Set<FilterKey>)
    case user(FilterKey)
    case rule(ExactName, ValueRule)
    case ordered(AnyHashable)
    case bucket(BucketLeaf)

    init(_ did: Did) {
        var rest = did
        rest.match.filters = []
        self = .events(rest, Set(did.match.filters.map(FilterKey.init)))
    }

    /// The same but for how many events there must be; nil where more than their number is asked.
    var tally: LeafKey? {
        guard case .events(var did, let filters) = self, did.sums.isEmpty else { return nil }
        did.count = .atLeastOne
        return .events(did, filters)
    }
}

/// What a filter means: where the operator takes a set of operands, their order does not matter.
struct FilterKey: Hashable {
    private let filter: PropertyFilter
    private let members: Set<Operand>

    init(_ filter: PropertyFilter) {
        switch filter.operator {
        case .in, .notIn, .hasAny, .hasAll, .hasNone:
            var rest = filter
            rest.operands = []
            self.filter = rest
            members = Set(filter.operands)
        default:
            self.filter = filter
            members = []
        }
    }
}
