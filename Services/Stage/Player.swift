// One instance of a service on stage: started over its folder, ended as a crash ends it.

import Basics
import Bus
import Chassis
import Evaluator
import Ingestion
import Logging
import Registry
import ServiceLifecycle
import Stories
import Synchronization

/// A service's instance with its folder and its address.
final class Player: Sendable {
    /// What all instances of a stage share.
    struct House: Sendable {
        let folder: String
        let clock: StoryClock
        let disk: any Disk
        let bus: any Bus
        let registryAddress: String
        let seed: UInt64
    }

    /// The story's time jumps while an evaluator waits for the log: it looks again so soon.
    ///
    /// Unit: ms.
    private static let logWaitMs: UInt32 = 20

    private struct Running {
        let task: Task<Void, any Error>
        let data: DataFolder
    }

    let service: Story.Service
    let name: String
    let address: String
    private let house: House
    private let running = Mutex<Running?>(nil)

    init(_ service: Story.Service, name: String, in house: House) {
        self.service = service
        self.name = name
        self.house = house
        address = "memory://\(name)"
    }

    /// Starts it over what its folder holds.
    func start() throws {
        var chance = SeededRandom(seed: house.seed ^ Checksum.xxh64(Array(name.utf8)))
        let path = "\(house.folder)/\(name)"
        let data = try DataFolder.open(
            path,
            service: service.rawValue,
            disk: house.disk,
            chance: &chance,
            processID: 0
        )
        do {
            var common = CommonConfig(
                dataDirectory: path,
                listen: address,
                registry: [house.registryAddress]
            )
            common.name = name
            let world = World(
                service: service.rawValue,
                common: common,
                folder: data,
                clock: house.clock.ofServices,
                disk: house.disk,
                bus: house.bus,
                seed: chance.next()
            )
            let group = ServiceGroup(services: try services(world), logger: world.logger)
            let task = Task { try await group.run() }
            running.withLock { $0 = Running(task: task, data: data) }
        } catch {
            data.release()
            throw error
        }
    }

    /// Ends it at once, without a word to anybody, as a crash does.
    func crash() async {
        let found = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let found else { return }
        found.task.cancel()
        // What a part says of being cut off is what a crash never gets to say.
        _ = await found.task.result
        found.data.release()
    }

    private func services(_ world: World) throws -> [any Service] {
        switch service {
        case .registry:
            let config = try RegistryConfig(
                reader: Self.reader(RegistryConfig.keys, Stage.registry)
            )
            return try Registry(config: config, world: world).services
        case .ingestion:
            let config = try IngestionConfig(reader: Self.reader(IngestionConfig.keys, [:]))
            return try Ingestion(config: config, world: world, logTime: house.clock.ofLog).services
        case .evaluator:
            let config = try EvaluatorConfig(
                reader: Self.reader(EvaluatorConfig.keys, Stage.evaluator)
            )
            return try Evaluator(config: config, world: world, logWaitMs: Self.logWaitMs).services
        }
    }

    private static func reader(_ keys: [ConfigKey], _ values: [String: String]) throws
        -> ConfigReader
    {
        try ConfigReader(keys: keys, values: values)
    }
}
