// Frames that are cut off, damaged or made of chance: answered or dropped, never harmful.

import Basics
import Bus
import Chassis
import Kit
import Messages
import Testing
import Wire

@Suite("Hostile frames")
struct HostileFrameTests {
    @Test("random bytes are answered or dropped", arguments: CallBus.allCases, [1, 2] as [UInt64])
    func random(_ kind: CallBus, _ seed: UInt64) async throws {
        let rig = CallsRig(kind)
        var chance = SeededRandom(seed: seed)
        try await rig.serving { server, client, endpoint in
            for round in 0..<200 {
                let count = chance.below(200)
                var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
                // Half of them get past the first two checks.
                if round % 2 == 0, count > 4 {
                    bytes.replaceSubrange(0..<4, with: [0x53, 0x4c, 1, 0])
                }
                let reply = try await rig.raw(bytes, to: endpoint)
                #expect(reply.header.status != .ok, "seed \(seed), round \(round)")
            }
            try await isUnharmed(server, client)
        }
    }

    @Test("frames cut off at every byte are refused", arguments: CallBus.allCases)
    func truncated(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        let whole = try RawFrame(payload: HealthV1.CheckRequest(service: "x").encode()).bytes()
        try await rig.serving { server, client, endpoint in
            for count in 0..<whole.count {
                let reply = try await rig.raw(Array(whole.prefix(count)), to: endpoint)
                #expect(reply.header.status == .invalidArgument, "\(count) bytes")
            }
            try await isUnharmed(server, client)
        }
    }

    @Test("one changed bit anywhere is noticed", arguments: [3, 4] as [UInt64])
    func flipped(_ seed: UInt64) async throws {
        let rig = CallsRig()
        let parrot = Parrot()
        var frame = RawFrame()
        frame.header.method = RegistryV1_CatalogueMethods.put.name
        frame.payload = try RegistryV1.PutRequest(
            name: "n",
            body: [UInt8](repeating: 3, count: 40)
        ).encode()
        let whole = try frame.bytes()
        var chance = SeededRandom(seed: seed)
        try await rig.serving(parrot) { server, client, endpoint in
            for _ in 0..<300 {
                var bytes = whole
                bytes[chance.below(bytes.count)] ^= 1 << UInt8(chance.below(8))
                let reply = try await rig.raw(bytes, to: endpoint)
                #expect(reply.header.status != .ok, "seed \(seed)")
            }
            #expect(parrot.heard.isEmpty)
            try await isUnharmed(server, client)
        }
    }

    @Test("a wrong checksum is UNAVAILABLE, so that the sender may send again")
    func checksum() async throws {
        let rig = CallsRig()
        try await rig.serving { _, _, endpoint in
            var bytes = try RawFrame().bytes()
            bytes[12] ^= 0xff
            let reply = try await rig.raw(bytes, to: endpoint)
            #expect(reply.header.status == .unavailable)
            #expect(reply.header.place == "frame[12]")
        }
    }

    @Test(
        "headers and payloads of chance behind a right checksum are refused",
        arguments: [5] as [UInt64]
    )
    func nonsenseWithin(_ seed: UInt64) async throws {
        let rig = CallsRig()
        var chance = SeededRandom(seed: seed)
        try await rig.serving { server, client, endpoint in
            for _ in 0..<300 {
                var frame = RawFrame()
                frame.header.method = RegistryV1_CatalogueMethods.put.name
                frame.payload = (0..<chance.below(60)).map { _ in
                    UInt8(truncatingIfNeeded: chance.next())
                }
                // Any status will do; unknown fields and empty payloads are a request too.
                _ = try await rig.raw(frame.bytes(), to: endpoint)
            }
            try await isUnharmed(server, client)
        }
    }

    @Test("a header without a proper request id, method or project is refused")
    func brokenHeaders() async throws {
        let rig = CallsRig()
        try await rig.serving { _, _, endpoint in
            var frame = RawFrame()
            frame.header.requestID = [1, 2, 3]
            let short = try await rig.raw(frame.bytes(), to: endpoint)
            #expect(short.header.place == "header.request_id")
            frame = RawFrame()
            frame.header.method = "Check"
            let bare = try await rig.raw(frame.bytes(), to: endpoint)
            #expect(bare.header.place == "header.method")
            frame = RawFrame()
            frame.header.project = "Not A Project"
            let project = try await rig.raw(frame.bytes(), to: endpoint)
            #expect(project.header.status == .invalidArgument)
            #expect(project.header.place == "header.project")
        }
    }

    private func isUnharmed(_ server: RPCServer, _ client: RPCClient) async throws {
        let health = try await HealthV1_HealthClient(client).check(HealthV1.CheckRequest())
        #expect(health.status == .serving)
        #expect(server.inFlight <= 1)
    }
}
