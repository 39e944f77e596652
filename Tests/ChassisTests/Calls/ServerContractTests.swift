// What every server does with good and bad frames, over both buses.

import Basics
import Bus
import Chassis
import Kit
import Messages
import Synchronization
import Testing
import Wire

@Suite("A server")
struct ServerContractTests {
    @Test("answers a call with the handler's response", arguments: CallBus.allCases)
    func echoes(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        try await rig.serving { _, client, _ in
            let catalogue = RegistryV1_CatalogueClient(client)
            for number in 0..<50 {
                let name = "document-\(number)"
                let answer = try await catalogue.get(RegistryV1.GetRequest(name: name))
                #expect(answer.document?.name == name)
            }
        }
    }

    @Test("answers many calls at once, each its own", arguments: CallBus.allCases)
    func manyAtOnce(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        try await rig.serving { _, client, _ in
            let catalogue = RegistryV1_CatalogueClient(client)
            let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        let options = CallOptions(maxReplyBytes: 2_000)
                        let answer = try await catalogue.get(
                            RegistryV1.GetRequest(name: "\(number)"),
                            options
                        )
                        return answer.document?.name != "\(number)"
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(wrong == 0)
        }
    }

    @Test("hands on project, deadline, attempt, caller and a child of the trace")
    func context() async throws {
        let rig = CallsRig()
        let parrot = Parrot()
        try await rig.serving(parrot) { _, client, _ in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let before = rig.clock.monotonicNs
            _ = try await RegistryV1_CatalogueClient(client).get(
                RegistryV1.GetRequest(),
                CallOptions(
                    timeoutMs: 7_000,
                    project: ProjectName("shop"),
                    requestID: [UInt8](repeating: 9, count: 16),
                    traceparent: trace,
                    metadata: [RpcV1.Metadata(name: "a", value: "b")]
                )
            )
            let call = try #require(parrot.heard.first)
            #expect(call.project?.text == "shop")
            #expect(call.requestID == [UInt8](repeating: 9, count: 16))
            #expect(call.attempt == 0)
            #expect(call.caller == "shoal")
            #expect(call.metadata.contains(RpcV1.Metadata(name: "a", value: "b")))
            #expect(call.deadlineNs > before + 6_000_000_000)
            let span = try #require(call.traceparent.flatMap(TraceContext.init))
            #expect(span.trace == "0af7651916cd43dd8448eb211c80319c")
            #expect(span.span != "b7ad6b7169203331")
            let onward = CallOptions(within: call, clock: rig.clock)
            #expect(onward.timeoutMs <= 7_000)
            #expect(onward.traceparent == call.traceparent)
            #expect(onward.project == call.project)
        }
    }

    @Test("tells the nearest name of an unknown method", arguments: CallBus.allCases)
    func unknownMethod(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        try await rig.serving { _, _, endpoint in
            var frame = RawFrame()
            frame.header.method = "/shoal.health.v1.Health/Chekc"
            let reply = try await rig.raw(frame.bytes(), to: endpoint)
            #expect(reply.header.status == .unimplemented)
            #expect(reply.header.requestID == frame.header.requestID)
            #expect(reply.header.hint == "did you mean /shoal.health.v1.Health/Check?")
            #expect(reply.header.place == "/shoal.health.v1.Health/Chekc")
        }
    }

    @Test("says UNIMPLEMENTED to methods of the contract it does not serve")
    func unservedMethods() async throws {
        let rig = CallsRig()
        try await rig.serving { _, client, _ in
            let elsewhere = await fault { () async throws(Fault) in
                try await RegistryV1_RegistryClient(client).roster(RegistryV1.RosterRequest())
            }
            #expect(elsewhere?.code == .unimplemented)
            let later = await fault { () async throws(Fault) in
                try await RegistryV1_CatalogueClient(client).delete(RegistryV1.DeleteRequest())
            }
            #expect(later?.code == .unimplemented)
        }
    }

