// nanomsg under pressure: servers that come and go under load, and servers that do not read.

import Basics
import Bus
import Synchronization
import Testing

@Suite("pressure", .serialized)
struct PressureTests {
    @Test(
        "a server restarted ten times under load is found again each time",
        arguments: [BusKind.tcp, .ipc]
    )
    func restarts(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        var server = try rig.serve { echo($0, $1) }
        let channel = try rig.channel(to: server)
        let isOver = Shared(false)
        let answered = Shared(0)
        try await withThrowingTaskGroup(of: Set<BusError.Code>.self) { group in
            for number in 0..<32 {
                group.addTask {
                    var codes: Set<BusError.Code> = []
                    while !isOver.value {
                        let ended = await channel.failure(
                            bytes(of: number),
                            deadlineNs: rig.ahead(ms: 20_000)
                        )
                        if let ended {
                            codes.insert(ended.code)
                        } else {
                            answered.change { $0 += 1 }
                        }
                    }
                    return codes
                }
            }
            for round in 1...11 {
                let before = answered.value
                await rig.until("calls are answered over a new connection") {
                    channel.connectionNumber == round && answered.value > before + 200
                }
                guard round < 11 else { break }
                server.stop()
                server = try rig.bus.serve(
                    server.endpoint,
                    options: ServerOptions(),
                    handler: { echo($0, $1) }
                )
            }
            isOver.change { $0 = true }
            let codes = try await group.reduce(into: Set()) { $0.formUnion($1) }
            #expect(codes.isSubset(of: [.connectionLost, .notConnected]))
            #expect(codes.contains(.connectionLost))
        }
        #expect(channel.outstandingBytes == 0)
    }

    @Test(
        "short deadlines end calls when due, not at the next look at the connection",
        arguments: BusKind.allCases
    )
    func shortDeadlines(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        let server = try rig.serve { _, replier in replier.abandon() }
        let channel = try rig.channel(to: server)
        await rig.until("it is connected") { channel.isConnected }
        var elapsedMs: [UInt64] = []
        for _ in 0..<20 {
            let startNs = rig.clock.monotonicNs
            let ended = await channel.failure([1], deadlineNs: rig.ahead(ms: 5))
            #expect(ended?.code == .deadlineExceeded)
            elapsedMs.append((rig.clock.monotonicNs - startNs) / 1_000_000)
        }
        // The usual call, since a busy machine may hold up a few.
        #expect(elapsedMs.sorted()[10] < 35)
    }

    @Test(
        "requests that find no room wait for it and arrive in order",
        arguments: [BusKind.tcp, .ipc]
    )
    func noRoom(_ kind: BusKind) async throws {
        let rig = Rig(kind)
        // A real handler must not block; here it stands for a server that is stuck.
        let gate = Gate()
        let seen = Stash()
        let server = try rig.serve { message, replier in
            gate.wait()
            seen.take(message, replier)
        }
        let channel = try rig.channel(to: server)
        let deadline = rig.ahead(ms: 30_000)
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for number in 0..<40 {
                group.addTask {
                    try await channel.ask(
                        bytes(of: number) + [UInt8](repeating: 0, count: 1 << 20),
                        deadlineNs: deadline
                    )
                }
                await rig.until("it stands in line") { channel.callsInFlight == number + 1 }
            }
            #expect(seen.heard == 0)
            gate.open()
            await rig.until("all arrive") { seen.heard == 40 }
            let requests = seen.empty()
            #expect(requests.map { Array($0.bytes.prefix(4)) } == (0..<40).map(bytes(of:)))
            for request in requests { request.replier.reply(OutgoingFrame(copying: [1])) }
            for try await answer in group { #expect(answer == [1]) }
        }
    }
}

/// A value that tasks and threads share.
private final class Shared<Value: Sendable>: Sendable {
    private let held: Mutex<Value>
    init(_ value: Value) { held = Mutex(value) }
    var value: Value { held.withLock { $0 } }
    func change(_ body: (inout Value) -> Void) { held.withLock { value in body(&value) } }
}

/// Holds a thread until somebody opens it, at most ten seconds.
private final class Gate: Sendable {
    private let queue = BoundedQueue<Int>(capacity: 1)

    func open() { queue.close() }

    func wait() { _ = queue.pop(waitingAtMostNs: 10_000_000_000) }
}
