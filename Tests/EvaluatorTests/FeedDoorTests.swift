// Feeds as they are told: under the owner's epoch, and also while another owner is away.

import Basics
import Chassis
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite(.timeLimit(.minutes(1)))
struct FeedDoorTests {
    private static let home = Partition(index: 0)

    /// What `buyers` is.
    enum Kind: Sendable {
        case live, condition

        /// Who has bought; in the version of an update, so many times.
        func put(_ version: UInt32, isArchived: Bool = false, _ log: inout LogScript) throws {
            let revision = UInt64(version) + (isArchived ? 1 : 0)
            switch self {
            case .live:
                try log.segment(
                    "buyers",
                    live: LiveDefinition(.action(Action(EventMatch(["Bought"])))),
                    revision: revision,
                    version: version,
                    archived: isArchived
                )
            case .condition:
                try log.segment(
                    "buyers",
                    did("Bought", atLeast: Int(version)),
                    revision: revision,
                    version: version,
                    archived: isArchived
                )
            }
        }
    }

    private struct Rig {
        let suite: SuiteRig
        let door: FeedDoor

        /// One evaluator that owns the one partition under an epoch, with a segment told of.
        init(
            under epoch: UInt64,
            feedClock: any Clock = SystemClock(),
            _ kind: Kind = .live
        ) async throws {
            suite = try SuiteRig(partitions: 1, evaluators: 1, feedClock: feedClock)
            try suite.ingestion.write { logs in
                try kind.put(1, &logs[0])
                try logs[0].event("Bought", by: "ann", at: day(0))
            }
            let lane = suite.nodes[0].lanes[0]
            _ = try await lane.lane.adopt(home, as: .owner(Epoch(epoch)))
            try await suite.feed()
            door = FeedDoor(
                segments: suite.nodes[0].door,
                board: lane.board,
                shelf: lane.checkpoints.feeds
            )
        }

        func changes(heard epoch: UInt64) async throws(Fault) -> EvaluationV1.PartitionChanges? {
            let cursor = EvaluationV1.FeedCursor(partition: 0, epoch: epoch)
            return try await door.changes(
                EvaluationV1.ChangesRequest(segment: "buyers", cursors: [cursor]),
                suite.call()
            ).partitions.first
        }

        /// Changes behind a cursor; where there are none, they are waited for.
        func changes(behind cursor: EvaluationV1.FeedCursor, isPatient: Bool = true)
            async throws(Fault) -> EvaluationV1.PartitionChanges?
        {
            let request = EvaluationV1.ChangesRequest(
                segment: "buyers",
                cursors: [cursor],
                waitMs: isPatient ? 20_000 : 0
            )
            return try await door.changes(request, suite.call()).partitions.first
        }

        /// The log goes on, and all of it is read.
        func write(_ body: (inout LogScript) throws -> Void) async throws {
            try suite.ingestion.write { try body(&$0[0]) }
            try await suite.feed()
        }

        func snapshot(heard epoch: UInt64) async throws(Fault) -> EvaluationV1.SnapshotResponse {
            try await door.snapshot(
                EvaluationV1.SnapshotRequest(segment: "buyers", partition: 0, epoch: epoch),
                suite.call()
            )
        }
    }

    @Test("changes and snapshots are told under the owner's epoch")
    func told() async throws {
        let rig = try await Rig(under: 3)
        for heard: UInt64 in [0, 2, 3] {
            let page = try #require(try await rig.changes(heard: heard))
            #expect(page.changes.map(\.userID) == ["ann"])
            #expect(page.cursor?.epoch == 3 && page.position?.stateEpoch == 3)
            let snapshot = try await rig.snapshot(heard: heard)
            #expect(snapshot.users == ["ann"])
            #expect(snapshot.cursor?.epoch == 3 && snapshot.position?.stateEpoch == 3)
        }
    }

    @Test("an owner that was superseded without hearing of it tells nothing to who has heard")
    func superseded() async throws {
        let rig = try await Rig(under: 3)
        let asked = [
            await fault { _ = try await rig.changes(heard: 4) },
            await fault { _ = try await rig.snapshot(heard: 4) },
        ]
        for fault in asked {
            #expect(fault?.code == .unavailable && fault?.isRetriable == true)
            #expect(fault?.hint?.contains("epoch 4 has begun") == true)
        }
        // The map gives it back under a newer epoch: it goes on with what it has.
        let lane = rig.suite.nodes[0].lanes[0].lane
        _ = try await lane.adopt(Self.home, as: .owner(Epoch(5)))
        #expect(try await rig.changes(heard: 4)?.cursor?.epoch == 5)
    }

    @Test("another owner may wait for changes as long as the call itself")
    func patience() async throws {
        let rig = try await Rig(under: 3)
        let call = rig.suite.call()
        let left = rig.door.options(call).timeoutMs
        #expect(left > 15_000 && left <= 20_000)
    }

