// A whole registry in one process, asked over a bus.

import Basics
import Bus
import Chassis
import Kit
import Messages
import ServiceLifecycle
import Testing

@testable import Registry

@Suite("a registry over the wire", .timeLimit(.minutes(1)))
struct RegistryTests {
    private static var all: [CoordinationKind] { CoordinationKind.allCases }

    private func instance(_ number: UInt64, version: String = "1") -> RegistryV1.Instance {
        RegistryV1.Instance(
            instanceID: InstanceID(high: 0, low: number).bytes,
            kind: .evaluator,
            address: "memory://e\(number)",
            version: version,
            name: "evaluator-\(number)"
        )
    }

    @Test("who changed what is told in pages, by whom and with what it was before", arguments: all)
    func changesAreTold(_ kind: CoordinationKind) async throws {
        let rig = try RegistryRig(kind)
        try await rig.running { client in
            let registry = RegistryV1_RegistryClient(client)
            _ = try await registry.projects(
                RegistryV1.ProjectsRequest(create: "shop", zone: "Europe/Berlin")
            )
            func setting(_ lanes: String) -> [RegistryV1.Setting] {
                [RegistryV1.Setting(name: "lanes", value: lanes)]
            }
            for lanes in ["2", "2", "4"] {
                _ = try await registry.register(
                    RegistryV1.RegisterRequest(
                        instance: instance(1),
                        configuration: setting(lanes)
                    )
                )
            }
            _ = try await RegistryV1_CatalogueClient(client).put(
                RegistryV1.PutRequest(
                    kind: "segment",
                    name: "payers",
                    body: [],
                    expectedRevision: 0,
                    onBehalfOf: "shoal 9"
                ),
                CallOptions(project: project("shop").name)
            )
            let admin = AdminV1_AdminClient(client)
            var entries: [AdminV1.AuditEntry] = []
            var more = true
            while more {
                let page = try await admin.audit(
                    AdminV1.AuditRequest(
                        afterMs: .min,
                        afterSequence: entries.last?.sequence ?? 0,
                        limit: 2
                    )
                )
                #expect(page.entries.count <= 2 && page.firstSequence == 1)
                entries += page.entries
                more = page.more
            }
            #expect(entries.map(\.sequence) == Array(1...7))
            #expect(
                entries.map(\.action) == [
                    .configurationChanged, .projectCreated, .instanceRegistered,
                    .partitionsMoved, .configurationChanged, .configurationChanged,
                    .documentCreated,
                ]
            )
            // The registry's own configuration comes first: it started before it was asked.
            #expect(entries[0].instance == "registry")
            #expect(
                entries[0].details == [AdminV1.AuditDetail(name: "lease-ms", after: "60000")]
            )
            #expect(entries[1].caller == "tester 1" && entries[1].project == "shop")
            #expect(
                entries[5].details == [
                    AdminV1.AuditDetail(name: "lanes", before: "2", after: "4")
                ]
            )
            #expect(entries[6].caller == "shoal 9" && entries[6].via == "tester 1")
            #expect(entries[6].revisionAfter == 1 && entries[6].name == "payers")
            let late = try await admin.audit(AdminV1.AuditRequest(afterMs: .max))
            #expect(late.entries.isEmpty && late.lastSequence == 7 && !late.more)
        }
    }

    @Test("a page is no larger than what its caller has room for")
    func pagesFitTheCaller() async throws {
        let rig = try RegistryRig(.memory)
        try await rig.running { client in
            let registry = RegistryV1_RegistryClient(client)
            let value = String(repeating: "x", count: 1_000)
            for number in 1...6 {
                _ = try await registry.register(
                    RegistryV1.RegisterRequest(
                        instance: instance(1),
                        configuration: [RegistryV1.Setting(name: "k", value: "\(number)\(value)")]
                    )
                )
            }
            let page = try await AdminV1_AdminClient(client).audit(
                AdminV1.AuditRequest(afterMs: .min, limit: 1_000),
                CallOptions(maxReplyBytes: 8_192)
            )
            #expect(page.more && (1...6).contains(page.entries.count))
        }
    }

    @Test("a registry that was overtaken ends, and says what to do", arguments: all)
    func theOvertakenOneEnds(_ kind: CoordinationKind) async throws {
        let rig = try RegistryRig(kind)
        await #expect(throws: RegistryError.self) {
            try await rig.running { client in
                let other = try rig.kept.keeper()
                let mine = try project("music")
                try await other.change(by: tester) { $0.projects.append(mine) }
                // Tried again until the call is over, as nobody has taken the address.
                let error = await fault {
                    try await RegistryV1_RegistryClient(client).projects(
                        RegistryV1.ProjectsRequest(create: "shop"),
                        CallOptions(timeoutMs: 1_000)
                    )
                }
                #expect(error?.isRetriable == true || error?.code == .deadlineExceeded)
                try await rig.ended()
            }
        }
    }
}

