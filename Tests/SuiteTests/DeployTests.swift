// What Deploy ships for a machine: hardened units, settings its programs know, staged as a whole.

import Chassis
import Foundation
import Messages
import Testing

@Suite struct DeployTests {
    private static let services = ["registry", "ingestion", "evaluator"]
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Deploy")

    private func run(_ program: String, _ arguments: [String]) throws -> (code: Int32, out: String)
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    private func unit(_ service: String) -> URL {
        let name = service == "evaluator" ? "shoal-evaluator@.service" : "shoal-\(service).service"
        return Self.folder.appendingPathComponent("\(service)/\(name)")
    }

    /// The exposure that systemd-analyze gives a unit.
    private func exposure(of unit: String) throws -> Double? {
        let told = try run(
            "/usr/bin/systemd-analyze",
            ["security", "--offline=true", "--no-pager", unit]
        )
        let line = told.out.split(separator: "\n").last { $0.contains("Overall exposure level") }
        let words = line?.split(separator: ":").last?.split(separator: " ")
        return words?.first.flatMap { Double($0) }
    }

    @Test("every unit's exposure is at most 1.5, and a bare unit's is not", arguments: services)
    func hardened(_ service: String) throws {
        let level = try #require(try exposure(of: unit(service).path))
        #expect(level <= 1.5)
        let bare = FileManager.default.temporaryDirectory
            .appendingPathComponent("shoal-bare-\(service).service")
        defer { try? FileManager.default.removeItem(at: bare) }
        try "[Service]\nExecStart=/usr/bin/true\n".write(
            to: bare,
            atomically: true,
            encoding: .utf8
        )
        #expect(try #require(try exposure(of: bare.path)) > 5)
    }

    @Test("a unit says how it is stopped, restarted and bounded", arguments: services)
    func bounded(_ service: String) throws {
        let text = try String(contentsOf: unit(service), encoding: .utf8)
        for line in [
            "ExecStart=/usr/bin/shoal-\(service)", "Environment=SWIFT_BACKTRACE=enable=no",
            "Restart=on-failure", "RestartPreventExitStatus=64 65 73 74 75", "LimitCORE=0",
            "TimeoutStopSec=35", "User=shoal", "RuntimeDirectoryMode=0700",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        for bound in ["LimitNOFILE=", "TasksMax=", "MemoryMax="] { #expect(text.contains(bound)) }
    }

    @Test(
        "the settings of a service are the ones its program knows, all of them",
        arguments: services
    )
    func settings(_ service: String) throws {
        let program = try RealSuite.binaries().appendingPathComponent("shoal-\(service)").path
        let help = try run(program, ["--help"]).out
        func variables(_ text: String) -> Set<String> {
            let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
            let names = words.filter { $0.hasPrefix("SHOAL_") && $0.count > "SHOAL_".count }
            return Set(names.map(String.init))
        }
        let file = Self.folder.appendingPathComponent("\(service)/\(service).env")
        let told = variables(try String(contentsOf: file, encoding: .utf8))
        #expect(told == variables(help).subtracting(["SHOAL_CONFIG"]))
        #expect(told.count > 10)
        let set = variables(try String(contentsOf: unit(service), encoding: .utf8))
        #expect(set.isSubset(of: told))
    }

    @Test("every metric and status that the runbook says to watch is told by a running suite")
    func watched() async throws {
        let page = Self.folder.appendingPathComponent("README.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let section = try #require(
            text.components(separatedBy: "\n## ").first {
                $0.hasPrefix("What to watch")
            }
        )
        let words = section.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
        let names = Set(words.filter { $0.hasPrefix("shoal_") || $0.hasPrefix("process_") })
        #expect(names.count > 8)
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        // A refusal, so that its status is told.
        let segments = EvaluationV1_SegmentsClient(try suite.client("evaluator-1"))
        await #expect(throws: Fault.self) { try await segments.count(.init()) }
        for service in ["registry", "ingestion", "evaluator-1"] {
            let admin = AdminV1_AdminClient(try suite.client(service))
            _ = try await admin.info(AdminV1.InfoRequest())
            let told = try await admin.metrics(
                AdminV1.MetricsRequest(),
                CallOptions(maxReplyBytes: 1 << 20)
            ).text
            for name in names { #expect(told.contains("\n\(name)"), "\(name) of \(service)") }
            guard service == "evaluator-1" else { continue }
            #expect(told.contains(#"Segments/Count",status="invalidArgument"}"#), "\(told)")
        }
        let statuses = Set(StatusCode.allCases.map { String(describing: $0) })
        let meant = section.components(separatedBy: "status `").dropFirst()
            .compactMap { $0.split(separator: "`").first.map(String.init) }
        #expect(meant.count > 3 && statuses.isSuperset(of: meant), "\(meant)")
    }

    @Test("one service is staged alone, and settings that are there stay as they are")
    func staged() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("shoal-staged-\(ProcessInfo.processInfo.processIdentifier)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = Self.folder.appendingPathComponent("package").path
        let bin = try RealSuite.binaries().path
        for _ in 0..<2 {
            let staged = try run(script, [bin, folder.path, "evaluator"])
            #expect(staged.code == 0, "\(staged.out)")
            let settings = folder.appendingPathComponent("etc/shoal/evaluator.env")
            let text = try String(contentsOf: settings, encoding: .utf8)
            #expect(text.contains("SHOAL_LANES"))
            try (text + "SHOAL_LANES=1\n").write(to: settings, atomically: true, encoding: .utf8)
        }
        let settings = folder.appendingPathComponent("etc/shoal/evaluator.env")
        let text = try String(contentsOf: settings, encoding: .utf8)
        #expect(text.components(separatedBy: "\nSHOAL_LANES=1").count == 3)
        for path in [
            "usr/bin/shoal-evaluator", "usr/lib/systemd/system/shoal-evaluator@.service",
            "usr/lib/sysusers.d/shoal.conf", "usr/lib/sysctl.d/60-shoal.conf",
        ] {
            let there = folder.appendingPathComponent(path).path
            #expect(FileManager.default.fileExists(atPath: there), "\(path)")
        }
        let other = folder.appendingPathComponent("usr/bin/shoal-registry").path
        #expect(!FileManager.default.fileExists(atPath: other))
        #expect(try run(script, [bin]).code == 64)
        #expect(try run(script, [folder.path, folder.path, "registry"]).code == 66)
    }
}
