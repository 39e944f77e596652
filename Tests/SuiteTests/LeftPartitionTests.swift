// A record that nobody can do without, and by which real evaluators end: its partition is left, and
// the other one goes on.

import Basics
import Messages
import Testing

@Suite(.serialized)
struct LeftPartitionTests {
    private static let both = ["evaluator-1", "evaluator-2"]

    @Test("an erasure by which evaluators end has its partition left, the other one goes on")
    func left() async throws {
        let rig = try await PoisonedSuite()
        let suite = rig.suite
        defer { suite.close() }
        let project = try #require(RealSuite.project)
        let count = try #require(PartitionCount(2))
        let users = (0..<10).map { "user-\($0)" }
        try await rig.track(users.map { ($0, "Charged") })
        #expect(try await rig.count("Charged", by: "evaluator-1").users == 10)
        let home = count.home(project: project, identifier: users[0]).index
        let erased = await suite.shoal(["user", "erase", users[0], "--project", "suite"])
        #expect(erased.code == 0, "\(erased)")

        let beganNs = suite.clock.monotonicNs
        let reason = try await rig.patiently(reviving: Self.both) { try await self.reason(rig) }
        let tookMs = (suite.clock.monotonicNs - beganNs) / 1_000_000
        print("a record that stays: its partition is left after \(tookMs) ms; ends \(rig.ends)")
        #expect(reason.contains("partition \(home)") && reason.contains("3 times"))
        #expect(tookMs < 10_000)

        // The other partition's users come and go as ever.
        let more = (10..<20).map { "user-\($0)" }
        try await rig.track(more.map { ($0, "Charged") })
        let others = Set(
            (users + more).filter {
                count.home(project: project, identifier: $0).index != home
            }
        )
        let told = try await rig.patiently(reviving: Self.both) {
            let told = try await rig.changes(in: [UInt32(1 - home)], by: "evaluator-1")
            guard told.count >= others.count else { throw Fault.unavailable("not yet") }
            return told
        }
        #expect(Set(told.map(\.userID)) == others && told.count == others.count)
        let counted = await suite.shoal(["segment", "count", "buyers", "--project", "suite"])
        #expect(counted.code != 0 && counted.errors.contains("is left alone"), "\(counted)")
        #expect(await suite.shoal(["doctor"]).out.contains("cannot be done without"))
        let ends = rig.ends
        for _ in 0..<10 {
            try await suite.clock.sleep(forMs: 50)
            try rig.revive(Self.both)
        }
        #expect(rig.ends == ends, "nobody ends by it any more")
    }

    /// Why an evaluator has left a partition.
    private func reason(_ rig: PoisonedSuite) async throws -> String {
        for name in Self.both {
            let health = HealthV1_HealthClient(try rig.suite.client(name))
            let answer = try await health.check(.init(), CallOptions(timeoutMs: 300))
            if let reason = answer.reason, reason.contains("cannot be done without") {
                return reason
            }
        }
        throw Fault.unavailable("none has left any")
    }
}
