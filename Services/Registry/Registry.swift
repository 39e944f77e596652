// The registry service put together: store, keeper, lease watch, doors.

import Basics
public import Chassis
import Messages
public import ServiceLifecycle

/// A registry: who is here, who owns what, which projects and documents there are.
public struct Registry: Sendable {
    /// The services to run, in the order of their dependence.
    public let services: [any Service]

    /// Opens the database and builds the service.
    ///
    /// - Throws: when the database cannot be opened or an address is not valid.
    public init(config: RegistryConfig, world: World) throws {
        guard let count = PartitionCount(config.partitions) else {
            throw RegistryError(
                .badRequest,
                "start",
                place: "partitions",
                hint: "1 to \(Limits.partitions)"
            )
        }
        let store = try RegistryStore(path: "\(world.folder.path)/registry.sqlite")
        let keeper = try Keeper(
            store: store,
            partitionCount: count,
            leaseMs: UInt32(clamping: config.leaseMs),
            clock: world.clock
        )
        let methods =
            RegistryV1_RegistryMethods.serve(RegistryDoor(keeper: keeper, clock: world.clock))
            + RegistryV1_CatalogueMethods.serve(CatalogueDoor(keeper: keeper, clock: world.clock))
        services = [
            LeaseWatch(keeper: keeper, clock: world.clock),
            try RPCServer(world: world, methods: methods),
        ]
    }
}

/// Notices leases that run out.
private struct LeaseWatch: Service {
    let keeper: Keeper
    let clock: any Clock

    func run() async throws {
        // A tenth of a lease: an instance is held for alive at most so much too long.
        let periodMs = UInt64(max(keeper.leaseMs / 10, 10))
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await clock.sleep(forMs: periodMs) } catch { return }
                let now = clock.monotonicNs
                guard keeper.hasLeaseEnding(byNs: now) else { continue }
                try await keeper.change("expire leases") { state, _ in
                    _ = state.roster.expire(atNs: now)
                }
            }
        }
    }
}

extension Keeper {
    /// Whether some living member's lease has run out.
    fileprivate func hasLeaseEnding(byNs instant: UInt64) -> Bool {
        current.roster.members.values.contains { $0.state == .live && $0.leaseEndsNs <= instant }
    }
}