    @Test("refuses a frame whose time is over without running the handler")
    func timeIsOver() async throws {
        let rig = CallsRig()
        let parrot = Parrot()
        let endpoint = try rig.endpoint()
        // Between the frame's arrival and the look at its deadline this clock moves on by 1 s.
        let server = try rig.server(parrot, at: endpoint, clock: RushingClock())
        try await rig.running(server) {
            var frame = RawFrame()
            frame.header.method = RegistryV1_CatalogueMethods.get.name
            frame.header.timeoutMs = 900
            let late = try await rig.raw(frame.bytes(), to: endpoint)
            #expect(late.header.status == .deadlineExceeded)
            frame.header.timeoutMs = 0
            let never = try await rig.raw(frame.bytes(), to: endpoint)
            #expect(never.header.status == .invalidArgument)
            #expect(never.header.place == "header.timeout_ms")
        }
        #expect(parrot.heard.isEmpty)
    }

    @Test("cancels a handler at its deadline and says so", arguments: CallBus.allCases)
    func cancelsAtDeadline(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        let gate = Gate(clock: rig.clock)
        let parrot = Parrot(get: { (_, _) async throws(Fault) in
            await gate.pass()
            return RegistryV1.GetResponse()
        })
        try await rig.serving(parrot) { server, _, endpoint in
            var frame = RawFrame()
            frame.header.method = RegistryV1_CatalogueMethods.get.name
            frame.header.timeoutMs = 30
            // On a busy machine the time may be over before the handler is reached.
            while gate.waitingCount == 0 {
                let reply = try await rig.raw(frame.bytes(), to: endpoint)
                #expect(reply.header.status == .deadlineExceeded)
                frame.header.timeoutMs *= 2
            }
            await rig.until("the work was not abandoned") {
                gate.cancelledCount == 1 && server.inFlight == 0
            }
        }
    }

    @Test("keeps the earliest of many deadlines first")
    func manyDeadlines() async throws {
        let clock = ManualClock()
        let rig = CallsRig(clock: clock)
        let gate = Gate(clock: clock)
        let parrot = Parrot(get: { (_, _) async throws(Fault) in
            await gate.pass()
            return RegistryV1.GetResponse()
        })
        try await rig.serving(parrot) { server, client, _ in
            let catalogue = RegistryV1_CatalogueClient(client)
            await withTaskGroup(of: Void.self) { group in
                for ms in [30_000, 1_000, 20_000, 500] as [UInt32] {
                    group.addTask {
                        _ = try? await catalogue.get(
                            RegistryV1.GetRequest(),
                            CallOptions(timeoutMs: ms, maxReplyBytes: 2_000)
                        )
                    }
                }
                await rig.until("four calls did not begin") { gate.waitingCount == 4 }
                for (ms, left) in [(500, 3), (500, 2), (19_000, 1), (10_000, 0)] {
                    clock.advance(ms: UInt64(ms))
                    await rig.until("after \(ms) ms not \(left) are left") {
                        server.inFlight == left
                    }
                }
            }
        }
    }

    @Test(
        "answers RESOURCE_EXHAUSTED to a frame over a client's limit",
        arguments: CallBus.allCases
    )
    func oversized(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        try await rig.serving { _, client, endpoint in
            var frame = RawFrame()
            frame.payload = [UInt8](repeating: 0, count: Limits.clientFrameBytes)
            let reply = try await rig.raw(frame.bytes(), to: endpoint)
            #expect(reply.header.status == .resourceExhausted)
            #expect(reply.header.requestID == frame.header.requestID)
            #expect(reply.header.hint?.contains("split") == true)
            // The service goes on.
            _ = try await HealthV1_HealthClient(client).check(HealthV1.CheckRequest())
        }
    }

