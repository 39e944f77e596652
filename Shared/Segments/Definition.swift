// What a segment means: conditions in a flat list, as on the wire, so that depth is never stack.

import Basics

/// A past-behaviour condition: a tree of conditions kept as a list with child indices.
///
/// The root is node 0; every other node stands behind its one parent. A definition from outside
/// may be anything: `Validation` says whether it is one, `Plan` refuses it otherwise.
public struct Definition: Sendable, Hashable {
    /// The conditions; at most `Limits.definitionNodes`, in `Limits.definitionDepth` levels.
    public var nodes: [Condition]
    /// The IANA zone of calendar windows and of dates; nil: the project's, else UTC.
    public var zone: String?

    /// Whom its negations, and so the whole, are taken against.
    public var universe: Universe

    /// A definition of these nodes.
    public init(nodes: [Condition], zone: String? = nil, universe: Universe = .all) {
        self.nodes = nodes
        self.zone = zone
        self.universe = universe
    }

    /// A definition of one condition without children.
    public init(_ condition: Condition, zone: String? = nil) {
        self.init(nodes: [condition], zone: zone)
    }
}

/// One condition, of one of these kinds.
///
/// Each kind has its own file in `Conditions/`; a new kind adds its file, its `case` and its lines
/// in `kind` and `kinds` below, and nothing else here.
public enum Condition: Sendable, Hashable {
    /// Every child holds; without children: every user.
    case all(AllOf)
    /// At least one child holds; without children: no user.
    case any(AnyOf)
    /// The child does not hold, against the universe.
    case not(Not)
    /// The user did something.
    case did(Did)
    /// The user did not do something.
    case didNot(DidNot)
    /// A property of the user compares.
    case user(UserProperty)
    /// The first event of a kind.
    case first(First)
    /// The n-th event of a kind.
    case nth(Nth)
    /// The last event of a kind.
    case last(Last)
    /// A share of the user's events.
    case share(Share)
    /// The most frequent value of a property.
    case predominantly(Predominantly)
    /// How many different values or days.
    case distinct(Distinct)
    /// Several events one after the other.
    case sequence(InSequence)
    /// A fixed share of the users by chance.
    case bucket(Bucket)
    /// Recency and frequency in cells.
    case rfm(Rfm)
    /// The user is in another segment.
    case inSegment(InSegment)
    /// Events in so many of the last calendar units.
    case regularly(Regularly)
    /// Events until lately.
    case stopped(Stopped)
    /// Events again after a pause.
    case restarted(Restarted)
    /// The user is on an uploaded list.
    case inList(InList)
    /// How the user stands to a channel.
    case reachable(Reachable)
    /// The user is known.
    case known(Known)
    /// The user is in a live segment; no document says it.
    case inFeed(InFeed)

    /// The condition as its kind: the only `switch` over kinds in this room.
    var kind: any ConditionKind {
        switch self {
        case .all(let all): all
        case .any(let any): any
        case .not(let not): not
        case .did(let did): did
        case .didNot(let didNot): didNot
        case .user(let user): user
        case .first(let first): first
        case .nth(let nth): nth
        case .last(let last): last
        case .share(let share): share
        case .predominantly(let favourite): favourite
        case .distinct(let distinct): distinct
        case .sequence(let sequence): sequence
        case .bucket(let bucket): bucket
        case .rfm(let rfm): rfm
        case .inSegment(let segment): segment
        case .regularly(let habit): habit
        case .stopped(let stopped): stopped
        case .restarted(let restarted): restarted
        case .inList(let list): list
        case .reachable(let reachable): reachable
        case .known(let known): known
        case .inFeed(let feed): feed
        }
    }

    /// Every kind that documents have, by which the reader finds a keyword's.
    static let kinds: [any ConditionKind.Type] = [
        AllOf.self, AnyOf.self, Not.self, Did.self, DidNot.self, UserProperty.self,
        First.self, Nth.self, Last.self, Share.self, Predominantly.self, Distinct.self,
        InSequence.self, Bucket.self, Rfm.self, InSegment.self, Regularly.self, Stopped.self,
        Restarted.self, InList.self, Reachable.self, Known.self,
    ]

    /// The field name of every kind.
    package static var keywords: [String] { kinds.map { $0.keyword } }

    /// The indices of the children; empty for a leaf.
    public var children: [Int] { kind.children }
    /// The field name of the kind, such as `didNot`.
    public var keyword: String { type(of: kind).keyword }
}

/// What every kind of condition says about itself, all of it in its own file.
protocol ConditionKind: Sendable, Hashable {
    /// The field name in documents.
    static var keyword: String { get }
    /// The indices of the children; empty for a leaf.
    var children: [Int] { get }

    /// Reads the field's value; children are handed to `reading`, which visits them later.
    static func read(
        _ field: Field,
        _ reading: inout Reading
    ) throws(DefinitionProblem) -> Condition
    /// The field's value, its children's being written already.
    func written(_ children: [PlainValue], zone: Zone) -> PlainValue
    /// What child number `index` is called in a place, such as `.all[2]`.
    static func childPlace(_ index: Int) -> String
    /// Refuses and warns; `place` ends with the keyword.
    func check(_ audit: inout Audit, place: String)
    /// The condition in words, its children being said already.
    func phrase(_ children: [Phrase], zone: Zone) -> Phrase
    /// The condition that comes next in a sentence, as `phrase` says it; nil when none of this kind
    /// begins there. Groups are read by `SentenceReader`.
    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition?
    /// The slot of the result, its children's being compiled already.
    func compile(_ builder: inout PlanBuilder, node: Int, children: [Int]) -> Int
    /// What was found, of a condition made of several leaves; in the order it composed them.
    func combined(_ parts: [Explanation.Found]) -> Explanation.Found
    /// What it asks, in words and without its children's.
    func heading(zone: Zone) -> String
    /// What was found in words, beside what is asked; where it stands alone, without the heading,
    /// it names what it is about.
    func finding(_ found: Explanation.Found, isAlone: Bool, zone: Zone) -> String
    /// The child that decided; nil where it is this condition itself.
    func deciding(holds: Bool, children: (Int) -> Bool) -> Int?
}

extension ConditionKind {
    var children: [Int] { [] }

    static func parse(_ words: inout SentenceWords) throws(DefinitionProblem) -> Condition? { nil }

    func heading(zone: Zone) -> String { phrase([], zone: zone).text }

    func combined(_ parts: [Explanation.Found]) -> Explanation.Found {
        parts.first ?? .version(nil)
    }

    func deciding(holds: Bool, children: (Int) -> Bool) -> Int? { nil }

    static func childPlace(_ index: Int) -> String { ".\(keyword)[\(index)]" }
}
