// The contract of every bus, part one: calls, replies, budget, limits.

import Basics
import Bus
import Testing

@Suite("every bus carries calls", .serialized)
struct ContractTests {
    @Test("a request comes back as the reply", arguments: BusKind.allCases)
    func echoes(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let server = try rig.serve { echo($0, $1) }
        let channel = try rig.channel(to: server)
        for count in [0, 1, 200, 70_000] {
            let sent = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let got = try await channel.ask(
                sent,
                maxReplyBytes: count,
                deadlineNs: rig.ahead(ms: 10_000)
            )
            #expect(got == sent)
        }
        #expect(channel.isConnected)
        #expect(channel.connectionNumber == 1)
        #expect(channel.outstandingBytes == 0)
        #expect(channel.callsInFlight == 0)
        await rig.until("every request is finished") { server.inFlight == 0 }
    }

    @Test(
        "256 calls in flight, answered in reverse, find their callers",
        arguments: BusKind.allCases
    )
    func outOfOrder(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let stash = Stash()
        let server = try rig.serve { stash.take($0, $1) }
        var options = ChannelOptions()
        options.inFlightMax = 256
        let channel = try rig.channel(to: server, options)
        channel.setReplyBudget(bytes: 1 << 20)
        let deadline = rig.ahead(ms: 20_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<256 {
                group.addTask {
                    let got = try await channel.ask(
                        bytes(of: number),
                        maxReplyBytes: 4,
                        deadlineNs: deadline
                    )
                    #expect(got == bytes(of: number))
                }
            }
            await rig.until("all 256 arrive before any is answered") { stash.heard == 256 }
            #expect(server.inFlight == 256)
            for request in stash.empty().reversed() {
                request.replier.reply(OutgoingFrame(copying: request.bytes))
            }
            try await group.waitForAll()
        }
    }

