// The follower: reads the log for its partitions, moves with the map, waits for slow lanes.

import Basics
import Chassis
import Kit
import Messages
import Segments
import Testing

@testable import Evaluator

/// A follower over two lanes, a scripted registry and a scripted ingestion.
private final class FollowerRig: Sendable {
    let clock: ManualClock
    let registry: ScriptedRegistry
    let ingestion: ScriptedIngestion
    let link: RegistryLink
    let lanes: [LaneRig]
    let applied: Applied
    let health: Health
    let follower: Follower

    init(
        _ roster: RegistryV1.WatchResponse,
        pagesAheadMax: UInt64 = 64,
        recordsMax: Int = .max,
        starts: Bool = true,
        ending care: RecordCare? = nil
    ) throws {
        clock = ManualClock()
        registry = ScriptedRegistry(roster, clock: clock)
        ingestion = ScriptedIngestion(
            partitions: Int(roster.partitionCount),
            registry: registry,
            clock: clock,
            recordsMax: recordsMax
        )
        link = registryLink(0, roster, registry, clock: clock)
        let (catalogue, applied) = (Catalogue(), Applied(clock: clock))
        self.applied = applied
        lanes = try (0..<2).map { _ in try LaneRig(catalogue: catalogue, applied: applied) }
        if starts { for lane in lanes { try lane.start() } }
        health = Health(clock: clock)
        var settings = Follower.Settings()
        settings.pagesAheadMax = pagesAheadMax
        let (ingestion, registry, clock) = (ingestion, registry, clock)
        let settingAside = care.map { care in
            SettingAside(
                care: care,
                client: IngestionV1_QuarantineClient(ingestion),
                segments: SegmentQuarantine(
                    documents: RegistryV1_CatalogueClient(registry),
                    ingestion: IngestionV1_IngestionClient(ingestion),
                    clock: clock
                ),
                instance: evaluatorID(0),
                name: "evaluator-0",
                clock: clock,
                logger: quietLogger
            )
        }
        follower = Follower(
            instance: evaluatorID(0),
            lanes: Lanes(lanes.map(\.lane)),
            ingestion: IngestionV1_IngestionClient(ingestion),
            link: link,
            clock: clock,
            health: health,
            applied: applied,
            settingAside: settingAside,
            settings: settings
        )
    }

    /// Follows, with the link alive, for the time of the body.
    func following(_ body: () async throws -> Void) async throws {
        let following = Task { try await follower.run() }
        let linking = Task { try await link.run() }
        do { try await body() } catch { Issue.record("\(error)") }
        following.cancel()
        linking.cancel()
        // Cancelled is no error.
        try await following.value
        try await linking.value
    }

    /// Waits until the partition has been read to the end of its log.
    func read(_ partition: Partition) async {
        let end = ingestion.log(partition).next
        // Longer than any machine needs: what never comes is to fail, not to hang.
        let untilNs = clock.monotonicNs + 60_000_000_000
        #expect(await applied.wait(for: [partition: end], untilNs: untilNs, clock: clock))
    }
}

/// Gives the other tasks turns until the condition holds.
func until(_ what: Comment, _ condition: () -> Bool) async {
    let endNs = SystemClock().monotonicNs + 20_000_000_000
    while !condition() {
        guard SystemClock().monotonicNs < endNs else {
            Issue.record(what)
            return
        }
        await Task.yield()
    }
}

@Suite struct FollowerTests {
    private let first = Partition(index: 0)
    private let second = Partition(index: 1)

    private func write(_ rig: FollowerRig, _ partition: Partition, _ users: Int) throws {
        try rig.ingestion.write { logs in
            for _ in 0..<users {
                let id = "user-\(logs[Int(partition.index)].next)"
                try logs[Int(partition.index)].event("Charged", by: id, at: day(1))
            }
        }
    }

    @Test("it reads what it owns to the end, is then ready, and goes on with what comes")
    func reads() async throws {
        let rig = try FollowerRig(sharedRoster(partitions: 4, evaluators: 2), recordsMax: 3)
        try write(rig, first, 10)
        try write(rig, second, 10)
        #expect(rig.health.reason?.contains("log") == true)
        try await rig.following {
            await rig.read(first)
            await until("it is ready") { rig.health.isReady }
            // Partitions 1 and 3 belong to another.
            #expect(rig.applied[second] == nil)
            #expect(Set(rig.ingestion.cursors.keys.map(\.index)) == [0, 2])
            try write(rig, first, 1)
            await rig.read(first)
        }
    }

