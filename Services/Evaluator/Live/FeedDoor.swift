// Who enters and leaves, as callers read it: snapshots and changes, by the partitions' owners.

import Basics
import Bus
import Chassis
import Columns
import Messages
import Segments

/// Serves shoal.evaluation.v1.Feed.
///
/// Any evaluator answers: what it does not own it asks the owner. Only what is durable is told.
struct FeedDoor: EvaluationV1_FeedService {
    /// Most changes of one answer.
    static let changesMax = 10_000
    /// Longest wait for a change.
    static let waitMsMax: UInt32 = 30_000
    /// About the bytes of a change without the user's identifier.
    static let changeBytes = 64

    let segments: SegmentsDoor
    let board: FeedBoard
    let shelf: FeedShelf
    let snapshots: FeedSnapshots

    init(segments: SegmentsDoor, board: FeedBoard, shelf: FeedShelf) {
        self.segments = segments
        self.board = board
        self.shelf = shelf
        snapshots = FeedSnapshots(clock: segments.clock)
    }

    var lanes: Lanes { segments.gather.own.lanes }
    var clock: any Clock { segments.clock }

    // Snapshots

    func snapshot(_ request: EvaluationV1.SnapshotRequest, _ call: CallContext)
        async throws(Fault) -> EvaluationV1.SnapshotResponse
    {
        let project = try await segments.project(call)
        let partition = try partition(request.partition)
        guard let held = board[partition] else {
            let peer = try owner(of: partition, isForwarded: request.forwarded)
            var forwarded = request
            forwarded.forwarded = true
            return try await peer.snapshot(forwarded, options(call))
        }
        try refuseOlder(held.epoch, than: request.epoch, partition)
        let kept: FeedSnapshots.Kept
        if let name = request.snapshot {
            guard let found = snapshots[name], found.partition == partition,
                found.end.feed.project == project, found.end.segment.text == request.segment
            else {
                throw Fault.outOfRange(
                    "the snapshot is kept no more",
                    place: "snapshot",
                    hint: "begin again without one; a page is to be asked for within a minute"
                )
            }
            kept = found
        } else {
            kept = try await take(try await feed(request.segment, project, call), partition)
        }
        return try await page(kept, request, project, call)
    }

    private func take(_ feed: FeedID, _ partition: Partition) async throws(Fault)
        -> FeedSnapshots.Kept
    {
        do {
            return try await lanes[partition].ask([partition]) { states in
                let users = states[0].projects[feed.project]?.userCount ?? 0
                guard !states[0].isBehindFeeds,
                    let end = states[0].live.ends.first(where: { $0.feed == feed }),
                    let members = try states[0].live.members(of: feed, userCount: users)
                else { throw Self.notThere(feed, partition) }
                return FeedSnapshots.Kept(
                    partition: partition,
                    end: end,
                    members: members,
                    position: states[0].position(in: feed.project)
                )
            }
        } catch {
            throw Self.fault(error)
        }
    }

    private func page(
        _ kept: FeedSnapshots.Kept,
        _ request: EvaluationV1.SnapshotRequest,
        _ project: ProjectName,
        _ call: CallContext
    ) async throws(Fault) -> EvaluationV1.SnapshotResponse {
        let limit = Int(min(max(request.limit, 1), UInt32(Self.changesMax)))
        let room = min(Int(call.maxReplyBytes) / 2, Limits.pageBytes)
        var numbers: [UserNumber] = []
        var next = kept.members.first(from: UserNumber(request.from))
        while let user = next, numbers.count < limit {
            numbers.append(user)
            next = kept.members.first(from: UserNumber(user.value + 1))
        }
        let ids = try await ids(of: numbers, kept.partition, project)
        guard !ids.contains("") else { throw Self.goneSince(request) }
        var users: [String] = []
        var told: [UInt32] = []
        var bytes = 0
        for (user, id) in zip(numbers, ids) {
            guard bytes < room else {
                next = user
                break
            }
            users.append(id)
            told.append(user.value)
            bytes += id.utf8.count + 9
        }
        // One that fits a page is not kept: most do, and a consumer reads all partitions.
        var number = request.snapshot
        if number == nil, next != nil { number = try snapshots.keep(kept) }
        if next == nil, let number { snapshots.end(number) }
        return EvaluationV1.SnapshotResponse(
            cursor: kept.end.cursor(
                kept.partition,
                at: kept.end.sequence,
                under: Epoch(kept.position.stateEpoch)
            ),
            users: users,
            snapshot: number ?? 0,
            next: next?.value,
            members: UInt64(kept.end.members),
            stateHash: kept.end.stateHash,
            position: kept.position,
            numbers: told
        )
    }

