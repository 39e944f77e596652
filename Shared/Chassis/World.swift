// What a service is built from: everything it may touch comes in through here.

public import Basics
public import Bus
public import Logging
import Synchronization

/// The outside of a service: time, disk, bus, chance, and the process's own parts.
///
/// A test builds one with a manual clock, a disk in memory and a memory bus.
public struct World: Sendable {
    /// The service's name, such as `evaluator`.
    public let service: String
    /// The build's version.
    public let version: String
    /// The settings all services share.
    public let common: CommonConfig
    /// What the process was started with beside the defaults; the registry audits changes of it.
    public let settings: [EffectiveSetting]
    /// The locked data folder.
    public let folder: DataFolder
    /// Random for each start; seals and `Admin.Hello` carry it.
    public let bootID: InstanceID
    /// The time.
    public let clock: any Clock
    /// The disk.
    public let disk: any Disk
    /// The bus; shut down by the chassis after the last service.
    public let bus: any Bus
    /// The process's logger.
    public let logger: Logger
    /// Changes the level while the process runs.
    public let logLevel: LogLevelSwitch
    /// The metrics: `Counter(label:dimensions:factory: world.metrics)`.
    public let metrics: PrometheusMetrics
    /// Liveness and readiness.
    public let health: Health
    /// To be asked before every write.
    public let diskGuard: DiskGuard
    /// What the process uses.
    public let facts: ProcessFacts
    /// Asks the process to stop.
    public let stop: StopSwitch
    /// What is to be done once the process rests behind work.
    public let rest = RestOrders()
    private let source: ChanceSource

    /// The instance's lasting id.
    public var instance: InstanceID { folder.instance }

    /// A world of given parts; what is left out is fresh, silent and refuses nothing.
    ///
    /// - Parameter seed: where all chance of the process comes from.
    public init(
        service: String,
        common: CommonConfig,
        folder: DataFolder,
        clock: any Clock,
        disk: any Disk,
        bus: any Bus,
        seed: UInt64,
        logger: Logger? = nil,
        logLevel: LogLevelSwitch = LogLevelSwitch(),
        metrics: PrometheusMetrics? = nil,
        health: Health? = nil,
        diskGuard: DiskGuard? = nil,
        facts: ProcessFacts? = nil,
        stop: StopSwitch = StopSwitch(),
        settings: [EffectiveSetting] = []
    ) {
        self.service = service
        version = Chassis.version
        self.common = common
        self.settings = settings
        self.folder = folder
        self.clock = clock
        self.disk = disk
        self.bus = bus
        self.logLevel = logLevel
        self.stop = stop
        source = ChanceSource(seed: seed)
        var chance = source.fork()
        bootID = InstanceID(from: &chance)
        self.logger = logger ?? Logger(label: service) { _ in SwiftLogNoOpLogHandler() }
        let facts =
            facts
            ?? ProcessFacts(
                processID: 0,
                clock: clock,
                probe: .none
            )
        self.facts = facts
        self.metrics = metrics ?? PrometheusMetrics(facts: facts)
        self.health = health ?? Health(clock: clock)
        self.diskGuard =
            diskGuard
            ?? DiskGuard(
                path: folder.path,
                disk: disk,
                clock: clock,
                freeBytesMin: common.freeBytesMin
            )
    }

    /// An independent generator at each call; any thread may ask.
    public func chance() -> SeededRandom { source.fork() }
}

private final class ChanceSource: Sendable {
    private let random: Mutex<SeededRandom>

    init(seed: UInt64) { random = Mutex(SeededRandom(seed: seed)) }

    func fork() -> SeededRandom { random.withLock { $0.fork() } }
}
