// The ingestion service put together: registry link, log, index, intake, sealer, door.

import Basics
public import Chassis
import Log
import Logging
import Messages
public import ServiceLifecycle

/// An ingestion instance: takes events, keeps the log.
public struct Ingestion: Sendable {
    /// The services to run, in the order of their dependence.
    public let services: [any Service]

    /// Builds the service; the log is recovered when it runs.
    ///
    /// - Throws: when the data folder does not belong to it or an address is not valid.
    public init(config: IngestionConfig, world: World) throws {
        world.health.wait(for: "log", because: "the log is being recovered")
        let link = try RegistryLink(world: world, kind: .ingestion)
        services = [link, IngestionRun(config: config, world: world, link: link)]
    }
}

/// Waits for the registry's first word, recovers the log, then serves until told to stop.
private struct IngestionRun: Service {
    let config: IngestionConfig
    let world: World
    let link: RegistryLink

    func run() async throws {
        guard let partitions = await partitionCount() else { return }
        let parts = try IngestionParts(
            config: config, world: world, link: link, partitions: partitions)
        world.logger.info(
            "the log is recovered",
            metadata: [LogKeys.count: "\(parts.opened.recovered.records)"])
        world.health.ready("log")
        // Stopped backwards: the door first, so that what was taken in is still written.
        try await ServiceGroup(services: parts.services, logger: world.logger).run()
        parts.close()
    }

    /// The number of partitions, fixed for the deployment; nil when told to stop before it is known.
    private func partitionCount() async -> PartitionCount? {
        await cancelWhenGracefulShutdown {
            var view = link.view
            while view.partitionCount == nil, !Task.isCancelled {
                view = await link.next(after: view)
            }
            return view.partitionCount
        }
    }
}
