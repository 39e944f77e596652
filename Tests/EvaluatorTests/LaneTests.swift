// A lane: takes partitions over, takes records in, answers; nobody waits for one that has ended.

import Basics
import Columns
import Foundation
import KeyValue
import Messages
import Segments
import Synchronization
import Testing

@testable import Evaluator

/// A lane on a thread of its own, over checkpoints in a folder of its own.
final class LaneRig: Sendable {
    let lane: Lane
    let applied: Applied
    let catalogue: Catalogue
    let checkpoints: Checkpoints
    let board: FeedBoard
    let folder: String
    private let copies = CopyThreads()
    private let threads = Mutex<[OwnThread]>([])
    private let outcome = Outcome()

    /// How the lane ended; the thread keeps nothing else of the rig alive.
    private final class Outcome: Sendable {
        let result = Mutex<Result<Void, EvaluatorError>?>(nil)
    }

    /// How the lane ended; nil while it runs.
    var ending: Result<Void, EvaluatorError>? { outcome.result.withLock { $0 } }

    /// - Parameter feedClock: ends the waits for news of feeds.
    init(
        rows: Int = 1_000_000,
        catalogue: Catalogue = Catalogue(),
        applied: Applied? = nil,
        feedClock: any Clock = SystemClock()
    ) throws {
        self.catalogue = catalogue
        board = FeedBoard(clock: feedClock)
        folder = NSTemporaryDirectory() + "shoal-lane-\(UUID().uuidString)"
        try RealDisk().createDirectory(folder)
        checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
        self.applied = applied ?? Applied(clock: SystemClock())
        lane = Lane(
            checkpoints: checkpoints,
            catalogue: catalogue,
            applied: self.applied,
            board: board,
            rule: Lane.SealRule(rows: rows, bytes: 1 << 30),
            merging: Merging(checkpoints: checkpoints, threads: copies),
            clock: SystemClock()
        )
    }

    func start() throws {
        let started = try OwnThread.start(name: "lane") { [lane, outcome] in
            let result = Result { () throws(EvaluatorError) in try lane.run() }
            outcome.result.withLock { $0 = result }
        }
        let copying = try OwnThread.start(name: "copies") { [copies] in copies.work() }
        threads.withLock { $0 = [started, copying] }
    }

    /// Ends the thread and waits for it.
    func stop() {
        lane.stop()
        copies.stop()
        threads.withLock { $0 }.forEach { $0.join() }
    }

    deinit {
        stop()
        checkpoints.close()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// A page with everything of a log from an offset on.
func page(_ log: LogScript, _ partition: Partition, from: LogOffset = .zero)
    -> IngestionV1.PartitionRecords
{
    IngestionV1.PartitionRecords(
        partition: UInt32(partition.index),
        records: Array(log.records[Int(from.value)...]),
        nextOffset: log.next.value,
        endOffset: log.next.value,
        watermarkMs: 5_000
    )
}

/// A log of so many users, each of whom is charged once.
func charges(_ users: Int) throws -> LogScript {
    var log = LogScript()
    for user in 0..<users { try log.event("Charged", by: "user-\(user)", at: day(1)) }
    return log
}

@Suite struct LaneTests {
    private static let home = Partition(index: 5)

    private func refusal<R>(_ body: () async throws -> R) async -> EvaluatorError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? EvaluatorError
        }
    }

    @Test("records taken in are answered about, sealed by the rule, and there after a restart")
    func life() async throws {
        let rig = try LaneRig(rows: 10)
        try rig.start()
        #expect(try await rig.lane.adopt(Self.home) == .zero)
        #expect(rig.applied[Self.home]?.next == .zero)
        let log = try charges(9)
        try rig.lane.apply(page(log, Self.home))
        let members = try await rig.lane.ask([Self.home]) { try $0[0].members(did("Charged")) }
        #expect(members.count == 9)
        #expect(rig.applied[Self.home] == .init(next: log.next, watermark: Timestamp(ms: 5_000)))
        let sealedTo = try await rig.lane.ask([Self.home]) { $0[0].sealedTo }
        #expect(sealedTo == log.next)
        try await rig.lane.release(Self.home)
        #expect(rig.applied[Self.home] == nil)
        // From the checkpoint.
        #expect(try await rig.lane.adopt(Self.home) == log.next)
        let again = try await rig.lane.ask([Self.home]) { try $0[0].members(did("Charged")) }
        #expect(again == members)
    }

