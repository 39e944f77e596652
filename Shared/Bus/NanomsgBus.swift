// The real bus: nanomsg over tcp:// and private ipc://.

public import Basics
import Synchronization

/// The bus between processes: a thread per server and one poll thread for all channels.
///
/// May be used from any thread. Letting it go shuts it down, so keep it as long as its channels.
public final class NanomsgBus: Bus {
    private struct State {
        var servers: [NanomsgServer] = []
        var loop: PollLoop?
        var pollThread: OwnThread?
        var isShutDown = false
    }

    private let clock: any Clock
    private let threadNamePrefix: String
    private let state = Mutex(State())

    /// A bus without threads yet; they are named `PREFIX-rx` and `PREFIX-poll`.
    public init(clock: any Clock, threadNamePrefix: String = "bus") {
        self.clock = clock
        self.threadNamePrefix = threadNamePrefix
    }

    deinit { shutDown() }

    /// Binds and starts the server's thread; throws `.addressInUse`, `.folderNotPrivate` and such.
    public func serve(
        _ endpoint: Endpoint,
        options: ServerOptions,
        handler: @escaping BusHandler
    ) throws(BusError) -> any BusServer {
        try check(endpoint, "serve")
        let server = try NanomsgServer(endpoint, options: options, handler: handler)
        try server.start(threadName: "\(threadNamePrefix)-rx")
        let isLate = state.withLock { state in
            state.servers.removeAll { $0.hasStopped }
            if !state.isShutDown { state.servers.append(server) }
            return state.isShutDown
        }
        guard !isLate else {
            server.stop()
            throw BusError(.closed, operation: "serve", place: endpoint.description)
        }
        return server
    }

    /// Opens a socket that connects by itself; throws when there are no sockets left.
    public func connect(
        _ endpoint: Endpoint,
        options: ChannelOptions
    ) throws(BusError) -> any BusChannel {
        try check(endpoint, "connect")
        return try NanomsgChannel(
            endpoint,
            options: options,
            clock: clock,
            loop: try runningLoop(endpoint)
        )
    }

    /// Closes the channels, stops the servers and joins the threads.
    public func shutDown() {
        let (servers, loop, pollThread) = state.withLock { state in
            state.isShutDown = true
            defer { state.servers = [] }
            return (state.servers, state.loop, state.pollThread)
        }
        loop?.stop()
        for server in servers { server.stop() }
        pollThread?.join()
    }

    private func check(_ endpoint: Endpoint, _ operation: String) throws(BusError) {
        guard case .memory = endpoint.transport else { return }
        throw BusError(
            .invalidEndpoint,
            operation: operation,
            place: endpoint.description,
            hint: "memory:// is for MemoryBus; use tcp:// or ipc://"
        )
    }

    private func runningLoop(_ endpoint: Endpoint) throws(BusError) -> PollLoop {
        try state.withLock { state throws(BusError) in
            guard !state.isShutDown else {
                throw BusError(.closed, operation: "connect", place: endpoint.description)
            }
            if let loop = state.loop { return loop }
            let loop = try PollLoop(clock: clock)
            do throws(ThreadError) {
                state.pollThread = try OwnThread.start(name: "\(threadNamePrefix)-poll") {
                    loop.run()
                }
            } catch {
                throw BusError(
                    .socketLimit,
                    operation: "connect",
                    place: endpoint.description,
                    hint: error.hint
                )
            }
            state.loop = loop
            return loop
        }
    }
}
