// The real command at the end of a real pipe: it ends when nobody reads on, at Ctrl-C, and when
// its output is refused.

import Basics
import Foundation
import Messages
import Testing

@Suite(.serialized)
struct OutputTests {
    /// The program itself, talking to a suite.
    private func shoal(_ arguments: [String], _ suite: RealSuite) throws -> Process {
        let process = Process()
        process.executableURL = try RealSuite.binaries().appendingPathComponent("shoal")
        process.arguments =
            arguments + ["--address", "ipc://\(suite.folder)/registry/registry.sock"]
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }

    /// Waits until a process has ended by itself.
    ///
    /// - Returns: its exit code; nil when a signal ended it or it never did.
    private func code(_ process: Process, _ suite: RealSuite) async throws -> Int32? {
        let deadline = suite.clock.monotonicNs + RealSuite.patienceNs
        while process.isRunning, suite.clock.monotonicNs < deadline {
            try await suite.clock.sleep(forMs: 5)
        }
        guard !process.isRunning else {
            kill(process.processIdentifier, SIGKILL)
            return nil
        }
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    private func suite() async throws -> (RealSuite, project: String) {
        let suite = try RealSuite()
        try await suite.startAll(evaluators: 1)
        let project = try #require(RealSuite.project)
        let records = (0..<50).map { number in
            IngestionV1.TrackRecord(
                userID: "user-\(number)",
                kind: .event(IngestionV1.TrackedEvent(name: "Charged"))
            )
        }
        _ = try await IngestionV1_IngestionClient(try suite.client("ingestion")).track(
            IngestionV1.TrackRequest(records: records),
            CallOptions(project: project)
        )
        return (suite, project.text)
    }

    @Test("a tail whose reader has had enough ends with 0, also when nothing more comes")
    func closedPipe() async throws {
        let (suite, project) = try await suite()
        defer { suite.close() }
        let tail = try shoal(["events", "tail", "--from-start", "--project", project], suite)
        let pipe = Pipe()
        tail.standardOutput = pipe
        try tail.run()
        #expect(try pipe.fileHandleForReading.read(upToCount: 1)?.isEmpty == false)
        try pipe.fileHandleForReading.close()
        #expect(try await code(tail, suite) == 0)
    }

    @Test("Ctrl-C ends a tail with 130 while it waits")
    func interrupted() async throws {
        let (suite, project) = try await suite()
        defer { suite.close() }
        let tail = try shoal(["events", "tail", "--from-start", "--project", project], suite)
        let pipe = Pipe()
        tail.standardOutput = pipe
        try tail.run()
        #expect(try pipe.fileHandleForReading.read(upToCount: 1)?.isEmpty == false)
        tail.interrupt()
        #expect(try await code(tail, suite) == 130)
    }

    @Test("output that cannot be written is 73, never silently less")
    func fullDisk() async throws {
        let (suite, project) = try await suite()
        defer { suite.close() }
        for arguments in [
            ["status"], ["rpc", "list"], ["audit"],
            ["events", "tail", "--from-start", "--project", project],
        ] {
            let command = try shoal(arguments, suite)
            command.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
            try command.run()
            #expect(try await code(command, suite) == 73, "\(arguments)")
        }
    }
}
