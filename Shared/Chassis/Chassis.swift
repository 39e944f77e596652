// How every service lives: configured, locked, built, run, stopped, and how its process ends.

import Basics
import Bus
import Logging
public import ServiceLifecycle
import UnixSignals

/// The frame around a service's process.
public enum Chassis {
    /// The build's version.
    public static let version = "0.1.0"

    /// Runs a service's process from its first argument to its exit code; called by `main.swift`.
    ///
    /// `build` returns services in dependency order; they are stopped backwards, each after the
    /// one behind it has ended. It must be quick: what recovers belongs into a service's `run`.
    /// A service that ends by itself ends the process. The exit codes are those of `ExitCode`.
    public static func run<Config: ServiceConfig>(
        _ service: String,
        _ type: Config.Type,
        build: @escaping @Sendable (Config, World) async throws -> [any Service]
    ) async throws -> Never {
        Limits.checkRelations()
        let outside = Outside.real()
        let code = await live(service, type, outside, build: build)
        outside.end(code)
        // `end` leaves the process; this line satisfies the compiler only.
        preconditionFailure("the process has ended")
    }

    /// A service's whole life in given surroundings.
    static func live<Config: ServiceConfig>(
        _ service: String,
        _ type: Config.Type,
        _ outside: Outside,
        build: @escaping @Sendable (Config, World) async throws -> [any Service]
    ) async -> ExitCode {
        let program = "shoal-\(service)"
        do {
            guard let start = try Start(service, type, outside) else { return .clean }
            defer { start.world.folder.release() }
            try await start.live(try await build(start.config, start.world))
            return .clean
        } catch {
            let explanation = Explanation(error, part: service)
            outside.writeError(explanation.text(program: program))
            return explanation.exitCode
        }
    }
}

/// A process between its configuration and its services.
private struct Start<Config: ServiceConfig>: Sendable {
    let config: Config
    let world: World
    private let outside: Outside

    /// Reads the configuration and opens the folder; nil when only a text was asked for.
    init?(_ service: String, _ type: Config.Type, _ outside: Outside) throws {
        self.outside = outside
        let loader = ConfigLoader(keys: CommonConfig.keys + Config.keys)
        let program = "shoal-\(service)"
        let reader: ConfigReader
        switch try Self.outcome(loader, outside) {
        case .help:
            let text = ConfigHelp.text(
                program: program,
                common: CommonConfig.keys,
                own: Config.keys
            )
            try outside.writeOut(text)
            return nil
        case .version:
            try outside.writeOut("\(program) \(Chassis.version)\n")
            return nil
        case .show(let survey):
            try Self.show(survey, service, outside)
            return nil
        case .run(let all): reader = all
        }
        let common = try CommonConfig(
            reader: reader,
            service: service,
            workingDirectory: outside.workingDirectory
        )
        config = try Config(reader: reader)
        var chance = SeededRandom(seed: outside.seed)
        let folder = try DataFolder.open(
            common.dataDirectory,
            service: service,
            format: Config.format,
            disk: outside.disk,
            chance: &chance,
            processID: outside.processID
        )
        world = Self.world(
            service,
            common,
            reader.changedSettings,
            folder,
            seed: chance.next(),
            outside
        )
    }

    /// What flags, variables and file ask for; the file is opened after help and version.
    private static func outcome(
        _ loader: ConfigLoader,
        _ outside: Outside
    ) throws -> ConfigOutcome {
        let named = try loader.filePath(outside.inputs)
        let withoutFile = try loader.load(outside.inputs, file: nil)
        guard let named else { return withoutFile }
        switch withoutFile {
        case .help, .version: return withoutFile
        case .run, .show:
            let file = try ConfigFile(named.path, source: named.source, disk: outside.disk)
            return try loader.load(outside.inputs, file: file)
        }
    }

    /// Prints what was found; throws the first refusal.
    private static func show(
        _ found: ConfigSurvey,
        _ service: String,
        _ outside: Outside
    ) throws {
        var survey = found
        survey.judge {
            _ = try CommonConfig(
                reader: found.reader,
                service: service,
                workingDirectory: outside.workingDirectory
            )
            _ = try Config(reader: found.reader)
        }
        try outside.writeOut(survey.text)
        if let refusal = survey.refusals.first { throw refusal }
    }

