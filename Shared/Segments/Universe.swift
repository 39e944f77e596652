// Whom a definition is taken against: its negations, and so the whole.

import Basics

/// The users that a definition is about.
///
/// Restricting the whole to them restricts every negation inside it, too: of the rest nobody is in.
public enum Universe: Sendable, Hashable {
    /// Every user of the project.
    case all
    /// The users who are known, not by an anonymous identifier alone.
    case known
    /// The users that a channel reaches at the answer's instant.
    case reachable(Channel)

    static func read(_ field: Field) throws(DefinitionProblem) -> Universe {
        guard case .map = field.value else {
            switch try field.text() {
            case "all": return .all
            case "known": return .known
            default: throw field.unexpected("`all`, `known` or `{reachable: CHANNEL}`")
            }
        }
        let fields = try field.fields(["reachable"])
        return .reachable(try fields.needed("reachable").choice(Channel.self))
    }

    var written: PlainValue {
        switch self {
        case .all: .text("all")
        case .known: .text("known")
        case .reachable(let channel):
            .map([PlainEntry("reachable", .text(channel.rawValue))])
        }
    }

    /// What a sentence ends with; everybody where it does not say.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Universe {
        if words.take(", among those who are known") { return .known }
        guard words.take(", among those reachable by") else { return .all }
        return .reachable(try Channel.parse(&words))
    }

    /// Who they are, such as `those reachable by email`; nil: everybody.
    public var said: String? {
        switch self {
        case .all: nil
        case .known: "those who are known"
        case .reachable(let channel): "those reachable by \(channel.rawValue)"
        }
    }

    /// The slot of the users; nil: everybody.
    func slot(_ builder: inout PlanBuilder) -> Int? {
        switch self {
        case .all: nil
        case .known: builder.known()
        case .reachable(let channel): builder.reach(channel, .reachable)
        }
    }

    /// They as a definition of their own; nil: everybody.
    ///
    /// Its answers are the sizes that a segment's are held against.
    public var definition: Definition? {
        switch self {
        case .all: nil
        case .known: Definition(.known(Known()))
        case .reachable(let channel): Definition(.reachable(Reachable(channel)))
        }
    }

    /// Why a user is outside.
    func finding(_ history: UserHistory, at instant: Timestamp) -> String {
        switch self {
        case .all: ""
        case .known:
            Known().finding(
                .version(history.version(of: Known.anonymity, at: instant)),
                isAlone: true,
                zone: .utc
            )
        case .reachable(let channel):
            Reachable(channel).finding(
                history.standing(to: channel, at: instant),
                isAlone: false,
                zone: .utc
            )
        }
    }
}
