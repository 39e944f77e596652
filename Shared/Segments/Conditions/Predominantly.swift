// A user's favourite: no value of a property is more frequent than this one.

public import Basics

/// Of the values that a property has in the user's events, none is more frequent than one value.
///
/// A tie counts. Events without the property have no say; who has none with the value is out.
public struct Predominantly: ConditionKind {
    static let keyword = "predominantly"

    /// Which events count.
    public var match: EventMatch
    /// The property whose values are counted.
    public var property: ExactName
    /// The value that must be the most frequent: a text, a number or a bool.
    public var value: PropertyValue

    /// This value is the most frequent.
    public init(_ match: EventMatch, _ property: ExactName, equals value: PropertyValue) {
        self.match = match
        self.property = property
        self.value = value
    }

    static func read(_ field: Field, _ reading: inout Reading) throws(DefinitionProblem)
        -> Condition
    {
        let fields = try field.fields(EventMatch.fields + ["property", "equals"])
        let match = try EventMatch.read(fields, zone: reading.zone)
        let property = ExactName(try fields.needed("property").text())
        let equals = try fields.needed("equals", hint: "say which value it must be")
        let value: PropertyValue
        switch equals.value {
        case .text(let text): value = .text(text)
        case .bool(let bool): value = .bool(bool)
        case .int, .double: value = .number(try equals.number())
        default: throw equals.unexpected("a text, a number, true or false")
        }
        return .predominantly(Predominantly(match, property, equals: value))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue {
        var entries = match.entries(zone: zone)
        entries.append(PlainEntry("property", .text(property.text)))
        let plain: PlainValue =
            switch value {
            case .text(let text): .text(text)
            case .number(let number): number.plain
            case .bool(let bool): .bool(bool)
            case .instant, .list: .null
            }
        entries.append(PlainEntry("equals", plain))
        return .map(entries)
    }

    func check(_ audit: inout Audit, place: String) {
        match.check(&audit, place: place)
        audit.checkName(property, what: "a property's name", place: place + ".property")
        switch value {
        case .text, .number, .bool:
            audit.checkProperty(
                PropertyFilter(property, .equals, [.value(value)]),
                of: match.events,
                place: place
            )
        case .instant, .list:
            audit.refuse(
                .operand,
                place + ".equals",
                "values of this type are not counted",
                hint: "write a text, a number, true or false"
            )
        }
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase(
            "\(Phrase.quoted(property.text)) of \(match.named(zone: zone)) is mostly "
                + Operand.value(value).said(zone: zone) + match.window.phrase(zone: zone)
        )
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.isQuoted(), words.word(1) == "of" else { return nil }
        let property = ExactName(try words.quoted("a property"))
        try words.expect("of")
        var match = try EventMatch.parse(&words)
        try words.expect("is mostly")
        guard case .value(let value) = try Operand.parse(&words) else {
            throw words.problem("versions are not counted", code: .operand)
        }
        match.window = try Window.parse(&words) ?? .ever
        return .predominantly(Predominantly(match, property, equals: value))
    }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .ordered(_, let said) = found else { return found.said }
        return isAlone ? "\(Explanation.said(value)): \(said)" : said
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.ordered(self, window: match.window, node: node) { window, zone in
            OrderedLeaf(
                matches: [CompiledMatch(match, zone: zone)],
                key: property,
                window: window,
                test: .predominance(value)
            )
        }
    }
}
