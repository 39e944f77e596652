// Who enters and leaves a segment, as a sequence: each partition's members, then every change.

import Basics
import Chassis
public import Messages
public import Segments
import Wire

/// A piece of a segment's feed.
public struct FeedStep: Sendable {
    /// What is told.
    public enum News: Sendable {
        /// Who is in, of this partition; what was known of it before is of no use.
        case members(Set<String>)
        /// What changed, in order; each one sequence behind the one before.
        case changes([EvaluationV1.MembershipChange])
    }

    /// What is told, of the cursor's partition.
    public let news: News
    /// Where the partition's feed goes on behind it: to be kept, one per partition, with whatever
    /// came of the news.
    public let cursor: EvaluationV1.FeedCursor
}

/// A segment's feed, by partition: a snapshot, then changes without gaps, while it is read.
///
/// Each step is checked: a gap, a repeat, or a set that is another than the source's is DATA_LOSS.
/// A feed that is over (a new version of the segment, a new generation) goes on with new members
/// of its partition. What may pass, such as an owner that is being taken over, is waited out.
public struct SegmentFeed: AsyncSequence, Sendable {
    /// A piece of it.
    public typealias Element = FeedStep
    /// How it fails.
    public typealias Failure = Fault

    let segment: String
    let client: EvaluationV1_FeedClient
    let options: CallOptions
    let copies: [FeedCopy]
    let pace: FeedPace

    /// Begins to read; each iterator asks for itself.
    public func makeAsyncIterator() -> Iterator { Iterator(follower: FeedFollower(self)) }

    /// Hands out the steps, and ends with an error only.
    public struct Iterator: AsyncIteratorProtocol {
        let follower: FeedFollower

        /// The next step, as soon as there is one.
        public mutating func next() async throws(Fault) -> FeedStep? { try await follower.next() }

        /// The next step, as soon as there is one.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(Fault) -> FeedStep? {
            try await follower.next()
        }
    }
}

extension Shoal {
    /// Saves a live segment under a name; answers when it is durable everywhere.
    @discardableResult
    public func createSegment(
        _ name: String,
        _ live: LiveDefinition,
        description: String? = nil,
        _ options: CallOptions = CallOptions()
    ) async throws(Fault) -> EvaluationV1.CreateResponse {
        let message: SegmentV1.LiveDefinition
        do throws(WireError) {
            message = try LiveCoding.encode(live)
        } catch {
            throw Fault(.invalidArgument, error.message, place: error.place, hint: error.hint)
        }
        let request = EvaluationV1.CreateRequest(
            name: name,
            description: description,
            live: message
        )
        return try await segments.create(request, options)
    }

    /// Who enters and leaves a live segment: its members, then every change as it happens.
    ///
    /// - Parameters:
    ///   - cursors: the last one of each partition, as an earlier feed's steps told them; of
    ///     other partitions the members are told first.
    ///   - members: who was in behind those cursors, by which the feed is checked against the
    ///     suite; nil: that was not kept, and only gaps and repeats are found.
    public func follow(
        _ segment: String,
        from cursors: [EvaluationV1.FeedCursor] = [],
        having members: Set<String>? = nil,
        _ options: CallOptions = CallOptions()
    ) throws(Fault) -> SegmentFeed {
        guard let count = roster.partitionCount else {
            throw Fault(.unavailable, "the number of partitions is not known yet")
        }
        guard let name = options.project ?? project else {
            throw .invalidArgument("no project is named", place: "project")
        }
        var homes: [UInt32: Set<String>] = [:]
        for user in members ?? [] {
            let home = count.home(project: name, identifier: user)
            homes[UInt32(home.index), default: []].insert(user)
        }
        var copies = (0..<UInt32(count.count)).map { FeedCopy(partition: $0) }
        for cursor in cursors {
            guard cursor.partition < count.count else {
                throw .invalidArgument("there is no partition \(cursor.partition)")
            }
            copies[Int(cursor.partition)] = FeedCopy(
                from: cursor,
                members: members == nil ? nil : homes[cursor.partition, default: []]
            )
        }
        return SegmentFeed(
            segment: segment,
            client: feed,
            options: options,
            copies: copies,
            pace: FeedPace(clock: clock, random: random) { [weak self] in self?.isClosed ?? true }
        )
    }
}
