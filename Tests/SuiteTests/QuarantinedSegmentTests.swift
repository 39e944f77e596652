// A segment by which real evaluators end, under load: after three attempts it is quarantined, with
// what uses it, everything else goes on and is whole, and its next version begins anew.

import Basics
import Messages
import Synchronization
import Testing

@Suite(.serialized)
struct QuarantinedSegmentTests {
    private static let both = ["evaluator-1", "evaluator-2"]

    private func action(_ event: String) -> SegmentV1.LiveDefinition.Trigger {
        .action(SegmentV1.ActionTrigger(event: SegmentV1.EventTest(events: [event])))
    }

    /// Waits until a segment is quarantined, while evaluators are started again.
    ///
    /// - Returns: how long that and an answer took; unit: ms.
    private func quarantined(
        _ name: String,
        _ rig: PoisonedSuite,
        meanwhile: (Int) async throws -> Void
    ) async throws -> UInt64 {
        let beganNs = rig.suite.clock.monotonicNs
        var round = 0
        while true {
            try rig.revive(Self.both)
            try await meanwhile(round)
            round += 1
            let listed = await rig.suite.shoal(["quarantine", "list", "--json"])
            if listed.out.contains(#""segment":"\#(name)""#) { break }
            #expect(!listed.out.contains("what"), "no record of anybody is to blame: \(listed)")
            guard rig.suite.clock.monotonicNs < beganNs + RealSuite.patienceNs else {
                throw SuiteError(
                    "\(name) is not quarantined: \(rig.ends) \(rig.suite.log("evaluator-1"))"
                )
            }
        }
        for evaluator in Self.both {
            _ = try await rig.count("Charged", by: evaluator, reviving: Self.both)
        }
        return (rig.suite.clock.monotonicNs - beganNs) / 1_000_000
    }

    /// Commands need an evaluator that stays.
    private func shoal(_ rig: PoisonedSuite, _ arguments: [String], input: String = "") async
        -> CommandOutcome
    {
        await rig.suite.shoal(arguments + ["--project", "suite"], input: input)
    }

    @Test("a segment by which evaluators end is quarantined; others are whole, an update heals it")
    func segment() async throws {
        let rig = try await PoisonedSuite()
        let suite = rig.suite
        defer { suite.close() }
        try await rig.create("poison", action("Charged"))
        let uses = SegmentV1.Node(kind: .inSegment(SegmentV1.InSegment(name: "poison")))
        try await rig.create("fans", action("Seen"), filter: [uses])
        var buyers: Set<String> = []
        let tookMs = try await quarantined("poison", rig) { round in
            let users = (0..<10).map { "user-\(round)-\($0)" }
            try await rig.track(users.flatMap { [($0, "Charged"), ($0, "Seen")] })
            buyers.formUnion(users)
        }
        print("a poisonous segment: answers again after \(tookMs) ms; ends \(rig.ends)")
        #expect(tookMs < 10_000)
        // Each partition's page may have ended one before anybody looked closely.
        #expect(rig.ends.values.allSatisfy { $0 <= 5 } && rig.ends.values.contains { $0 >= 3 })

        for name in Self.both {
            let told = try await rig.patiently { try await rig.changes(by: name) }
            #expect(Set(told.map(\.userID)) == buyers && told.count == buyers.count)
        }
        let counted = await shoal(rig, ["segment", "count", "poison"])
        #expect(counted.code != 0 && counted.errors.contains("quarantined"), "\(counted)")
        #expect(await shoal(rig, ["segment", "count", "fans"]).errors.contains("it uses poison"))
        let listed = await shoal(rig, ["segment", "list"])
        #expect(listed.out.contains("poison (quarantined)"), "\(listed)")
        #expect(await shoal(rig, ["segment", "show", "poison"]).errors.contains("it decided"))
        #expect(await suite.shoal(["doctor"]).out.contains("poison"))
        let shown = await shoal(rig, ["quarantine", "show", "--segment", "poison"])
        #expect(shown.out.contains(#""over":false"#) && !shown.out.contains(#"ts":0"#), "\(shown)")

        try await newcomer(rig, buyers)
        try await healed(rig)
    }

    /// Who reads the log from its beginning does not end by it, and tells the others' feeds.
    private func newcomer(_ rig: PoisonedSuite, _ buyers: Set<String>) async throws {
        for name in Self.both { rig.suite.killHard(name) }
        try await rig.suite.start("evaluator-3")
        #expect(try await rig.count("Charged", by: "evaluator-3").users == buyers.count)
        let told = try await rig.changes(by: "evaluator-3")
        #expect(Set(told.map(\.userID)) == buyers && told.count == buyers.count)
        #expect(!rig.suite.hasEnded("evaluator-3"))
    }

    /// Another definition is another version, and what uses it goes on with it.
    private func healed(_ rig: PoisonedSuite) async throws {
        let definition = "name: poison\ntrigger: {action: {event: Paid}}\n"
        let updated = await shoal(rig, ["segment", "update", "-"], input: definition)
        #expect(updated.code == 0 && updated.errors.contains("version 2"), "\(updated)")
        try await rig.track([("zoe", "Paid"), ("zoe", "Seen")])
        for name in ["poison", "fans"] {
            let members = await shoal(rig, ["segment", "members", name])
            #expect(members.out == "zoe\n", "\(members)")
            let told = try await rig.changes(of: name, by: "evaluator-3")
            #expect(told.map(\.userID) == ["zoe"])
        }
        let none = await rig.suite.shoal(["quarantine", "list", "--json"])
        #expect(none.out.isEmpty, "\(none)")
        #expect(!rig.suite.hasEnded("evaluator-3"))
    }

    @Test("so is one by whose timer they end, and one that ends them when it begins")
    func timer() async throws {
        let rig = try await PoisonedSuite()
        let suite = rig.suite
        defer { suite.close() }
        let wait = SegmentV1.InactionTrigger(
            did: SegmentV1.EventTest(events: ["Added"]),
            didNot: SegmentV1.EventTest(events: ["Bought"]),
            withinMs: 1_000
        )
        try await rig.create("poison-timer", .inaction(wait))
        try await rig.track([("ann", "Added"), ("ann", "Charged")])
        var tookMs = try await quarantined("poison-timer", rig) { _ in
            try await suite.clock.sleep(forMs: 20)
        }
        print("a poisonous timer: answers again after \(tookMs) ms; ends \(rig.ends)")
        #expect(tookMs < 10_000)
        try await rig.create("poison-definition", action("Charged"), reviving: Self.both)
        tookMs = try await quarantined("poison-definition", rig) { round in
            try await rig.track([("user-\(round)", "Charged")])
        }
        print("a poisonous definition: answers again after \(tookMs) ms; ends \(rig.ends)")
        #expect(tookMs < 10_000)
        let again = await suite.shoal(["quarantine", "retry", "--all"])
        #expect(again.code == 0, "\(again)")
        try await rig.track([("bob", "Added"), ("bob", "Charged")])
        let entered = try await rig.patiently(reviving: Self.both) {
            let told = try await rig.changes(of: "poison-timer", by: "evaluator-1")
            guard !told.isEmpty else { throw Fault.unavailable("nobody has entered yet") }
            return told.map(\.userID)
        }
        #expect(entered == ["bob"], "who waited before is not waited for any more")
        #expect(await shoal(rig, ["segment", "count", "poison-definition"]).out == "1\n")
        let none = await suite.shoal(["quarantine", "list", "--json"])
        #expect(none.out.isEmpty, "\(none)")
    }
}
