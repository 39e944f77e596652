// Follows the log: fetches what the partitions lack, hands it to their lanes, moves with the map.

import Basics
import Chassis
import Messages
import Synchronization

/// Reads the log of all owned partitions in one loop and feeds the lanes.
///
/// What it owns is what the registry's map says, unless a Fetch reply has named a newer owner: an
/// evaluator that is cut off from the registry lets such a partition go, too, and takes it again
/// only under a newer epoch.
final class Follower: Sendable {
    /// The follower's own limits.
    struct Settings: Sendable {
        /// Bytes of records asked for at a time.
        var fetchBytes: UInt32 = 1 << 20
        /// Longest wait for news.
        var waitMs: UInt32 = 1_000
        /// Shortest wait while timers are to fall due: that much later than their instants are
        /// they told, where nothing else comes; shorter ones would be many questions for nothing.
        var timerWaitMs: UInt32 = 10
        /// Pages a lane may have waiting before the follower waits for it; at most `Lane.pagesMax`.
        var pagesAheadMax = UInt64(Lane.pagesMax)
        /// First and longest pause after a failed fetch.
        var pauseMs: ClosedRange<UInt64> = 50...2_000
    }

    private let instance: InstanceID
    private let lanes: Lanes
    private let ingestion: IngestionV1_IngestionClient
    private let link: RegistryLink
    private let clock: any Clock
    private let settings: Settings
    private let health: Health
    /// Where the lanes' timers are known; nil: nobody has any.
    private let board: FeedBoard?
    /// Copies checkpoints before lanes adopt their partitions; nil: the log is read.
    private let takeOver: TakeOver?

    init(
        instance: InstanceID,
        lanes: Lanes,
        ingestion: IngestionV1_IngestionClient,
        link: RegistryLink,
        clock: any Clock,
        health: Health,
        board: FeedBoard? = nil,
        takeOver: TakeOver? = nil,
        settings: Settings = .init()
    ) {
        self.instance = instance
        self.lanes = lanes
        self.ingestion = ingestion
        self.link = link
        self.clock = clock
        self.health = health
        self.board = board
        self.takeOver = takeOver
        self.settings = settings
        health.wait(for: "log", because: "the log has not been read yet")
    }

