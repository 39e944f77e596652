// An intake on a real folder that can be stopped, damaged and opened again.

import Basics
import Chassis
import Foundation
import KeyValue
import Kit
import Log
import Messages
import Synchronization

@testable import Ingestion

/// A data folder of ingestion; `open` starts an intake on it.
final class IngestionRig: Sendable {
    let folder: String
    let partitions: PartitionCount
    let clock: ManualClock
    /// A disk in memory for the journal; the index always lies on the real one.
    let memory: ForgetfulDisk
    private let isForgetful: Bool

    init(partitions: Int = 4, isForgetful: Bool = false) throws {
        folder = NSTemporaryDirectory() + "shoal-ingestion-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        self.partitions = PartitionCount(partitions)!
        clock = ManualClock(now: start)
        memory = ForgetfulDisk(folder: folder)
        self.isForgetful = isForgetful
    }

    /// The journal's disk.
    var disk: any Disk { isForgetful ? memory : RealDisk() }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var logFolder: String { "\(folder)/log" }
    var indexFolder: String { "\(folder)/index" }

    /// Copies one of the two folders aside, while nothing is open.
    func keep(_ path: String) throws {
        try? FileManager.default.removeItem(atPath: "\(path).kept")
        try FileManager.default.copyItem(atPath: path, toPath: "\(path).kept")
    }

    /// Puts the copy back in the folder's place.
    func bringBack(_ path: String) throws {
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: "\(path).kept", toPath: path)
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }

    func open(
        _ settings: IntakeSettings = IntakeSettings(),
        isRunning: Bool = true,
        _ change: (inout LogSettings) -> Void = { _ in }
    ) throws -> OpenIntake {
        var log = LogSettings(folder: logFolder, partitions: partitions)
        log.preallocates = false
        log.groupBytesMax = settings.groupBytesMax + (1 << 20)
        change(&log)
        let opened = try Journal.open(log, identity: InstanceID(high: 7, low: 7), disk: disk)
        return try open(settings, isRunning: isRunning, over: opened)
    }

    /// Starts an intake over any log.
    func open(
        _ settings: IntakeSettings = IntakeSettings(),
        isRunning: Bool = true,
        over log: any Log
    ) throws -> OpenIntake {
        do {
            return try OpenIntake(log, self, settings, isRunning: isRunning)
        } catch {
            try log.close()
            throw error
        }
    }
}

/// A running intake with what it writes to.
final class OpenIntake: Sendable {
    let log: any Log
    let index: IndexStore
    let schema: SchemaBook
    let asides: Asides
    let intake: Intake
    let durable: RisingNumber
    let clock: ManualClock
    let partitions: PartitionCount
    /// Records that the index lacked.
    let replayed: Int
    /// What the thread ended with.
    let end = Mutex<IngestionError?>(nil)
    private let thread = Mutex<OwnThread?>(nil)

    /// The log of a folder, which nearly every test is about.
    var opened: EmbeddedLog {
        guard let log = log as? EmbeddedLog else { preconditionFailure("this log has no folder") }
        return log
    }

    fileprivate init(
        _ log: any Log,
        _ rig: IngestionRig,
        _ settings: IntakeSettings,
        isRunning: Bool
    ) throws {
        self.log = log
        index = try IndexStore(folder: rig.indexFolder)
        schema = try SchemaStore.load(index)
        partitions = rig.partitions
        do {
            replayed = try IndexReplay(
                index: index,
                log: log,
                partitions: rig.partitions,
                schema: schema
            ).run()
        } catch {
            index.store.close()
            throw error
        }
        asides = try Asides(index)
        durable = RisingNumber(clock: rig.clock)
        clock = rig.clock
        intake = Intake(
            IntakeParts(
                clock: rig.clock,
                index: index,
                log: log,
                partitions: rig.partitions,
                durable: durable,
                schema: schema,
                asides: asides,
                settings: settings
            ),
            standings: try IndexReader(index).standings()
        )
        if isRunning { try run() }
    }

    /// Starts the thread.
    func run() throws {
        let started = try OwnThread.start(name: "intake") {
            do throws(IngestionError) {
                try self.intake.run()
            } catch {
                self.end.withLock { $0 = error }
            }
        }
        thread.withLock { $0 = started }
    }

    /// Stops as the service does.
    func stop() throws {
        intake.stop()
        join()
        index.store.close()
        if log.failure == nil { try log.close() }
    }

    func join() { thread.withLock { $0 }?.join() }

    /// Tracks records as the door does.
    func track(
        _ records: [IngestionV1.TrackRecord],
        project: ProjectName = shop
    ) async throws -> [Outcome] {
        let check = checking(project, partitions: Int(partitions.count))
        return try await intake.write(
            RecordBatch(
                project: project,
                importID: nil,
                records: try records.map { try check.check($0, line: nil) }
            )
        )
    }

    /// Imports records as the door does.
    func importing(
        _ records: [IngestionV1.TrackRecord],
        as importID: String,
        from line: UInt64 = 1
    ) async throws -> [Outcome] {
        let check = checking(isHistory: true, partitions: Int(partitions.count))
        return try await intake.write(
            RecordBatch(
                project: shop,
                importID: importID,
                records: try records.enumerated().map { index, record in
                    try check.check(record, line: line + UInt64(index))
                }
            )
        )
    }

    /// Everything in a partition's log.
    func log(_ partition: Int) throws -> [LogV1.LogRecord] {
        let page = try log.read(
            Partition(index: UInt16(partition)),
            from: .zero,
            limit: ReadLimit(bytes: .max)
        )
        return try page.records.map { try LogV1.LogRecord.decode(Array($0.payload)) }
    }

    /// Everything in the log.
    func allRecords() throws -> [LogV1.LogRecord] {
        try (0..<Int(partitions.count)).flatMap { try log($0) }
    }

    func document(_ revision: UInt64, body: Int = 3) -> RegistryV1.Document {
        RegistryV1.Document(
            project: "shop",
            kind: "segment",
            name: "s\(revision)",
            revision: revision,
            body: [UInt8](repeating: 1, count: body)
        )
    }

    /// Waits until so many orders are queued.
    func queued(_ count: Int) async {
        while intake.waitingCount < count { await Task.yield() }
    }
}

extension Outcome {
    var place: LogPlace? {
        switch self {
        case .accepted(let place), .duplicate(let place): place
        case .rejected: nil
        }
    }

    var isAccepted: Bool { if case .accepted = self { true } else { false } }
    var isDuplicate: Bool { if case .duplicate = self { true } else { false } }
    var rejection: Rejection? { if case .rejected(let rejection) = self { rejection } else { nil } }
}

/// The error an operation ends with.
func ingestionError(_ body: () async throws -> Void) async -> IngestionError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? IngestionError
    }
}

extension Collection<Outcome> {
    var areAccepted: Bool { allSatisfy(\.isAccepted) }
}
