// What a client does when servers fail: same id, no harm, other servers, probes, budgets.

import Basics
import Bus
import Chassis
import Kit
import Messages
import Synchronization
import Testing

@Suite("A client")
struct ClientTests {
    @Test("keeps the request id in its retries and counts them")
    func sameID() async throws {
        let clock = ManualClock()
        let rig = CallsRig(clock: clock)
        let failures = Atomic(3)
        let parrot = Parrot(get: { (_, _) async throws(Fault) in
            let left = failures.subtract(1, ordering: .relaxed).newValue
            if left >= 0 { throw .unavailable("not yet") }
            return RegistryV1.GetResponse()
        })
        try await rig.serving(parrot) { _, client, _ in
            _ = try await advancing(clock) {
                try await RegistryV1_CatalogueClient(client).get(RegistryV1.GetRequest())
            }
        }
        let heard = parrot.heard
        #expect(heard.map(\.attempt) == [0, 1, 2, 3])
        #expect(Set(heard.map(\.requestID)).count == 1)
        #expect(heard[0].requestID.count == 16)
        // Each try is told what is left of the call's time: told the whole time anew, the last
        // would have 400 ms more, the waits between. The clock moves on while one is under way.
        let deadlines = heard.map(\.deadlineNs)
        #expect((deadlines.max() ?? 0) - (deadlines.min() ?? 0) < 250_000_000)
    }

    @Test("does not repeat what may have been done and is not idempotent")
    func notIdempotent() async throws {
        let rig = CallsRig()
        let parrot = Parrot(put: { (_, _) async throws(Fault) in throw .unavailable("who knows") })
        try await rig.serving(parrot) { _, client, _ in
            let outcome = await fault { () async throws(Fault) in
                try await RegistryV1_CatalogueClient(client).put(RegistryV1.PutRequest())
            }
            #expect(outcome?.code == .unavailable)
        }
        #expect(parrot.heard.count == 1)
    }

    @Test("repeats anything that certainly did not leave", arguments: CallBus.allCases)
    func notConnected(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        let endpoint = try rig.endpoint()
        let client = rig.client([endpoint]) { $0.channel.connectTimeoutMs = 20 }
        defer { client.close() }
        async let answer = RegistryV1_CatalogueClient(client).put(
            RegistryV1.PutRequest(body: [1]),
            CallOptions(timeoutMs: 20_000)
        )
        // Let it fail at least once before there is a server.
        await rig.until("it did not notice that nobody is there") { client.isLeftOut(endpoint) }
        let parrot = Parrot()
        let server = try rig.server(parrot, at: endpoint)
        try server.start()
        async let run: Void = server.run()
        #expect(try await answer.document?.body == [1])
        server.stop()
        try await run
        #expect(parrot.heard.count == 1)
    }

    @Test("fails at once, with a hint, when the request is too large to send")
    func tooLarge() async throws {
        let rig = CallsRig()
        let event = IngestionV1.TrackedEvent(
            name: String(repeating: "n", count: 128),
            eventID: String(repeating: "e", count: 128)
        )
        let record = IngestionV1.TrackRecord(
            userID: String(repeating: "u", count: 256),
            kind: .event(event)
        )
        let request = IngestionV1.TrackRequest(records: Array(repeating: record, count: 10_000))
        try await rig.serving { _, client, _ in
            let outcome = await fault { () async throws(Fault) in
                try await IngestionV1_IngestionClient(client).track(request)
            }
            #expect(outcome?.code == .resourceExhausted)
            #expect(outcome?.hint?.contains("split") == true)
            // What only services send may be larger.
            let body = [UInt8](repeating: 0, count: 256 << 10)
            let puts = RegistryV1_CatalogueClient(client)
            _ = try await puts.put(
                RegistryV1.PutRequest(body: body),
                CallOptions(maxReplyBytes: 1 << 20)
            )
        }
    }

    @Test("avoids a server that is not there", arguments: CallBus.allCases)
    func deadServer(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        let dead = try rig.endpoint()
        let alive = try rig.endpoint()
        let parrot = Parrot()
        let server = try rig.server(parrot, at: alive)
        let client = rig.client([dead, alive]) { $0.channel.connectTimeoutMs = 20 }
        defer { client.close() }
        try await rig.running(server) {
            let catalogue = RegistryV1_CatalogueClient(client)
            for _ in 0..<40 { _ = try await catalogue.put(RegistryV1.PutRequest()) }
            #expect(client.isLeftOut(dead))
        }
        #expect(parrot.heard.count == 40)
    }

