// The parts of a running ingestion instance, in the order they are made and stopped.

import Basics
import Chassis
import KeyValue
import Log
import Messages
import ServiceLifecycle

/// Everything that exists between the log's recovery and the end of the process.
struct IngestionParts: Sendable {
    let opened: OpenedLog
    let services: [any Service]
    private let index: IndexStore
    private let desk: ReadingDesk

    init(config: IngestionConfig, world: World, link: RegistryLink, partitions: PartitionCount)
        throws
    {
        var settings = LogSettings(folder: "\(world.folder.path)/log", partitions: partitions)
        settings.journalFileBytes = config.journalFileMiB << 20
        opened = try Journal.open(settings, identity: world.instance, disk: world.disk)
        index = try IndexStore(folder: "\(world.folder.path)/index")
        let schema = try SchemaStore.load(index)
        _ = try IndexReplay(
            index: index, reader: opened.reader, partitions: partitions, schema: schema
        ).run()
        let durable = RisingNumber(clock: world.clock)
        var intakeSettings = IntakeSettings()
        intakeSettings.queueMax = config.queueMax
        intakeSettings.groupRecordsMax = config.groupRecordsMax
        let intake = Intake(
            IntakeParts(
                clock: world.clock, index: index, opened: opened, partitions: partitions,
                durable: durable, schema: schema, settings: intakeSettings),
            standings: try IndexReader(index).standings())
        desk = try ReadingDesk()
        let catalogue = CatalogueKeeper(
            intake: intake, registry: RegistryV1_CatalogueClient(try world.registryClient()))
        let fetcher = Fetcher(
            reader: opened.reader, partitions: partitions, durable: durable, clock: world.clock,
            desk: desk)
        let door = IngestionDoor(
            intake: intake, fetcher: fetcher, catalogue: catalogue, schema: schema,
            ownership: Ownership(
                link: link, instance: world.instance, partitions: partitions,
                diskGuard: world.diskGuard), clock: world.clock)
        services = [
            SealingService(sealer: opened.sealer),
            ThreadService("intake", stop: { intake.stop() }) { _ in try intake.run() },
            RegistryFollower(
                link: link, instance: world.instance, intake: intake, catalogue: catalogue),
            try RPCServer(world: world, methods: door.methods),
        ]
    }

    /// Closes the stores, once nothing runs any more.
    func close() {
        desk.stop()
        index.store.close()
    }
}
