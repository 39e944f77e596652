// Tests of Leftovers: orphans are ended, strangers and running suites are left alone.

import Basics
import Bus
import Chassis
import Foundation
import Testing

@testable import ShoalCommand

@Suite struct LeftoversTests {
    private func leftovers(_ folder: TestFolder) -> Leftovers {
        let clock = SystemClock()
        return Leftovers(
            outside: Surroundings(
                arguments: [],
                environment: [:],
                workingDirectory: folder.path,
                programFolder: folder.path,
                temporaryFolder: folder.path,
                clock: clock,
                disk: RealDisk(),
                bus: MemoryBus(clock: clock),
                processID: 1,
                seed: 1,
                isTerminal: false,
                writeOut: { _ in },
                writeError: { _ in },
                readInput: { _ in [] }
            )
        )
    }

    /// A process that waits, with these words behind its own.
    private func waiting(_ words: [String], program: String = "/bin/sh") throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["-c", "while :; do sleep 0.02; done"] + words
        try process.run()
        // Between fork and exec the child still has the words of this very process.
        let shown = "/proc/\(process.processIdentifier)/cmdline"
        for _ in 0..<100_000 {
            let line = FileManager.default.contents(atPath: shown) ?? Data()
            if line.starts(with: Array(program.utf8)) { return process }
            sched_yield()
        }
        process.terminate()
        throw CocoaError(.executableLoad)
    }

    private func file(_ folder: TestFolder, supervisor: Int32, child: Int32) -> SuiteFile {
        SuiteFile(
            data: folder.path,
            supervisor: supervisor,
            ready: true,
            instances: [
                SuiteFile.Instance(
                    name: "registry",
                    kind: "registry",
                    pid: child,
                    address: "ipc:///x",
                    data: "\(folder.path)/registry"
                )
            ]
        )
    }

    @Test("an orphan is ended, and the file of the suite that left it is gone")
    func orphan() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let orphan = try waiting(["x", "\(folder.path)/registry"])
        let suite = file(folder, supervisor: 0, child: orphan.processIdentifier)
        try suite.save(disk: RealDisk())
        try await leftovers(folder).clear(folder.path)
        orphan.waitUntilExit()
        #expect(orphan.terminationReason == .uncaughtSignal && orphan.terminationStatus == 15)
        #expect(try SuiteFile.load(folder.path, disk: RealDisk()) == nil)
    }

    @Test("a process that only has the number of an old child is left alone")
    func stranger() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let stranger = try waiting(["x", "/elsewhere/registry"])
        defer { stranger.terminate() }
        let suite = file(folder, supervisor: 0, child: stranger.processIdentifier)
        try suite.save(disk: RealDisk())
        try await leftovers(folder).clear(folder.path)
        #expect(stranger.isRunning)
        try await leftovers(folder).clear(folder.path)
    }

    @Test("a suite that still runs is not disturbed")
    func running() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        // A shell under the program's name, with the word that says what it does.
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/shoal",
            withDestinationPath: "/bin/sh"
        )
        let supervisor = try waiting(["up"], program: "\(folder.path)/shoal")
        defer { supervisor.terminate() }
        let suite = file(folder, supervisor: supervisor.processIdentifier, child: 0)
        try suite.save(disk: RealDisk())
        do {
            try await leftovers(folder).clear(folder.path)
            Issue.record("a running suite must be left alone")
        } catch let error as CommandError { #expect(error.code == .tryAgain) }
        #expect(try SuiteFile.load(folder.path, disk: RealDisk()) == suite)
    }
}
