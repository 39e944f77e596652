// A whole process without a process: from its arguments to its exit code and last words.

import Basics
import Bus
import Kit
import ServiceLifecycle
import Synchronization
import Testing

@testable import Chassis

private struct Settings: ServiceConfig {
    static let keys: [ConfigKey] = [.int("lanes", default: 2, range: 1...8, "Lanes.")]
    static let format = DataFormat(version: 2)
    let lanes: Int

    init(reader: ConfigReader) throws {
        lanes = reader.int("lanes")
        guard lanes != 7 else {
            throw reader.refusal(of: "lanes", "is 7", hint: "take another number")
        }
    }
}

private struct Idle: Service {
    let onEnd: @Sendable () -> Void
    init(onEnd: @escaping @Sendable () -> Void = {}) { self.onEnd = onEnd }
    func run() async throws {
        try? await gracefulShutdown()
        onEnd()
    }
}

private struct Ending: Service {
    let error: (any Error)?
    func run() async throws { if let error { throw error } }
}

/// A process's surroundings in memory, and what it said.
private struct Rig {
    let disk = ForgetfulDisk(folder: "/var")
    let out = Lines()
    let errors = Lines()

    func outside(
        _ arguments: [String],
        end: @escaping @Sendable (ExitCode) -> Void = { _ in }
    ) -> Outside {
        let out = out
        let errors = errors
        return Outside(
            inputs: ConfigInputs(arguments: arguments, environment: [:]),
            workingDirectory: "/var",
            clock: ManualClock(),
            disk: disk,
            makeBus: { clock, _ in MemoryBus(clock: clock) },
            processID: 42,
            probe: ProcessProbe(read: { _ in nil }, count: { _ in nil }),
            seed: 5,
            isTerminal: false,
            trapsSignals: false,
            writeOut: { out.add($0) },
            writeError: { errors.add($0) },
            giveBackMemory: {},
            end: end
        )
    }

    func live(
        _ arguments: [String] = ["--data-directory", "d"],
        end: @escaping @Sendable (ExitCode) -> Void = { _ in },
        _ build: @escaping @Sendable (Settings, World) async throws -> [any Service]
    ) async -> ExitCode {
        await Chassis.live("demo", Settings.self, outside(arguments, end: end), build: build)
    }

    var lastWords: String { errors.all.last ?? "" }
}

@Suite("a service's life", .timeLimit(.minutes(1)))
struct ChassisTests {
    @Test("a stop ends the services backwards and the process with 0, its folder free again")
    func cleanStop() async throws {
        let rig = Rig()
        let order = Mutex<[Int]>([])
        let ready = Mutex<[Bool]>([])
        let code = await rig.live(["--data-directory", "d", "--lanes=3"]) { config, world in
            #expect(config.lanes == 3 && world.common.dataDirectory == "/var/d")
            #expect(world.folder.version == 2 && world.service == "demo")
            let watch = ThreadService("watch") { signal in
                while !world.health.isReady && !signal.isStopping {}
                ready.withLock { $0.append(world.health.isReady) }
                world.stop.stop(because: "test")
                ready.withLock { $0.append(world.health.isReady) }
                while !signal.isStopping {}
            }
            return (0..<config.lanes).map { lane in
                Idle { order.withLock { $0.append(lane) } }
            } + [watch]
        }
        #expect(code == .clean)
        #expect(order.withLock { $0 } == [2, 1, 0])
        #expect(ready.withLock { $0 } == [true, false])
        let messages = rig.errors.all.joined()
        for word in ["starting", "started", "stopping", "stopped"] {
            #expect(messages.contains("\"message\":\"\(word)\""))
        }
        _ = try rig.disk.lock("/var/d/LOCK")
    }

    @Test("a service that returns ends the process with its name")
    func returned() async {
        let rig = Rig()
        let code = await rig.live { _, _ in [Idle(), Ending(error: nil)] }
        #expect(code == .internalError)
        #expect(rig.lastWords.hasPrefix("shoal-demo: the part Ending ended by itself\n  where: "))
    }

