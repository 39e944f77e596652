// A property of the user compares.

/// The value in force at the answer's instant passes a filter.
public struct UserProperty: ConditionKind {
    static let keyword = "user"

    /// The comparison.
    public var filter: PropertyFilter

    /// This comparison.
    public init(_ filter: PropertyFilter) { self.filter = filter }

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        .user(UserProperty(try PropertyFilter.read(field, zone: reading.zone)))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        filter.written(zone: zone)
    }

    func check(_ audit: inout Audit, place: String) {
        filter.check(&audit, place: place)
        audit.checkUserProperty(filter, place: place)
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase("user property " + filter.phrase(zone: zone))
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.user(filter)
    }
}