    @Test("notices a lost connection and goes on with another server", arguments: CallBus.allCases)
    func lostConnection(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        let gate = Gate(clock: rig.clock)
        let first = try rig.endpoint()
        let second = try rig.endpoint()
        let stuck = Parrot(get: { (_, _) async throws(Fault) in
            await gate.pass()
            throw .cancelled("the server stopped")
        })
        var options = RPCServerOptions()
        options.drainMs = 0
        let one = try rig.server(stuck, at: first, options: options)
        let parrot = Parrot()
        let two = try rig.server(parrot, at: second)
        let client = rig.client([second])
        defer { client.close() }
        try await rig.running(two) {
            try one.start()
            async let run: Void = one.run()
            async let answer = RegistryV1_CatalogueClient(client).get(
                RegistryV1.GetRequest(name: "x"),
                CallOptions(affinity: first.description)
            )
            await rig.until("the owner was not asked first") { gate.waitingCount == 1 }
            one.stop()
            try await run
            #expect(try await answer.document?.name == "x")
        }
        #expect(parrot.heard.count == 1)
        #expect(parrot.heard.first?.requestID == stuck.heard.first?.requestID)
    }

    @Test("leaves a server out after three timeouts and takes it back when it answers")
    func leavesOut() async throws {
        let clock = ManualClock()
        let isSilent = RisingNumber(clock: clock)
        let silent = try Endpoint("memory://silent")
        let rig = CallsRig(
            clock: clock,
            faults: { $0.endpoint == silent && isSilent.value == 1 ? [.drop] : [] }
        )
        let alive = try rig.endpoint()
        let (quiet, parrot) = (Parrot(), Parrot())
        let one = try rig.server(quiet, at: silent)
        let two = try rig.server(parrot, at: alive)
        let client = rig.client([silent, alive])
        defer { client.close() }
        let catalogue = RegistryV1_CatalogueClient(client)
        let owner = CallOptions(timeoutMs: 1_000, affinity: silent.description)
        try await rig.running(one) {
            try await rig.running(two) {
                _ = try await catalogue.put(RegistryV1.PutRequest(), owner)
                #expect(quiet.heard.count == 1)
                isSilent.raise(to: 1)
                for count in 1...3 {
                    #expect(!client.isLeftOut(silent))
                    let outcome = await advancing(clock) {
                        await fault { () async throws(Fault) in
                            try await catalogue.put(RegistryV1.PutRequest(), owner)
                        }
                    }
                    #expect(outcome?.code == .deadlineExceeded, "call \(count)")
                }
                #expect(client.isLeftOut(silent))
                // Now even calls that would rather go there go elsewhere.
                for _ in 0..<20 { _ = try await catalogue.put(RegistryV1.PutRequest(), owner) }
                #expect(parrot.heard.count == 20)
                isSilent.raise(to: 2)
                await advancing(clock) {
                    await rig.until("it was not taken back") { !client.isLeftOut(silent) }
                }
                _ = try await catalogue.put(RegistryV1.PutRequest(), owner)
                #expect(quiet.heard.count == 2)
            }
        }
    }

    @Test("says Hello on each connection and keeps the budget it is told")
    func hello() async throws {
        let clock = ManualClock()
        let spy = SpyBus(clock: clock)
        let rig = CallsRig(clock: clock, bus: spy)
        let endpoint = try rig.endpoint()
        let client = rig.client([endpoint])
        defer { client.close() }
        for bytes in [300_000, 700_000, 50_000] {
            var options = RPCServerOptions()
            options.sendBufferBytes = bytes
            let server = try rig.server(at: endpoint, options: options)
            try await rig.running(server) {
                _ = try await RegistryV1_CatalogueClient(client).get(RegistryV1.GetRequest())
                #expect(spy.channels.count == 1)
                #expect(spy.channels.first?.replyBudgetBytes == bytes)
            }
        }
    }

    @Test("pinned to an address asks nobody else")
    func pinned() async throws {
        let rig = CallsRig()
        let (a, b) = (try rig.endpoint(), try rig.endpoint())
        let (atA, atB) = (Parrot(), Parrot())
        let one = try rig.server(atA, at: a)
        let two = try rig.server(atB, at: b)
        let client = rig.client([a]) { $0.channel.connectTimeoutMs = 20 }
        defer { client.close() }
        try await rig.running(one) {
            try await rig.running(two) {
                let catalogue = RegistryV1_CatalogueClient(client.pinned(to: b))
                for _ in 0..<5 { _ = try await catalogue.get(RegistryV1.GetRequest()) }
            }
            #expect(atA.heard.isEmpty)
            #expect(atB.heard.count == 5)
            let gone = await fault { () async throws(Fault) in
                try await RegistryV1_CatalogueClient(client.pinned(to: b)).get(
                    RegistryV1.GetRequest(),
                    CallOptions(timeoutMs: 300)
                )
            }
            #expect(gone != nil)
            #expect(atA.heard.isEmpty)
        }
    }