    @Test("a standby reads along and answers nobody; as the owner it goes on from where it is")
    func standby() async throws {
        let rig = try LaneRig()
        try rig.start()
        #expect(try await rig.lane.adopt(Self.home, as: .standby) == .zero)
        let log = try charges(9)
        try rig.lane.apply(page(log, Self.home))
        let error = await refusal { try await rig.lane.ask([Self.home]) { $0.count } }
        #expect(error?.code == .notTheOwner)
        #expect(rig.applied[Self.home] == nil && rig.board[Self.home] == nil)
        #expect(rig.applied.standbys.map(\.end.next) == [log.next])
        // Nothing was sealed: what it has is what it read along.
        #expect(try await rig.lane.adopt(Self.home, as: .owner(Epoch(7))) == log.next)
        let (members, position) = try await rig.lane.ask([Self.home]) {
            (try $0[0].members(did("Charged")), $0[0].position(in: shop))
        }
        #expect(members.count == 9 && position.stateEpoch == 7)
        #expect(rig.applied[Self.home]?.epoch == Epoch(7))
        #expect(rig.board[Self.home]?.epoch == Epoch(7))
        #expect(rig.applied.standbys.isEmpty)
        // And back.
        #expect(try await rig.lane.adopt(Self.home, as: .standby) == log.next)
        #expect(rig.applied[Self.home] == nil && rig.board[Self.home] == nil)
        try await rig.lane.release(Self.home)
        #expect(rig.applied.standbys.isEmpty)
    }

    @Test("what many seals left is merged beside the lane, and read so after a restart")
    func merging() async throws {
        let rig = try LaneRig(rows: 10)
        try rig.start()
        var next = try await rig.lane.adopt(Self.home)
        var log = LogScript()
        for user in 0..<80 {
            try log.event("Charged", by: "user-\(user)", at: day(1))
            guard user % 5 == 4 else { continue }
            try rig.lane.apply(page(log, Self.home, from: next))
            next = log.next
        }
        // 16 seals, so one chunk in the end.
        func chunks() async throws -> [ChunkName] {
            try await rig.lane.ask([Self.home]) { states in
                states[0].projects.values.flatMap(\.chunks).map(\.summary.name)
            }
        }
        while try await chunks().count > 1 { await Task.yield() }
        let members = try await rig.lane.ask([Self.home]) { try $0[0].members(did("Charged")) }
        #expect(members.count == 80)
        try await rig.lane.release(Self.home)
        #expect(try await rig.lane.adopt(Self.home) == log.next)
        #expect(try await chunks() == [ChunkName(from: .zero, to: log.next)])
        let again = try await rig.lane.ask([Self.home]) { try $0[0].members(did("Charged")) }
        #expect(again == members)
        let files = try FileManager.default.subpathsOfDirectory(atPath: rig.folder)
            .filter { $0.hasSuffix(ChunkName.ending) }
        #expect(files.count == 1, "\(files)")
    }

    @Test("a question about a partition that is not held is refused, the others stay")
    func notHeld() async throws {
        let rig = try LaneRig()
        try rig.start()
        _ = try await rig.lane.adopt(Self.home)
        let other = Partition(index: 6)
        let error = await refusal { try await rig.lane.ask([Self.home, other]) { $0.count } }
        #expect(error?.code == .notTheOwner && error?.place == "partitions 5, 6")
        #expect(error?.fault.code == .unavailable)
        #expect(try await rig.lane.ask([Self.home]) { $0.count } == 1)
        // A page for a partition that was let go is of no use, and does no harm.
        try rig.lane.apply(page(try charges(1), other))
        #expect(try await rig.lane.ask([Self.home]) { $0.count } == 1)
        #expect(rig.lane.pagesTaken.value == 1)
    }

    @Test("questions beyond their limit are refused; records always have their room")
    func busy() async throws {
        let rig = try LaneRig()
        // Not started yet: whatever is asked waits.
        let lane = rig.lane
        try await withThrowingTaskGroup(of: EvaluatorError?.self) { group in
            for _ in 0..<Lane.questionsMax + 20 {
                group.addTask { await refusal { try await lane.ask([Self.home]) { $0.count } } }
            }
            for _ in 0..<20 {
                let refused = try await group.next() ?? nil
                #expect(refused?.code == .busy && refused?.fault.code == .resourceExhausted)
            }
            let log = try charges(1)
            for _ in 0..<Lane.pagesMax { try lane.apply(page(log, Self.home)) }
            group.addTask { await refusal { try await lane.adopt(Self.home) } }
            try rig.start()
            while let other = try await group.next() {
                #expect(other == nil || other?.code == .notTheOwner)
            }
        }
        #expect(lane.pagesTaken.value == UInt64(Lane.pagesMax))
    }

