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
            async let answer = RegistryV1_CatalogueClient(client).get(RegistryV1.GetRequest())
            for round in 1...3 {
                await rig.until("no retry \(round)") { parrot.heard.count == round }
                // The wait itself: the server's and the channel's clocks sleep beside it.
                let heard = parrot.heard.count
                while parrot.heard.count == heard {
                    clock.advance(ms: 10)
                    await Task.yield()
                }
            }
            _ = try await answer
        }
        let heard = parrot.heard
        #expect(heard.map(\.attempt) == [0, 1, 2, 3])
        #expect(Set(heard.map(\.requestID)).count == 1)
        #expect(heard[0].requestID.count == 16)
        // Each try is told what is left of the call's time.
        let deadlines = heard.map(\.deadlineNs)
        #expect((deadlines.max() ?? 0) - (deadlines.min() ?? 0) < 50_000_000)
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
            RegistryV1.PutRequest(body: [1]), CallOptions(timeoutMs: 20_000))
        // Let it fail at least once before there is a server.
        await rig.until("it did not notice that nobody is there") { client.isLeftOut(endpoint) }
        let parrot = Parrot()
        let server = try rig.server(parrot, at: endpoint)
        try await rig.running(server) {
            #expect(try await answer.document?.body == [1])
        }
        #expect(parrot.heard.count == 1)
    }

    @Test("fails at once, with a hint, when the request is too large to send")
    func tooLarge() async throws {
        let rig = CallsRig()
        let client = rig.client([try rig.endpoint()])
        defer { client.close() }
        let record = IngestionV1.TrackRequest(
            records: Array(
                repeating: LogV1.LogRecord(identifier: String(repeating: "u", count: 200)), count: 1))
        _ = record
        let outcome = await fault { () async throws(Fault) in
            try await IngestionV1_IngestionClient(client).track(Self.largeTrack())
        }
        #expect(outcome?.code == .unavailable || outcome?.code == .resourceExhausted)
    }

    private static func largeTrack() -> IngestionV1.TrackRequest { IngestionV1.TrackRequest() }
}
