// Evaluators that come and go: which live, and what the registry's map gives them.

import Basics
import Chassis
import Messages
import Synchronization

/// Which evaluators live, for those who ask them.
final class LivingEvaluators: Sendable {
    private let clients = Mutex<[String: RPCClient]>([:])

    var names: [String] { clients.withLock { $0.keys.sorted() } }

    func add(_ name: String, _ client: RPCClient) { clients.withLock { $0[name] = client } }

    func remove(_ name: String) { clients.withLock { $0[name] = nil } }

    func any(_ chance: inout SeededRandom) -> (String, RPCClient)? {
        let all = clients.withLock { $0.sorted { $0.key < $1.key } }
        return all.randomElement(using: &chance).map { ($0.key, $0.value) }
    }
}

extension RealSuite {
    var registry: RegistryV1_RegistryClient {
        get throws { RegistryV1_RegistryClient(try client("registry")) }
    }

    /// What the registry knows of a service.
    func instance(_ name: String) async throws -> RegistryV1.Instance {
        let roster = try await registry.roster(RegistryV1.RosterRequest())
        guard let instance = roster.instances.first(where: { $0.name == name }) else {
            throw SuiteError("\(name) is not in the roster")
        }
        return instance
    }

    /// Waits until the map gives the evaluator nothing.
    func ownsNothing(_ name: String) async throws {
        let id = try await instance(name).instanceID
        let deadline = clock.monotonicNs + Self.patienceNs
        while clock.monotonicNs < deadline {
            let map = try await registry.partitionMap(RegistryV1.PartitionMapRequest())
            if !map.assignments.contains(where: { $0.instanceID == id }) { return }
            try await clock.sleep(forMs: 20)
        }
        throw SuiteError("\(name) still owns partitions")
    }
}
