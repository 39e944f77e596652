// One segment as a partition follows it: what is remembered of each user, its feed's end.

import Basics
import Columns
import Messages
import Segments

/// Names the feed of one version of a segment.
struct FeedID: Sendable, Hashable, Comparable {
    let project: ProjectName
    /// The catalogue revision at which the version began.
    let revision: UInt64

    static func < (left: FeedID, right: FeedID) -> Bool {
        (left.project, left.revision) < (right.project, right.revision)
    }
}

/// A membership that changed, as it stands in the feed.
struct FeedRecord: Sendable, Hashable {
    let feed: FeedID
    /// Dense from 1 in its feed.
    let sequence: UInt64
    let user: UserNumber
    let change: LiveChange
    /// The record heard; of a timer the record to come.
    let position: LogOffset
    /// The log time at which it was decided.
    let logTime: Timestamp
    /// The offset under which the columns keep who is in by it.
    let mark: LogOffset
    /// Whether the user is in by it and was not, or the reverse.
    let isTurn: Bool
}

/// The end of a feed in one partition: what a consumer has who has everything.
struct FeedEnd: Sendable, Hashable {
    let feed: FeedID
    let segment: ExactName
    let version: UInt32
    /// Another one than a consumer knows: what it has is of no use.
    var generation: UInt32
    /// When it began, by log time, of versions that follow each other the first; nil: unknown to
    /// the older build that began it.
    var begunAt: Timestamp?
    /// The revision at which the segment's first version began: under it columns keep who is in.
    let origin: UInt64
    /// Whether it goes on where the version before ended: its first members are the last of that.
    var isCarried = false
    /// The last record's sequence; 0: there is none.
    var sequence: UInt64 = 0
    /// The first record that is kept; one above `sequence`: none is.
    var first: UInt64 = 1
    /// The sum, modulo 2^64, of the members' hashes.
    var stateHash: UInt64 = 0
    /// How many members there are.
    var members = 0
    /// Whether the version is followed no more: archived, or replaced by a newer one.
    var isOver = false

    /// Where columns keep who is in by it.
    var inFeed: InFeed { InFeed(segment, revision: origin) }
}

/// A live segment in one partition.
///
/// Owned by the partition's lane, and shared with nobody. Users of whom nothing need be remembered
/// take no memory, others some fifteen bytes and their state's (`LiveUser.bytes`).
final class FollowedSegment {
    /// The low bits of `order`; above them is room for more ranks than segments may be nested.
    static let slotMask: UInt32 = 1 << 26 - 1

    /// Its place among the partition's feeds, in the order in which they began.
    let slot: Int
    /// How many live segments stand below each other in its conditions.
    var rank = 0
    /// Whose turn it is of those that decide at one instant: first those that others use.
    var order: UInt32 { UInt32(clamping: rank) << 26 | UInt32(clamping: slot) }
    var plan: LivePlan
    /// The first record it hears; events before it fire nothing.
    let since: LogOffset
    var end: FeedEnd
    private var users: UserStates

    /// A segment that begins, with what is known of users already.
    init(
        _ plan: LivePlan,
        slot: Int,
        since: LogOffset,
        end: FeedEnd,
        users: UserStates = .init()
    ) {
        self.slot = slot
        self.plan = plan
        self.since = since
        self.end = end
        self.users = users
    }

    /// What is remembered of a user.
    ///
    /// - Throws: when the bytes are none of a state.
    func user(_ number: UserNumber) throws(EvaluatorError) -> LiveUser {
        do throws(BytesError) {
            return try users.reading(number) { (reader) throws(BytesError) in
                try LiveUser(reader)
            } ?? LiveUser()
        } catch {
            throw EvaluatorError(
                .store,
                "read a user's live state",
                place: "segment \(end.segment.text), user \(number)",
                hint: "\(error); \(EvaluatorError.rebuildHint)"
            )
        }
    }

    /// Whether it is this that is remembered of a user.
    func remembers(_ bytes: [UInt8], of number: UserNumber) -> Bool {
        users.holds(bytes, of: number)
    }

    /// Remembers the state of some users, who have the same.
    func remember(_ user: LiveUser, of numbers: [UserNumber]) {
        let bytes = user == LiveUser() ? nil : user.bytes
        for number in numbers { users.set(bytes, of: number) }
    }

    /// The bytes of what is remembered of a user; nil: nothing is.
    func bytes(of number: UserNumber) -> [UInt8]? { users.bytes(of: number) }

    /// Everybody of whom something is remembered, by number.
    var known: [UserNumber] { users.numbers }

    /// Who is in.
    func members(of userCount: Int) throws(EvaluatorError) -> UserBitset {
        var members = UserBitset(universe: userCount)
        for number in users.numbers where Int(number.value) < userCount {
            if try user(number).isInside { members.insert(number) }
        }
        return members
    }
}
