// Tests of Supervisor with small shell scripts in the place of the services.

import Basics
import Bus
import Chassis
import Foundation
import Synchronization
import Testing

@testable import ShoalCommand

@Suite struct SupervisorTests {
    /// A folder with scripts for the three programs, and a supervisor of them.
    private func house(
        _ folder: TestFolder,
        _ scripts: [String: String],
        evaluators: Int = 1,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> Supervisor {
        for name in ["registry", "ingestion", "evaluator"] {
            let body = scripts[name] ?? Self.patient
            let path = try folder.write("shoal-\(name)", Array("#!/bin/sh\n\(body)\n".utf8))
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o700],
                ofItemAtPath: path
            )
        }
        for name in ["run", "logs"] { try RealDisk().createDirectory("\(folder.path)/\(name)") }
        let clock = SystemClock()
        let outside = Surroundings(
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
        var settings = SuitePlan.Settings(data: folder.path)
        settings.evaluators = evaluators
        return Supervisor(
            SuitePlan(settings, fallbackPort: 20_000),
            outside: outside,
            report: report
        )
    }

    /// Says who it is, then waits for SIGTERM and says so.
    ///
    /// `$6` is the instance's name.
    private static let patient = #"""
        echo "up $6"
        trap 'echo "down $6" >> "$(dirname "$0")/order"; exit 0' TERM
        while :; do sleep 0.02; done
        """#

    private func text(_ path: String) throws -> String {
        let file = try RealDisk().open(path, .read)
        return String(decoding: try file.read(at: 0, count: 1 << 20), as: UTF8.self)
    }

    /// Waits until a file holds a text, looking at it now and then.
    private func wait(for words: String, in path: String) async throws {
        while try !RealDisk().exists(path) || !text(path).contains(words) {
            try await SystemClock().sleep(forMs: 5)
        }
    }

    @Test("everything is started, logged, told in shoal.json, and stopped readers first")
    func life() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let supervisor = try house(folder, [:], evaluators: 2)
        try await supervisor.live {
            for name in ["registry", "ingestion", "evaluator-1", "evaluator-2"] {
                try await wait(for: "up \(name)", in: "\(folder.path)/logs/\(name).log")
            }
            try supervisor.announceReady()
            let file = try SuiteFile.load(folder.path, disk: RealDisk())
            #expect(file?.ready == true && file?.instances.allSatisfy { $0.pid != nil } == true)
        }
        let order = try text("\(folder.path)/order").split(separator: "\n").map(String.init)
        #expect(Set(order.prefix(2)) == ["down evaluator-1", "down evaluator-2"])
        #expect(order.suffix(2) == ["down ingestion", "down registry"])
        #expect(try SuiteFile.load(folder.path, disk: RealDisk()) == nil)
    }

    @Test("a child whose end needs a person stops the suite, with the meaning of its exit code")
    func beyondHelp() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let supervisor = try house(folder, ["ingestion": "echo oh; exit 65"])
        do {
            try await supervisor.live { try await SystemClock().sleep(untilMonotonicNs: .max) }
            Issue.record("the suite must end")
        } catch let error as CommandError {
            #expect(error.code == .internalError && error.what.contains("exited with 65"))
            #expect(error.place == "\(folder.path)/logs/ingestion.log")
        }
        #expect(try text("\(folder.path)/logs/ingestion.log") == "oh\n")
    }

    @Test("a child that dies is started again; a program that is not there is beyond help")
    func again() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let once = """
            if [ -e "$0.once" ]; then echo again; exec sleep 100; fi
            touch "$0.once"; kill -9 $$
            """
        let reports = Mutex<[String]>([])
        let supervisor = try house(folder, ["registry": once]) { line in
            reports.withLock { $0.append(line) }
        }
        try await supervisor.live {
            try await wait(for: "again", in: "\(folder.path)/logs/registry.log")
        }
        #expect(reports.withLock { $0.count == 1 && $0[0].contains("SIGKILL") })
        let without = try house(folder, [:])
        try RealDisk().remove("\(folder.path)/shoal-registry")
        do {
            try await without.live { try await SystemClock().sleep(untilMonotonicNs: .max) }
            Issue.record("the suite must end")
        } catch let error as CommandError {
            #expect(error.what.contains("could not be started"))
        }
    }

    @Test("children do not see the command line's own variables, which services refuse")
    func environment() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        setenv(SuitePlan.Variable.data, "x", 1)
        defer { unsetenv(SuitePlan.Variable.data) }
        let script = "echo \"data=${SHOAL_DATA-none} home=${PATH:+some}\"\n\(Self.patient)"
        let supervisor = try house(folder, ["registry": script])
        try await supervisor.live {
            try await wait(for: "up", in: "\(folder.path)/logs/registry.log")
        }
        let log = try text("\(folder.path)/logs/registry.log")
        #expect(log.contains("data=none home=some"))
    }
}