    @Test("a reply larger than the budget travels alone", arguments: BusKind.allCases)
    func largeReplyAlone(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let stash = Stash()
        let server = try rig.serve { stash.take($0, $1) }
        let channel = try rig.channel(to: server)
        #expect(channel.replyBudgetBytes == Limits.replyBudgetBytes)
        let large = 4 << 20
        let deadline = rig.ahead(ms: 20_000)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<3 {
                group.addTask {
                    try await channel.ask(bytes(of: number), deadlineNs: deadline).count
                }
            }
            await rig.until("the small ones arrive") { stash.heard == 3 }
            group.addTask {
                try await channel.ask([9], maxReplyBytes: large, deadlineNs: deadline).count
            }
            await rig.until("the large one stands in line") { channel.callsInFlight == 4 }
            group.addTask { try await channel.ask([8], deadlineNs: deadline).count }
            await rig.until("a small one stands behind it") { channel.callsInFlight == 5 }
            #expect(stash.heard == 3)
            for request in stash.empty() { request.replier.reply(OutgoingFrame(copying: [1])) }
            await rig.until("the large one arrives") { stash.heard == 4 }
            let alone = stash.empty()
            #expect(alone.map(\.bytes) == [[9]])
            #expect(channel.callsInFlight == 2)
            #expect(channel.outstandingBytes == channel.replyBudgetBytes)
            alone.first?.replier.reply(
                OutgoingFrame(copying: [UInt8](repeating: 7, count: large))
            )
            await rig.until("the last one arrives") { stash.heard == 5 }
            for request in stash.empty() { request.replier.reply(OutgoingFrame(copying: [1])) }
            let counts = try await group.reduce(into: []) { $0.append($1) }
            #expect(counts.sorted() == [1, 1, 1, 1, large])
        }
    }

    @Test("2,000 replies of 10 KB, asked for at once, all arrive", arguments: BusKind.allCases)
    func flood(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let server = try rig.serve { _, replier in
            replier.reply(OutgoingFrame(copying: [UInt8](repeating: 5, count: 10_240)))
        }
        var options = ChannelOptions()
        options.waitingMax = 2_000
        let channel = try rig.channel(to: server, options)
        channel.setReplyBudget(bytes: server.replyBudgetBytes)
        let deadline = rig.ahead(ms: 30_000)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<2_000 {
                group.addTask {
                    try await channel.ask([1], maxReplyBytes: 10_240, deadlineNs: deadline).count
                }
            }
            let total = try await group.reduce(0, +)
            #expect(total == 2_000 * 10_240)
        }
        #expect(channel.outstandingBytes == 0)
    }

    @Test("over the in-flight limit the overload hook answers", arguments: BusKind.allCases)
    func overload(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let stash = Stash()
        var options = ServerOptions()
        options.inFlightMax = 2
        options.overload = { _, replier in replier.reply(OutgoingFrame(copying: [99])) }
        let server = try rig.serve(options) { stash.take($0, $1) }
        let channel = try rig.channel(to: server)
        let deadline = rig.ahead(ms: 10_000)
        async let first = channel.ask([1], deadlineNs: deadline)
        async let second = channel.ask([2], deadlineNs: deadline)
        await rig.until("two are taken") { stash.heard == 2 }
        #expect(try await channel.ask([3], deadlineNs: deadline) == [99])
        #expect(server.inFlight == 2)
        for request in stash.empty() {
            request.replier.reply(OutgoingFrame(copying: request.bytes))
        }
        let answers = try await first + second
        #expect(answers == [1, 2])
        async let third = channel.ask([4], deadlineNs: deadline)
        await rig.until("there is room again") { stash.heard == 3 }
        for request in stash.empty() { request.replier.reply(OutgoingFrame(copying: [5])) }
        let last = try await third
        #expect(last == [5])
    }

    @Test("calls beyond the waiting line are refused unsent", arguments: BusKind.allCases)
    func tooManyCalls(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let stash = Stash()
        let server = try rig.serve { stash.take($0, $1) }
        var options = ChannelOptions()
        options.inFlightMax = 1
        options.waitingMax = 1
        let channel = try rig.channel(to: server, options)
        let deadline = rig.ahead(ms: 10_000)
        async let sent = channel.ask([1], deadlineNs: deadline)
        await rig.until("one is taken") { stash.heard == 1 }
        async let waiting = channel.ask([2], deadlineNs: deadline)
        await rig.until("one waits") { channel.callsInFlight == 2 }
        let refused = await channel.failure([3], deadlineNs: deadline)
        #expect(refused?.code == .tooManyCalls)
        #expect(refused?.mayHaveBeenSent == false)
        #expect(refused?.isRetriable == true)
        for request in stash.empty() { request.replier.reply(OutgoingFrame(copying: [7])) }
        await rig.until("the next is taken") { stash.heard == 2 }
        for request in stash.empty() { request.replier.reply(OutgoingFrame(copying: [8])) }
        let answers = try await sent + waiting
        #expect(answers == [7, 8])
    }

    @Test(
        "a request over the server's limit costs its connection, not the server",
        arguments: BusKind.allCases
    )
    func oversizedRequest(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        var options = ServerOptions()
        options.receiveBytesMax = 1_000
        let server = try rig.serve(options) { echo($0, $1) }
        let guilty = try rig.channel(to: server)
        let innocent = try rig.channel(to: server)
        let deadline = rig.ahead(ms: 10_000)
        let fitting = [UInt8](repeating: 1, count: 1_000)
        #expect(try await guilty.ask(fitting, deadlineNs: deadline) == fitting)
        #expect(try await innocent.ask([1], deadlineNs: deadline) == [1])
        let refused = await guilty.failure(
            [UInt8](repeating: 1, count: 1_001),
            deadlineNs: deadline
        )
        #expect(refused?.code == .connectionLost)
        #expect(try await innocent.ask([2], deadlineNs: deadline) == [2])
        #expect(innocent.connectionNumber == 1)
        #expect(try await guilty.ask([3], deadlineNs: deadline) == [3])
        #expect(guilty.connectionNumber == 2)
    }

    @Test("a frame goes once, and not over the channel's size", arguments: BusKind.allCases)
    func oneShotFrames(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let server = try rig.serve { message, replier in
            #expect(replier.reply(OutgoingFrame(copying: message.copyBytes())))
            #expect(!replier.reply(OutgoingFrame(copying: [1])))
        }
        var options = ChannelOptions()
        options.frameBytesMax = 100
        let channel = try rig.channel(to: server, options)
        let deadline = rig.ahead(ms: 10_000)
        let frame = OutgoingFrame(copying: [1])
        _ = try await channel.call(frame, maxReplyBytes: 10, deadlineNs: deadline)
        await #expect(throws: BusError.self) {
            _ = try await channel.call(frame, maxReplyBytes: 10, deadlineNs: deadline)
        }
        let refused = await channel.failure(
            [UInt8](repeating: 1, count: 101),
            deadlineNs: deadline
        )
        #expect(refused?.code == .frameTooLarge)
    }
}