    /// Who was told by a newer owner is told nothing by an older one that has not heard of it.
    func refuseOlder(_ own: Epoch, than heard: UInt64, _ partition: Partition) throws(Fault) {
        guard own.value < heard else { return }
        throw EvaluatorError(
            .notTheOwner,
            "read a feed",
            place: Gather.list([partition]),
            hint: "epoch \(heard) has begun, this evaluator owns it under \(own): ask again"
        ).fault
    }

    func ids(of users: [UserNumber], _ partition: Partition, _ project: ProjectName)
        async throws(Fault) -> [String]
    {
        guard !users.isEmpty else { return [] }
        do {
            return try await lanes[partition].ask([partition]) { states in
                let columns = states[0].projects[project]
                return users.map { columns?.id(of: $0)?.text ?? "" }
            }
        } catch {
            throw Self.fault(error)
        }
    }

    // Who and where

    /// The feed of the segment's newest version; waits until this instance has read of it.
    ///
    /// - Parameter isToBeRead: an archived segment will do, for what it told before that.
    func feed(
        _ name: String,
        _ project: ProjectName,
        _ call: CallContext,
        isToBeRead: Bool = false
    ) async throws(Fault) -> FeedID {
        if catalogue.project(project).segments[ExactName(name)] == nil {
            _ = try await segments.caughtUp(call)
        }
        return try feed(name, project, isToBeRead: isToBeRead)
    }

    /// The feed of the newest version that this instance has read of by now.
    func feed(_ name: String, _ project: ProjectName, isToBeRead: Bool) throws(Fault) -> FeedID {
        let saved: SavedSegment
        do throws(EvaluatorError) {
            let known = catalogue.project(project)
            saved =
                isToBeRead
                    && known.segments[ExactName(name)]?.document.archived ?? true
                ? try known.segment(name, in: project) : try known.answerable(name, in: project)
        } catch {
            throw error.fault
        }
        guard saved.document.live != nil || saved.document.follow else {
            throw Fault.failedPrecondition(
                "segment \(name) is not followed, and has no feed",
                place: "segment",
                hint: "its document says `follow: false`"
            )
        }
        return FeedID(project: project, revision: saved.feed)
    }

    private var catalogue: Catalogue { segments.catalogue }

    func partition(_ index: UInt32) throws(Fault) -> Partition {
        let count = try segments.partitionCount().count
        guard index < count, let index = UInt16(exactly: index) else {
            throw Fault.invalidArgument(
                "there is no partition \(index)",
                place: "partition",
                hint: "they are 0 to \(count - 1)"
            )
        }
        return Partition(index: index)
    }

    private func owner(of partition: Partition, isForwarded: Bool) throws(Fault)
        -> EvaluationV1_FeedClient
    {
        peer(at: try address(of: partition, isForwarded: isForwarded))
    }

    func peer(at address: Endpoint) -> EvaluationV1_FeedClient {
        EvaluationV1_FeedClient(segments.gather.peers.pinned(to: address))
    }

