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
    private let logFolder = "/log"
    private let index: StoreFolder
    private var parts: Parts?
    private var waiting: [() throws -> Bool] = []
    private var isTurnPlanned = false
    private var random: SeededRandom

    fileprivate struct Parts {
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
    fileprivate var skews = SharedSkews()

    // Life

    override func begin() async throws {
        var settings = LogSettings(folder: logFolder, partitions: Simulation.partitions)
        settings.journalFileBytes = Self.journalFileBytes
        settings.preallocates = false
        let identity = InstanceID(high: 1, low: 1)
        let under: any Disk = stage.bug == .syncSkipped ? LyingDisk(disk: disk) : disk
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
    }

    private func make(_ log: any Log, _ index: IndexStore) throws -> Parts {
        let partitions = Simulation.partitions
        let schema = try SchemaStore.load(index)
        _ = try IndexReplay(index: index, log: log, partitions: partitions, schema: schema).run()
        if stage.bug == .seenForgotten { try index.forgetSeen() }
        let parts = IntakeParts(
            clock: clock,
            index: index,
            log: log,
            partitions: partitions,
            durable: RisingNumber(clock: clock),
            schema: schema,
            settings: IntakeSettings()
        )
        return Parts(
            log: log,
            index: index,
            intake: Intake(parts, standings: try IndexReader(index).standings()),
            group: try IntakeGroup(parts),
            pages: FetchedPages(log: log, partitions: partitions)
        )
    }

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
            disk.fail(.sync)
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
    fileprivate func hand<Value: Sendable>(
        bytes: Int,
        _ order: (Answer<Value>) -> IntakeOrder,
        _ answering: Answering,
        _ answer: @escaping (Value) throws -> Void
    ) {
        let told = Told<Value>()
        waiting.append {
            switch told.result {
            case nil: return false
            case .success(let value): try answer(value)
            case .failure(let error): try answering.fail(IngestionDoor.fault(error))
            }
            return true
        }
        parts?.intake.hand(order(Answer { told.tell($0) }), bytes: bytes)
        planTurn()
    }
}

// MARK: The door

extension IngestionNode {
    /// Serves what has come; whatever fails has a status.
    func serve(_ call: CallContext, _ request: RequestFrame, _ answering: Answering) throws {
        do {
            switch call.method {
            case IngestionV1_IngestionMethods.track.name:
                let sent: IngestionV1.TrackRequest = try request.message()
                try take(Batch(records: sent.records), call, answering) { verdicts in
                    IngestionV1.TrackResponse(
                        accepted: verdicts.count(of: .accepted),
                        duplicates: verdicts.count(of: .duplicate),
                        rejected: verdicts.count(of: .rejected),
                        verdicts: verdicts.list
                    )
                }
            case IngestionV1_IngestionMethods.import.name:
                let sent: IngestionV1.ImportRequest = try request.message()
                let batch = Batch(
                    records: sent.records,
                    importID: sent.importID,
                    firstLine: sent.firstLine
                )
                try take(batch, call, answering) { verdicts in
                    IngestionV1.ImportResponse(
                        accepted: verdicts.count(of: .accepted),
                        duplicates: verdicts.count(of: .duplicate),
                        rejected: verdicts.count(of: .rejected)
                    )
                }
            case IngestionV1_IngestionMethods.undoImport.name:
                let sent: IngestionV1.UndoImportRequest = try request.message()
                undo(ProjectImport(project: Simulation.project, id: sent.importID), answering)
            default: throw Fault.internal("nobody serves \(call.method)")
            }
        } catch let fault as Fault {
            try answering.fail(fault)
        }
    }

    /// Records of one call, as the door has them.
    fileprivate struct Batch {
        var records: [IngestionV1.TrackRecord]
        var importID: String?
        var firstLine: UInt64 = 0
    }

    private func take(
        _ sent: Batch,
        _ call: CallContext,
        _ answering: Answering,
        _ response: @escaping (Verdicts) -> any ProtoMessage
    ) throws {
        var batch = sent
        if stage.bug == .retryWrittenTwice, call.attempt > 0 { batch.forgetIDs() }
        var verdicts = try Verdicts(count: batch.records.count, replyBytes: call.maxReplyBytes)
        let check = EventCheck(
            project: Simulation.project,
            partitions: Simulation.partitions,
            receivedAt: clock.now,
            isHistory: batch.importID != nil,
            skews: skews
        )
        var good: [(place: Int, checked: CheckedRecord)] = []
        for (place, record) in batch.records.enumerated() {
            let line = batch.importID == nil ? nil : batch.firstLine + UInt64(place)
            do throws(Rejection) {
                good.append((place, try check.check(record, line: line)))
            } catch {
                verdicts.tell(error.verdict, at: place)
            }
        }
        let order = RecordBatch(
            project: Simulation.project,
            importID: batch.importID,
            records: good.map(\.checked)
        )
        if stage.bug == .ackedBeforeSync {
            for place in batch.records.indices {
                verdicts.tell(IngestionV1.Verdict(kind: .accepted), at: place)
            }
            try answering.reply(response(verdicts))
        }
        hand(bytes: order.bytesMax, { .records(order, $0) }, answering) { [stage] outcomes in
            guard stage.bug != .ackedBeforeSync else { return }
            var verdicts = verdicts
            for (record, outcome) in zip(good, outcomes) {
                verdicts.tell(outcome.verdict, at: record.place)
            }
            try answering.reply(response(verdicts))
        }
    }

    private func undo(_ key: ProjectImport, _ answering: Answering) {
        let bytes = ImportUndoing.recordBytes * Int(Simulation.partitions.count)
        hand(
            bytes: bytes,
            { .undoing(ImportUndoing(key: key, isDry: false), $0) },
            answering
        ) { summary in
            try answering.reply(IngestionV1.UndoImportResponse(summary: summary))
        }
    }
}

/// What an order was told; told once, by the intake.
final class Told<Value: Sendable>: Sendable {
    private let kept = Mutex<Result<Value, any Error>?>(nil)

    var result: Result<Value, any Error>? { kept.withLock { $0 } }

    func tell(_ result: Result<Value, any Error>) { kept.withLock { $0 = result } }
}

extension RequestFrame {
    /// The request, or the fault that its sender hears.
    func message<Request: ProtoMessage>(_ type: Request.Type = Request.self) throws -> Request {
        try Request.decode(payload)
    }
}

extension IngestionNode.Batch {
    /// What makes a record known when it is sent again is lost.
    fileprivate mutating func forgetIDs() {
        for index in records.indices {
            guard case .event(var event) = records[index].kind else { continue }
            event.eventID = nil
            records[index].kind = .event(event)
        }
    }
}

extension IndexStore {
    /// Forgets which event ids were seen.
    fileprivate func forgetSeen() throws {
        var batch = KeyValue.Batch()
        batch.deleteRange(events, from: [], to: [0xFF])
        try write(batch)
    }
}