    @Test("while one owner is away the others' changes are told, and its partitions are named")
    func oneAway() async throws {
        let roster = sharedRoster(partitions: 2, evaluators: 2)
        let suite = try SuiteRig(partitions: 2, evaluators: 1, roster: roster)
        let bought = LiveDefinition(.action(Action(EventMatch(["Bought"]))))
        try suite.ingestion.write { logs in
            for index in 0..<2 { try logs[index].segment("buyers", live: bought, revision: 1) }
            try logs[0].event("Bought", by: "ann", at: day(1))
        }
        // The second partition's owner never comes.
        try await suite.feed(except: Partition(index: 1))
        let lane = suite.nodes[0].lanes[0]
        let door = FeedDoor(
            segments: suite.nodes[0].door,
            board: lane.board,
            shelf: lane.checkpoints.feeds
        )
        var request = EvaluationV1.ChangesRequest(segment: "buyers", waitMs: 20_000)
        request.cursors = [.init(partition: 0), .init(partition: 1)]
        let answer = try await door.changes(request, suite.call())
        #expect(answer.partitions.map(\.cursor?.partition) == [0])
        // Nothing more to tell: it is not waited for long, since there may be a new owner soon.
        let end = try #require(answer.partitions.first?.cursor)
        request.cursors = [end, .init(partition: 1)]
        let silent = try await door.changes(request, suite.call(ms: 3_000))
        #expect(silent.partitions.isEmpty && silent.unavailable == [1])
        // Nobody answers for anything that is asked about.
        request.cursors = [.init(partition: 1)]
        let alone = request
        let fault = await fault { _ = try await door.changes(alone, suite.call(ms: 3_000)) }
        #expect(fault?.isRetriable == true)
    }

    @Test(
        "who waits over an update goes on with the next version; with the archived segment it ends",
        arguments: [Kind.live, .condition]
    )
    func updated(_ kind: Kind) async throws {
        let clock = ManualClock()
        let rig = try await Rig(under: 3, feedClock: clock, kind)
        var copy = FeedCopy(partition: 0)
        try copy.take(try await rig.snapshot(heard: 3))
        #expect(copy.cursor.version == 1 && copy.members == ["ann"])
        let first = copy.cursor
        async let waiting = rig.changes(behind: first)
        await clock.waitForSleepers()
        try await rig.write { try kind.put(2, &$0) }
        let told = try #require(try await waiting)
        #expect(told.stale && told.nextVersion == 2)
        // What a live segment remembers goes on; a condition's members are told anew.
        if try !copy.take(told) {
            #expect(kind == .condition)
            copy = FeedCopy(partition: 0)
            try copy.take(try await rig.snapshot(heard: 3))
        }
        #expect(copy.cursor.version == 2 && copy.members == (kind == .live ? ["ann"] : []))
        try await rig.write { try $0.event("Bought", by: "ann", at: day(0)) }
        let page = try await rig.changes(behind: copy.cursor, isPatient: false)
        #expect(try copy.take(try #require(page)) && copy.members == ["ann"])
        #expect(page?.changes.map(\.kind) == [.entered])
        let last = copy.cursor
        async let ending = rig.changes(behind: last)
        await clock.waitForSleepers()
        try await rig.write { try kind.put(2, isArchived: true, &$0) }
        do {
            _ = try await ending
            Issue.record("an archived segment's feed goes on")
        } catch {
            #expect((error as? Fault)?.code == .failedPrecondition)
        }
    }

    @Test("who is gone since a version is over is in no sum that is told of that version")
    func goneSince() async throws {
        let rig = try await Rig(under: 3)
        var copy = FeedCopy(partition: 0)
        try copy.take(try await rig.snapshot(heard: 3))
        try await rig.write { log in
            for user in ["cid", "bob"] { try log.event("Bought", by: user, at: day(0)) }
            try Kind.live.put(2, &log)
            log.erase("cid")
        }
        while copy.cursor.version == 1 || copy.cursor.sequence == 0 {
            let request = EvaluationV1.ChangesRequest(
                segment: "buyers",
                cursors: [copy.cursor],
                limit: 1
            )
            let told = try await rig.door.changes(request, rig.suite.call())
            #expect(try copy.take(try #require(told.partitions.first)))
        }
        #expect(copy.members == ["ann", "bob"] && copy.cursor.version == 2)
    }

    @Test("a snapshot of whose members one is gone meanwhile is begun again, never told without")
    func goneMeanwhile() async throws {
        let rig = try await Rig(under: 3)
        try await rig.write { log in
            for user in ["bob", "cid"] { try log.event("Bought", by: user, at: day(0)) }
        }
        var request = EvaluationV1.SnapshotRequest(segment: "buyers", partition: 0, limit: 2)
        let first = try await rig.door.snapshot(request, rig.suite.call())
        #expect(first.users == ["ann", "bob"] && first.next == 2)
        try await rig.write { $0.erase("cid") }
        (request.snapshot, request.from) = (first.snapshot, first.next ?? 0)
        let next = request
        let refused = await fault { _ = try await rig.door.snapshot(next, rig.suite.call()) }
        #expect(refused?.code == .outOfRange && refused?.place == "snapshot")
        (request.snapshot, request.from) = (nil, 0)
        #expect(try await rig.door.snapshot(request, rig.suite.call()).members == 2)
    }

    private func fault(_ body: () async throws -> Void) async -> Fault? {
        do {
            try await body()
            return nil
        } catch {
            return error as? Fault
        }
    }
}
