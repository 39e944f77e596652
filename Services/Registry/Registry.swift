// The registry service put together: store, keeper, lease watch, doors.

import Basics
public import Chassis
import Logging
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
        let copy = RegistryCopy(
            folder: world.folder.path,
            disk: world.disk,
            diskGuard: world.diskGuard
        )
        try self.init(
            config: config,
            world: world,
            coordination: RegistryStore(path: "\(world.folder.path)/\(RegistryCopy.fileName)"),
            backups: BackupDesk(world: world) { () throws(Fault) in try copy.take() }
        )
    }

    /// Builds the service over where its state is kept.
    init(
        config: RegistryConfig,
        world: World,
        coordination: any Coordination,
        backups: BackupDesk
    ) throws {
        guard let count = PartitionCount(config.partitions) else {
            throw RegistryError(
                .badRequest,
                "start",
                place: "partitions",
                hint: "1 to \(Limits.partitions)"
            )
        }
        let keeper = try Keeper(
            coordination: coordination,
            partitionCount: count,
            leaseMs: UInt32(clamping: config.leaseMs),
            clock: world.clock
        )
        let methods =
            RegistryV1_RegistryMethods.serve(RegistryDoor(keeper: keeper, clock: world.clock))
            + RegistryV1_CatalogueMethods.serve(CatalogueDoor(keeper: keeper, clock: world.clock))
        services = [
            backups,
            LeaseWatch(
                keeper: keeper,
                clock: world.clock,
                instance: world.instance,
                settings: world.settings,
                logger: world.logger
            ),
            try RPCServer(
                world: world,
                methods: methods,
                audit: AuditDoor(keeper: keeper).answer,
                backups: backups
            ),
        ]
    }
}

/// Notices leases that run out, and that another registry has taken over.
///
/// A registry that itself stood still (a paused process, a sick disk) has not listened: it gives
/// every member a whole lease to be heard again, instead of taking all for lost.
private struct LeaseWatch: Service {
    let keeper: Keeper
    let clock: any Clock
    let instance: InstanceID
    let settings: [EffectiveSetting]
    let logger: Logger

    func run() async throws {
        // A tenth of a lease: an instance is held for alive at most so much too long.
        let periodMs = UInt64(max(keeper.leaseMs / 10, 10))
        try await tellSettings()
        try await cancelWhenGracefulShutdown {
            var isStuck = false
            while !Task.isCancelled {
                let beganNs = clock.monotonicNs
                let untilNs = beganNs + periodMs * 1_000_000
                guard await keeper.fencings.wait(above: 0, untilNs: untilNs) == 0 else {
                    throw RegistryError.fenced(expected: keeper.current.fence)
                }
                guard !Task.isCancelled else { return }
                let now = clock.monotonicNs
                guard now - beganNs < UInt64(keeper.leaseMs) * 1_000_000 / 2 + periodMs * 1_000_000
                else {
                    keeper.renewLeases()
                    continue
                }
                guard keeper.hasLeaseEnding(byNs: now) else { continue }
                isStuck = try await !expire(atNs: now, isStuck: isStuck)
            }
        }
    }

    /// Whose lease has run out is taken for lost.
    ///
    /// - Parameter isStuck: whether that could not be written the last time.
    /// - Returns: whether it could now: with a full disk readers are served all the same, and who
    ///   is lost is found out later.
    private func expire(atNs now: UInt64, isStuck: Bool) async throws(RegistryError) -> Bool {
        do throws(RegistryError) {
            try await keeper.change(by: .registry) { state in
                _ = state.roster.expire(atNs: now)
            }
            return true
        } catch {
            guard error.code == .store else { throw error }
            if !isStuck { logger.error("nobody can be taken for lost: \(error)") }
            return false
        }
    }

    /// The registry's own configuration is audited like everybody's.
    private func tellSettings() async throws {
        let told = Dictionary(uniqueKeysWithValues: settings.map { ($0.name, $0.value) })
        try await keeper.change(by: .registry) { state in
            state.configurations[instance] = told.isEmpty ? nil : told
        }
    }
}

extension Keeper {
    /// Whether some living member's lease has run out.
    fileprivate func hasLeaseEnding(byNs instant: UInt64) -> Bool {
        current.roster.members.values.contains { $0.state == .live && $0.leaseEndsNs <= instant }
    }
}
