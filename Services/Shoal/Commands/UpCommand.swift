// `shoal up`: all services of a laptop, as separate processes under one supervisor.

import ArgumentParser
import Basics
import Chassis
import Messages

/// The settings of a suite on this machine.
struct UpOptions: ParsableArguments {
    enum LogFormat: String, ExpressibleByArgument, CaseIterable { case json, pretty }

    @Option(help: "How many evaluators share the partitions.")
    var evaluators = 1

    @Option(help: "Partitions of a new suite; one that exists keeps its own.")
    var partitions = 64

    @Option(help: "Use loopback TCP ports from this one on instead of sockets in the folder.")
    var ports: Int?

    @Option(name: .customLong("log-format"), help: "How lines in the services' logs look.")
    var logFormat = LogFormat.json

    @Option(name: .customLong("log-level"), help: "How much the services log.")
    var logLevel = "info"

    @Option(name: .customLong("ready-timeout"), help: "Seconds until all must answer.")
    var readyTimeout = 60

    mutating func validate() throws {
        guard (1...32).contains(evaluators) else {
            throw ValidationError("--evaluators takes 1 to 32, not \(evaluators)")
        }
        guard (1...Limits.partitions).contains(partitions) else {
            throw ValidationError("--partitions takes 1 to \(Limits.partitions)")
        }
        guard (1...86_400).contains(readyTimeout) else {
            throw ValidationError("--ready-timeout takes 1 to 86400 seconds")
        }
        if let ports, !(1_024...65_000).contains(ports) {
            throw ValidationError("--ports takes 1024 to 65000, not \(ports)")
        }
    }

    /// The layout in a data folder.
    func plan(_ data: String, seed: UInt64) -> SuitePlan {
        var settings = SuitePlan.Settings(data: data)
        settings.evaluators = evaluators
        settings.partitions = partitions
        settings.portBase = ports
        settings.logFormat = logFormat.rawValue
        settings.logLevel = logLevel
        return SuitePlan(settings, fallbackPort: 20_000 + Int(seed % 12_000))
    }
}

/// Starts the suite and stays with it.
struct UpCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Start registry, ingestion and evaluators on this machine; Ctrl-C stops them."
    )
    /// The data folder unless one is named.
    static let usualFolder = "shoal-data"

    @Option(help: "The data folder; it is made when it is not there.")
    var data = UpCommand.usualFolder

    @OptionGroup var up: UpOptions
    @OptionGroup var output: OutputOptions

    var isJSON: Bool { output.json }
    var stopsInOrder: Bool { true }

    func run(_ desk: Desk) async throws {
        let house = try await LocalSuite(desk.absolute(data), up, desk)
        try await house.live { suite in
            try await house.tell(suite)
            desk.say("Ready. Ctrl-C stops everything.")
            try await desk.clock.sleep(untilMonotonicNs: .max)
        }
        desk.say("Stopped.")
    }
}

/// A suite of this machine that belongs to this command.
struct LocalSuite: Sendable {
    let supervisor: Supervisor
    private let readyMs: UInt64
    private let desk: Desk

    /// Makes the folders and clears what a killed suite left behind.
    init(_ data: String, _ up: UpOptions, _ desk: Desk) async throws {
        let plan = up.plan(data, seed: desk.outside.seed)
        for folder in ["", "/run", "/logs"] { try desk.disk.createDirectory(data + folder) }
        try await Leftovers(outside: desk.outside).clear(data)
        if let note = plan.note { desk.say(note) }
        self.desk = desk
        readyMs = UInt64(up.readyTimeout) * 1000
        supervisor = Supervisor(plan, outside: desk.outside) { desk.say($0) }
    }

    /// Starts everything, runs `body` when all answer, stops everything.
    func live(_ body: @escaping @Sendable (Suite) async throws -> Void) async throws {
        let plan = supervisor.plan
        let readyMs = readyMs
        let supervisor = supervisor
        let desk = desk
        let registry = plan.members.filter { $0.kind == .registry }.map(\.address)
        let suite = try Suite(registry: registry, data: plan.data, outside: desk.outside)
        try await supervisor.live {
            let readiness = Readiness(suite: suite)
            let addresses = plan.members.map { ($0.name, $0.address) }
            try await readiness.wait(addresses, timeoutMs: readyMs)
            for name in try await readiness.dismissSurplus(plan) {
                desk.say("\(name) of an earlier run is gone; its partitions went to the others")
            }
            try supervisor.announceReady()
            try await body(suite)
        }
    }

    /// Prints what runs.
    func tell(_ suite: Suite) async throws {
        let running = supervisor.snapshot
        let infos = try await memory(suite, running)
        if desk.isJSON {
            let instances = zip(running.instances, infos).map { instance, bytes in
                JSONText.object([
                    ("name", .text(instance.name)), ("kind", .text(instance.kind)),
                    ("pid", .int(Int(instance.pid ?? 0))), ("address", .text(instance.address)),
                    ("resident_bytes", .unsigned(bytes)),
                ])
            }
            desk.print(
                .object([
                    ("ready", true), ("data", .text(running.data)),
                    ("instances", .list(instances)),
                ])
            )
        } else {
            desk.print(table(running, infos))
        }
        desk.flush()
    }

    /// The table of processes.
    func table(_ running: SuiteFile, _ infos: [UInt64]) -> Table {
        var table = Table([
            ("NAME", .left), ("PID", .right), ("MEMORY", .right), ("ADDRESS", .left),
        ])
        for (instance, bytes) in zip(running.instances, infos) {
            table.add([
                instance.name, "\(instance.pid ?? 0)", Quantity.bytes(bytes), instance.address,
            ])
        }
        return table
    }

    /// Resident bytes of each process, in the order of the file.
    func memory(_ suite: Suite, _ running: SuiteFile) async throws -> [UInt64] {
        var bytes: [UInt64] = []
        for instance in running.instances {
            let admin = AdminV1_AdminClient(try suite.caller(at: instance.address))
            let info = try await admin.info(
                AdminV1.InfoRequest(),
                CallOptions(timeoutMs: Suite.shortMs)
            )
            bytes.append(info.residentBytes)
        }
        return bytes
    }
}
