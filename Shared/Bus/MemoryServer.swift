// A server in memory: an inbox that whoever posts empties, and the routes back to the callers.

import Synchronization

/// One channel's present way to a server; a new one after each break.
final class MemoryConnection: Sendable {
    let channel: MemoryChannel
    let server: MemoryServer
    private let isOpen = Atomic(true)

    init(channel: MemoryChannel, server: MemoryServer) {
        self.channel = channel
        self.server = server
    }

    var isUp: Bool { isOpen.load(ordering: .acquiring) }

    /// Breaks it, the first time, and lets the channel look for another.
    func cut() {
        guard isOpen.exchange(false, ordering: .acquiringAndReleasing) else { return }
        server.forget(self)
        channel.lost(self)
    }
}

/// Hears one request at a time, on the thread that brought it.
final class MemoryServer: BusServer, ReplySink {
    private struct Request {
        let message: Message
        let connection: MemoryConnection
        let id: UInt32
    }

    private struct State {
        var inbox: [Request] = []
        var isHearing = false
        var routes: [UInt64: Request] = [:]
        var lastToken: UInt64 = 0
        var connections: [MemoryConnection] = []
        var isStopped = false
    }

    let endpoint: Endpoint
    let replyBudgetBytes: Int
    private let receiveBytesMax: Int
    private let door: RequestDoor
    private weak let bus: MemoryBus?
    private let state = Mutex(State())

    init(
        _ endpoint: Endpoint,
        options: ServerOptions,
        handler: @escaping BusHandler,
        bus: MemoryBus
    ) {
        self.endpoint = endpoint
        replyBudgetBytes = max(options.sendBufferBytes, 1)
        receiveBytesMax = options.receiveBytesMax
        door = RequestDoor(options: options, handler: handler)
        self.bus = bus
    }

    var inFlight: Int { door.inFlight }

    func stop() {
        let connections = state.withLock { state in
            state.isStopped = true
            state.inbox = []
            state.routes = [:]
            return state.connections
        }
        bus?.forget(self)
        for connection in connections { connection.cut() }
    }

    /// False when the server has stopped.
    func accept(_ connection: MemoryConnection) -> Bool {
        state.withLock { state in
            if !state.isStopped { state.connections.append(connection) }
            return !state.isStopped
        }
    }

    func forget(_ connection: MemoryConnection) {
        state.withLock { state in state.connections.removeAll { $0 === connection } }
    }

    /// A request arrives; hears it, and what others post meanwhile, unless somebody does already.
    func post(_ message: Message, id: UInt32, from connection: MemoryConnection) {
        guard message.count <= receiveBytesMax else { return connection.cut() }
        let isMine = state.withLock { state in
            guard !state.isStopped, connection.isUp else { return false }
            state.inbox.append(Request(message: message, connection: connection, id: id))
            defer { state.isHearing = true }
            return !state.isHearing
        }
        guard isMine else { return }
        while let (request, token) = next() {
            door.hear(request.message, token: token, sink: self)
        }
    }

    func send(_ frame: OutgoingFrame, token: UInt64) -> Bool {
        let route = state.withLock { state in state.routes[token] }
        guard let route, let message = frame.delivered() else { return false }
        // Like nanomsg: a reply whose way back is gone is thrown away and called sent.
        guard route.connection.isUp else { return true }
        bus?.carry(message, isReply: true, over: route.connection) { message in
            route.connection.channel.arrived(message, id: route.id, over: route.connection)
        }
        return true
    }

    func finished(token: UInt64, isCounted: Bool) {
        state.withLock { state in state.routes[token] = nil }
        door.finished(isCounted: isCounted)
    }

    private func next() -> (Request, token: UInt64)? {
        state.withLock { state in
            guard !state.inbox.isEmpty else {
                state.isHearing = false
                return nil
            }
            let request = state.inbox.removeFirst()
            state.lastToken += 1
            state.routes[state.lastToken] = request
            return (request, state.lastToken)
        }
    }
}
