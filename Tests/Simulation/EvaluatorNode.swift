// An evaluator in the simulator: its real columns, live segments, checkpoints and feeds, its loops
// as events.

import Basics
import Chassis
import Columns
import Foundation
import Kit
import Messages
import Wire

@testable import Evaluator

/// A process that follows the log and tells who enters and leaves.
///
/// `Follower` and `Lane` wait on threads and tasks, so what they do between their waits is done
/// here as they do it; whatever they call is the product's.
final class EvaluatorNode: Node {
    /// Rows at which a tail is sealed, so that chunks are made and merged in a run.
    private static let sealRows = 24

    let home: String
    let disk: ForgetfulDisk
    private let store: StoreFolder
    private(set) lazy var membership = Membership(of: self, .evaluator, number: number)
    private let number: UInt64
    private var random: SeededRandom
    var parts: Parts?
    /// What is durable of the store's write-ahead logs.
    private var synced: [String: Int] = [:]
    /// What is kept of users, as it was before the last commit; for a planted bug.
    private var older: [Partition: [KeptRow]] = [:]
    private var isCutShort = false
    /// Partitions that have just been taken over.
    var adopted: Set<Partition> = []
    /// The newest epochs that ingestion has named in this life.
    private(set) var heard: [Partition: Epoch] = [:]

    /// What lives and dies with the process.
    struct Parts {
        let checkpoints: Checkpoints
        let catalogue: Catalogue
        let board: FeedBoard
        let snapshots: FeedSnapshots
        var states: [Partition: PartitionState] = [:]
        var fence = TenureFence()
    }

    init(_ number: Int, on stage: Simulation) {
        home = "\(stage.folder)/evaluator-\(number)"
        self.number = UInt64(10 + number)
        disk = ForgetfulDisk(folder: home)
        store = StoreFolder(path: "\(home)/checkpoints")
        random = stage.chance()
        super.init("evaluator-\(number)", on: stage)
    }

    /// The partitions held, in order.
    var states: [PartitionState] {
        (parts?.states.values).map { $0.sorted { $0.partition < $1.partition } } ?? []
    }

    /// The other evaluator's parts, if it is there and the ways to and from it are open.
    var peer: Parts? {
        let others = stage.processes.compactMap { $0 as? EvaluatorNode }.filter { $0 !== self }
        guard let other = others.first, other.isUp, other.pausedUntilNs <= stage.nowNs else {
            return nil
        }
        let ways: Set = [
            Weather.Way(from: name, to: other.name), Weather.Way(from: other.name, to: name),
        ]
        return stage.network.weather.closed.isDisjoint(with: ways) ? other.parts : nil
    }

    /// Whether the power goes just now.
    var isUnlucky: Bool { !stage.isHealing && random.chance(0.1) }

    /// All that the store has is durable now.
    func noteSynced() {
        do { synced = try store.logSizes() } catch { stage.note("\(error)") }
    }

    var feeds: FeedShelf? { parts?.checkpoints.feeds }

    // Life

    override var isServer: Bool { true }
    override func cutShort() { isCutShort = isUp }

    override func fillDisk(but bytes: Int?) {
        disk.setCapacity(bytes: bytes.map { disk.usedBytes + $0 })
    }

    override func begin() async throws {
        try RealDisk().createDirectory(home)
        let under: any Disk =
            stage.bug == .folderNotSynced ? LyingDisk(disk: disk, skips: .folders) : disk
        // So few that most timers wait on disk.
        let checkpoints = try Checkpoints(folder: home, disk: under, timersNearMax: 2)
        do {
            parts = Parts(
                checkpoints: checkpoints,
                catalogue: try checkpoints.loadCatalogue(),
                board: FeedBoard(clock: clock),
                snapshots: FeedSnapshots(clock: clock)
            )
        } catch {
            checkpoints.close()
            throw error
        }
        (synced, heard) = ([:], [:])
        membership.heard = { [unowned self] in try stage.judge.hear(membership.view) }
        try membership.begin()
        after(ms: 5) { [self] in try follow() }
    }

    override func end(_ death: Death) {
        if let parts, stage.bug == .stateBehindPlace {
            do { try parts.checkpoints.feeds.put(back: older) } catch { stage.note("\(error)") }
        }
        older = [:]
        parts?.checkpoints.close()
        parts = nil
        guard death == .powerCut else { return }
        disk.crash(tearing: &random)
        do { try store.cut(behind: synced, &random) } catch { stage.note("\(error)") }
    }

    override func rewrite() throws {
        fall(.killed)
        try rewriteCheckpoints()
    }

    override func check(_ remains: Remains) throws { try checkCheckpoints(remains) }

    override func refuseToStart(_ error: any Error) throws {
        guard let error = error as? EvaluatorError, error.code != .disk else { return }
        throw Broken(.liveness, "\(name) cannot read what it kept: \(error) at \(error.place)")
    }

    override func finish() throws {
        guard isUp else { throw Broken(.liveness, "\(name) is not back") }
        try super.finish()
    }

