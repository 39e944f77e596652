// The command line itself as a process of its own, talking to a suite of real processes.

import Basics
import Foundation

extension RealSuite {
    /// `shoal` with these arguments, not yet running and with nothing to read or to complain to.
    ///
    /// - Parameter isOfSuite: whether it is told where the suite is.
    func command(_ arguments: [String], isOfSuite: Bool = true) throws -> Process {
        let process = Process()
        process.executableURL = try Self.binaries().appendingPathComponent("shoal")
        let address = ["--address", "ipc://\(folder)/registry/registry.sock"]
        process.arguments = arguments + (isOfSuite ? address : [])
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("SHOAL_")
        }
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }

    /// Waits until a process has ended by itself.
    ///
    /// - Returns: its exit code; nil when a signal ended it or it never did.
    func exitCode(_ process: Process) async throws -> Int32? {
        let deadline = clock.monotonicNs + Self.patienceNs
        while process.isRunning, clock.monotonicNs < deadline {
            try await clock.sleep(forMs: 5)
        }
        guard !process.isRunning else {
            kill(process.processIdentifier, SIGKILL)
            return nil
        }
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    /// Runs `shoal` to its end.
    func run(
        _ arguments: [String],
        isOfSuite: Bool = true
    ) async throws -> (code: Int32?, out: String) {
        let process = try command(arguments, isOfSuite: isOfSuite)
        let path = "\(folder)/command-\(clock.monotonicNs).out"
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw SuiteError("cannot write \(path)")
        }
        process.standardOutput = FileHandle(forWritingAtPath: path)
        process.standardError = process.standardOutput
        try process.run()
        let code = try await exitCode(process)
        return (code, try String(contentsOfFile: path, encoding: .utf8))
    }
}