    @Test("a partition by which it ends and that cannot be mended is left, and the others go on")
    func leaves() async throws {
        let ending = try EndingRig()
        // This ingestion sets nothing aside.
        try ending.end(by: 3, of: first)
        let rig = try FollowerRig(
            sharedRoster(partitions: 2, evaluators: 1),
            ending: ending.care
        )
        try write(rig, first, 5)
        try write(rig, second, 5)
        try await rig.following {
            await rig.read(second)
            #expect(rig.applied[first] == nil)
            let reason = rig.applied.left(of: [first])?.reason
            #expect(reason?.contains("the record at 3, 3 times") == true)
            await until("it says why") {
                rig.health.reason?.contains("partition 0: evaluator-0 ended") == true
            }
            try write(rig, second, 1)
            await rig.read(second)
            rig.registry.change { $0.assignments[0].instanceID = evaluatorID(1).bytes }
            await until("it is another's by now") { rig.health.isReady }
            #expect(rig.applied.left(of: [first]) == nil)
        }
    }

    @Test(
        "it lets go what the map gives others, takes what it gets, and reads that from where it was"
    )
    func moves() async throws {
        let rig = try FollowerRig(sharedRoster(partitions: 2, evaluators: 2))
        try write(rig, first, 5)
        try write(rig, second, 5)
        try await rig.following {
            await rig.read(first)
            rig.registry.change { roster in
                roster.assignments[0].instanceID = evaluatorID(1).bytes
                roster.assignments[1].instanceID = evaluatorID(0).bytes
            }
            // It looks at the map after each answer.
            await until("the map is here") {
                rig.link.view.owner(of: second, .evaluator)?.instance == evaluatorID(0)
            }
            try write(rig, first, 1)
            await rig.read(second)
            await until("the first is let go") { rig.applied[first] == nil }
            rig.registry.change { $0.assignments[1].instanceID = evaluatorID(1).bytes }
            await until("the map is here") {
                rig.link.view.owner(of: second, .evaluator)?.instance == evaluatorID(1)
            }
            try write(rig, second, 1)
            await until("it owns nothing") { rig.applied[second] == nil }
            rig.registry.change { $0.assignments[0].instanceID = evaluatorID(0).bytes }
            await rig.read(first)
        }
    }

    @Test("it moves with the map at once, also while the log has nothing to tell")
    func movesInSilence() async throws {
        let rig = try FollowerRig(sharedRoster(partitions: 2, evaluators: 2))
        try write(rig, first, 5)
        try await rig.following {
            await rig.read(first)
            // The clock stands still: a fetch without news never ends by itself.
            rig.registry.change { roster in
                roster.assignments[0].instanceID = evaluatorID(1).bytes
                roster.assignments[1].instanceID = evaluatorID(0).bytes
            }
            await until("the first is let go") { rig.applied[first] == nil }
            await until("the second is taken") { rig.applied[second] != nil }
        }
    }

    @Test("cut off from the registry, it lets go what a Fetch reply says another owns by now")
    func fenced() async throws {
        let rig = try FollowerRig(sharedRoster(partitions: 1, evaluators: 1))
        try write(rig, first, 5)
        try await rig.following {
            await rig.read(first)
            rig.ingestion.hear(stateEpoch: 1)
            try write(rig, first, 1)
            await rig.read(first)
            rig.ingestion.hear(stateEpoch: 2)
            try write(rig, first, 1)
            await until("it is let go") { rig.applied[first] == nil }
            // The registry's word that it owns it under a newer epoch gives it back.
            rig.registry.change { $0.assignments[0].epoch = 3 }
            await rig.read(first)
        }
    }

    @Test("it reads along what it is to stand by for, and goes on with it when the map says so")
    func standsBy() async throws {
        var roster = sharedRoster(partitions: 2, evaluators: 2)
        roster.assignments[1].standbyID = evaluatorID(0).bytes
        let rig = try FollowerRig(roster)
        try write(rig, first, 5)
        try write(rig, second, 20)
        try await rig.following {
            await rig.read(first)
            await until("it has read along") {
                rig.applied.standbys.map(\.end.next) == [rig.ingestion.log(second).next]
            }
            #expect(rig.applied[second] == nil)
            await until("it is ready") { rig.health.isReady }
            let end = rig.ingestion.log(second).next
            rig.registry.change { roster in
                roster.assignments[1].instanceID = evaluatorID(0).bytes
                roster.assignments[1].epoch = 2
                roster.assignments[1].standbyID = nil
            }
            await until("it owns it") { rig.applied[second]?.epoch == Epoch(2) }
            #expect(rig.applied[second]?.next == end, "nothing had to be read again")
            try write(rig, second, 1)
            await rig.read(second)
            #expect(rig.applied.standbys.isEmpty)
        }
    }

    @Test("a page that comes with a newer owner's epoch is not taken in")
    func lastPage() async throws {
        let rig = try FollowerRig(sharedRoster(partitions: 1, evaluators: 1))
        try write(rig, first, 5)
        try await rig.following {
            await rig.read(first)
            let lane = rig.lanes[0].lane
            await until("its page is done with") { lane.pagesTaken.value == 1 }
            rig.ingestion.hear(stateEpoch: 2)
            try write(rig, first, 1)
            await until("it is let go") { rig.applied[first] == nil }
            #expect(lane.pagesTaken.value == 1)
        }
    }

