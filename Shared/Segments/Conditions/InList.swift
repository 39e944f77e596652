// The user is on an uploaded list.

public import Basics

/// The user is on a list at the answer's instant, by the time ingestion took that in.
public struct InList: ConditionKind {
    static let keyword = "inList"

    /// The list's name.
    public var name: ExactName

    /// On this list.
    public init(_ name: ExactName) { self.name = name }

    /// How who is on a list lies in a history: as a property of its own that is true meanwhile.
    ///
    /// Its name holds a zero byte, which no property of a client can, so it is in nobody's way.
    public var property: ExactName { ExactName("\u{0}list " + name.text) }

    /// The value of the property while the user is on the list; there is none else.
    public static let listed = PropertyValue.bool(true)

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        .inList(InList(ExactName(try field.text(upTo: Limits.nameBytes))))
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue { .text(name.text) }

    func check(_ audit: inout Audit, place: String) {
        guard !SegmentName.isValid(name.text) else { return }
        audit.refuse(
            .name,
            place,
            "no list can be named \(Quoted.name(name.text))",
            hint: SegmentName.rule
        )
    }

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase {
        Phrase("is on the list " + Phrase.quoted(name.text))
    }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        guard words.take("is on the list") else { return nil }
        return .inList(InList(ExactName(try words.quoted("a list"))))
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.user(PropertyFilter(property, .equals, [.value(Self.listed)]))
    }

    /// `on it since 2025-05-01T00:00:00.000Z`; alone with the list's name.
    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .version(let version) = found else { return found.said }
        let list = isAlone ? "list " + Phrase.quoted(name.text) : "it"
        let since = version?.since?.rfc3339
        if version?.value == Self.listed {
            return "on \(list)" + (since.map { " since " + $0 } ?? "")
        }
        return since.map { "off \(list) since " + $0 } ?? "never on \(list)"
    }
}
