// What a story is played on: the engine alone, the whole suite in one process, or a running one.

public import Basics
public import Segments

/// Takes the steps of one story, in their order, and answers its questions.
///
/// Every call is made with the instant of its step, which never goes back; one at a time.
public protocol Stage: Sendable {
    /// Saves a segment.
    func define(_ name: String, _ definition: Definition, at: Timestamp) async throws(StoryProblem)
    /// Saves a live segment, which follows users from then on.
    func follow(_ name: String, _ live: LiveDefinition, at: Timestamp) async throws(StoryProblem)
    /// Gives a live segment another definition, with which it goes on.
    func update(_ name: String, to live: LiveDefinition, at: Timestamp)
        async throws(StoryProblem)
    /// Puts a segment away.
    func archive(_ name: String, at: Timestamp) async throws(StoryProblem)
    /// Tells ingestion about a user.
    func write(_ record: Story.Record, at: Timestamp) async throws(StoryProblem) -> RecordOutcome
    /// Changes an uploaded list, which is there from then on at the latest.
    func change(_ list: Story.ListChange, at: Timestamp) async throws(StoryProblem)
    /// Tells that an anonymous identifier is a known user.
    func identify(_ old: UserID, as known: UserID, at: Timestamp) async throws(StoryProblem)
    /// Takes that back.
    func unmerge(_ user: UserID, at: Timestamp) async throws(StoryProblem)
    /// Erases a user, about whom something was written.
    func erase(_ user: UserID, at: Timestamp) async throws(StoryProblem)
    /// Lets a service crash and come back.
    func restart(_ service: Story.Service, at: Timestamp) async throws(StoryProblem)
    /// All members as of an instant, with everything known that was written.
    func members(of segment: String, asOf: Timestamp) async throws(StoryProblem) -> Set<UserID>
    /// Why a user is a member or not as of an instant; nil for a user nobody wrote about.
    func explain(_ user: UserID, in segment: String, asOf: Timestamp)
        async throws(StoryProblem) -> MembershipAnswer?
    /// Everything that live segments have told since it was asked last, up to an instant, which is
    /// included; of each segment and user in its order.
    func feed(upTo: Timestamp) async throws(StoryProblem) -> [Story.Change]
}

/// What became of a record.
public enum RecordOutcome: Sendable, Hashable {
    /// It is in the log.
    case taken
    /// Its event was there already, by its id.
    case duplicate
    /// It was refused, with the reason for people.
    case refused(String)
}

/// What a stage knows of one user and one segment.
public struct MembershipAnswer: Sendable, Hashable {
    /// Whether the user is a member.
    public let isMember: Bool
    /// When that changes by time alone.
    public let flip: Flip
    /// Why, for people.
    public let lines: [String]

    /// An answer.
    public init(isMember: Bool, flip: Flip, lines: [String]) {
        self.isMember = isMember
        self.flip = flip
        self.lines = lines
    }
}
