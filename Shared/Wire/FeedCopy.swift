// A consumer's copy of one partition's feed: whole, in order, and checked against its source.

import Basics
public import Messages

/// One partition's members of a segment, kept by a consumer of the feed.
///
/// It begins with the pages of a snapshot and goes on with changes. A gap, a repeat, or a sum that
/// is another than the source's is an error: the copy is then to be begun anew. What an owner tells
/// that was superseded by one already heard is refused, and the copy stays as it is. A value for
/// one thread at a time.
public struct FeedCopy: Sendable {
    /// What is wrong with what came.
    public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// Which partition's feed.
        public let partition: UInt32
        /// What, in one sentence.
        public let message: String

        /// For people.
        public var description: String { "partition \(partition): \(message)" }
    }

    /// Where to go on.
    public private(set) var cursor: EvaluationV1.FeedCursor
    /// Who is in; nobody where members are not kept.
    public private(set) var members: Set<String> = []
    private var stateHash: UInt64 = 0
    /// Users by number, as far as they were told: of who is gone only the number is.
    private var names: [UInt32: String] = [:]
    private var isWhole = false
    private var keepsMembers = true
    /// Whether every member's number is known; of a copy that was taken up, none is.
    private var isNumbered = true

    /// Nothing yet of a partition.
    ///
    /// - Parameter epoch: the highest of an owner that was heard; 0: none was.
    public init(partition: UInt32, epoch: UInt64 = 0) {
        cursor = EvaluationV1.FeedCursor(partition: partition, epoch: epoch)
    }

    /// Whether an answer of this cursor is of an owner that was superseded by one already heard.
    public func isOutdated(_ told: EvaluationV1.FeedCursor?) -> Bool {
        // A build that tells no epochs is believed.
        (1..<max(cursor.epoch, 1)).contains(told?.epoch ?? 0)
    }

    /// As a consumer left it.
    ///
    /// - Parameter members: who was in then; nil: that was not kept, and sums cannot be checked.
    public init(from cursor: EvaluationV1.FeedCursor, members: Set<String>?) {
        self.cursor = cursor
        isWhole = true
        isNumbered = false
        keepsMembers = members != nil
        for user in members ?? [] { _ = enter(user) }
    }

    /// Takes a page of a snapshot, in their order; the last is checked against the sum.
    public mutating func take(_ page: EvaluationV1.SnapshotResponse) throws(Problem) {
        guard !isWhole, let end = page.cursor, end.partition == cursor.partition else {
            throw problem("a page of another snapshot")
        }
        guard !isOutdated(end) else { throw problem("its teller was superseded") }
        for user in page.users where !enter(user) { throw problem("\(user) comes twice") }
        if keepsMembers { names.merge(zip(page.numbers, page.users)) { $1 } }
        guard page.next == nil else { return }
        advance(to: end)
        isWhole = true
        try check(members: page.members, stateHash: page.stateHash)
    }

    /// Takes changes, in their order.
    ///
    /// - Returns: false: the feed is another by now, or somebody is gone of whom the copy does not
    ///   know the number: a new snapshot is needed.
    public mutating func take(_ page: EvaluationV1.PartitionChanges) throws(Problem) -> Bool {
        guard !isOutdated(page.cursor) else { throw problem("its teller was superseded") }
        guard !page.stale else {
            // Another version begins with the members of the one before.
            guard let next = page.next, cursor.generation > 0,
                next.partition == cursor.partition
            else { return false }
            advance(to: next)
            return true
        }
        for change in page.changes {
            guard change.sequence == cursor.sequence + 1 else {
                throw problem("change \(change.sequence) comes behind \(cursor.sequence)")
            }
            cursor.sequence = change.sequence
            guard keepsMembers else { continue }
            let number = change.userNumber
            guard let user = change.userID.isEmpty ? names[number] : change.userID else {
                // It may be a member's, of a copy that does not know the members' numbers.
                if change.tellsWhoIsGone || !isNumbered { return false }
                // Gone meanwhile, as a later change tells.
                names[number] = ""
                continue
            }
            if !user.isEmpty {
                if change.member { _ = enter(user) } else { leave(user) }
            }
            names[number] = change.tellsWhoIsGone ? nil : user
        }
        guard let end = page.cursor, end.sequence == cursor.sequence else {
            throw problem("the cursor is not behind the last change")
        }
        guard cursor.generation == 0 || end.isOfFeed(cursor) else {
            throw problem("the changes are another feed's")
        }
        advance(to: end)
        if let stateHash = page.stateHash {
            try check(members: page.members, stateHash: stateHash)
        }
        return true
    }

    /// Changes with the names of users who are gone meanwhile, where the copy knows them; to be
    /// asked before it takes them.
    public func named(_ page: EvaluationV1.PartitionChanges) -> EvaluationV1.PartitionChanges {
        var page = page
        for index in page.changes.indices where page.changes[index].userID.isEmpty {
            page.changes[index].userID = names[page.changes[index].userNumber] ?? ""
        }
        return page
    }

    /// The hash of a member, by which sets are summed: XXH64 with seed 0 of the identifier.
    public static func hash(of user: String) -> UInt64 { Checksum.xxh64(Array(user.utf8)) }

    private mutating func advance(to end: EvaluationV1.FeedCursor) {
        let epoch = max(cursor.epoch, end.epoch)
        cursor = end
        cursor.epoch = epoch
    }

    private mutating func enter(_ user: String) -> Bool {
        guard members.insert(user).inserted else { return false }
        stateHash &+= Self.hash(of: user)
        return true
    }

    private mutating func leave(_ user: String) {
        if members.remove(user) != nil { stateHash &-= Self.hash(of: user) }
    }

    private func check(members count: UInt64, stateHash: UInt64) throws(Problem) {
        guard keepsMembers else { return }
        guard count == members.count, stateHash == self.stateHash else {
            throw problem("the copy has \(members.count) members, the feed \(count), or others")
        }
    }

    private func problem(_ message: String) -> Problem {
        Problem(partition: cursor.partition, message: message)
    }
}

extension EvaluationV1.FeedCursor {
    /// Whether both are places in the same feed.
    fileprivate func isOfFeed(_ other: EvaluationV1.FeedCursor) -> Bool {
        (partition, version, generation) == (other.partition, other.version, other.generation)
    }
}

extension EvaluationV1.MembershipChange {
    /// Whether the user is this partition's no more, and has no name there.
    public var tellsWhoIsGone: Bool { kind == .erased || kind == .corrected }
}
