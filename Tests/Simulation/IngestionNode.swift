// Ingestion in the simulator: its real checks, intake, index and log, without threads and sockets.

import Basics
import Chassis
import KeyValue
import Kit
import Log
import Messages
import Synchronization
import Wire

@testable import Ingestion

/// The process that takes records in.
///
/// The real door waits for the intake's thread and its fetcher for news; here a turn of the intake
/// is an event, and answers go out once it is over.
final class IngestionNode: Node {
    /// How often a watermark is told when nothing comes.
    ///
    /// Unit: ms.
    private static let tickMs: UInt64 = 100
    /// Of the journal's files, so that some are sealed in a run.
    private static let journalFileBytes = 12 << 10

    let disk: ForgetfulDisk
    /// How long a sync takes at the moment.
    ///
    /// Unit: us.
    private var syncUs: UInt64 = 500
    /// The next sync fails, as when the power goes while it is under way.
    private var isCutShort = false
    private(set) lazy var membership = Membership(of: self, .ingestion, number: 1)
    let logFolder = "/log"
    /// Where orders and refused records would lie.
    private(set) lazy var dataFolder = "\(stage.folder)/ingestion"
    let identity = InstanceID(high: 1, low: 1)
    let index: StoreFolder
    private(set) var parts: Parts?
    private var waiting: [() throws -> Bool] = []
    private var isTurnPlanned = false
    var random: SeededRandom

    struct Parts {
        let log: any Log
        let index: IndexStore
        let intake: Intake
        var group: IntakeGroup
        let pages: FetchedPages
    }

    init(on stage: Simulation) {
        disk = ForgetfulDisk(folder: logFolder)
        index = StoreFolder(path: "\(stage.folder)/index")
        random = stage.chance()
        super.init("ingestion", on: stage)
    }

    /// The log as its readers see it; nil while the process is not there.
    var log: (any Log)? { parts?.log }

    /// The devices' clocks, of which a restart forgets.
    private(set) var skews = SharedSkews()

    // Life

    override func begin() async throws {
        let under: any Disk =
            stage.bug == .syncSkipped ? LyingDisk(disk: disk, skips: .files) : disk
        let opened = try Journal.open(settings, identity: identity, disk: under)
        let log: any Log = stage.bug == .watermarkTooHigh ? HastyLog(log: opened) : opened
        let index = try IndexStore(folder: index.path)
        do {
            parts = try make(log, index)
        } catch {
            index.store.close()
            throw error
        }
        (waiting, isTurnPlanned, skews) = ([], false, SharedSkews())
        try stage.judge.read(again: log)
        after(ms: Self.tickMs) { [self] in try tick() }
        membership.heard = { [unowned self] in try follow() }
        try membership.begin()
    }

    private func make(_ log: any Log, _ index: IndexStore) throws -> Parts {
        let partitions = Simulation.partitions
        let schema = try SchemaStore.load(index)
        _ = try IndexReplay(index: index, log: log, partitions: partitions, schema: schema).run()
        if stage.bug == .seenForgotten { try index.forgetSeen() }
        if stage.bug == .receiptsForgotten { try index.forgetReceipts() }
        let asides = try Asides(index)
        let parts = IntakeParts(
            clock: clock,
            index: index,
            log: log,
            partitions: partitions,
            durable: RisingNumber(clock: clock),
            schema: schema,
            asides: asides,
            settings: IntakeSettings()
        )
        return Parts(
            log: log,
            index: index,
            intake: Intake(parts, standings: try IndexReader(index).standings()),
            group: try IntakeGroup(parts),
            pages: FetchedPages(log: log, partitions: partitions, asides: asides)
        )
    }

    /// How the log lies on the disk.
    var settings: LogSettings {
        var settings = LogSettings(folder: logFolder, partitions: Simulation.partitions)
        settings.journalFileBytes = Self.journalFileBytes
        settings.preallocates = false
        return settings
    }

    override func rewrite() throws {
        fall(.killed)
        if stage.bug != .logKept { try rewriteFiles() }
    }

    override func check(_ remains: Remains) throws { try checkFiles(remains) }

    override func end(_ death: Death) {
        parts?.index.store.close()
        parts = nil
        waiting = []
        guard death == .powerCut else { return }
        disk.crash(tearing: &random)
        do { try index.cut(behind: [:], &random) } catch { stage.note("\(error)") }
    }