    @Test("what a question throws reaches its asker and nobody else")
    func throwing() async throws {
        let rig = try LaneRig()
        try rig.start()
        _ = try await rig.lane.adopt(Self.home)
        let thrown = EvaluatorError(.badRequest, "ask", place: "here", hint: "do not")
        let error = await refusal { try await rig.lane.ask([Self.home]) { _ in throw thrown } }
        #expect(error == thrown)
        #expect(try await rig.lane.ask([Self.home]) { $0.count } == 1)
    }

    @Test("when a lane ends with an error, everybody who waits for it hears so")
    func ending() async throws {
        let rig = try LaneRig()
        let lane = rig.lane
        let lanes = Lanes([lane])
        let log = try charges(3)
        var gap = page(log, Self.home)
        gap.records.removeFirst()
        try await withThrowingTaskGroup(of: EvaluatorError?.self) { group in
            // In the order of the queue: taken over, broken, and what is behind it.
            let first = Task { try await lane.adopt(Self.home) }
            while lane.queued < 1 { await Task.yield() }
            try lane.apply(gap)
            group.addTask { await refusal { try await lane.ask([Self.home]) { $0.count } } }
            group.addTask { await refusal { try await lane.adopt(Partition(index: 6)) } }
            group.addTask { await refusal { try await lane.release(Partition(index: 6)) } }
            while lane.queued < 5 { await Task.yield() }
            // And a follower that is as far ahead as it may be.
            try await lanes.makeRoom(for: Self.home, pagesAheadMax: 1)
            group.addTask {
                await refusal { try await lanes.makeRoom(for: Self.home, pagesAheadMax: 1) }
            }
            group.addTask {
                await refusal { try await lanes.makeRoom(for: Self.home, pagesAheadMax: 1) }
            }
            try rig.start()
            #expect(try await first.value == .zero)
            var refusals: [EvaluatorError.Code: Int] = [:]
            for try await error in group {
                if let error { refusals[error.code, default: 0] += 1 }
            }
            #expect(refusals == [.notTheOwner: 1, .log: 2])
        }
        rig.stop()
        let ending = rig.ending
        guard case .failure(let error)? = ending else {
            Issue.record("the lane went on")
            return
        }
        #expect(error.code == .log && error.exitCode == .dataCorrupt)
        #expect(await refusal { try await lane.ask([Self.home]) { $0.count } }?.code == .stopped)
        #expect(await refusal { try await lane.adopt(Self.home) }?.code == .stopped)
        #expect(await refusal { try lane.apply(gap) }?.code == .stopped)
    }

    @Test("a checkpoint that cannot be loaded ends the lane and is told to who wanted it")
    func badCheckpoint() async throws {
        let rig = try LaneRig(rows: 1)
        try rig.start()
        _ = try await rig.lane.adopt(Self.home)
        try rig.lane.apply(page(try charges(2), Self.home))
        try await rig.lane.release(Self.home)
        let files = "\(rig.folder)/columns/partition-00005/shop"
        let disk = RealDisk()
        for name in try disk.list(files) { try disk.remove("\(files)/\(name)") }
        let error = await refusal { try await rig.lane.adopt(Self.home) }
        #expect(error?.code == .disk && error?.place.contains("partition-00005") == true)
        rig.stop()
        if case .success? = rig.ending { Issue.record("the lane went on") }
    }

    @Test("a stopped lane does what was queued before, and then refuses")
    func stopping() async throws {
        let rig = try LaneRig()
        let adopted = Task { try await rig.lane.adopt(Self.home) }
        while rig.lane.queued < 1 { await Task.yield() }
        rig.lane.stop()
        try rig.start()
        #expect(try await adopted.value == .zero)
        rig.stop()
        #expect(await refusal { try await rig.lane.adopt(Self.home) }?.code == .stopped)
        if case .failure? = rig.ending { Issue.record("it ended with an error") }
    }

    @Test("who waits for a position is woken by it, and gives up at its deadline")
    func waiting() async throws {
        let rig = try LaneRig()
        try rig.start()
        let clock = SystemClock()
        _ = try await rig.lane.adopt(Self.home)
        let log = try charges(4)
        let applied = rig.applied
        let wanted = [Self.home: log.next]
        let waiter = Task { await applied.wait(for: wanted, untilNs: .max, clock: clock) }
        #expect(await !applied.wait(for: wanted, untilNs: clock.monotonicNs, clock: clock))
        try rig.lane.apply(page(log, Self.home))
        #expect(await waiter.value)
        let never = Task {
            await applied.wait(
                for: [Partition(index: 9): log.next],
                untilNs: .max,
                clock: clock
            )
        }
        never.cancel()
        #expect(await !never.value)
    }
}
