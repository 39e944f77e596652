// The doctor at a real suite: nothing wrong with a living one, the right findings at a hurt one.

import Basics
import Foundation
import Messages
import Testing

@Suite(.serialized)
struct DoctorTests {
    /// Checks as `shoal doctor --json` prints them, without those of the machine it happens to run
    /// on.
    private func checks(_ out: String) throws -> [(area: String, of: String, state: String)] {
        try out.split(separator: "\n").compactMap { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            guard let check = object as? [String: Any], let area = check["area"] as? String,
                let of = check["of"] as? String, let state = check["state"] as? String
            else { throw SuiteError("no check: \(line)") }
            let isOfMachine = ["disk", "limits"].contains(area) || of == "this machine"
            return isOfMachine ? nil : (area, of, state)
        }
    }

    @Test("a suite that is well has no findings of its own, and everything was looked at")
    func well() async throws {
        let suite = try RealSuite()
        defer { suite.close() }
        try await suite.startAll(evaluators: 2)
        let (code, out) = try await suite.run(["doctor", "--json"])
        #expect(code == 0 || code == 2, "\(out)")
        let checks = try checks(out)
        #expect(checks.allSatisfy { $0.state == "ok" }, "\(out)")
        for area in ["clock", "sockets", "versions", "leases"] {
            let of = checks.filter { $0.area == area }.map(\.of)
            #expect(
                Set(of).isSuperset(of: ["registry", "ingestion", "evaluator-1", "evaluator-2"]),
                "\(area): \(out)"
            )
        }
        #expect(checks.filter { $0.area == "log" }.map(\.of) == ["evaluator-1", "evaluator-2"])
        #expect(out.contains(#""area":"disk","of":"ingestion""#), "\(out)")
    }

    @Test("a killed evaluator is told by socket, lease and partitions; without a registry it is 69")
    func hurt() async throws {
        let suite = try RealSuite(settings: ["registry": ["--lease-ms", "300"]])
        defer { suite.close() }
        try await suite.startAll(evaluators: 1)
        suite.killHard("evaluator-1")
        let registry = RegistryV1_RegistryClient(try suite.client("registry"))
        let deadline = suite.clock.monotonicNs + RealSuite.patienceNs
        var isLost = false
        while !isLost, suite.clock.monotonicNs < deadline {
            let roster = try await registry.roster(RegistryV1.RosterRequest())
            isLost = roster.instances.contains { $0.state == .lost }
            try await suite.clock.sleep(forMs: 20)
        }
        let (code, out) = try await suite.run(["doctor", "--json"])
        #expect(code == 2, "\(out)")
        let wrong = try checks(out).filter { $0.state != "ok" }
        #expect(wrong.map(\.area) == ["sockets", "leases", "partitions"], "\(out)")
        #expect(wrong.map(\.of) == ["evaluator-1", "evaluator-1", "evaluator"], "\(out)")
        suite.killHard("registry")
        let away = try await suite.run(["doctor"])
        #expect(away.code == 69 && away.out.contains("cannot be reached"), "\(away.out)")
        #expect(away.out.contains("fix: start it"), "\(away.out)")
    }
}