    private static func world(
        _ service: String,
        _ common: CommonConfig,
        _ settings: [EffectiveSetting],
        _ folder: DataFolder,
        seed: UInt64,
        _ outside: Outside
    ) -> World {
        let level = LogLevelSwitch(common.logLevel)
        let output = LogOutput(
            service: service,
            clock: outside.clock,
            level: level,
            write: outside.writeError
        )
        let isPretty =
            common.logFormat == .pretty || common.logFormat == .auto && outside.isTerminal
        let logger = output.logger(pretty: isPretty)
        let facts = ProcessFacts(
            processID: outside.processID,
            clock: outside.clock,
            probe: outside.probe
        )
        let guardian = DiskGuard(
            path: folder.path,
            disk: outside.disk,
            clock: outside.clock,
            freeBytesMin: common.freeBytesMin
        ) { refusal in
            let free = refusal?.freeBytes ?? 0
            logger.log(
                level: refusal == nil ? .notice : .error,
                refusal == nil
                    ? "the disk has room again; writes are taken"
                    : "the disk is nearly full; writes are refused",
                metadata: [LogKeys.path: "\(folder.path)", LogKeys.bytes: "\(free)"]
            )
        }
        return World(
            service: service,
            common: common,
            folder: folder,
            clock: outside.clock,
            disk: outside.disk,
            bus: outside.makeBus(outside.clock, service),
            seed: seed,
            logger: logger,
            logLevel: level,
            diskGuard: guardian,
            facts: facts,
            settings: settings
        )
    }

    /// Runs the services until a signal, a stop or an error.
    func live(_ services: [any Service]) async throws {
        let world = world
        defer { world.bus.shutDown() }
        let deadline = StopDeadline(afterMs: world.common.stopTimeoutMs)
        defer { deadline.cancel() }
        world.health.wait(for: "start", because: "the services are being started")
        world.diskGuard.check()
        watchStop(deadline)
        let memory = RestingMemory(
            clock: world.clock,
            cpuSeconds: { world.facts.now().cpuSeconds },
            giveBack: { [giveBack = outside.giveBackMemory] in
                world.rest.carryOut()
                giveBack()
            }
        )
        var parts = [Part("disk guard", world.diskGuard), Part("memory", memory)]
        if world.common.httpPort > 0 {
            let pages = try HealthPages(
                port: world.common.httpPort,
                health: world.health,
                metrics: world.metrics,
                clock: world.clock
            )
            parts.append(Part("health pages", pages))
        }
        parts += services.map { Part("\(Swift.type(of: $0))", $0) }
        var group = ServiceGroupConfiguration(
            services: parts.map { .init(service: $0, serviceName: $0.name) },
            gracefulShutdownSignals: outside.trapsSignals ? [.sigterm, .sigint] : [],
            cancellationSignals: outside.trapsSignals ? [.sigquit] : [],
            logger: world.logger
        )
        group.services.append(
            .init(
                service: world.stop,
                successTerminationBehavior: .gracefullyShutdownGroup,
                serviceName: "stop"
            )
        )
        world.logger.notice(
            "starting",
            metadata: [
                LogKeys.version: "\(world.version)", LogKeys.instance: "\(world.instance)",
                LogKeys.path: "\(world.folder.path)", LogKeys.processID: "\(outside.processID)",
                LogKeys.endpoint: "\(world.common.listen)",
            ]
        )
        try await ServiceGroup(configuration: group).run()
        world.logger.notice("stopped")
    }

    private func watchStop(_ deadline: StopDeadline) {
        let program = "shoal-\(world.service)"
        world.stop.observe(
            start: { [world] in
                world.health.ready("start")
                world.logger.notice("started")
            },
            stop: { [world, outside] reason in
                world.health.stopping()
                world.logger.notice("stopping", metadata: [LogKeys.reason: "\(reason)"])
                deadline.start { error in
                    let words = Explanation(error, part: program)
                    outside.writeError(words.text(program: program))
                    outside.end(words.exitCode)
                }
            }
        )
    }
}

/// A service under its name, which must not end before it is asked to.
private struct Part: Service {
    let name: String
    private let service: any Service

    init(_ name: String, _ service: any Service) {
        self.name = name
        self.service = service
    }

    func run() async throws {
        try await service.run()
        guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
        throw ChassisError(
            .partEnded,
            operation: "run",
            place: name,
            what: "the part \(name) ended by itself",
            hint: "the log's last lines say why; the process may be started again"
        )
    }
}
