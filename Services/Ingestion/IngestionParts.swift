// The parts of a running ingestion instance, in the order they are made and stopped.

import Basics
import Chassis
import KeyValue
import Log
import Logging
import Messages
import ServiceLifecycle

/// Everything that exists between the log's recovery and the end of the process.
struct IngestionParts: Sendable {
    /// What opening the log found.
    let recovered: RecoveredState
    let services: [any Service]
    private let log: any Log
    private let index: IndexStore
    private let desk: ReadingDesk
    private let searches: ReadingDesk
    private let shelf: RejectShelf

    init(
        config: IngestionConfig,
        world: World,
        logTime: any Clock,
        link: RegistryLink,
        partitions: PartitionCount
    ) throws {
        let opened = try Self.open(config, world, partitions)
        recovered = opened.recovered
        log = opened
        index = try IndexStore(folder: "\(world.folder.path)/index")
        let schema = try SchemaStore.load(index)
        _ = try IndexReplay(index: index, log: log, partitions: partitions, schema: schema).run()
        let asides = try Asides(index, metrics: world.metrics)
        let durable = RisingNumber(clock: world.clock)
        let parts = IntakeParts(
            clock: logTime,
            index: index,
            log: log,
            partitions: partitions,
            durable: durable,
            schema: schema,
            asides: asides,
            settings: Self.intakeSettings(config, partitions)
        )
        try RestoredLog.tell(parts, folder: world.folder.path, disk: world.disk)
        let intake = Intake(parts, standings: try IndexReader(index).standings())
        shelf = try RejectShelf(folder: "\(world.folder.path)/rejects")
        desk = try ReadingDesk()
        searches = try ReadingDesk(threads: 1)
        let catalogue = CatalogueKeeper(
            intake: intake,
            registry: RegistryV1_CatalogueClient(try world.registryClient())
        )
        let fetcher = Fetcher(parts, clock: world.clock, desk)
        let ownership = Ownership(world, link, partitions)
        let door = IngestionDoor(
            intake: intake,
            fetcher: fetcher,
            imports: ImportList(index: index, desk: desk),
            exports: UserExport(index, log, partitions, searches, shelf),
            rejects: RejectDesk(shelf: shelf, desk: desk),
            identities: IdentityDesk(index, log, desk, searches: searches, partitions),
            catalogue: catalogue,
            schema: schema,
            ownership: ownership,
            clock: world.clock
        )
        let quarantine = QuarantineDoor(parts, intake, ownership, searches)
        let copy = LogBackup(journal: opened.journal, intake: intake)
        let backups = BackupDesk(world: world) { () throws(Fault) in try copy.take() }
        services = [
            backups,
            SealingService(log: log),
            ThreadService("intake", stop: { intake.stop() }) { _ in try intake.run() },
            RegistryFollower(world, link, intake, catalogue),
            try RPCServer(
                world: world,
                methods: door.methods + IngestionV1_QuarantineMethods.serve(quarantine),
                backups: backups
            ),
        ]
    }

    /// Closes log, stores and threads, once nothing runs any more.
    ///
    /// - Throws: when the log cannot note what is durable; nothing is lost by it.
    func close() throws {
        desk.stop()
        searches.stop()
        shelf.close()
        index.store.close()
        // A log that failed has nothing to note: the next start finds out what is durable.
        if log.failure == nil { try log.close() }
    }

    /// Recovers the log of the data folder.
    private static func open(
        _ config: IngestionConfig,
        _ world: World,
        _ partitions: PartitionCount
    ) throws(IngestionError) -> EmbeddedLog {
        var settings = LogSettings(
            folder: "\(world.folder.path)/\(LogBackup.folderName)",
            partitions: partitions
        )
        settings.journalFileBytes = config.journalFileMiB << 20
        settings.groupBytesMax = groupBytes(partitions) + groupHeadBytes
        do {
            let rewriting = ErasedRewriting(
                folder: world.folder.path,
                disk: world.disk,
                settings: settings,
                identity: world.instance
            )
            if let count = try rewriting.run() {
                world.logger.info(
                    "the log is rewritten: erased users are in none of its files",
                    metadata: [LogKeys.count: "\(count)"]
                )
            }
            return try Journal.open(settings, identity: world.instance, disk: world.disk)
        } catch let error as IngestionError {
            throw error
        } catch {
            throw .log("open the log", error)
        }
    }

    private static func intakeSettings(
        _ config: IngestionConfig,
        _ partitions: PartitionCount
    ) -> IntakeSettings {
        var settings = IntakeSettings()
        settings.queueMax = config.queueMax
        settings.groupRecordsMax = config.groupRecordsMax
        settings.groupBytesMax = groupBytes(partitions)
        return settings
    }

    /// What one group writes at most: a catalogue document of the largest size in every partition
    /// has to fit.
    ///
    /// Unit: bytes.
    static func groupBytes(_ partitions: PartitionCount) -> Int {
        let document = (256 << 10) + CatalogueBatch.overheadBytes
        return min(max(30 << 20, Int(partitions.count) * document), (1 << 30) - groupHeadBytes)
    }

    /// What the heads of a group and of its runs take at most.
    ///
    /// Unit: bytes.
    private static let groupHeadBytes = 1 << 20
}

extension UserExport {
    /// Reads where the others read.
    fileprivate init(
        _ index: IndexStore,
        _ log: any Log,
        _ partitions: PartitionCount,
        _ desk: ReadingDesk,
        _ shelf: RejectShelf
    ) {
        self.init(index: index, log: log, partitions: partitions, desk: desk, shelf: shelf)
    }
}

extension Ownership {
    /// What this instance may do in its world.
    fileprivate init(_ world: World, _ link: RegistryLink, _ partitions: PartitionCount) {
        self.init(
            link: link,
            instance: world.instance,
            partitions: partitions,
            diskGuard: world.diskGuard
        )
    }
}

extension Fetcher {
    fileprivate convenience init(_ parts: IntakeParts, clock: any Clock, _ desk: ReadingDesk) {
        self.init(
            log: parts.log,
            partitions: parts.partitions,
            asides: parts.asides,
            durable: parts.durable,
            clock: clock,
            desk: desk
        )
    }
}

extension QuarantineDoor {
    fileprivate init(
        _ parts: IntakeParts,
        _ intake: Intake,
        _ ownership: Ownership,
        _ searches: ReadingDesk
    ) {
        self.init(
            intake: intake,
            asides: parts.asides,
            log: parts.log,
            ownership: ownership,
            searches: searches
        )
    }
}

extension RegistryFollower {
    fileprivate init(
        _ world: World,
        _ link: RegistryLink,
        _ intake: Intake,
        _ catalogue: CatalogueKeeper
    ) {
        self.init(
            link: link,
            instance: world.instance,
            intake: intake,
            catalogue: catalogue,
            clock: world.clock,
            logger: world.logger
        )
    }
}
