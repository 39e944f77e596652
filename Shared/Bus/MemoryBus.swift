// The bus inside one process, for tests and the simulation: same manners, no sockets, own faults.

public import Basics
import Synchronization

/// A bus in memory, where handlers run inline on whoever sends, one at a time per server.
///
/// Deadlines and delays follow the clock, so a clock moved by hand moves them. Takes every kind of
/// endpoint as a name. May be used from any thread; keep it as long as its channels.
public final class MemoryBus: Bus {
    /// One frame on its way.
    public struct Passage: Sendable, Hashable {
        /// The server's.
        public let endpoint: Endpoint
        /// From the server, or to it.
        public let isReply: Bool
        /// Counts the frames of this bus from 1.
        public let number: UInt64
    }

    /// What may happen to a frame.
    public enum Fault: Sendable, Hashable {
        /// It is lost without notice.
        case drop
        /// It arrives twice.
        case duplicate
        /// It arrives so many nanoseconds later; others overtake it.
        case delay(ns: UInt64)
        /// It is lost and its connection breaks; the channel connects again at once.
        case disconnect
    }

    /// Says what happens to a frame; an empty list lets it pass.
    ///
    /// Called under no lock.
    public typealias FaultHook = @Sendable (Passage) -> [Fault]

    private struct State {
        var servers: [Endpoint: MemoryServer] = [:]
        var channels: [MemoryChannel] = []
        var delayed: [UInt64: Task<Void, Never>] = [:]
        var passageCount: UInt64 = 0
        var isShutDown = false
    }

    let clock: any Clock
    private let faults: FaultHook?
    private let state = Mutex(State())

    /// A bus without servers.
    public init(clock: any Clock, faults: FaultHook? = nil) {
        self.clock = clock
        self.faults = faults
    }

    deinit { shutDown() }

    /// Takes the endpoint's name; throws `.addressInUse` when a server has it.
    public func serve(
        _ endpoint: Endpoint,
        options: ServerOptions,
        handler: @escaping BusHandler
    ) throws(BusError) -> any BusServer {
        let server = MemoryServer(endpoint, options: options, handler: handler, bus: self)
        let refusal: BusError.Code? = state.withLock { state in
            if state.isShutDown { return .closed }
            if state.servers[endpoint] != nil { return .addressInUse }
            state.servers[endpoint] = server
            return nil
        }
        if let refusal {
            throw BusError(refusal, operation: "serve", place: endpoint.description)
        }
        for channel in channels(to: endpoint) { attach(channel) }
        return server
    }

    /// Opens a channel, connected when there is a server by that name, else once there is.
    public func connect(
        _ endpoint: Endpoint,
        options: ChannelOptions
    ) throws(BusError) -> any BusChannel {
        let channel = MemoryChannel(endpoint, options: options, bus: self)
        let isLate = state.withLock { state in
            if !state.isShutDown { state.channels.append(channel) }
            return state.isShutDown
        }
        guard !isLate else {
            throw BusError(.closed, operation: "connect", place: endpoint.description)
        }
        attach(channel)
        return channel
    }

    /// Closes the channels, stops the servers, forgets what is delayed.
    public func shutDown() {
        let (servers, channels, delayed) = state.withLock { state in
            state.isShutDown = true
            return (state.servers.values.map(\.self), state.channels, state.delayed.values)
        }
        for task in delayed { task.cancel() }
        for channel in channels { channel.close() }
        for server in servers { server.stop() }
    }

    /// Connects the channel when there is a server.
    func attach(_ channel: MemoryChannel) {
        let server = state.withLock { state in
            state.channels.contains { $0 === channel } ? state.servers[channel.endpoint] : nil
        }
        guard let server else { return }
        let connection = MemoryConnection(channel: channel, server: server)
        guard server.accept(connection) else { return }
        channel.connected(connection)
    }

    func forget(_ server: MemoryServer) {
        state.withLock { state in
            if state.servers[server.endpoint] === server { state.servers[server.endpoint] = nil }
        }
    }

    func forget(_ channel: MemoryChannel) {
        state.withLock { state in state.channels.removeAll { $0 === channel } }
    }

    /// Brings a frame to the other end of its connection, through the faults.
    func carry(
        _ message: Message,
        isReply: Bool,
        over connection: MemoryConnection,
        arrive: @escaping @Sendable (Message) -> Void
    ) {
        guard let faults else { return arrive(message) }
        let number = state.withLock { state in
            state.passageCount += 1
            return state.passageCount
        }
        var copies = [message]
        var delayNs: UInt64 = 0
        let endpoint = connection.server.endpoint
        for fault in faults(Passage(endpoint: endpoint, isReply: isReply, number: number)) {
            switch fault {
            case .drop: return
            case .duplicate:
                guard let twin = OutgoingFrame(copying: message.copyBytes()).delivered() else {
                    continue
                }
                copies.append(twin)
            case .delay(let ns): delayNs = max(delayNs, ns)
            case .disconnect: return connection.cut()
            }
        }
        guard delayNs > 0 else {
            for copy in copies { arrive(copy) }
            return
        }
        deliver(copies, number, delayNs, arrive)
    }

    private func deliver(
        _ copies: [Message],
        _ number: UInt64,
        _ delayNs: UInt64,
        _ arrive: @escaping @Sendable (Message) -> Void
    ) {
        let (sum, overflow) = clock.monotonicNs.addingReportingOverflow(delayNs)
        let dueNs = overflow ? UInt64.max : sum
        state.withLock { state in
            guard !state.isShutDown else { return }
            state.delayed[number] = Task { [weak self, clock] in
                do {
                    try await clock.sleep(untilMonotonicNs: dueNs)
                } catch {
                    return  // Shut down: the frame is lost with the bus.
                }
                self?.state.withLock { state in state.delayed[number] = nil }
                for copy in copies { arrive(copy) }
            }
        }
    }

    private func channels(to endpoint: Endpoint) -> [MemoryChannel] {
        state.withLock { state in state.channels.filter { $0.endpoint == endpoint } }
    }
}
