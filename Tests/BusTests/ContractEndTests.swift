// The contract of every bus, part two: how calls, connections, servers and channels end.

import Basics
import Bus
import Synchronization
import Testing

@Suite("every bus ends calls cleanly", .serialized)
struct ContractEndTests {
    @Test(
        "a call ends at its deadline; the late reply gives its budget back",
        arguments: BusKind.allCases
    )
    func deadlineAndLateReply(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let stash = Stash()
        let server = try rig.serve { stash.take($0, $1) }
        var options = ChannelOptions()
        options.lateReplyGraceMs = 600_000
        let channel = try rig.channel(to: server, options)
        await rig.until("it is connected") { channel.isConnected }
        let deadline = rig.ahead(ms: 400)
        let ended = await channel.failure([1], deadlineNs: deadline)
        #expect(ended?.code == .deadlineExceeded)
        #expect(ended?.mayHaveBeenSent == true)
        #expect(rig.clock.monotonicNs >= deadline)
        #expect(rig.clock.monotonicNs < deadline + 2_000_000_000)
        #expect(channel.callsInFlight == 0)
        #expect(channel.outstandingBytes > 0)
        for request in stash.empty() { request.replier.reply(OutgoingFrame(copying: [1])) }
        await rig.until("the late reply frees the budget") { channel.outstandingBytes == 0 }
        #expect(channel.connectionNumber == 1)
        let past = await channel.failure([2], deadlineNs: rig.clock.monotonicNs)
        #expect(past?.code == .deadlineExceeded)
        #expect(past?.mayHaveBeenSent == false)
        #expect(stash.heard == 1)
    }

    @Test(
        "without a late reply the budget comes back after the grace period",
        arguments: BusKind.allCases
    )
    func grace(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let server = try rig.serve { _, replier in replier.abandon() }
        var options = ChannelOptions()
        options.lateReplyGraceMs = 100
        let channel = try rig.channel(to: server, options)
        await rig.until("it is connected") { channel.isConnected }
        let ended = await channel.failure([1], deadlineNs: rig.ahead(ms: 400))
        #expect(ended?.code == .deadlineExceeded)
        #expect(ended?.mayHaveBeenSent == true)
        await rig.until("the grace period ends") { channel.outstandingBytes == 0 }
        #expect(server.inFlight == 0)
    }

