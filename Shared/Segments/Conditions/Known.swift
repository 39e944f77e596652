// The user is known: somebody has told who it is.

public import Basics

/// The user is known, and more than an anonymous identifier.
///
/// Whoever first comes in under an identifier that is called anonymous is an anonymous user, and
/// becomes known when a record under that identifier does not call it so, or when another user is
/// merged into it. Like merges that holds as of every instant, by what is recorded up to the
/// answer's place in the log.
public struct Known: ConditionKind {
    static let keyword = "known"

    /// Known, not anonymous.
    public init() {}

    /// How an anonymous user lies in a history: as a property of its own that is true from the
    /// beginning of time, until the user is known.
    ///
    /// Its name holds a zero byte, which no property of a client can, so it is in nobody's way.
    public static let anonymity = ExactName("\u{0}anonymous")

    /// The value of the property while the user is anonymous; there is none else.
    public static let anonymous = PropertyValue.bool(true)

    /// That a user is anonymous, as a record at this place tells it.
    public static func anonymity(at place: LogOffset) -> UserHistory.PropertyVersion {
        UserHistory.PropertyVersion(anonymity, anonymous, since: nil, position: place)
    }

    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition {
        guard try field.bool() else {
            throw field.unexpected("true; who is anonymous is `not: {known: true}`")
        }
        return .known(Known())
    }

    func written(_ children: [PlainValue], zone: Zone) -> PlainValue { .bool(true) }

    func check(_ audit: inout Audit, place: String) {}

    func phrase(_ children: [Phrase], zone: Zone) -> Phrase { Phrase("is known") }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? {
        words.take("is known") ? .known(Known()) : nil
    }

    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int {
        builder.known()
    }

    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String {
        guard case .version(let version) = found else { return found.said }
        return version?.value == Self.anonymous ? "anonymous" : "known"
    }
}

extension PlanBuilder {
    /// The users who are known.
    mutating func known() -> Int {
        not(user(PropertyFilter(Known.anonymity, .equals, [.value(Known.anonymous)])))
    }
}