    override func refuseToStart(_ error: any Error) throws {
        let isDamage =
            (error as? LogError).map { [.corrupt, .missing, .foreign].contains($0.code) }
            ?? ((error as? IngestionError)?.exitCode == .dataCorrupt)
        if isDamage { throw Broken(.i1, "the log cannot be opened: \(error)") }
    }

    override var isServer: Bool { true }
    override func cutShort() { isCutShort = isUp }
    override func slowDown(us: UInt64) { syncUs = us }

    override func fillDisk(but bytes: Int?) {
        disk.setCapacity(bytes: bytes.map { disk.usedBytes + $0 })
    }

    override func finish() throws {
        guard isUp else { throw Broken(.liveness, "ingestion is not back") }
        try super.finish()
    }

    // The intake

    private func tick() throws {
        try turn()
        if random.chance(0.2) { tidy() }
        after(ms: Self.tickMs) { [self] in try tick() }
    }

    /// As `SealingService` does.
    private func tidy() {
        do throws(LogError) {
            _ = try parts?.log.tidy()
        } catch {
            stage.note("the sealer: \(error)")
            guard !error.isRetriable else { return }
            fall(.killed)
            stage.plan(afterMs: 300) { [self] in try await rise() }
        }
    }

    private func planTurn() {
        guard !isTurnPlanned else { return }
        isTurnPlanned = true
        after(us: 100 + UInt64(random.below(1_000))) { [self] in
            isTurnPlanned = false
            try turn()
        }
    }

    private func turn() throws {
        guard var now = parts else { return }
        if isCutShort {
            isCutShort = false
            if !stage.isHealing { disk.fail(.sync) }
        }
        do throws(IngestionError) {
            _ = try now.intake.turn(&now.group, waitingAtMostNs: 0)
        } catch {
            stage.note("the intake ends: \(error)")
            // Either the power has gone, or the disk alone was sick.
            fall(random.chance(0.5) ? .powerCut : .killed)
            stage.plan(afterMs: 300) { [self] in try await rise() }
            return
        }
        parts?.group = now.group
        try stage.judge.read(now.log)
        // What is durable now is told when the sync has taken its time.
        let ready = waiting
        waiting = []
        guard !ready.isEmpty else { return }
        after(us: syncUs) { [self] in
            waiting += try ready.filter { try !$0() }
        }
    }

    override func serve(_ request: RequestFrame, _ answering: Answering) async throws {
        let call = try request.context(arrivedNs: clock.monotonicNs)
        try serve(call, request, answering)
    }

    /// Gives the intake an order, and answers once it is told what came of it.
    func hand<Value: Sendable>(
        bytes: Int,
        _ order: (Answer<Value>) -> IntakeOrder,
        _ answering: Answering,
        _ answer: @escaping (Value) throws -> Void
    ) {
        hand(bytes: bytes, order) { result in
            switch result {
            case .success(let value): try answer(value)
            case .failure(let error): try answering.fail(IngestionDoor.fault(error))
            }
        }
    }

    /// Gives the intake an order, and goes on once it is told what came of it.
    func hand<Value: Sendable>(
        bytes: Int,
        _ order: (Answer<Value>) -> IntakeOrder,
        _ done: @escaping (Result<Value, any Error>) throws -> Void
    ) {
        let told = Told<Value>()
        waiting.append {
            guard let result = told.result else { return false }
            try done(result)
            return true
        }
        parts?.intake.hand(order(Answer { told.tell($0) }), bytes: bytes)
        planTurn()
    }
}

/// What an order was told; told once, by the intake.
final class Told<Value: Sendable>: Sendable {
    private let kept = Mutex<Result<Value, any Error>?>(nil)

    var result: Result<Value, any Error>? { kept.withLock { $0 } }

    func tell(_ result: Result<Value, any Error>) { kept.withLock { $0 = result } }
}

extension IndexStore {
    /// Forgets which event ids were seen.
    fileprivate func forgetSeen() throws {
        var batch = KeyValue.Batch()
        batch.deleteRange(events, from: [], to: [0xFF])
        try write(batch)
    }

    /// Forgets which identifiers were erased.
    fileprivate func forgetReceipts() throws {
        var batch = KeyValue.Batch()
        let keys = IndexKey.erased(Simulation.project, 0).dropLast(5)
        batch.deleteRange(facts, from: Array(keys), to: Array(keys) + [1])
        try write(batch)
    }
}
