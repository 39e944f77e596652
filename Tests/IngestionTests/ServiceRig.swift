// A whole ingestion service beside a registry of one test, on one bus.

import Basics
import Bus
import Chassis
import Foundation
import Kit
import Logging
import Messages
import Metrics
import ServiceLifecycle
import Synchronization
import Testing

@testable import Ingestion

/// A folder of one test, removed with its last user.
final class TestFolder: Sendable {
    let path = NSTemporaryDirectory() + "shoal-ingestion-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Builds the service as its main does, with a bus in memory unless told otherwise.
final class ServiceRig: Sendable {
    let bus: any Bus
    let clock = SystemClock()
    let registry: FakeRegistry
    let instance: InstanceID
    let world: World
    /// The disk of the journal, if the rig is forgetful.
    let memory: ForgetfulDisk
    private let home: TestFolder
    private let registryServer: RPCServer
    private let address: String
    private let registryAddress: String
    private let data: DataFolder
    private let isReleased = Mutex(false)

    init(
        over bus: (any Bus)? = nil,
        isOwner: Bool = true,
        partitions: Int = 4,
        freeBytesMin: Int = 0,
        isForgetful: Bool = false,
        in given: TestFolder? = nil
    ) throws {
        home = try given ?? TestFolder()
        let folder = home.path
        memory = ForgetfulDisk(folder: "\(folder)/data")
        self.bus = bus ?? MemoryBus(clock: clock)
        address = bus == nil ? "memory://ingestion" : "ipc://\(folder)/ingestion.sock"
        registryAddress = bus == nil ? "memory://registry" : "ipc://\(folder)/registry.sock"
        var chance = SeededRandom(seed: 4)
        data = try DataFolder.open(
            "\(folder)/data",
            service: "ingestion",
            disk: RealDisk(),
            chance: &chance,
            processID: 1
        )
        instance = data.instance
        registry = FakeRegistry(
            Roster.answer(
                owner: isOwner ? instance : InstanceID(high: 9, low: 9),
                partitions: partitions
            ),
            clock: clock
        )
        var common = CommonConfig(
            dataDirectory: data.path,
            listen: address,
            registry: [registryAddress]
        )
        common.freeBytesMin = freeBytesMin
        world = World(
            service: "ingestion",
            common: common,
            folder: data,
            clock: clock,
            disk: isForgetful ? memory : RealDisk(),
            bus: self.bus,
            seed: 5
        )
        registryServer = RPCServer(
            try Endpoint(registryAddress),
            bus: self.bus,
            methods: RegistryV1_RegistryMethods.serve(registry)
                + RegistryV1_CatalogueMethods.serve(registry),
            house: ServerHouse(
                service: "registry",
                version: "1",
                instance: InstanceID(high: 1, low: 1),
                bootID: InstanceID(high: 2, low: 2),
                health: Health(clock: clock)
            ),
            clock: clock,
            random: SeededRandom(seed: 6),
            logger: Logger(label: "registry") { _ in SwiftLogNoOpLogHandler() },
            metrics: NOOPMetricsHandler.instance
        )
    }

    deinit {
        bus.shutDown()
        release()
    }

    var folder: String { home.path }

    /// The same data folder and catalogue for a service started anew.
    func again() throws -> ServiceRig {
        bus.shutDown()
        release()
        let next = try ServiceRig(in: home)
        next.registry.put(registry.documents, isTold: true)
        return next
    }

    private func release() {
        let wasReleased = isReleased.withLock { released in
            defer { released = true }
            return released
        }
        if !wasReleased { data.release() }
    }

    func service(_ values: [String: String] = [:]) throws -> Ingestion {
        let config = try IngestionConfig(
            reader: try ConfigReader(keys: IngestionConfig.keys, values: values)
        )
        return try Ingestion(config: config, world: world)
    }

    func client() throws -> RPCClient {
        var options = RPCClientOptions()
        options.channel.inFlightMax = 64
        return RPCClient(
            bus: bus,
            addresses: [try Endpoint(address)],
            clock: clock,
            random: SeededRandom(seed: 7),
            options: options
        )
    }

    /// Runs registry and service for the time of the body, and stops them gracefully.
    func running<R>(
        _ values: [String: String] = [:],
        _ body: (IngestionV1_IngestionClient) async throws -> R
    ) async throws -> R {
        let group = ServiceGroup(
            services: [registryServer] + (try service(values).services),
            logger: world.logger
        )
        let client = try client()
        defer { client.close() }
        async let run: Void = group.run()
        let ingestion = IngestionV1_IngestionClient(client)
        do {
            try await ready(ingestion)
            let result = try await body(ingestion)
            await group.triggerGracefulShutdown()
            try await run
            return result
        } catch {
            await group.triggerGracefulShutdown()
            try await run
            throw error
        }
    }

    /// Waits until the door is open.
    private func ready(_ client: IngestionV1_IngestionClient) async throws {
        let endNs = clock.monotonicNs + 30_000_000_000
        while clock.monotonicNs < endNs {
            let refusal = await fault {
                try await client.positions(IngestionV1.PositionsRequest())
            }
            guard let refusal else { return }
            guard refusal.isRetriable || refusal.code == .deadlineExceeded else { throw refusal }
            await Task.yield()
        }
        throw Fault.unavailable("the service did not get ready")
    }
}

let shopCall = CallOptions(project: shop)

/// The fault a call ends with; nil when it does not end with one.
func fault<R>(_ body: () async throws -> R) async -> Fault? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? Fault
    }
}
