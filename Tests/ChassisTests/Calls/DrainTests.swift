// How a server ends: not serving, calls finished, long polls answered, stubborn ones cut off.

import Basics
import Bus
import Chassis
import Kit
import Messages
import Synchronization
import Testing

@Suite("Draining")
struct DrainTests {
    @Test(
        "finishes the calls in flight, refuses new ones, then lets go",
        arguments: CallBus.allCases
    )
    func finishes(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        let gate = Gate(clock: rig.clock)
        let parrot = Parrot(put: { (_, _) async throws(Fault) in
            await gate.pass()
            return RegistryV1.PutResponse(document: RegistryV1.Document(name: "done"))
        })
        let endpoint = try rig.endpoint()
        var house = rig.house()
        house.willStop = { rig.health.set("stopping") }
        let server = try rig.server(parrot, at: endpoint, house: house)
        try server.start()
        async let run: Void = server.run()
        let client = rig.client([endpoint]) { $0.retry.triesMax = 1 }
        defer { client.close() }
        let catalogue = RegistryV1_CatalogueClient(client)
        async let running = catalogue.put(
            RegistryV1.PutRequest(),
            CallOptions(maxReplyBytes: 2_000)
        )
        await rig.until("the call did not begin") { gate.waitingCount == 1 }
        server.stop()
        await rig.until("it still says ready") { !rig.health.isReady }
        // Health still answers, and says so; other calls are sent away with a time to come back.
        var health = try await HealthV1_HealthClient(client).check(HealthV1.CheckRequest())
        while health.status == .serving {
            health = try await HealthV1_HealthClient(client).check(HealthV1.CheckRequest())
        }
        #expect(health.status == .notServing)
        #expect(health.reason == "stopping")
        var refusal: Fault?
        // The door closes a moment after the sign on it changes.
        while refusal == nil {
            refusal = await fault { () async throws(Fault) in
                try await catalogue.get(
                    RegistryV1.GetRequest(),
                    CallOptions(maxReplyBytes: 2_000)
                )
            }
        }
        #expect(refusal?.code == .unavailable)
        #expect(refusal?.retryAfterMs != nil)
        #expect(server.inFlight == 1)
        gate.open()
        #expect(try await running.document?.name == "done")
        try await run
        #expect(server.inFlight == 0)
    }

    @Test("answers long polls at once with what there is")
    func longPolls() async throws {
        let clock = ManualClock()
        let rig = CallsRig(clock: clock)
        let revision = RisingNumber(4, clock: clock)
        let parrot = Parrot(watch: { (request, call) async throws(Fault) in
            let now = await revision.wait(
                above: request.afterRevision,
                untilNs: call.waitUntilNs(request.waitMs, clock: clock)
            )
            return RegistryV1.WatchCatalogueResponse(revision: now)
        })
        let endpoint = try rig.endpoint()
        let server = try rig.server(parrot, at: endpoint)
        try server.start()
        async let run: Void = server.run()
        let client = rig.client([endpoint])
        defer { client.close() }
        async let watching = RegistryV1_CatalogueClient(client).watch(
            RegistryV1.WatchCatalogueRequest(afterRevision: 4, waitMs: 30_000),
            CallOptions(timeoutMs: 40_000)
        )
        await rig.until("the poll did not begin") { parrot.heard.count == 1 }
        server.stop()
        // No time passes: the clock stands still.
        #expect(try await watching.revision == 4)
        try await run
    }

    @Test("cuts off after 10 s what does not end, and says UNAVAILABLE")
    func cutsOff() async throws {
        let clock = ManualClock()
        let rig = CallsRig(clock: clock)
        let gate = Gate(clock: clock)
        let parrot = Parrot(put: { (_, _) async throws(Fault) in
            await gate.pass()
            throw .cancelled("work given up")
        })
        let endpoint = try rig.endpoint()
        var house = rig.house()
        house.willStop = { rig.health.set("stopping") }
        let server = try rig.server(parrot, at: endpoint, house: house)
        try server.start()
        let over = RisingNumber(clock: clock)
        async let run: Void = {
            try await server.run()
            over.raise()
        }()
        let client = rig.client([endpoint]) { $0.retry.triesMax = 1 }
        defer { client.close() }
        async let outcome = fault { () async throws(Fault) in
            try await RegistryV1_CatalogueClient(client).put(
                RegistryV1.PutRequest(),
                CallOptions(timeoutMs: 60_000)
            )
        }
        await rig.until("the call did not begin") { gate.waitingCount == 1 }
        server.stop()
        // The gate, the client's deadline, the server's watch of it, and the drain's end.
        await rig.until("the drain did not begin") {
            !rig.health.isReady && clock.sleeperCount >= 4
        }
        clock.advance(ms: 9_999)
        #expect(over.value == 0)
        #expect(gate.cancelledCount == 0)
        clock.advance(ms: 1)
        #expect(await outcome?.code == .unavailable)
        try await run
        #expect(gate.cancelledCount == 1)
    }

    @Test("begins when Admin.Drain asks for it, whose reply still comes")
    func adminDrain() async throws {
        let rig = CallsRig()
        let endpoint = try rig.endpoint()
        let asked = RisingNumber(clock: rig.clock)
        var house = rig.house()
        house.drain = { asked.raise() }
        let server = try rig.server(at: endpoint, house: house)
        try server.start()
        async let run: Void = server.run()
        let client = rig.client([endpoint])
        defer { client.close() }
        _ = try await AdminV1_AdminClient(client).drain(AdminV1.DrainRequest())
        #expect(asked.value == 1)
        server.stop()
        try await run
    }

    @Test("frees the endpoint for the next server", arguments: CallBus.allCases)
    func freesEndpoint(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        let endpoint = try rig.endpoint()
        for _ in 0..<3 {
            let server = try rig.server(at: endpoint)
            let client = rig.client([endpoint])
            defer { client.close() }
            try await rig.running(server) {
                _ = try await RegistryV1_CatalogueClient(client).get(RegistryV1.GetRequest())
            }
        }
    }
}
