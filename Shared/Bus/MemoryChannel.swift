// A channel in memory: the same desk of calls as over nanomsg, with an outbox for a socket.

import Basics
import Synchronization

/// Carries a desk's frames to a `MemoryServer`.
final class MemoryChannel: BusChannel, FrameLink {
    private struct State {
        var connection: MemoryConnection?
        var outbox: [(message: Message, id: UInt32, connection: MemoryConnection)] = []
        var isFlushing = false
        var timer: (wakeNs: UInt64, task: Task<Void, Never>)?
        var isClosed = false
    }

    private let desk: CallDesk
    private let clock: any Clock
    private let receiveBytesMax: Int
    private weak let bus: MemoryBus?
    private let state = Mutex(State())

    init(_ endpoint: Endpoint, options: ChannelOptions, bus: MemoryBus) {
        clock = bus.clock
        receiveBytesMax = options.receiveBytesMax
        self.bus = bus
        desk = CallDesk(endpoint: endpoint, options: options, clock: bus.clock)
    }

    var endpoint: Endpoint { desk.endpoint }
    var isConnected: Bool { desk.isConnected }
    var connectionNumber: UInt64 { desk.connectionNumber }
    var callsInFlight: Int { desk.callsInFlight }
    var outstandingBytes: Int { desk.outstandingBytes }
    var replyBudgetBytes: Int { desk.replyBudgetBytes }

    func setReplyBudget(bytes: Int) { desk.setReplyBudget(bytes: bytes, over: self) }

    func call(
        _ frame: OutgoingFrame,
        maxReplyBytes: Int,
        deadlineNs: UInt64
    ) async throws(BusError) -> Message {
        try await desk.call(
            frame,
            maxReplyBytes: maxReplyBytes,
            deadlineNs: deadlineNs,
            over: self
        )
    }

    func close() {
        guard desk.close() else { return }
        bus?.forget(self)
        let (connection, timer) = state.withLock { state in
            state.isClosed = true
            state.outbox = []
            defer {
                state.connection = nil
                state.timer = nil
            }
            return (state.connection, state.timer)
        }
        timer?.task.cancel()
        connection?.cut()
    }

    func connected(_ connection: MemoryConnection) {
        let isTaken = state.withLock { state in
            guard !state.isClosed, state.connection == nil else { return false }
            state.connection = connection
            return true
        }
        if isTaken { desk.connected(over: self) } else { connection.cut() }
    }

    func lost(_ connection: MemoryConnection) {
        let wasPresent = state.withLock { state in
            guard state.connection === connection else { return false }
            state.connection = nil
            return true
        }
        guard wasPresent else { return }
        desk.lost(over: self)
        bus?.attach(self)
    }

    /// A reply arrives; one over a broken connection is thrown away.
    func arrived(_ message: Message, id: UInt32, over connection: MemoryConnection) {
        guard connection.isUp else { return }
        guard message.count <= receiveBytesMax else { return connection.cut() }
        desk.answered([(id, message)], over: self)
    }

    func send(_ frame: OutgoingFrame, id: UInt32) -> SendOutcome {
        state.withLock { state in
            guard let connection = state.connection else { return .full }
            guard let message = frame.delivered() else { return .failed("the frame is gone") }
            state.outbox.append((message, id, connection))
            return .sent
        }
    }

    /// Nothing to watch: there is room whenever there is a connection, and `connected` tells.
    func watchRoom(_ isWanted: Bool) {}

    func settle(wakeNs: UInt64) {
        flush()
        arm(wakeNs)
    }

    /// Brings the outbox to the server, unless somebody further up the stack is doing it.
    private func flush() {
        let isMine = state.withLock { state in
            guard !state.isFlushing, !state.outbox.isEmpty else { return false }
            state.isFlushing = true
            return true
        }
        guard isMine else { return }
        while let next = nextOut() {
            bus?.carry(next.message, isReply: false, over: next.connection) { message in
                next.connection.server.post(message, id: next.id, from: next.connection)
            }
        }
    }

    private func nextOut() -> (message: Message, id: UInt32, connection: MemoryConnection)? {
        state.withLock { state in
            guard !state.outbox.isEmpty else {
                state.isFlushing = false
                return nil
            }
            return state.outbox.removeFirst()
        }
    }

    /// Keeps one sleeping task per channel, which wakes no later than the desk asks.
    private func arm(_ wakeNs: UInt64) {
        guard wakeNs != .max else { return }
        let replaced = state.withLock { state -> Task<Void, Never>? in
            guard !state.isClosed else { return nil }
            if let timer = state.timer, timer.wakeNs <= wakeNs { return nil }
            let task = Task { [weak self, clock] in
                do {
                    try await clock.sleep(untilMonotonicNs: wakeNs)
                } catch {
                    return  // An earlier timer took over, or the channel closed.
                }
                self?.ring(wakeNs)
            }
            defer { state.timer = (wakeNs, task) }
            return state.timer?.task
        }
        replaced?.cancel()
    }

    private func ring(_ wakeNs: UInt64) {
        state.withLock { state in
            if state.timer?.wakeNs == wakeNs { state.timer = nil }
        }
        settle(wakeNs: desk.expire(over: self))
    }
}
