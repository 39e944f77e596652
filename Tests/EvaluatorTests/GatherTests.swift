// Owners that are not there: an UNAVAILABLE that names them and their partitions, never a part.

import Basics
import Chassis
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct GatherTests {
    private func count(_ rig: SuiteRig, _ node: Int = 0, ms: UInt64 = 5_000) async throws -> Fault?
    {
        let request = EvaluationV1.CountRequest(
            subject: try subject(did("Charged")),
            freshness: .local
        )
        return await fault { () async throws(Fault) in
            try await rig.nodes[node].door.count(request, rig.call(ms: ms))
        }
    }

    @Test("partitions that nobody owns are named")
    func orphans() async throws {
        var roster = sharedRoster(partitions: 4, evaluators: 2)
        roster.assignments.remove(at: 2)
        let rig = try SuiteRig(roster: roster)
        try await rig.feed()
        let refused = try await count(rig)
        #expect(refused?.code == .unavailable && refused?.place == "partition 2")
        #expect(refused?.isRetriable == true)
    }

    @Test("a lost owner is named with its partitions")
    func lost() async throws {
        var roster = sharedRoster(partitions: 4, evaluators: 2)
        roster.instances[1].state = .lost
        let rig = try SuiteRig(roster: roster)
        try await rig.feed()
        let refused = try await count(rig)
        #expect(refused?.code == .unavailable)
        #expect(refused?.place == "partitions 1, 3 of evaluator-1")
        #expect(refused?.hint?.contains("evaluator-1 is gone") == true)
        // An instance that the registry has lost still answers for itself.
        var alone = ownedByFirst(roster)
        alone.instances[0].state = .lost
        let single = try SuiteRig(evaluators: 1, roster: alone)
        try await single.feed()
        #expect(try await count(single) == nil)
    }

    private func ownedByFirst(_ roster: RegistryV1.WatchResponse) -> RegistryV1.WatchResponse {
        var alone = roster
        for index in alone.assignments.indices {
            alone.assignments[index].instanceID = evaluatorID(0).bytes
        }
        return alone
    }

    @Test("an owner that is not in the roster, or tells no address, is named")
    func strangers() async throws {
        var unknown = sharedRoster(partitions: 4, evaluators: 2)
        unknown.instances.removeLast()
        let rig = try SuiteRig(roster: unknown)
        try await rig.feed()
        #expect(try await count(rig)?.place == "partitions 1, 3 of \(evaluatorID(1).hex)")
        var mute = sharedRoster(partitions: 4, evaluators: 2)
        mute.instances[1].address = ""
        let other = try SuiteRig(roster: mute)
        try await other.feed()
        let refused = try await count(other)
        #expect(refused?.code == .unavailable && refused?.place == "partitions 1, 3")
        #expect(refused?.message.contains("evaluator-1") == true)
    }

    @Test("an owner that does not answer, or does not hold the partitions yet, is named")
    func silent() async throws {
        let rig = try SuiteRig()
        try await rig.feed(except: Partition(index: 3))
        let catching = try await count(rig, ms: 300)
        #expect(catching?.code == .unavailable)
        #expect(catching?.place?.contains("of evaluator-1 at memory://evaluator-1") == true)
        // The owner itself names the partition.
        #expect(try await count(rig, 1, ms: 300)?.place == "partition 3")
        rig.nodes[1].server.stop()
        try await rig.nodes[1].server.run()
        let gone = try await count(rig, ms: 300)
        #expect(gone?.code == .unavailable)
        #expect(gone?.place?.contains("partitions 1, 3 of evaluator-1") == true)
        #expect(gone?.hint?.isEmpty == false)
    }

    @Test("an evaluator without a partition counts by the others, and sends names on to them")
    func withoutPartitions() async throws {
        let rig = try SuiteRig(
            partitions: 4,
            evaluators: 1,
            roster: sharedRoster(partitions: 4, evaluators: 2, owners: 1)
        )
        try rig.charge(["ada", "bob"])
        try rig.ingestion.write { logs in
            for index in logs.indices {
                try logs[index].segment("buyers", did("Charged"), revision: 1)
            }
        }
        try await rig.feed()
        let idle = try rig.withoutPartitions()
        let request = EvaluationV1.CountRequest(subject: try subject(did("Charged")))
        #expect(try await idle.door.count(request, rig.call()).users == 2)
        // It reads no log, so what it knows of names may be old: another is asked.
        for freshness in [EvaluationV1.Freshness.latest, .local] {
            let named = await fault { () async throws(Fault) in
                try await idle.door.count(
                    EvaluationV1.CountRequest(
                        subject: EvaluationV1.Subject(kind: .segment("buyers")),
                        freshness: freshness
                    ),
                    rig.call()
                )
            }
            #expect(named?.code == .unavailable && named?.isRetriable == true)
        }
        let listed = await fault { () async throws(Fault) in
            try await idle.door.list(EvaluationV1.ListSegmentsRequest(), rig.call())
        }
        #expect(listed?.code == .unavailable)
    }

    @Test("room for an owner's answer is asked for by what is asked, not more")
    func room() throws {
        var question = GatheredQuestion(
            project: shop,
            definition: did("A"),
            nested: [],
            at: day(1),
            projectZone: nil
        )
        let all = (0..<UInt16(64)).map(Partition.init(index:))
        #expect(question.replyBytes(all) < 16_384)
        question.sample = (1_000, 0)
        question.members = (UserNumber(0), 10_000, 256 << 10)
        #expect(question.replyBytes(all) > 512 << 10 && question.replyBytes(all) < 1 << 20)
        question.members = (UserNumber(0), .max / 2, 1 << 40)
        #expect(question.replyBytes(all) == .max)
    }
}
