// The one-line forms for services: a door, clients and a link made of a world.

import Basics
import Bus
import Chassis
import Kit
import Messages
import Testing

@Suite("A world")
struct WorldCallsTests {
    private let clock = SystemClock()
    private let disk = ForgetfulDisk(folder: "/data")

    private func world(_ service: String, listen: String, bus: any Bus) throws -> World {
        var chance = SeededRandom(seed: 4)
        let folder = try DataFolder.open(
            "/data/" + service,
            service: service,
            disk: disk,
            chance: &chance,
            processID: 1
        )
        return World(
            service: service,
            common: CommonConfig(
                dataDirectory: "/data/" + service,
                listen: listen,
                registry: ["memory://registry"]
            ),
            folder: folder,
            clock: clock,
            disk: disk,
            bus: bus,
            seed: 9
        )
    }

    @Test("gives a server whose Admin tells of the process, and clients that reach it")
    func server() async throws {
        let bus = MemoryBus(clock: clock)
        let rig = CallsRig(clock: clock, bus: bus)
        let world = try world("parrot", listen: "memory://parrot", bus: bus)
        defer { world.folder.release() }
        let server = try RPCServer(
            world: world,
            methods: RegistryV1_CatalogueMethods.serve(Parrot()),
            facts: { [AdminV1.Fact(name: "birds", value: "1")] }
        )
        let client = RPCClient(world: world, addresses: [try Endpoint("memory://parrot")])
        defer { client.close() }
        try await rig.running(server) {
            let admin = AdminV1_AdminClient(client)
            let info = try await admin.info(AdminV1.InfoRequest())
            #expect(info.service == "parrot")
            #expect(info.version == Chassis.version)
            #expect(info.instanceID == world.instance.bytes)
            #expect(info.facts == [AdminV1.Fact(name: "birds", value: "1")])
            let level = try await admin.logLevel(AdminV1.LogLevelRequest(level: "debug"))
            #expect(level.previous == "info")
            #expect(world.logLevel.level == .debug)
            let metrics = try await admin.metrics(AdminV1.MetricsRequest())
            #expect(metrics.text.contains("shoal_rpc_calls_total"))
            world.health.wait(for: "lane", because: "replaying")
            let health = try await HealthV1_HealthClient(client).check(HealthV1.CheckRequest())
            #expect(health.status == .notServing)
            #expect(health.reason == "lane: replaying")
            _ = try await admin.drain(AdminV1.DrainRequest())
            #expect(world.stop.isStopping)
        }
        // Its own stop says so to probes, too.
        #expect(!world.health.isReady)
    }

    @Test("gives a link that keeps its roster in the data folder")
    func link() async throws {
        let bus = MemoryBus(clock: clock)
        let rig = CallsRig(clock: clock, bus: bus)
        let world = try world("evaluator", listen: "memory://evaluator", bus: bus)
        defer { world.folder.release() }
        let registry = RPCServer(
            try Endpoint("memory://registry"),
            bus: bus,
            methods: RegistryV1_RegistryMethods.serve(SmallRegistry()),
            house: rig.house(),
            clock: clock,
            random: SeededRandom(seed: 1),
            logger: quietLogger,
            metrics: world.metrics
        )
        try await rig.running(registry) {
            let link = try RegistryLink(world: world, kind: .evaluator)
            async let run: Void = link.run()
            let view = await link.next(after: .empty)
            #expect(view.revision == 5)
            await rig.until("it did not register") { link.isRegistered }
            await rig.until("the roster was not kept") {
                (try? disk.exists("/data/evaluator/roster")) ?? false
            }
            link.stop()
            try await run
        }
        // No registry any more; what was kept is known at once.
        let again = try RegistryLink(world: world, kind: .evaluator)
        #expect(again.view.revision == 5)
        #expect(again.view.owner(of: Partition(index: 0), .evaluator)?.epoch == Epoch(7))
    }
}

/// A registry that knows one roster.
private struct SmallRegistry: RegistryV1_RegistryService {
    func register(
        _ request: RegistryV1.RegisterRequest,
        _ call: CallContext
    ) async throws(Fault) -> RegistryV1.RegisterResponse {
        RegistryV1.RegisterResponse(leaseMs: 3_000, partitionCount: 4, revision: 5)
    }

    func heartbeat(
        _ request: RegistryV1.HeartbeatRequest,
        _ call: CallContext
    ) async throws(Fault) -> RegistryV1.HeartbeatResponse {
        RegistryV1.HeartbeatResponse(leaseMs: 3_000, revision: 5)
    }

    func watch(
        _ request: RegistryV1.WatchRequest,
        _ call: CallContext
    ) async throws(Fault) -> RegistryV1.WatchResponse {
        if request.afterRevision == 5 {
            let never = RisingNumber(clock: SystemClock())
            let untilNs = call.waitUntilNs(request.waitMs, clock: SystemClock())
            _ = await never.wait(above: 0, untilNs: untilNs)
        }
        return RosterViewTests.answer()
    }
}