    /// Ends as a process does whose lane has failed.
    private func fail(_ error: EvaluatorError) throws {
        guard error.code == .disk else {
            throw Broken(.i3, "\(name) cannot go on: \(error) at \(error.place): \(error.hint)")
        }
        stage.note("\(name) ends: \(error)")
        fall(random.chance(0.5) ? .powerCut : .killed)
        stage.plan(afterMs: 300) { [self] in try await rise() }
    }

    // The log

    /// One round of `Follower`: holds what it owns, and asks for what it lacks.
    private func follow() throws {
        do throws(EvaluatorError) {
            try hold()
        } catch {
            return try fail(error)
        }
        try checkTenures()
        for partition in adopted.sorted() { try stage.judge.look(at: self, partition) }
        adopted = []
        guard let parts, !parts.states.isEmpty else {
            return after(ms: 50) { [self] in try follow() }
        }
        // Owned partitions come first, since an answer has room for so many records.
        let held = states.filter(\.tenure.isOwner) + states.filter { !$0.tenure.isOwner }
        let cursors = held.map {
            IngestionV1.FetchCursor(
                partition: UInt32($0.partition.index),
                nextOffset: $0.next.value
            )
        }
        let bytes = UInt32(256 + random.below(8_192))
        try call(
            "ingestion",
            IngestionV1_IngestionMethods.fetch,
            IngestionV1.FetchRequest(cursors: cursors, maxBytes: bytes),
            CallOptions(timeoutMs: 500, maxReplyBytes: 1 << 20)
        ) { [self] answer in
            var pauseMs = 20 + UInt64(random.below(60))
            switch answer {
            case .success(let reply): try take(try reply.response())
            case .failure(let fault) where fault.code == .outOfRange:
                throw Broken(.i1, "\(name) has read more than there is: \(fault)")
            case .failure: pauseMs += 50
            }
            after(ms: pauseMs) { [self] in try follow() }
        }
    }

    private func take(_ response: IngestionV1.FetchResponse) throws {
        for page in response.partitions {
            let partition = Partition(index: UInt16(truncatingIfNeeded: page.partition))
            let epoch = Epoch(page.stateEpoch)
            parts?.fence.heard(epoch, of: page.partition)
            heard[partition] = max(heard[partition] ?? epoch, epoch)
            // What comes with a newer owner's epoch is not this one's to tell.
            guard let tenure = parts?.states[partition]?.tenure,
                !page.records.isEmpty || page.watermarkMs != nil,
                !tenure.isOwner || epoch <= tenure.epoch || stage.bug == .newerOwnerIgnored
            else { continue }
            do throws(EvaluatorError) {
                try apply(page, to: partition)
            } catch {
                return try fail(error)
            }
            try stage.judge.look(at: self, partition)
        }
    }

    /// What a lane does with a page.
    private func apply(_ page: IngestionV1.PartitionRecords, to partition: Partition)
        throws(EvaluatorError)
    {
        guard let now = parts, var state = parts?.states.removeValue(forKey: partition) else {
            return
        }
        let wasBehindFeeds = state.isBehindFeeds
        try now.catalogue.apply(try state.apply(misheard(page.records)))
        if let watermarkMs = page.watermarkMs {
            let earlyMs: Int64 = stage.bug == .timerEarly ? 250 : 0
            try state.pass(Timestamp(ms: watermarkMs + earlyMs))
        }
        let isNews = !state.live.news.isEmpty
        if isNews, stage.bug == .stateBehindPlace {
            do { older[partition] = try now.checkpoints.feeds.users(of: partition) } catch {
                stage.note("\(error)")
            }
        }
        if isNews, stage.bug == .standbyForgets, !state.tenure.isOwner {
            _ = state.live.takeNews()
        } else if isNews {
            try now.checkpoints.remember(&state.live)
        }
        if isTelling(state.tenure) {
            if isNews || wasBehindFeeds {
                now.board.post(state, isNew: false)
            } else {
                now.board.advance(state.live)
            }
        }
        if state.tailRows >= Self.sealRows { try seal(&state, now) }
        parts?.states[partition] = state
    }

    private func seal(_ state: inout PartitionState, _ now: Parts) throws(EvaluatorError) {
        if isCutShort {
            isCutShort = false
            if !stage.isHealing { disk.fail(.sync) }
        }
        try now.checkpoints.seal(&state, catalogue: now.catalogue)
        if random.chance(0.4) { try merge(&state, now) }
        noteSynced()
    }

    /// All chunks become one, as in a lane with nothing else to do.
    private func merge(_ state: inout PartitionState, _ now: Parts) throws(EvaluatorError) {
        guard let columns = state.projects[Simulation.project], columns.chunks.count > 1 else {
            return
        }
        let merged = try now.checkpoints.merge(columns.chunks, of: columns.owner)
        if try now.checkpoints.replace(with: merged, catalogue: now.catalogue) {
            try state.replace(with: merged)
        }
    }

    override func serve(_ request: RequestFrame, _ answering: Answering) async throws {
        try answer(request, answering)
    }
}