    @Test("a service's own error chooses the last words and the exit code")
    func thrown() async {
        let rig = Rig()
        let error = DiskError(.noSpace, errno: "ENOSPC", operation: "append", path: "/x/log")
        let code = await rig.live { _, _ in [Ending(error: error), Idle()] }
        #expect(code == .noSpace)
        #expect(
            rig.lastWords == """
                shoal-demo: the disk answered ENOSPC to append
                  where: /x/log
                  hint:  free space on this file system, then start again

                """
        )
    }

    @Test("a taken address while building is told with 69")
    func building() async {
        let rig = Rig()
        let code = await rig.live { _, world in
            let endpoint = try Endpoint("memory://one")
            for _ in 0..<2 {
                _ = try world.bus.serve(endpoint, options: ServerOptions()) { _, _ in }
            }
            return [Idle()]
        }
        #expect(code == .addressInUse)
        #expect(rig.lastWords.contains("where: memory://one"))
    }

    @Test("a strange error is told on three lines, whatever is in it")
    func strange() async {
        struct Odd: Error, CustomStringConvertible { let description = "a\nb\u{1B}[2J" }
        let rig = Rig()
        #expect(await rig.live { _, _ in throw Odd() } == .internalError)
        #expect(rig.lastWords.hasPrefix("shoal-demo: a b\\u001b[2J\n  where: demo\n  hint:  "))
        #expect(rig.lastWords.split(separator: "\n").count == 3)
    }

    @Test(
        "bad settings end with 64 before any folder is made",
        arguments: [["--data-directory", "d", "--lanes", "7"], [], ["--lane", "1"]]
    )
    func badSettings(_ arguments: [String]) async throws {
        let rig = Rig()
        #expect(await rig.live(arguments) { _, _ in [Idle()] } == .badConfiguration)
        #expect(try !rig.disk.exists("/var/d"))
    }

    @Test("help and version are answered on stdout and nothing is touched")
    func texts() async throws {
        let rig = Rig()
        #expect(await rig.live(["--help"]) { _, _ in [] } == .clean)
        #expect(await rig.live(["--version"]) { _, _ in [] } == .clean)
        #expect(rig.out.all[0].contains("--lanes 1…8"))
        #expect(rig.out.all[1] == "shoal-demo \(Chassis.version)\n")
        #expect(rig.errors.all.isEmpty)
        #expect(try rig.disk.list("/var").isEmpty)
    }

    @Test("the configuration is shown or refused as at a start, and nothing is touched")
    func shown() async throws {
        let rig = Rig()
        let code = await rig.live(["--show-config", "--data-directory", "d"]) { _, _ in [] }
        #expect(code == .clean && rig.errors.all.isEmpty)
        #expect(rig.out.all.joined().contains(#"{"key":"lanes","origin":"default","value":"2""#))
        let seven = ["--show-config", "--data-directory", "d", "--lanes", "7"]
        #expect(await rig.live(seven) { _, _ in [] } == .badConfiguration)
        let refused = #"{"refused":"lanes is 7","where":"--lanes","hint":"take another number"}"#
        #expect(rig.out.all.last?.hasSuffix(refused + "\n") == true)
        #expect(rig.lastWords.hasPrefix("shoal-demo: lanes is 7\n"))
        #expect(try rig.disk.list("/var").isEmpty)
    }

    @Test("a YAML file is read through the disk, and a missing one is told")
    func file() async throws {
        let rig = Rig()
        let missing = await rig.live(["--config", "/var/x.yaml"]) { _, _ in [] }
        #expect(missing == .badConfiguration)
        let file = try rig.disk.open("/var/x.yaml", .create)
        try file.append(Array("data: {directory: e}\nlanes: 4\n".utf8))
        let code = await rig.live(["--config", "/var/x.yaml", "--lanes", "5"]) { config, world in
            #expect(config.lanes == 5 && world.common.dataDirectory == "/var/e")
            world.stop.stop(because: "test")
            return []
        }
        #expect(code == .clean)
    }

    @Test("two instances and a newer folder end with 74 and 75")
    func folders() async throws {
        let rig = Rig()
        let first = try await withHeldFolder(rig.disk) { await rig.live { _, _ in [Idle()] } }
        #expect(first == .locked)
        var chance = SeededRandom(seed: 1)
        try DataFolder.open(
            "/var/n",
            service: "demo",
            format: DataFormat(version: 3),
            disk: rig.disk,
            chance: &chance,
            processID: 1
        ).release()
        let code = await rig.live(["--data-directory", "/var/n"]) { _, _ in [Idle()] }
        #expect(code == .newerFormat)
    }

    private func withHeldFolder(
        _ disk: ForgetfulDisk,
        _ body: () async -> ExitCode
    ) async throws -> ExitCode {
        var chance = SeededRandom(seed: 1)
        let folder = try DataFolder.open(
            "/var/d",
            service: "demo",
            format: DataFormat(version: 2),
            disk: disk,
            chance: &chance,
            processID: 1
        )
        defer { folder.release() }
        return await body()
    }

    @Test("services that do not stop are left behind at the deadline with 70")
    func tooSlow() async {
        let rig = Rig()
        let hung = Latch()
        let seen = Mutex<ExitCode?>(nil)
        let arguments = ["--data-directory", "d", "--stop-timeout-ms", "100"]
        _ = await rig.live(arguments) { code in
            seen.withLock { $0 = code }
            // A real process ends here; the test lets the service go instead.
            hung.open()
        } _: { _, world in
            world.stop.stop(because: "test")
            return [Idle {}, Hung(latch: hung)]
        }
        #expect(seen.withLock { $0 } == .internalError)
        #expect(rig.errors.all.contains { $0.contains("did not stop within 100 ms") })
    }

    @Test("the same seed gives the same ids, every generator differs")
    func chance() async {
        let rig = Rig()
        let seen = Mutex<[UInt64]>([])
        _ = await rig.live { _, world in
            var first = world.chance()
            var second = world.chance()
            seen.withLock { $0 = [first.next(), second.next(), world.bootID.high] }
            world.stop.stop(because: "test")
            return []
        }
        #expect(Set(seen.withLock { $0 }).count == 3)
    }
}

private struct Hung: Service {
    let latch: Latch
    func run() async throws { await latch.wait() }
}
