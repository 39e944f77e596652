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
        /// Pages that may wait in a lane before a standby's partition is asked about: nobody waits
        /// for it, and the owned ones' pages stand behind its.
        var standbyPagesAhead: UInt64 = 2
        /// Whether partitions of others are read along, as the map says.
        var isStandby = true
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
    /// Where it is told which partitions are left; nil: nobody is told.
    private let applied: Applied?
    /// Where the lanes' timers are known; nil: nobody has any.
    private let board: FeedBoard?
    /// Copies checkpoints before lanes adopt their partitions; nil: the log is read.
    private let takeOver: TakeOver?
    /// Comes before lanes take partitions up; nil: nobody doubts any record.
    private let settingAside: SettingAside?

    init(
        instance: InstanceID,
        lanes: Lanes,
        ingestion: IngestionV1_IngestionClient,
        link: RegistryLink,
        clock: any Clock,
        health: Health,
        applied: Applied? = nil,
        board: FeedBoard? = nil,
        takeOver: TakeOver? = nil,
        settingAside: SettingAside? = nil,
        settings: Settings = .init()
    ) {
        self.instance = instance
        self.lanes = lanes
        self.ingestion = ingestion
        self.link = link
        self.clock = clock
        self.health = health
        self.applied = applied
        self.board = board
        self.takeOver = takeOver
        self.settingAside = settingAside
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

    /// A partition that a lane holds.
    private struct Held {
        var tenure: Tenure
        /// The next record wanted.
        var next: LogOffset
    }

    private func followLog() async throws {
        var held: [Partition: Held] = [:]
        var left: [Partition: Tenure] = [:]
        var fence = TenureFence()
        var pauseMs = settings.pauseMs.lowerBound
        var hasCaughtUp = false
        var hasRead = false
        while !Task.isCancelled {
            let view = link.view
            let owned = fence.allowed(view.partitions(of: instance, .evaluator))
            let copied = takeOver?.news.value ?? 0
            let isWaiting = try await follow(owned, in: view, &held, &left)
            guard !held.isEmpty else {
                guard !isWaiting else {
                    try await clock.sleep(forMs: settings.pauseMs.lowerBound)
                    continue
                }
                try await idle(after: view, copied, isOwner: !owned.isEmpty)
                continue
            }
            let asked = held.filter { hasRoom(for: $0.key, $0.value.tenure) }
            let isHeldBack = asked.count < held.count
            guard !asked.isEmpty else {
                try await clock.sleep(forMs: UInt64(settings.timerWaitMs))
                continue
            }
            let answer: IngestionV1.FetchResponse?
            do throws(Fault) {
                answer = try await fetch(
                    asked,
                    waitMs: isHeldBack ? settings.timerWaitMs : waitMs(hasRead: hasRead),
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
            // Before its records: none of them is for those segments to hear.
            try settingAside?.learn(response.quarantined)
            for page in response.partitions {
                fence.heard(Epoch(page.stateEpoch), of: page.partition)
                try await hand(page, &held)
            }
            let isWhole = owned.keys.allSatisfy {
                left[$0] != nil || held[$0]?.tenure.isOwner ?? false
            }
            if isWhole, isCaughtUp(response, held) {
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

    /// Adopts what the map gives this instance, once it is ready; lets go what it gives others; and
    /// holds in its new part what it holds already.
    ///
    /// - Parameter left: those that are not adopted, so that the others go on.
    /// - Returns: whether one that is ready waits for something to be set aside.
    private func follow(
        _ owned: [Partition: Epoch],
        in view: RosterView,
        _ held: inout [Partition: Held],
        _ left: inout [Partition: Tenure]
    ) async throws -> Bool {
        var wanted = owned.mapValues { Tenure.owner($0) }
        if settings.isStandby {
            for partition in view.standbys(of: instance) where wanted[partition] == nil {
                wanted[partition] = .standby
            }
        }
        for partition in held.keys.sorted() where wanted[partition] == nil {
            try await lanes[partition].release(partition)
            held[partition] = nil
        }
        for partition in left.keys.sorted() where left[partition] != wanted[partition] {
            left[partition] = nil
            leave(partition, because: nil)
        }
        let lacking = Set(wanted.keys.filter { held[$0] == nil && left[$0] == nil })
        let ready =
            await takeOver?.ready(
                of: lacking,
                toBeOwned: lacking.intersection(owned.keys),
                in: view
            )
            ?? lacking
        var waiting: Set<Partition> = []
        for (partition, tenure) in wanted.sorted(by: { $0.key < $1.key })
        where held[partition].map({ $0.tenure != tenure }) ?? ready.contains(partition) {
            if let settingAside, held[partition] == nil {
                switch await settingAside.standing(of: partition, isOwner: tenure.isOwner) {
                case .ready: break
                case .waiting:
                    waiting.insert(partition)
                    continue
                case .left(let reason):
                    left[partition] = tenure
                    leave(partition, because: reason)
                    continue
                }
            }
            let next = try await lanes[partition].adopt(partition, as: tenure)
            held[partition] = Held(tenure: tenure, next: next)
        }
        takeOver?.adopted(ready.subtracting(waiting))
        return !waiting.isEmpty
    }

    /// A partition is not taken up, or may be again; who asks about it is told why.
    private func leave(_ partition: Partition, because reason: String?) {
        applied?.leave(partition, because: reason)
        let part = "partition \(partition)"
        if let reason { health.wait(for: part, because: reason) } else { health.ready(part) }
    }

    /// Whether a partition is asked about now.
    private func hasRoom(for partition: Partition, _ tenure: Tenure) -> Bool {
        tenure.isOwner || lanes.pagesAhead(of: partition) <= settings.standbyPagesAhead
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
        _ asked: [Partition: Held],
        waitMs: UInt32,
        orNewerThan view: RosterView,
        _ copied: UInt64
    ) async throws(Fault) -> IngestionV1.FetchResponse? {
        let first = await withTaskGroup(of: Result<IngestionV1.FetchResponse?, Fault>.self) {
            group in
            group.addTask {
                do throws(Fault) {
                    return .success(try await self.fetch(asked, waitMs: waitMs))
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

    /// Owned partitions come first, since an answer has room for so many records.
    private func fetch(_ asked: [Partition: Held], waitMs: UInt32) async throws(Fault)
        -> IngestionV1.FetchResponse
    {
        let owned = asked.filter(\.value.tenure.isOwner).sorted { $0.key < $1.key }
        let others = asked.filter { !$0.value.tenure.isOwner }.sorted { $0.key < $1.key }
        return try await ingestion.fetch(
            IngestionV1.FetchRequest(
                cursors: (owned + others).map { partition, held in
                    IngestionV1.FetchCursor(
                        partition: UInt32(partition.index),
                        nextOffset: held.next.value
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

    /// What came with a newer owner's epoch is not this one's to tell: the page is left alone.
    private func hand(
        _ page: IngestionV1.PartitionRecords,
        _ held: inout [Partition: Held]
    ) async throws {
        guard let index = UInt16(exactly: page.partition) else { return }
        let partition = Partition(index: index)
        guard let tenure = held[partition]?.tenure,
            !page.records.isEmpty || page.watermarkMs != nil,
            !tenure.isOwner || Epoch(page.stateEpoch) <= tenure.epoch
        else { return }
        try await lanes.makeRoom(for: partition, pagesAheadMax: settings.pagesAheadMax)
        try lanes[partition].apply(page)
        held[partition]?.next = LogOffset(page.nextOffset)
    }

    private func isCaughtUp(
        _ response: IngestionV1.FetchResponse,
        _ held: [Partition: Held]
    ) -> Bool {
        response.partitions.allSatisfy { page in
            let index = UInt16(truncatingIfNeeded: page.partition)
            let isOwned = held[Partition(index: index)]?.tenure.isOwner ?? false
            return !isOwned || page.nextOffset >= page.endOffset
        }
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
    func allowed(_ owned: [(partition: Partition, epoch: Epoch)]) -> [Partition: Epoch] {
        let allowed = owned.filter { newest[$0.partition] ?? $0.epoch <= $0.epoch }
        return Dictionary(allowed.map { ($0.partition, $0.epoch) }) { max($0, $1) }
    }
}