    func address(of partition: Partition, isForwarded: Bool) throws(Fault) -> Endpoint {
        let view = segments.link.view
        guard !isForwarded, let id = view.owner(of: partition, .evaluator)?.instance,
            id != segments.gather.instance, let address = view.instance(id)?.address
        else {
            throw EvaluatorError(
                .notTheOwner,
                "read a feed",
                place: Gather.list([partition]),
                hint: "it is being taken over: ask again"
            ).fault
        }
        return address
    }

    /// For another owner, who may take about as long as the call itself: it waits for changes, too,
    /// and of one that is silent is to be told in time.
    func options(_ call: CallContext) -> CallOptions {
        CallOptions(
            within: call,
            clock: clock,
            timeoutMs: UInt32(UInt64(call.remainingMs(clock: clock)) * 97 / 100),
            maxReplyBytes: call.maxReplyBytes
        )
    }

    static func silent(_ cursors: [EvaluationV1.FeedCursor]) -> Fault {
        Fault.unavailable(
            "their owner does not answer",
            place: place(of: cursors),
            hint: "ask again: the registry gives them to another one when its lease has ended"
        )
    }

    static func moved(_ cursors: [EvaluationV1.FeedCursor]) -> Fault {
        EvaluatorError(
            .notTheOwner,
            "read a feed",
            place: place(of: cursors),
            hint: "the partition map has changed: ask again"
        ).fault
    }

    private static func place(of cursors: [EvaluationV1.FeedCursor]) -> String {
        Gather.list(cursors.map { Partition(index: UInt16(truncatingIfNeeded: $0.partition)) })
    }

    /// Of a member who is gone since the snapshot was taken there is no name, but the sum has it.
    private static func goneSince(_ request: EvaluationV1.SnapshotRequest) -> Fault {
        guard request.snapshot != nil else {
            return Fault(.unavailable, "a member is gone just now", hint: "ask again")
        }
        return Fault.outOfRange(
            "a member is gone since the snapshot was taken",
            place: "snapshot",
            hint: "begin again without one"
        )
    }

    private static func notThere(_ feed: FeedID, _ partition: Partition) -> EvaluatorError {
        EvaluatorError(
            .catchingUp,
            "read a feed",
            place: Gather.list([partition]),
            hint: "its owner has not read so much of the log yet: ask again"
        )
    }

    static func fault(_ error: any Error) -> Fault {
        switch error {
        case let fault as Fault: fault
        case let error as EvaluatorError: error.fault
        default: Fault.internal("the evaluator failed: \(error)")
        }
    }
}

extension FeedEnd {
    /// A consumer's place in this feed.
    func cursor(_ partition: Partition, at sequence: UInt64, under epoch: Epoch)
        -> EvaluationV1.FeedCursor
    {
        EvaluationV1.FeedCursor(
            partition: UInt32(partition.index),
            version: version,
            generation: generation,
            sequence: sequence,
            epoch: epoch.value
        )
    }
}

extension EvaluationV1.FeedCursor {
    /// Whether the feed can go on from here.
    ///
    /// A sequence behind the feed's end is no fault: the owner before had read more of the log, of
    /// which this one will tell the same once it has read it. One before the first record that is
    /// kept is: what is between them is told no more.
    func fits(_ end: FeedEnd) -> Bool {
        (version == 0 || version == end.version)
            && (generation == 0 || generation == end.generation) && sequence >= end.first - 1
    }
}

extension FeedRecord {
    /// - Parameter isFlagged: whether a record of the user is set aside.
    func message(of user: String, isFlagged: Bool = false) -> EvaluationV1.MembershipChange {
        EvaluationV1.MembershipChange(
            sequence: sequence,
            userID: user,
            kind: change.kind.message,
            atMs: change.at.ms,
            cause: change.cause.message,
            position: position.value,
            logTimeMs: logTime.ms,
            member: change.isMember,
            occurrence: UInt32(clamping: change.occurrence),
            userNumber: self.user.value,
            flagged: isFlagged
        )
    }
}
