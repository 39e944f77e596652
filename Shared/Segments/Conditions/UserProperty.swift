// A property of the user compares.

import Basics

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
        filter.checkStandsAlone(&audit, place: place)
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase("user property " + filter.phrase(zone: zone))
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("user") else { return nil }
        _ = words.take("property")
        return .user(UserProperty(try PropertyFilter.parse(&words)))
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.user(filter)
    }

    /// `it is "Berlin" since 2025-05-01T00:00:00.000Z`; alone `user property "city" is …`.
    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .version(let version) = found else { return found.said }
        let name = isAlone ? "user property " + Phrase.quoted(filter.property.text) : "it"
        let value = version?.value.map { "is " + Explanation.said($0) } ?? "has no value"
        let since = version?.since.map { " since " + $0.rfc3339 } ?? ""
        return "\(name) \(value)\(since)"
    }
}
