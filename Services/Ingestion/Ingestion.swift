// The ingestion service put together: registry link, log, index, intake, sealer, door.

public import Basics
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
    /// - Parameter logTime: what log time follows; nil: the world's clock. A stage gives another
    ///   one, since the log's time may stand still and leases may not.
    /// - Throws: when the data folder does not belong to it or an address is not valid.
    public init(config: IngestionConfig, world: World, logTime: (any Clock)? = nil) throws {
        world.health.wait(for: "log", because: "the log is being recovered")
        let link = try RegistryLink(world: world, kind: .ingestion)
        let logTime = logTime ?? world.clock
        services = [
            link, IngestionRun(config: config, world: world, logTime: logTime, link: link),
        ]
    }
}

/// Waits for the registry's first word, recovers the log, then serves until told to stop.
private struct IngestionRun: Service {
    let config: IngestionConfig
    let world: World
    let logTime: any Clock
    let link: RegistryLink

    func run() async throws {
        guard let partitions = await partitionCount() else { return }
        // Recovery reads the disk for long: not on a thread of the pool.
        let parts = try await OwnThread.run(name: "recovery") {
            try IngestionParts(
                config: config,
                world: world,
                logTime: logTime,
                link: link,
                partitions: partitions
            )
        }
        world.logger.info(
            "the log is recovered",
            metadata: [LogKeys.count: "\(parts.recovered.records)"]
        )
        world.health.ready("log")
        do {
            // Stopped backwards: the door first, so that what was taken in is still written.
            try await ServiceGroup(services: parts.services, logger: world.logger).run()
        } catch {
            // What ended the group is told, not what closing says after it.
            do { try parts.close() } catch { world.logger.error("\(error)") }
            throw error
        }
        try parts.close()
    }

    /// The number of partitions, fixed for the deployment; nil when told to stop before it is
    /// known.
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

extension OwnThread {
    /// Runs blocking work once on a thread of its own and waits for it.
    fileprivate static func run<Value: Sendable>(
        name: String,
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { done in
            do throws(ThreadError) {
                _ = try start(name: name) { done.resume(with: Result { try work() }) }
            } catch {
                done.resume(throwing: error)
            }
        }
    }
}
