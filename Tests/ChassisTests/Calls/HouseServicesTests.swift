// Health, Reflection and Admin as every process answers them.

import Basics
import Bus
import Chassis
import Kit
import Messages
import Synchronization
import Testing

@Suite("Every server")
struct HouseServicesTests {
    @Test("tells how it stands, for itself and for each service")
    func check() async throws {
        let rig = CallsRig()
        try await rig.serving { _, client, _ in
            let health = HealthV1_HealthClient(client)
            let catalogue = RegistryV1_CatalogueMethods.get.service
            for service in ["", catalogue, "shoal.admin.v1.Admin"] {
                let answer = try await health.check(HealthV1.CheckRequest(service: service))
                #expect(answer.status == .serving)
                #expect(answer.reason == nil)
            }
            rig.health.set("lane 3: replaying")
            let answer = try await health.check(HealthV1.CheckRequest())
            #expect(answer.status == .notServing)
            #expect(answer.reason == "lane 3: replaying")
            let unknown = await fault { () async throws(Fault) in
                try await health.check(HealthV1.CheckRequest(service: catalogue + "s"))
            }
            #expect(unknown?.code == .notFound)
            #expect(unknown?.hint == "did you mean \(catalogue)?")
        }
    }

    @Test("lets a watcher wait until it stands otherwise, or the time is over")
    func watch() async throws {
        let clock = ManualClock()
        let rig = CallsRig(clock: clock)
        try await rig.serving { server, client, _ in
            let health = HealthV1_HealthClient(client)
            let now = try await health.watch(HealthV1.WatchRequest())
            #expect(now.status == .serving)
            async let change = health.watch(
                HealthV1.WatchRequest(known: .serving, waitMs: 50_000),
                CallOptions(timeoutMs: 60_000)
            )
            await rig.until("the watch did not begin") { server.inFlight == 1 }
            rig.health.set("busy")
            #expect(try await change.status == .notServing)
            let same = try await advancing(clock) {
                try await health.watch(
                    HealthV1.WatchRequest(known: .notServing, waitMs: 2_000),
                    CallOptions(timeoutMs: 60_000)
                )
            }
            #expect(same.status == .notServing)
            let unknown = try await health.watch(HealthV1.WatchRequest(service: "x"))
            #expect(unknown.status == .serviceUnknown)
        }
    }

    @Test("hands out the contract and what of it is served")
    func describe() async throws {
        let rig = CallsRig()
        try await rig.serving { _, client, _ in
            let answer = try await ReflectionV1_ReflectionClient(client).describe(
                ReflectionV1.DescribeRequest(),
                CallOptions(maxReplyBytes: 1 << 20)
            )
            #expect(answer.descriptorSet == Contract.descriptorSet)
            #expect(
                answer.services == [
                    "shoal.admin.v1.Admin", "shoal.health.v1.Health",
                    "shoal.reflection.v1.Reflection", "shoal.registry.v1.Catalogue",
                ]
            )
        }
    }

    @Test("opens the operator's door")
    func admin() async throws {
        let rig = CallsRig()
        let endpoint = try rig.endpoint()
        let level = Mutex("info")
        var house = rig.house()
        house.vitals = {
            ServerHouse.Vitals(processID: 42, residentBytes: 1_000, uptimeMs: 5)
        }
        house.facts = { (0..<100).map { AdminV1.Fact(name: "f\($0)", value: "1") } }
        house.metricsText = { "shoal_up 1\n" }
        house.setLogLevel = { name in
            guard name == "debug" || name == "info" else { return nil }
            return level.withLock { level in
                defer { level = name }
                return level
            }
        }
        let server = try rig.server(at: endpoint, house: house)
        let client = rig.client([endpoint])
        defer { client.close() }
        try await rig.running(server) {
            let admin = AdminV1_AdminClient(client)
            let beganMs = rig.clock.now.ms
            let info = try await admin.info(AdminV1.InfoRequest())
            #expect(info.service == "parrot")
            #expect(info.version == "9.9")
            #expect(info.instanceID == InstanceID(high: 1, low: 2).bytes)
            #expect(info.processID == 42)
            #expect((beganMs...rig.clock.now.ms).contains(info.atMs))
            #expect(info.facts.count == 64)
            let hello = try await admin.hello(AdminV1.HelloRequest())
            #expect(Int(hello.replyBudgetBytes) == server.replyBudgetBytes)
            #expect(hello.replyBudgetBytes > 0)
            #expect(Int(hello.frameBytesMax) == Limits.clientFrameBytes)
            #expect(hello.bootID == InstanceID(high: 3, low: 4).bytes)
            #expect(hello.versionMin <= 1 && hello.versionMax >= 1)
            #expect(try await admin.metrics(AdminV1.MetricsRequest()).text == "shoal_up 1\n")
            let before = try await admin.logLevel(AdminV1.LogLevelRequest(level: "debug"))
            #expect(before.previous == "info")
            let wrong = await fault { () async throws(Fault) in
                try await admin.logLevel(AdminV1.LogLevelRequest(level: "loud"))
            }
            #expect(wrong?.code == .invalidArgument)
            #expect(wrong?.hint?.contains("trace") == true)
            let backup = await fault { () async throws(Fault) in
                try await admin.backup(AdminV1.BackupRequest())
            }
            #expect(backup?.code == .unimplemented)
            let audit = await fault { () async throws(Fault) in
                try await admin.audit(AdminV1.AuditRequest())
            }
            #expect(audit?.code == .unimplemented)
            #expect(audit?.hint == "ask the registry, which keeps it for the whole suite")
        }
    }

    @Test("hands the audit log out where one is kept, within the caller's room")
    func audit() async throws {
        let rig = CallsRig()
        let endpoint = try rig.endpoint()
        var house = rig.house()
        house.audit = { request, call in
            AdminV1.AuditResponse(
                entries: [AdminV1.AuditEntry(sequence: request.afterSequence + 1)],
                lastSequence: UInt64(call.maxReplyBytes)
            )
        }
        let server = try rig.server(at: endpoint, house: house)
        let client = rig.client([endpoint])
        defer { client.close() }
        try await rig.running(server) {
            let page = try await AdminV1_AdminClient(client).audit(
                AdminV1.AuditRequest(afterSequence: 4),
                CallOptions(maxReplyBytes: 5_000)
            )
            #expect(page.entries.map(\.sequence) == [5])
            #expect(page.lastSequence == 5_000)
        }
    }
}