    /// Runs until cancelled.
    ///
    /// - Throws: when a lane has ended, or the log is not the one that was read so far.
    func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.followLog() }
                if let takeOver { group.addTask { await takeOver.run() } }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch is CancellationError {
            // Told to stop while it waited for a lane.
        }
    }

    private func followLog() async throws {
        var cursors: [Partition: LogOffset] = [:]
        var fence = TenureFence()
        var pauseMs = settings.pauseMs.lowerBound
        var hasCaughtUp = false
        var hasRead = false
        while !Task.isCancelled {
            let view = link.view
            let owned = fence.allowed(view.partitions(of: instance, .evaluator))
            let copied = takeOver?.news.value ?? 0
            try await follow(owned, in: view, &cursors)
            guard !cursors.isEmpty else {
                try await idle(after: view, copied, isOwner: !owned.isEmpty)
                continue
            }
            let answer: IngestionV1.FetchResponse?
            do throws(Fault) {
                answer = try await fetch(
                    cursors,
                    waitMs: waitMs(hasRead: hasRead),
                    orNewerThan: view,
                    copied
                )
            } catch {
                if error.code == .outOfRange { throw otherLog(error) }
                guard !Task.isCancelled else { return }
                if !hasCaughtUp { health.wait(for: "log", because: "not fetched: \(error)") }
                try await clock.sleep(forMs: pauseMs)
                pauseMs = min(pauseMs * 2, settings.pauseMs.upperBound)
                continue
            }
            guard let response = answer else { continue }
            hasRead = response.partitions.contains { !$0.records.isEmpty }
            for page in response.partitions {
                fence.heard(Epoch(page.stateEpoch), of: page.partition)
                try await hand(page, &cursors)
            }
            if isCaughtUp(response), cursors.count == owned.count {
                hasCaughtUp = true
                health.ready("log")
            }
            pauseMs = settings.pauseMs.lowerBound
        }
    }

    /// Without a partition there is nothing to read; registering need not bring a new view.
    private func idle(after view: RosterView, _ copied: UInt64, isOwner: Bool) async throws {
        guard link.isRegistered else {
            return try await clock.sleep(forMs: settings.pauseMs.lowerBound)
        }
        if !isOwner { health.ready("log") }
        await change(after: view, copied)
    }

    /// Waits for news of the map or of partitions that are ready to be adopted.
    private func change(after view: RosterView, _ copied: UInt64) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await self.link.next(after: view) }
            if let takeOver {
                group.addTask { _ = await takeOver.news.wait(above: copied, untilNs: .max) }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Adopts what the map gives this instance, once it is ready; lets go what it gives others.
    private func follow(
        _ owned: Set<Partition>,
        in view: RosterView,
        _ cursors: inout [Partition: LogOffset]
    ) async throws {
        for partition in cursors.keys.sorted() where !owned.contains(partition) {
            try await lanes[partition].release(partition)
            cursors[partition] = nil
        }
        let lacking = owned.subtracting(cursors.keys)
        let ready = await takeOver?.ready(of: lacking, in: view) ?? lacking
        for partition in ready.sorted() {
            cursors[partition] = try await lanes[partition].adopt(partition)
        }
        takeOver?.adopted(ready)
    }

    private func otherLog(_ fault: Fault) -> EvaluatorError {
        EvaluatorError(
            .log,
            "follow the log",
            place: fault.place ?? "ingestion",
            hint: "\(fault.message): ingestion's log is shorter than what was read of it; "
                + EvaluatorError.rebuildHint
        )
    }

    /// Waits for news of the log, of the map or of a copy, whichever comes first; nil: not the log.
    ///
    /// So that a partition changes hands at once, not only when the log has something to tell.
    private func fetch(
        _ cursors: [Partition: LogOffset],
        waitMs: UInt32,
        orNewerThan view: RosterView,
        _ copied: UInt64
    ) async throws(Fault) -> IngestionV1.FetchResponse? {
        let first = await withTaskGroup(of: Result<IngestionV1.FetchResponse?, Fault>.self) {
            group in
            group.addTask {
                do throws(Fault) {
                    return .success(try await self.fetch(cursors, waitMs: waitMs))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                await self.change(after: view, copied)
                return .success(nil)
            }
            defer { group.cancelAll() }
            return await group.next()
        }
        guard let first else { return nil }
        return try first.get()
    }

    /// How long to wait for news: a watermark must come when a timer falls due.
    ///
    /// What was just read may have set timers that are not known here yet.
    private func waitMs(hasRead: Bool) -> UInt32 {
        guard let board else { return settings.waitMs }
        if hasRead, board.isFollowing { return settings.timerWaitMs }
        guard let due = board.nextDue else { return settings.waitMs }
        let left = UInt32(clamping: max(0, due.msSince(clock.now)))
        return min(max(left, settings.timerWaitMs), settings.waitMs)
    }

    private func fetch(_ cursors: [Partition: LogOffset], waitMs: UInt32) async throws(Fault)
        -> IngestionV1.FetchResponse
    {
        try await ingestion.fetch(
            IngestionV1.FetchRequest(
                cursors: cursors.sorted { $0.key < $1.key }.map {
                    IngestionV1.FetchCursor(
                        partition: UInt32($0.key.index),
                        nextOffset: $0.value.value
                    )
                },
                maxBytes: settings.fetchBytes,
                waitMs: waitMs
            ),
            CallOptions(
                timeoutMs: waitMs + 10_000,
                maxReplyBytes: settings.fetchBytes + (1 << 20)
            )
        )
    }

    private func hand(
        _ page: IngestionV1.PartitionRecords,
        _ cursors: inout [Partition: LogOffset]
    ) async throws {
        guard let index = UInt16(exactly: page.partition) else { return }
        let partition = Partition(index: index)
        guard cursors[partition] != nil, !page.records.isEmpty || page.watermarkMs != nil else {
            return
        }
        try await lanes.makeRoom(for: partition, pagesAheadMax: settings.pagesAheadMax)
        try lanes[partition].apply(page)
        cursors[partition] = LogOffset(page.nextOffset)
    }

    private func isCaughtUp(_ response: IngestionV1.FetchResponse) -> Bool {
        response.partitions.allSatisfy { $0.nextOffset >= $0.endOffset }
    }
}

/// The newest epochs that ingestion has named: older tenures are over, whatever the map says.
struct TenureFence: Sendable, Hashable {
    private var newest: [Partition: Epoch] = [:]

    /// Notes an epoch under which somebody owns a partition.
    mutating func heard(_ epoch: Epoch, of partition: UInt32) {
        guard let index = UInt16(exactly: partition) else { return }
        let partition = Partition(index: index)
        newest[partition] = max(newest[partition] ?? epoch, epoch)
    }

    /// The partitions whose tenure nobody has overtaken.
    func allowed(_ owned: [(partition: Partition, epoch: Epoch)]) -> Set<Partition> {
        Set(owned.filter { newest[$0.partition] ?? $0.epoch <= $0.epoch }.map(\.partition))
    }
}

/// All lanes of an instance; a partition always belongs to the same one.
struct Lanes: Sendable {
    private let lanes: [Lane]
    /// Pages handed to each lane so far.
    private let handed: Handed

    private final class Handed: Sendable {
        let pages: Mutex<[UInt64]>
        init(_ count: Int) { pages = Mutex(Array(repeating: 0, count: count)) }
    }

    init(_ lanes: [Lane]) {
        precondition(!lanes.isEmpty, "an evaluator has at least one lane")
        self.lanes = lanes
        handed = Handed(lanes.count)
    }

    /// Every lane, for those that start and stop them.
    var all: [Lane] { lanes }

    /// The lane of a partition.
    subscript(partition: Partition) -> Lane { lanes[index(of: partition)] }

    /// The partitions grouped by their lanes.
    func grouped(_ partitions: [Partition]) -> [(Lane, [Partition])] {
        Dictionary(grouping: partitions, by: index(of:)).sorted { $0.key < $1.key }
            .map { (lanes[$0.key], $0.value) }
    }

    /// Waits until the partition's lane has less than so many pages waiting, and counts one more.
    func makeRoom(for partition: Partition, pagesAheadMax: UInt64) async throws {
        let index = index(of: partition)
        let lane = lanes[index]
        let number = handed.pages.withLock { pages in
            pages[index] += 1
            return pages[index]
        }
        guard number > pagesAheadMax else { return }
        let mark = number - pagesAheadMax - 1
        while lane.pagesTaken.value <= mark {
            try Task.checkCancellation()
            _ = await lane.pagesTaken.wait(above: mark, untilNs: .max)
        }
    }

    private func index(of partition: Partition) -> Int { Int(partition.index) % lanes.count }
}
