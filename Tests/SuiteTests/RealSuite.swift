// The suite's real executables as child processes on private sockets, started, killed and asked by
// tests.

import Basics
import Bus
import Chassis
import Foundation
import Messages

/// What a test of the real suite trips over.
struct SuiteError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Registry, ingestion and evaluators in a folder of their own; nothing is shared with other tests.
final class RealSuite {
    /// The suite's project.
    static let project = ProjectName("suite")
    /// Longest wait for anything that must happen.
    static let patienceNs: UInt64 = 60_000_000_000

    let folder: String
    let bus: NanomsgBus
    let clock = SystemClock()
    private var processes: [String: Process] = [:]
    /// Addresses that tests chose themselves.
    private var addresses: [String: String] = [:]
    private var clients: [String: RPCClient] = [:]
    private let binaries: URL
    private let settings: [String: [String]]
    /// The programs of service kinds that are not `shoal-KIND`.
    var programs: [String: String] = [:]

    /// - Parameter settings: further flags per service kind, such as `["evaluator": ["--lanes",
    /// "1"]]`.
    init(settings: [String: [String]] = [:]) throws {
        // Short, since a unix socket's path has at most 107 bytes.
        var template = Array("/tmp/shoal-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else { throw SuiteError("no temporary folder") }
        folder = String(cString: path)
        bus = NanomsgBus(clock: clock, threadNamePrefix: "suite")
        binaries = try Self.binaries()
        self.settings = settings
    }

    /// Where SwiftPM put the executables: beside the running test bundle.
    static func binaries() throws -> URL {
        var candidates = [URL(fileURLWithPath: CommandLine.arguments[0])]
        candidates += CommandLine.arguments.map { URL(fileURLWithPath: $0) }
        candidates.append(Bundle.main.bundleURL)
        for candidate in candidates {
            var folder = candidate
            for _ in 0..<4 {
                if FileManager.default.isExecutableFile(
                    atPath: folder.appendingPathComponent("shoal-ingestion").path
                ) {
                    return folder
                }
                folder.deleteLastPathComponent()
            }
        }
        throw SuiteError("the executables are not beside the tests: build them first")
    }

    /// Says where a service answers that somebody else has started.
    func locate(_ name: String, at address: String) { addresses[name] = address }

    /// Starts one service and waits until it is ready.
    ///
    /// - Parameter listen: where it is to listen; nil: on a private socket in its folder.
    func start(_ name: String, listen: String? = nil) async throws {
        if let listen { addresses[name] = listen }
        try launch(name)
        try await ready(name)
    }

    /// Starts one service.
    func launch(_ name: String) throws {
        let process = process(name, folder: name)
        let log = "\(folder)/\(name).log"
        if !FileManager.default.fileExists(atPath: log) {
            guard FileManager.default.createFile(atPath: log, contents: nil) else {
                throw SuiteError("cannot write \(log)")
            }
        }
        guard let output = FileHandle(forWritingAtPath: log) else {
            throw SuiteError("cannot write \(log)")
        }
        try output.seekToEnd()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        processes[name] = process
    }

    /// A service's process, not yet running.
    private func process(_ name: String, folder data: String) -> Process {
        let kind = String(name.prefix { $0.isLetter })
        let process = Process()
        process.executableURL = binaries.appendingPathComponent(
            programs[kind] ?? "shoal-\(kind)"
        )
        process.arguments =
            [
                "--data-directory", "\(folder)/\(data)", "--name", name, "--listen",
                address(name), "--log-format", "json",
            ] + (kind == "registry" ? [] : ["--registry", address("registry")])
            + (settings[kind] ?? [])
        // The services read SHOAL_ variables and refuse those they do not know.
        var environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("SHOAL_")
        }
        environment["SWIFT_BACKTRACE"] = "enable=no"
        process.environment = environment
        return process
    }

    /// Runs a service that is to end by itself.
    ///
    /// - Returns: its exit status and what it said.
    func runToEnd(_ name: String, folder data: String) throws -> (Int32, String) {
        let process = process(name, folder: data)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    /// Waits until a service says that it serves.
    func ready(_ name: String) async throws {
        let health = HealthV1_HealthClient(try client(name))
        let deadline = clock.monotonicNs + Self.patienceNs
        var last = "it never answered"
        while clock.monotonicNs < deadline {
            if processes[name]?.isRunning == false {
                throw SuiteError("\(name) ended: \(log(name))")
            }
            do throws(Fault) {
                let answer = try await health.check(
                    HealthV1.CheckRequest(),
                    CallOptions(timeoutMs: 1_000)
                )
                if answer.status == .serving { return }
                last = answer.reason ?? "\(answer.status)"
            } catch {
                last = error.message
            }
            try await clock.sleep(forMs: 20)
        }
        throw SuiteError("\(name) is not ready: \(last): \(log(name))")
    }

    /// Whether a service that was started has ended by itself.
    func hasEnded(_ name: String) -> Bool { processes[name]?.isRunning == false }

    /// Ends a service at whatever instruction it is, and waits until it is gone.
    func killHard(_ name: String) {
        guard let process = processes.removeValue(forKey: name) else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Lets a service do nothing at all, as a machine does that is paused, or go on.
    func pause(_ name: String, _ isPaused: Bool) {
        guard let process = processes[name] else { return }
        kill(process.processIdentifier, isPaused ? SIGSTOP : SIGCONT)
    }

    /// Asks a service to end, and waits until it has.
    ///
    /// - Returns: its exit status.
    @discardableResult
    func stop(_ name: String) -> Int32 {
        guard let process = processes.removeValue(forKey: name) else { return 0 }
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// A client of one service; it reconnects by itself when the service comes back.
    func client(_ name: String) throws -> RPCClient {
        if let client = clients[name] { return client }
        let client = RPCClient(
            bus: bus,
            addresses: [try Endpoint(address(name))],
            clock: clock,
            random: SeededRandom(seed: UInt64(clients.count))
        )
        clients[name] = client
        return client
    }

    /// The end of what a service has logged.
    func log(_ name: String) -> String {
        let text = (try? String(contentsOfFile: "\(folder)/\(name).log", encoding: .utf8)) ?? ""
        return String(text.suffix(4_000))
    }

    /// Starts registry, ingestion and so many evaluators, and creates the project.
    func startAll(evaluators: Int) async throws {
        try await start("registry")
        try await start("ingestion")
        for number in 1...evaluators { try launch("evaluator-\(number)") }
        for number in 1...evaluators { try await ready("evaluator-\(number)") }
        _ = try await RegistryV1_RegistryClient(try client("registry")).projects(
            RegistryV1.ProjectsRequest(create: Self.project?.text)
        )
    }

    /// Ends every process and removes the folder.
    func close() {
        for name in processes.keys.sorted() { killHard(name) }
        for client in clients.values { client.close() }
        bus.shutDown()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func address(_ name: String) -> String {
        addresses[name] ?? "ipc://\(folder)/\(name)/\(name).sock"
    }
}