    @Test("follows its list, closes what left it, and waits for a first address")
    func lists() async throws {
        let clock = SystemClock()
        let spy = SpyBus(clock: clock)
        let rig = CallsRig(clock: clock, bus: spy)
        let (a, b) = (try rig.endpoint(), try rig.endpoint())
        let one = try rig.server(at: a)
        let two = try rig.server(at: b)
        let client = rig.client([])
        defer { client.close() }
        let catalogue = RegistryV1_CatalogueClient(client)
        try await rig.running(one) {
            try await rig.running(two) {
                async let early = catalogue.put(RegistryV1.PutRequest(body: [7]))
                client.setAddresses([a])
                #expect(try await early.document?.body == [7])
                client.setAddresses([b])
                _ = try await catalogue.get(RegistryV1.GetRequest())
                #expect(client.addresses == [b])
                #expect(spy.channels.map(\.endpoint) == [a, b])
                let left = try #require(spy.channels.first)
                await #expect(throws: BusError.self) {
                    _ = try await left.call(
                        OutgoingFrame(copying: [1]),
                        maxReplyBytes: 100,
                        deadlineNs: clock.monotonicNs + 1_000_000_000
                    )
                }
            }
        }
    }

    @Test("lets long polls hold up neither calls nor each other")
    func longPolls() async throws {
        let rig = CallsRig()
        let gate = Gate(clock: rig.clock)
        let parrot = Parrot(watch: { (_, _) async throws(Fault) in
            await gate.pass()
            return RegistryV1.WatchCatalogueResponse(revision: 1)
        })
        try await rig.serving(parrot) { _, client, _ in
            let catalogue = RegistryV1_CatalogueClient(client)
            // Each wants more room than a connection has: over one channel they would take turns.
            let wishes = CallOptions(timeoutMs: 60_000, maxReplyBytes: 8 << 20)
            try await withThrowingTaskGroup(of: UInt64.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        let request = RegistryV1.WatchCatalogueRequest(waitMs: 50_000)
                        return try await catalogue.watch(request, wishes).revision
                    }
                }
                await rig.until("the polls wait for each other") { gate.waitingCount == 5 }
                _ = try await catalogue.get(RegistryV1.GetRequest(), wishes)
                gate.open()
                for try await revision in group { #expect(revision == 1) }
            }
        }
    }

    @Test("gives up when its task is cancelled, and when it is closed")
    func givesUp() async throws {
        let rig = CallsRig()
        let gate = Gate(clock: rig.clock)
        let parrot = Parrot(get: { (_, _) async throws(Fault) in
            await gate.pass()
            throw .cancelled("stopped")
        })
        var options = RPCServerOptions()
        options.drainMs = 0
        try await rig.serving(parrot, options: options) { _, client, _ in
            let catalogue = RegistryV1_CatalogueClient(client)
            let task = Task {
                await fault { () async throws(Fault) in
                    try await catalogue.get(RegistryV1.GetRequest())
                }
            }
            await rig.until("the call did not begin") { gate.waitingCount == 1 }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            async let other = fault { () async throws(Fault) in
                try await catalogue.get(RegistryV1.GetRequest())
            }
            await rig.until("the other call did not begin") { gate.waitingCount == 2 }
            client.close()
            #expect(await other?.code == .unavailable)
            let late = await fault { () async throws(Fault) in
                try await catalogue.get(RegistryV1.GetRequest())
            }
            #expect(late?.code == .unavailable)
        }
    }

    @Test("refuses an affinity that is no address, and a call without time")
    func badOptions() async throws {
        let rig = CallsRig()
        let client = rig.client([try rig.endpoint()])
        defer { client.close() }
        let catalogue = RegistryV1_CatalogueClient(client)
        let place = await fault { () async throws(Fault) in
            try await catalogue.get(RegistryV1.GetRequest(), CallOptions(affinity: "nowhere"))
        }
        #expect(place?.code == .invalidArgument)
        let time = await fault { () async throws(Fault) in
            try await catalogue.get(RegistryV1.GetRequest(), CallOptions(timeoutMs: 0))
        }
        #expect(time?.code == .deadlineExceeded)
    }
}
