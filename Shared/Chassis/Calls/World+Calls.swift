// The door, the clients and the link of a service, made of its world in one line each.

public import Basics
public import Bus
import Logging
public import Messages

extension Health: HealthSource {}

extension ServerHouse {
    /// The process of this world, all doors open.
    public init(world: World, facts: @escaping @Sendable () -> [AdminV1.Fact] = { [] }) {
        self.init(
            service: world.service,
            version: world.version,
            instance: world.instance,
            bootID: world.bootID,
            health: world.health
        )
        self.facts = facts
        vitals = {
            let now = world.facts.now()
            return Vitals(
                processID: UInt32(clamping: now.processID),
                residentBytes: UInt64(clamping: now.residentBytes),
                uptimeMs: now.uptimeMs
            )
        }
        metricsText = { world.metrics.text() }
        setLogLevel = { name in
            Logger.Level(rawValue: name).map { world.logLevel.set($0).rawValue }
        }
        drain = { world.stop.stop(because: "Admin.Drain") }
        willStop = { world.health.stopping() }
    }
}

extension RPCServer {
    /// A server at the configured address; throws when that is none.
    ///
    /// - Parameters:
    ///   - facts: what `Admin.Info` says of the service's state; must not block.
    ///   - audit: the audit log, where it is kept.
    ///   - backups: where copies of the storage are told; it must run beside the server.
    ///   - ender: what ends calls for a method that cancels others.
    public convenience init(
        world: World,
        methods: [ServedMethod],
        facts: @escaping @Sendable () -> [AdminV1.Fact] = { [] },
        audit: ServerHouse.Audit? = nil,
        backups: BackupDesk? = nil,
        ender: CallEnder? = nil
    ) throws(BusError) {
        var house = ServerHouse(world: world, facts: facts)
        house.audit = audit
        if let backups { house.backup = backups.answer }
        var options = RPCServerOptions()
        options.ender = ender
        self.init(
            try Endpoint(world.common.listen),
            bus: world.bus,
            methods: methods,
            house: house,
            clock: world.clock,
            random: world.chance(),
            logger: world.logger,
            metrics: world.metrics,
            options: options
        )
    }
}

extension RPCClient {
    /// A client that names the service and its instance to those it calls.
    public convenience init(world: World, addresses: [Endpoint] = []) {
        var options = RPCClientOptions()
        options.caller = "\(world.common.name) \(world.version)"
        self.init(
            bus: world.bus,
            addresses: addresses,
            clock: world.clock,
            random: world.chance(),
            options: options
        )
    }
}

extension RegistryLink {
    /// The link of this process: the registry and the address are the configured ones, the last
    /// roster lies in the data folder.
    ///
    /// Throws when a configured address is none.
    public convenience init(
        world: World,
        kind: RegistryV1.ServiceKind,
        options: RegistryLinkOptions = RegistryLinkOptions()
    ) throws(BusError) {
        var addresses: [Endpoint] = []
        for text in world.common.registry { addresses.append(try Endpoint(text)) }
        _ = try Endpoint(world.common.advertise)
        self.init(
            instance: RegistryV1.Instance(
                instanceID: world.instance.bytes,
                kind: kind,
                address: world.common.advertise,
                version: world.version,
                name: world.common.name
            ),
            settings: world.settings,
            registry: RPCClient(world: world, addresses: addresses),
            clock: world.clock,
            random: world.chance(),
            store: RosterStore(folder: world.folder.path, disk: world.disk),
            logger: world.logger,
            options: options
        )
    }
}

extension RosterStore {
    /// More is no roster: 8,192 assignments and 2,000 entries, in bytes.
    private static let bytesMax = 2 << 20

    /// A file `roster` in a data folder, replaced as a whole.
    ///
    /// It is not synced: after a power cut an old or damaged one is found out and the registry
    /// asked. Writing goes to a thread of its own, as a sick disk may block for long.
    public init(folder: String, disk: any Disk) {
        let path = folder + "/roster"
        self.init(
            load: {
                guard try disk.exists(path) else { return nil }
                let file = try disk.open(path, .read)
                let bytes = try file.read(at: 0, count: Self.bytesMax)
                try file.close()
                return bytes
            },
            save: { bytes in
                try await OwnThread.run(name: "roster") {
                    let new = path + ".new"
                    let file = try disk.open(new, .create)
                    try file.append(bytes)
                    try file.close()
                    try disk.rename(new, to: path)
                }
            }
        )
    }
}
