// A record by which real evaluators end: after three attempts everything else goes on, answers and
// feeds say what they lack, nobody new ends by it, and a mended build takes it in again.

import Basics
import Messages
import Testing

@Suite(.serialized)
struct QuarantineTests {
    private static let both = ["evaluator-1", "evaluator-2"]

    @Test(
        "a record by which evaluators end is set aside after three attempts, and all else goes on"
    )
    func setAside() async throws {
        let rig = try await PoisonedSuite()
        let suite = rig.suite
        defer { suite.close() }
        try await rig.track(["ann", "bob", "cid"].map { ($0, "Charged") })
        #expect(try await rig.count("Charged", by: "evaluator-1").users == 3)
        try await rig.track([
            ("bob", "Poison"), ("bob", "Charged"), ("dan", "Charged"), ("eve", "Charged"),
        ])
        let beganNs = suite.clock.monotonicNs
        let after = try await rig.count("Charged", by: "evaluator-1", reviving: Self.both)
        let tookMs = (suite.clock.monotonicNs - beganNs) / 1_000_000
        print("a poisonous record: answers again after \(tookMs) ms; ends \(rig.ends)")
        #expect(tookMs < 10_000)
        #expect(after.users == 5 && after.leftOut == 1, "everybody else is there, and it says so")
        for name in Self.both {
            let other = try await rig.count("Poison", by: name, reviving: Self.both)
            #expect(other.users == 0 && other.leftOut == 1)
            try await suite.ready(name)
        }
        #expect(rig.ends.values.allSatisfy { $0 <= 3 } && rig.ends.values.contains(3))
        let told = try await rig.changes(by: "evaluator-1")
        #expect(Set(told.filter(\.flagged).map(\.userID)) == ["bob"])
        #expect(told.filter { $0.userID == "bob" }.count == 2, "the user goes on")
        #expect(Set(told.map(\.userID)) == ["ann", "bob", "cid", "dan", "eve"])

        let listed = await suite.shoal(["quarantine", "list", "--json"])
        #expect(listed.out.contains(#""what":"event Poison""#), "\(listed)")
        #expect(listed.out.contains(#""attempts":3"#))
        let counted = await suite.shoal(["segment", "count", "buyers", "--project", "suite"])
        #expect(counted.out == "5\n" && counted.errors.contains("set aside"), "\(counted)")
        #expect(await suite.shoal(["doctor"]).out.contains("without 1 records"))

        try await newcomer(rig)
        try await mended(rig, listed.out)
    }

    /// Who reads the log from its beginning does not end by the record.
    private func newcomer(_ rig: PoisonedSuite) async throws {
        let suite = rig.suite
        for name in Self.both { suite.killHard(name) }
        try await suite.start("evaluator-3")
        let answer = try await rig.count("Charged", by: "evaluator-3")
        #expect(answer.users == 5 && answer.leftOut == 1)
        #expect(!suite.hasEnded("evaluator-3"))
        #expect(try await rig.changes(by: "evaluator-3").count == 6)
    }

    /// A build that can handle it takes it in again; one that cannot ends by it as before.
    private func mended(_ rig: PoisonedSuite, _ listed: String) async throws {
        let suite = rig.suite
        let again = await suite.shoal(["quarantine", "retry", "--all"])
        #expect(again.code == 0, "\(again)")
        let still = try await rig.count("Poison", by: "evaluator-3", reviving: ["evaluator-3"])
        #expect(still.users == 0 && still.leftOut == 1, "this build cannot")
        #expect(rig.ends["evaluator-3"] == 3)
        suite.killHard("evaluator-3")
        suite.programs["evaluator"] = nil
        try await suite.start("evaluator-3")
        let more = await suite.shoal(["quarantine", "retry", "--all", "--json"])
        #expect(more.code == 0, "\(more)")
        let whole = try await rig.count("Poison", by: "evaluator-3")
        #expect(whole.users == 1 && whole.leftOut == 0)
        let none = await suite.shoal(["quarantine", "list", "--json"])
        #expect(none.out.isEmpty, "\(none)")
    }

    @Test("without knowing what was in hand an evaluator ends by it again and again")
    func control() async throws {
        let rig = try await PoisonedSuite()
        let suite = rig.suite
        defer { suite.close() }
        suite.killHard("evaluator-2")
        try await rig.track([("bob", "Poison")])
        for _ in 0..<6 {
            let deadline = suite.clock.monotonicNs + RealSuite.patienceNs
            while !suite.hasEnded("evaluator-1"), suite.clock.monotonicNs < deadline {
                try await suite.clock.sleep(forMs: 10)
            }
            try RealDisk().remove("\(suite.folder)/evaluator-1/in-hand")
            try rig.revive(["evaluator-1"])
        }
        #expect(rig.ends == ["evaluator-1": 6])
        let listed = await suite.shoal(["quarantine", "list", "--json"])
        #expect(listed.out.isEmpty, "\(listed)")
    }
}
