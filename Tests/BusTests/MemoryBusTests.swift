// Faults of the bus in memory, under a clock that only the test moves.

import Basics
import Kit
import Synchronization
import Testing

@testable import Bus

@Suite("faults in memory")
struct MemoryBusTests {
    /// A bus whose n-th frame meets the named faults.
    func bus(_ clock: ManualClock, _ faults: [UInt64: [MemoryBus.Fault]]) -> MemoryBus {
        MemoryBus(clock: clock) { passage in faults[passage.number] ?? [] }
    }

    func serve(_ bus: MemoryBus, _ handler: @escaping BusHandler) throws -> any BusChannel {
        let endpoint = try Endpoint("tcp://a:1")
        _ = try bus.serve(endpoint, options: ServerOptions(), handler: handler)
        return try bus.connect(endpoint, options: ChannelOptions())
    }

    @Test(
        "a dropped request, and a dropped reply, end at the deadline of the clock",
        arguments: [1, 2] as [UInt64]
    )
    func drop(_ lost: UInt64) async throws {
        let clock = ManualClock()
        let bus = bus(clock, [lost: [.drop]])
        let channel = try serve(bus) { echo($0, $1) }
        let deadline = clock.monotonicNs + 5_000_000
        async let ended = channel.failure([1], deadlineNs: deadline)
        await clock.waitForSleepers()
        #expect(channel.callsInFlight == 1)
        clock.advance(ms: 5)
        let error = await ended
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.mayHaveBeenSent == true)
        #expect(try await channel.ask([2], deadlineNs: clock.monotonicNs + 1) == [2])
    }

    @Test("a doubled request is heard twice and answered once")
    func duplicate() async throws {
        let clock = ManualClock()
        let bus = bus(clock, [1: [.duplicate], 2: [.duplicate]])
        let heard = Stash()
        let channel = try serve(bus) { message, replier in
            let bytes = message.copyBytes()
            heard.take(message, replier)
            replier.reply(OutgoingFrame(copying: bytes))
        }
        #expect(try await channel.ask([3], deadlineNs: .max) == [3])
        #expect(heard.heard == 2)
        #expect(channel.outstandingBytes == 0)
        #expect(try await channel.ask([4], deadlineNs: .max) == [4])
    }

    @Test("a delayed request is overtaken and arrives when the clock says so")
    func delay() async throws {
        let clock = ManualClock()
        let bus = bus(clock, [1: [.delay(ns: 7_000_000)]])
        let channel = try serve(bus) { echo($0, $1) }
        async let slow = channel.ask([1], deadlineNs: .max)
        await clock.waitForSleepers()
        #expect(try await channel.ask([2], deadlineNs: .max) == [2])
        #expect(channel.callsInFlight == 1)
        clock.advance(ms: 7)
        let late = try await slow
        #expect(late == [1])
    }

    @Test("a broken connection fails what was sent, and the next call goes over a new one")
    func disconnect() async throws {
        let clock = ManualClock()
        let bus = bus(clock, [3: [.disconnect]])
        let channel = try serve(bus) { echo($0, $1) }
        #expect(try await channel.ask([1], deadlineNs: .max) == [1])
        let error = await channel.failure([2], deadlineNs: .max)
        #expect(error?.code == .connectionLost)
        #expect(channel.isConnected)
        #expect(channel.connectionNumber == 2)
        #expect(try await channel.ask([3], deadlineNs: .max) == [3])
    }

    @Test("a hook that breaks every frame fails every call and overflows nothing")
    func alwaysBroken() async throws {
        let bus = MemoryBus(clock: ManualClock()) { _ in [.disconnect] }
        let channel = try serve(bus) { echo($0, $1) }
        let codes = await withTaskGroup(of: BusError.Code?.self) { group in
            for number in 0..<500 {
                group.addTask {
                    await channel.failure(bytes(of: number), deadlineNs: .max)?.code
                }
            }
            return await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(codes == [.connectionLost])
    }

    @Test("a delayed frame dies with the bus")
    func shutDown() async throws {
        let clock = ManualClock()
        let bus = bus(clock, [1: [.delay(ns: 1_000)]])
        let heard = Stash()
        let channel = try serve(bus) { heard.take($0, $1) }
        async let ended = channel.failure([1], deadlineNs: .max)
        await clock.waitForSleepers()
        bus.shutDown()
        let error = await ended
        #expect(error?.code == .closed)
        clock.advance(ms: 1)
        #expect(heard.heard == 0)
    }
}