    @Test("answers RESOURCE_EXHAUSTED in place of a reply that has no room")
    func replyTooLarge() async throws {
        let rig = CallsRig()
        let parrot = Parrot(get: { (_, _) async throws(Fault) in
            RegistryV1.GetResponse(
                document: RegistryV1.Document(body: [UInt8](repeating: 1, count: 100_000))
            )
        })
        try await rig.serving(parrot) { _, client, _ in
            let catalogue = RegistryV1_CatalogueClient(client)
            let small = await fault { () async throws(Fault) in
                try await catalogue.get(
                    RegistryV1.GetRequest(),
                    CallOptions(maxReplyBytes: 50_000)
                )
            }
            #expect(small?.code == .resourceExhausted)
            #expect(small?.place == "header.max_reply_bytes")
            #expect(small?.hint?.contains("max_reply_bytes") == true)
            let large = try await catalogue.get(
                RegistryV1.GetRequest(),
                CallOptions(maxReplyBytes: 200_000)
            )
            #expect(large.document?.body?.count == 100_000)
        }
    }

    @Test("answers INTERNAL with the request's id when a service breaks its own rules")
    func brokenService() async throws {
        let rig = CallsRig()
        let parrot = Parrot(
            get: { (request, _) async throws(Fault) in
                if request.name == "fault" { throw .internal("the index is torn") }
                return RegistryV1.GetResponse(
                    document: RegistryV1.Document(name: String(repeating: "x", count: 1_000))
                )
            })
        try await rig.serving(parrot) { _, client, _ in
            let catalogue = RegistryV1_CatalogueClient(client)
            let options = CallOptions(requestID: [UInt8](repeating: 0xab, count: 16))
            for name in ["fault", "limit"] {
                let fault = await fault { () async throws(Fault) in
                    try await catalogue.get(RegistryV1.GetRequest(name: name), options)
                }
                #expect(fault?.code == .internal)
                let id = String(repeating: "ab", count: 16)
                #expect(fault?.hint?.contains(id) == true)
            }
        }
    }

    @Test("has a limit of calls in flight, says so, and recovers", arguments: CallBus.allCases)
    func inFlightLimit(_ kind: CallBus) async throws {
        let rig = CallsRig(kind)
        let gate = Gate(clock: rig.clock)
        let parrot = Parrot(put: { (_, _) async throws(Fault) in
            await gate.pass()
            return RegistryV1.PutResponse()
        })
        var options = RPCServerOptions()
        options.inFlightMax = 4
        try await rig.serving(parrot, options: options) { server, client, _ in
            let catalogue = RegistryV1_CatalogueClient(client)
            let wishes = CallOptions(maxReplyBytes: 2_000)
            await withTaskGroup(of: Fault?.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        await fault { () async throws(Fault) in
                            try await catalogue.put(RegistryV1.PutRequest(), wishes)
                        }
                    }
                }
                await rig.until("four calls did not begin") { gate.waitingCount == 4 }
                let fifth = await fault { () async throws(Fault) in
                    try await catalogue.put(RegistryV1.PutRequest(), wishes)
                }
                #expect(fifth?.code == .resourceExhausted)
                #expect((fifth?.retryAfterMs ?? 0) > 0)
                gate.open()
                for await other in group { #expect(other == nil) }
            }
            await rig.until("calls are left over") { server.inFlight == 0 }
            let late = await fault { () async throws(Fault) in
                try await catalogue.put(RegistryV1.PutRequest(), wishes)
            }
            #expect(late == nil)
        }
    }

    @Test("asks who may call what")
    func admits() async throws {
        let rig = CallsRig()
        var options = RPCServerOptions()
        options.admit = { method, header in
            method.role == "service" && header.caller != "shoal"
                ? .permissionDenied("not for you", place: header.method) : nil
        }
        try await rig.serving(options: options) { _, client, endpoint in
            let catalogue = RegistryV1_CatalogueClient(client)
            _ = try await catalogue.get(RegistryV1.GetRequest())
            let stranger = rig.client([endpoint]) { $0.caller = "stranger" }
            defer { stranger.close() }
            let refusal = await fault { () async throws(Fault) in
                try await RegistryV1_CatalogueClient(stranger).get(RegistryV1.GetRequest())
            }
            #expect(refusal?.code == .permissionDenied)
        }
    }
}
