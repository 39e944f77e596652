// A server of generated services over a bus: bound, bounded, timed, drained.

public import Basics
public import Bus
public import Logging
public import Messages
public import Metrics
public import ServiceLifecycle
import Synchronization

/// How a server works.
public struct RPCServerOptions: Sendable {
    /// Calls in flight, beyond which a frame is answered RESOURCE_EXHAUSTED.
    public var inFlightMax = Limits.callsPerServer
    /// How long a draining server lets calls finish before it cancels them, in milliseconds.
    public var drainMs: UInt64 = 10_000
    /// How long cancelled calls may take to end, in milliseconds; then the server closes anyway.
    public var cancelMs: UInt64 = 1_000
    /// The kernel's send buffer per connection, in bytes: what Hello advertises at most.
    public var sendBufferBytes = ServerOptions().sendBufferBytes
    /// Who may call what; nil lets the call pass.
    ///
    /// Frames are not sealed yet, so all may call all.
    public var admit: @Sendable (MethodDescription, RpcV1.RequestHeader) -> Fault? = { _, _ in nil }

    /// Ends calls of the server, for a method that cancels others.
    public var ender: CallEnder?

    /// The usual ones.
    public init() {}
}

/// Serves the methods it is given, and Health, Reflection and Admin besides.
///
/// The members may be called from any thread.
public final class RPCServer: Service, Sendable {
    private let endpoint: Endpoint
    private let bus: any Bus
    private let house: ServerHouse
    private let clock: any Clock
    private let logger: Logger
    private let options: RPCServerOptions
    private let calls: RunningCalls
    private let dispatcher: Dispatcher
    private let bound: BoundServer
    /// Rises when the server is to stop.
    private let stopMark: RisingNumber

    /// A server that is not yet bound.
    public init(
        _ endpoint: Endpoint,
        bus: any Bus,
        methods: [ServedMethod],
        house: ServerHouse,
        clock: any Clock,
        random: SeededRandom,
        logger: Logger,
        metrics: any MetricsFactory,
        options: RPCServerOptions = RPCServerOptions()
    ) {
        self.endpoint = endpoint
        self.bus = bus
        self.house = house
        self.clock = clock
        self.logger = logger
        self.options = options
        let bound = BoundServer()
        self.bound = bound
        calls = RunningCalls(callsMax: options.inFlightMax, clock: clock)
        options.ender?.attach(calls)
        stopMark = RisingNumber(clock: clock)
        let own = Set(methods.map(\.description.service))
        let services = HouseServices(
            house: house,
            clock: clock,
            services: own.union(HouseServices.names).sorted(),
            replyBudgetBytes: { bound.replyBudgetBytes }
        )
        dispatcher = Dispatcher(
            table: MethodTable(methods, house: services.methods, metrics: metrics),
            instance: house.instance,
            clock: clock,
            random: random,
            logger: logger,
            admit: options.admit
        )
    }

    /// What one connection may have in flight, in bytes; 0 before `start`.
    public var replyBudgetBytes: Int { bound.replyBudgetBytes }

    /// Calls begun and not yet returned.
    public var inFlight: Int { calls.count }

    /// Binds the endpoint, once; frames are answered from here on, deadlines kept once it runs.
    public func start() throws(BusError) {
        try bound.bind { () throws(BusError) in
            var busOptions = ServerOptions()
            busOptions.inFlightMax = options.inFlightMax
            // Room above a client's limit, so that too large a frame is answered.
            busOptions.receiveBytesMax = FrameRoom.anyBytesMax
            busOptions.sendBufferBytes = options.sendBufferBytes
            busOptions.overload = { [dispatcher] message, replier in
                dispatcher.refuseUnread(message, replier, Dispatcher.full)
            }
            return try bus.serve(endpoint, options: busOptions) {
                [clock, calls, dispatcher] message, replier in
                let arrivedNs = clock.monotonicNs
                let refusal = calls.begin { number in
                    await dispatcher.serve(
                        message,
                        replier,
                        arrivedNs: arrivedNs,
                        number: number,
                        of: calls
                    )
                }
                switch refusal {
                case nil: break
                case .full: dispatcher.refuseUnread(message, replier, Dispatcher.full)
                case .closed: dispatcher.refuseUnread(message, replier, Dispatcher.draining)
                }
            }
        }
        logger.info("serving", metadata: [LogKeys.endpoint: "\(endpoint)"])
    }

    /// Serves until the process stops gracefully, `stop` is called or the task is cancelled; then
    /// drains: says not serving, lets calls in flight finish, and lets the endpoint go.
    public func run() async throws {
        try start()
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.calls.watchDeadlines() }
                _ = await stopMark.wait(above: 0, untilNs: .max)
                await drain()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.stop()
        }
    }

    /// Begins what a graceful shutdown begins; `run` returns when it is done.
    public func stop() { stopMark.raise() }

    private func drain() async {
        house.willStop()
        let nsPerMs: UInt64 = 1_000_000
        let (untilNs, overflow) = clock.monotonicNs.addingReportingOverflow(
            options.drainMs &* nsPerMs
        )
        let left = await calls.drain(
            untilNs: overflow ? .max : untilNs,
            graceNs: options.cancelMs &* nsPerMs
        )
        if left > 0 {
            logger.warning(
                "calls did not end though cancelled; their callers hear nothing",
                metadata: [LogKeys.count: "\(left)"]
            )
        }
        bound.close()
        logger.info("served", metadata: [LogKeys.endpoint: "\(endpoint)"])
    }
}

/// The bus' side of a server, from binding to closing.
private final class BoundServer: Sendable {
    private enum State { case unbound, bound(any BusServer), closed }
    private let state = Mutex(State.unbound)

    var replyBudgetBytes: Int {
        if case .bound(let server) = state.withLock({ $0 }) { server.replyBudgetBytes } else { 0 }
    }

    func bind(_ serve: () throws(BusError) -> any BusServer) throws(BusError) {
        let result = state.withLock { state in
            Result { () throws(BusError) in
                guard case .unbound = state else { return }
                state = .bound(try serve())
            }
        }
        try result.get()
    }

    func close() {
        let server = state.withLock { state -> (any BusServer)? in
            defer { state = .closed }
            if case .bound(let server) = state { return server } else { return nil }
        }
        server?.stop()
    }
}
