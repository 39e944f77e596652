// A whole suite as a user starts it, `shoal up`, for clients of any language to talk to.

import Basics
import Foundation

/// Registry, ingestion and two evaluators in a private folder.
final class InteropSuite {
    /// Longest wait for anything that must happen, in nanoseconds.
    private static let patienceNs: UInt64 = 90_000_000_000

    let folder: String
    private let process = Process()
    private let clock = SystemClock()

    init() async throws {
        // Short, since a unix socket's path has at most 107 bytes.
        var template = Array("/tmp/interop-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else { throw InteropError("no temporary folder") }
        folder = String(cString: path)
        try start()
        do {
            try await ready()
        } catch {
            close()
            throw error
        }
    }

    /// The address that clients are given.
    var registry: String { "ipc://\(folder)/run/registry.sock" }

    /// Sends a signal to a service's process, such as `evaluator-1`'s.
    func send(_ signal: Int32, to name: String) throws {
        struct Running: Decodable {
            struct Instance: Decodable {
                var name: String
                var pid: Int32?
            }
            var instances: [Instance]
        }
        let file = try Data(contentsOf: URL(filePath: "\(folder)/shoal.json"))
        let running = try JSONDecoder().decode(Running.self, from: file)
        guard let process = running.instances.first(where: { $0.name == name })?.pid else {
            throw InteropError("\(name) does not run")
        }
        guard kill(process, signal) == 0 else { throw InteropError("\(name) took no signal") }
    }

    /// Ends every process and removes the folder.
    func close() {
        if process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            return  // A temporary folder that stays harms nobody.
        }
    }

    private func start() throws {
        let log = "\(folder)/up.log"
        guard FileManager.default.createFile(atPath: log, contents: nil),
            let output = FileHandle(forWritingAtPath: log)
        else { throw InteropError("cannot write \(log)") }
        process.executableURL = try ProgramFolder.find("shoal").appending(path: "shoal")
        process.arguments = ["up", "--data", folder, "--evaluators", "2"]
        process.environment = ProgramFolder.environment()
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    private func ready() async throws {
        let deadline = clock.monotonicNs + Self.patienceNs
        while clock.monotonicNs < deadline {
            let text = try String(contentsOfFile: "\(folder)/up.log", encoding: .utf8)
            if text.contains("Ready.") { return }
            guard process.isRunning else { throw InteropError("shoal up ended: \(text)") }
            try await clock.sleep(untilMonotonicNs: clock.monotonicNs + 20_000_000)
        }
        throw InteropError("shoal up is not ready")
    }
}

/// Where SwiftPM put the executables: beside the running test bundle.
enum ProgramFolder {
    static func find(_ program: String) throws -> URL {
        let starts =
            CommandLine.arguments.map { URL(fileURLWithPath: $0) } + [Bundle.main.bundleURL]
        for start in starts {
            var folder = start
            for _ in 0..<4 {
                let path = folder.appending(path: program).path()
                if FileManager.default.isExecutableFile(atPath: path), !isFolder(path) {
                    return folder
                }
                folder.deleteLastPathComponent()
            }
        }
        throw InteropError("\(program) is not beside the tests: build it first")
    }

    /// This process's environment without what services would take for settings.
    static func environment() -> [String: String] {
        var kept = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("SHOAL_") }
        kept["SWIFT_BACKTRACE"] = "enable=no"
        kept["PYTHONDONTWRITEBYTECODE"] = "1"
        return kept
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }
}