    @Test("an older tenure is over, the same and a newer one are not")
    func fence() {
        var fence = TenureFence()
        #expect(fence.allowed([(first, Epoch(4))]) == [first: Epoch(4)])
        fence.heard(Epoch(4), of: 0)
        fence.heard(Epoch(0), of: 0)
        #expect(fence.allowed([(first, Epoch(3)), (second, Epoch(1))]) == [second: Epoch(1)])
        #expect(fence.allowed([(first, Epoch(4))]) == [first: Epoch(4)])
        #expect(fence.allowed([(first, Epoch(5))]) == [first: Epoch(5)])
    }

    @Test("without a partition it is ready as soon as the registry knows it")
    func nothing() async throws {
        var roster = sharedRoster(partitions: 2, evaluators: 2)
        roster.assignments = []
        let rig = try FollowerRig(roster)
        try await rig.following {
            await until("it is ready") {
                rig.clock.advance(ms: 10)
                return rig.health.isReady
            }
            #expect(rig.link.isRegistered && rig.ingestion.fetches == 0)
        }
    }

    @Test("it goes on after ingestion was away, ever less often, and says why it is not ready")
    func outage() async throws {
        let rig = try FollowerRig(sharedRoster(partitions: 1, evaluators: 1))
        try write(rig, first, 5)
        rig.ingestion.fail(.unavailable("gone"), .unavailable("gone"), .deadlineExceeded("slow"))
        try await rig.following {
            for failures in 1...3 {
                await until("asked \(failures) times") { rig.ingestion.fetches == failures }
                await until("it says why") { rig.health.reason?.contains("not fetched") == true }
                // 50, 100 and 200 ms.
                let pauseMs = UInt64(50) << UInt64(failures - 1)
                await rig.clock.waitForSleepers()
                rig.clock.advance(ms: pauseMs - 1)
                #expect(rig.ingestion.fetches == failures)
                await until("asked again") {
                    rig.clock.advance(ms: 1)
                    return rig.ingestion.fetches > failures
                }
            }
            await rig.read(first)
            await until("it is ready") { rig.health.isReady }
        }
    }

    @Test("a log that is shorter than what was read of it ends the evaluator, with what to do")
    func otherLog() async throws {
        let rig = try FollowerRig(sharedRoster(partitions: 1, evaluators: 1))
        rig.ingestion.fail(.outOfRange("the cursor is behind the end", place: "partition 0"))
        do {
            try await rig.follower.run()
            Issue.record("it went on")
        } catch let error as EvaluatorError {
            #expect(error.code == .log && error.place == "partition 0")
            #expect(error.hint.contains("rebuilt") && error.exitCode == .dataCorrupt)
        }
    }

    @Test("it keeps so many pages ahead of a slow lane and no more")
    func pagesAhead() async throws {
        let rig = try FollowerRig(
            sharedRoster(partitions: 1, evaluators: 1),
            pagesAheadMax: 3,
            recordsMax: 1
        )
        let lane = rig.lanes[0].lane
        try await rig.following {
            try write(rig, first, 1)
            await rig.read(first)
            // The lane is busy with a question for a while.
            let (isBusy, goOn) = (BoundedQueue<Bool>(capacity: 1), BoundedQueue<Bool>(capacity: 1))
            let question = Task { [first] in
                try await lane.ask([first]) { _ in
                    isBusy.push(true)
                    _ = goOn.pop()
                }
            }
            await until("the lane is busy") { isBusy.count == 1 }
            let before = rig.ingestion.fetches
            try write(rig, first, 10)
            // Three pages wait at the lane, the fourth with the follower.
            await until("the follower waits") {
                lane.queued == 3 && rig.ingestion.fetches >= before + 3
            }
            for _ in 0..<2_000 { await Task.yield() }
            #expect(lane.queued == 3 && rig.ingestion.fetches == before + 3)
            goOn.push(true)
            try await question.value
            await rig.read(first)
        }
    }

    @Test("a lane that has ended ends the follower")
    func laneEnds() async throws {
        let rig = try FollowerRig(sharedRoster(partitions: 2, evaluators: 1), pagesAheadMax: 1)
        rig.ingestion.write { logs in
            // A user's number out of turn.
            logs[0].append(.newUser(LogV1.NewUser(number: 7, userID: "ada")))
        }
        let following = Task { try await rig.follower.run() }
        await until("the lane has ended") { rig.lanes[0].ending != nil }
        rig.ingestion.write { $0[0].tenure() }
        let result = await following.result
        guard case .failure(let error as EvaluatorError) = result else {
            Issue.record("it went on: \(result)")
            return
        }
        #expect(error.code == .stopped)
    }
}
