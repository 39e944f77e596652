// A story: what users do at which instants, and what must hold. A value, whatever its notation.

public import Basics
public import Segments

/// A story as it is played: steps in the order of their instants.
public struct Story: Sendable, Hashable {
    /// Most steps of one story: it is told by people, or about one day of a few users.
    public static let stepsMax = 100_000
    /// Most users that one check names.
    public static let usersMax = 10_000

    /// What it tells, in one sentence; nil when it does not say.
    public let title: String?
    /// The zone of the project from the beginning on.
    public let zone: Zone
    /// The steps; their instants never go back.
    public let steps: [Step]

    /// One line of a story.
    public struct Step: Sendable, Hashable {
        /// The line of the file it stands on, from 1.
        public let line: Int
        /// The instant at which the suite hears of it.
        public let at: Timestamp
        /// What happens, or what must hold.
        public let act: Act
    }

    /// What a step does.
    public enum Act: Sendable, Hashable {
        /// A segment is saved.
        case define(name: String, Definition)
        /// A live segment is saved, and followed from then on.
        case follow(name: String, LiveDefinition)
        /// A live segment is given another definition, and goes on.
        case update(name: String, LiveDefinition)
        /// A segment is put away.
        case archive(name: String)
        /// A user does something, or something becomes known about one.
        case record(Record)
        /// Users come on an uploaded list or go off it.
        case list(ListChange)
        /// An anonymous identifier turns out to be a known user.
        case identify(UserID, as: UserID)
        /// An identifier is a user of its own again.
        case unmerge(UserID)
        /// A user is erased.
        case erase(UserID)
        /// A service crashes and comes back.
        case restart(Service)
        /// Who must be in a segment, and who must not.
        case check(Check)
        /// Why a user is in a segment or not, and when that changes by itself.
        case explain(Question)
        /// Everything that live segments have told since the last such line.
        case feed([Change])
    }

    /// What ingestion is told about one user.
    public struct Record: Sendable, Hashable {
        /// Who.
        public let user: UserID
        /// The user's own instant; nil: that of the step.
        public let ts: Timestamp?
        /// What.
        public let body: Body
        /// Whether nobody knows yet who it is.
        public var isAnonymous = false

        /// An event, or a change of the user's properties.
        public enum Body: Sendable, Hashable {
            /// Something the user did, with the producer's own id of it.
            case event(name: ExactName, id: String?, [Property])
            /// Properties that take a value, and properties that lose theirs.
            case profile(set: [Property], unset: [ExactName])
        }
    }

    /// A property with its value.
    public struct Property: Sendable, Hashable {
        /// The property.
        public let name: ExactName
        /// Its value.
        public let value: PropertyValue

        /// A property.
        public init(name: ExactName, value: PropertyValue) {
            self.name = name
            self.value = value
        }
    }

    /// What becomes of an uploaded list at one instant: that of the step.
    public struct ListChange: Sendable, Hashable {
        /// The list; the first change makes it.
        public let list: ExactName
        /// What is done with the users.
        public let operation: Operation
        /// Who, each once.
        public let users: [UserID]

        /// A change.
        public init(_ list: ExactName, _ operation: Operation, _ users: [UserID]) {
            self.list = list
            self.operation = operation
            self.users = users
        }

        /// What is done with users of a list.
        public enum Operation: String, Sendable, Hashable, CaseIterable {
            /// They come on it.
            case add
            /// They go off it.
            case remove
            /// They and no others are on it.
            case replace
        }
    }

    /// A service that can be restarted within a story.
    public enum Service: String, Sendable, Hashable, CaseIterable {
        /// Who owns what, and the catalogue.
        case registry
        /// The log.
        case ingestion
        /// The answers.
        case evaluator
    }

    /// Who must be in a segment: everything that is said must hold.
    public struct Check: Sendable, Hashable {
        /// Which.
        public let segment: String
        /// As of which instant; nil: that of the step.
        public let asOf: Timestamp?
        /// These are members.
        public let members: [UserID]
        /// These are not.
        public let others: [UserID]
        /// These and no others are members.
        public let exactly: [UserID]?
        /// So many are members.
        public let count: Int?
    }

    /// What must be true of one user.
    public struct Question: Sendable, Hashable {
        /// Which.
        public let segment: String
        /// Who.
        public let user: UserID
        /// As of which instant; nil: that of the step.
        public let asOf: Timestamp?
        /// Whether the user is a member.
        public let isMember: Bool
        /// When that changes by itself; nil: the story does not say.
        public let flip: Flip?
    }
}