/// A registry in one process with a client of its own.
private final class RegistryRig: Sendable {
    let kept: CoordinationRig
    private let bus = MemoryBus(clock: SystemClock())
    private let data: DataFolder
    private let group: ServiceGroup
    private let end = RisingNumber(clock: SystemClock())

    init(_ kind: CoordinationKind) throws {
        kept = try CoordinationRig(kind)
        let clock = SystemClock()
        var chance = SeededRandom(seed: 4)
        data = try DataFolder.open(
            "\(kept.folder)/data",
            service: "registry",
            disk: RealDisk(),
            chance: &chance,
            processID: 1
        )
        let reader = try ConfigReader(keys: RegistryConfig.keys, values: ["lease-ms": "60000"])
        let world = World(
            service: "registry",
            common: CommonConfig(dataDirectory: data.path, listen: "memory://registry"),
            folder: data,
            clock: clock,
            disk: RealDisk(),
            bus: bus,
            seed: 5,
            settings: reader.changedSettings
        )
        let registry = try Registry(
            config: RegistryConfig(reader: reader),
            world: world,
            coordination: kept.open(),
            backups: BackupDesk(world: world)
        )
        group = ServiceGroup(services: registry.services, logger: world.logger)
    }

    deinit {
        bus.shutDown()
        data.release()
    }

    /// Runs the registry for the time of the body; throws what either ends with.
    func running(_ body: (RPCClient) async throws -> Void) async throws {
        var options = RPCClientOptions()
        options.caller = "tester 1"
        let client = RPCClient(
            bus: bus,
            addresses: [try Endpoint("memory://registry")],
            clock: SystemClock(),
            random: SeededRandom(seed: 6),
            options: options
        )
        defer { client.close() }
        async let run: Void = serve()
        do {
            try await ready(client)
            try await body(client)
        } catch {
            await group.triggerGracefulShutdown()
            try await run
            throw error
        }
        await group.triggerGracefulShutdown()
        try await run
    }

    /// Waits until the registry has ended by itself.
    func ended() async throws {
        let clock = SystemClock()
        let number = await end.wait(above: 0, untilNs: clock.monotonicNs + 30_000_000_000)
        #expect(number == 1, "it went on for 30 s")
    }

    private func serve() async throws {
        defer { end.raise() }
        try await group.run()
    }

    /// Waits until it serves and has told its own configuration.
    private func ready(_ client: RPCClient) async throws {
        let clock = SystemClock()
        let endNs = clock.monotonicNs + 30_000_000_000
        while clock.monotonicNs < endNs {
            do {
                let page = try await AdminV1_AdminClient(client).audit(AdminV1.AuditRequest())
                if page.lastSequence > 0 { return }
            } catch {
                guard error.isRetriable else { throw error }
            }
            await Task.yield()
        }
        throw Fault.unavailable("the registry did not get ready")
    }
}

/// The fault a call ends with; nil when it does not end with one.
private func fault<Value>(_ body: () async throws -> Value) async -> Fault? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? Fault
    }
}