    @Test(
        "a stopped server fails pending calls soon; started again it serves later ones",
        arguments: BusKind.allCases
    )
    func restart(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let stash = Stash()
        let server = try rig.serve { stash.take($0, $1) }
        let channel = try rig.channel(to: server)
        let deadline = rig.ahead(ms: 30_000)
        async let pending = withTaskGroup(of: BusError?.self) { group in
            for number in 0..<20 {
                group.addTask { await channel.failure(bytes(of: number), deadlineNs: deadline) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        await rig.until("all are pending") { stash.heard == 20 }
        channel.setReplyBudget(bytes: 1 << 20)
        let stoppedNs = rig.clock.monotonicNs
        server.stop()
        let ended = await pending
        #expect(ended.allSatisfy { $0?.code == .connectionLost && $0?.mayHaveBeenSent == true })
        #expect(rig.clock.monotonicNs - stoppedNs < 3_000_000_000)
        #expect(!channel.isConnected)
        #expect(channel.outstandingBytes == 0)
        #expect(channel.replyBudgetBytes == Limits.replyBudgetBytes)
        for request in stash.empty() {
            #expect(!request.replier.reply(OutgoingFrame(copying: [1])))
        }
        server.stop()
        let again = try rig.bus.serve(
            server.endpoint,
            options: ServerOptions(),
            handler: { echo($0, $1) }
        )
        await rig.until("the channel connects again") { channel.isConnected }
        #expect(try await channel.ask([7], deadlineNs: deadline) == [7])
        #expect(channel.connectionNumber == 2)
        again.stop()
    }

    @Test(
        "without a server a call fails after the connect timeout, unsent",
        arguments: BusKind.allCases
    )
    func notConnected(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        var options = ChannelOptions()
        options.connectTimeoutMs = 100
        let channel = try rig.bus.connect(try rig.freeEndpoint(), options: options)
        let startNs = rig.clock.monotonicNs
        let ended = await channel.failure([1], deadlineNs: rig.ahead(ms: 20_000))
        #expect(ended?.code == .notConnected)
        #expect(ended?.mayHaveBeenSent == false)
        #expect(rig.clock.monotonicNs - startNs >= 100_000_000)
        #expect(rig.clock.monotonicNs - startNs < 5_000_000_000)
        #expect(channel.connectionNumber == 0)
    }

    @Test(
        "a call made before the server starts is answered once it has",
        arguments: BusKind.allCases
    )
    func serverComesLater(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let endpoint = try rig.freeEndpoint()
        var options = ChannelOptions()
        options.connectTimeoutMs = 20_000
        let channel = try rig.bus.connect(endpoint, options: options)
        let deadline = rig.ahead(ms: 20_000)
        async let answer = channel.ask([4], deadlineNs: deadline)
        await rig.until("the call waits") { channel.callsInFlight == 1 }
        let server = try rig.bus.serve(
            endpoint,
            options: ServerOptions(),
            handler: { echo($0, $1) }
        )
        let got = try await answer
        #expect(got == [4])
        server.stop()
    }

    @Test("a cancelled task's call ends at once, sent or waiting", arguments: BusKind.allCases)
    func cancel(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let stash = Stash()
        let server = try rig.serve { stash.take($0, $1) }
        var options = ChannelOptions()
        options.inFlightMax = 1
        let channel = try rig.channel(to: server, options)
        let deadline = rig.ahead(ms: 60_000)
        let sent = Task { await channel.failure([1], deadlineNs: deadline) }
        await rig.until("the first is sent") { stash.heard == 1 }
        let waiting = Task { await channel.failure([2], deadlineNs: deadline) }
        await rig.until("the second waits") { channel.callsInFlight == 2 }
        waiting.cancel()
        let second = await waiting.value
        #expect(second?.code == .cancelled)
        #expect(second?.mayHaveBeenSent == false)
        sent.cancel()
        let first = await sent.value
        #expect(first?.code == .cancelled)
        #expect(first?.mayHaveBeenSent == true)
        #expect(channel.callsInFlight == 0)
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await channel.failure([3], deadlineNs: deadline)
        }
        #expect(await early.value?.code == .cancelled)
        #expect(stash.heard == 1)
    }

    @Test("closing ends the calls, and later ones are refused", arguments: BusKind.allCases)
    func close(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let stash = Stash()
        let server = try rig.serve { stash.take($0, $1) }
        let channel = try rig.channel(to: server)
        let deadline = rig.ahead(ms: 60_000)
        async let pending = channel.failure([1], deadlineNs: deadline)
        await rig.until("it is pending") { stash.heard == 1 }
        channel.close()
        let ended = await pending
        #expect(ended?.code == .closed)
        channel.close()
        #expect(await channel.failure([2], deadlineNs: deadline)?.code == .closed)
        #expect(stash.heard == 1)
        rig.bus.shutDown()
        rig.bus.shutDown()
        #expect(throws: BusError.self) {
            try rig.bus.connect(server.endpoint, options: ChannelOptions())
        }
        #expect(throws: BusError.self) {
            try rig.bus.serve(server.endpoint, options: ServerOptions(), handler: { _, _ in })
        }
    }

    @Test(
        "calls that race with closing all end, and the next bus is unharmed",
        arguments: BusKind.allCases
    )
    func closeRace(_ kind: BusKind) async throws {
        for round in 0..<10 {
            let rig = Rig(kind)
            let server = try rig.serve { echo($0, $1) }
            let channel = try rig.channel(to: server)
            let deadline = rig.ahead(ms: 20_000)
            let codes = await withTaskGroup(of: BusError.Code?.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        await channel.failure(bytes(of: number), deadlineNs: deadline)?.code
                    }
                }
                group.addTask {
                    if round % 2 == 0 { channel.close() } else { server.stop() }
                    rig.bus.shutDown()
                    return nil
                }
                return await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(codes.isSubset(of: [nil, .closed, .connectionLost, .notConnected]))
        }
    }

    @Test("an endpoint is bound once", arguments: BusKind.allCases)
    func addressInUse(_ kind: BusKind) throws {
        let rig = Rig(kind)
        let server = try rig.serve { echo($0, $1) }
        #expect {
            try rig.bus.serve(server.endpoint, options: ServerOptions(), handler: { _, _ in })
        } throws: { error in
            (error as? BusError)?.code == .addressInUse && (error as? BusError)?.hint != ""
        }
        server.stop()
        let again = try rig.bus.serve(
            server.endpoint,
            options: ServerOptions(),
            handler: { _, _ in }
        )
        again.stop()
    }
}
