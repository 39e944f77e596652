// The triggers of change: a property of the user that becomes another, a condition that turns true.

import Basics

/// A property of the user changes to another value.
public struct PropertyChange: TriggerKind {
    static let keyword = "propertyChanged"

    /// The property.
    public var property: ExactName
    /// What the value before must pass; nil: anything, also that there was none.
    public var from: PropertyFilter?
    /// What the new value must pass; nil: anything, also that there is none any more.
    public var to: PropertyFilter?

    /// From one value to another.
    public init(_ property: ExactName, from: PropertyFilter? = nil, to: PropertyFilter? = nil) {
        self.property = property
        self.from = from
        self.to = to
    }

    static func read(_ field: Field, zone: Zone) throws(DefinitionProblem) -> Trigger {
        let fields = try field.fields(["property", "from", "to"])
        let property = ExactName(try fields.needed("property").text())
        return .propertyChanged(
            PropertyChange(
                property,
                from: try test(fields["from"], of: property, zone: zone),
                to: try test(fields["to"], of: property, zone: zone)
            )
        )
    }

    /// A value alone, or an operator with its operand: `pro`, `{atLeast: 10}`, `{missing: true}`.
    private static func test(
        _ field: Field?,
        of property: ExactName,
        zone: Zone
    ) throws(DefinitionProblem) -> PropertyFilter? {
        guard let field else { return nil }
        let name = PlainEntry("property", .text(property.text), line: field.line)
        var entries = [name]
        switch field.value {
        case .map(let own) where !own.contains { ["version", "instant", "date"].contains($0.key) }:
            entries += own
        default: entries.append(PlainEntry("equals", field.value, line: field.line))
        }
        let whole = Field(value: .map(entries), place: field.place, line: field.line)
        return try PropertyFilter.read(whole, zone: zone)
    }

    func written(zone: Zone) -> PlainValue {
        var entries = [PlainEntry("property", .text(property.text))]
        for (name, filter) in [("from", from), ("to", to)] {
            guard let filter, case .map(let all) = filter.written(zone: zone) else { continue }
            entries.append(PlainEntry(name, .map(all.filter { $0.key != "property" })))
        }
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        audit.checkName(property, what: "a property's name", place: place + ".property")
        for (name, filter) in [("from", from), ("to", to)] {
            guard let filter else { continue }
            let at = place + "." + name
            if filter.property != property {
                audit.refuse(.conflictingFields, at, "it compares another property")
            }
            filter.checkStandsAlone(&audit, place: at)
            filter.check(&audit, place: at)
        }
    }

    /// `the user's "plan" changes, from where "plan" is "free", to where "plan" is "pro"`.
    func phrase(zone: Zone) -> String {
        let before = from.map { ", from where \($0.phrase(zone: zone))" } ?? ""
        let after = to.map { ", to where \($0.phrase(zone: zone))" } ?? ""
        return "the user's \(Phrase.quoted(property.text)) changes\(before)\(after)"
    }
}

/// A condition turns true: because of what is recorded, or because time has passed.
public struct Becomes: TriggerKind {
    static let keyword = "becomes"

    /// The condition.
    public var condition: Definition

    /// It turns true.
    public init(_ condition: Definition) { self.condition = condition }

    static func read(_ field: Field, zone: Zone) throws(DefinitionProblem) -> Trigger {
        .becomes(Becomes(try DefinitionReader.condition(in: field, zone: zone)))
    }

    func written(zone: Zone) throws(DefinitionProblem) -> PlainValue {
        try DefinitionWriter.condition(condition, zone: zone)
    }

    func check(_ audit: inout Audit, place: String) {
        audit.take(Validation(condition), place: place)
    }

    /// `it comes true that did "Charged"`.
    func phrase(zone: Zone) throws(DefinitionProblem) -> String {
        "it comes true that " + (try Sentence.say(condition, zone: zone))
    }
}
