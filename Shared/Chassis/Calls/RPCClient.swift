// A client of generated services: balances, greets, retries what is safe, keeps the deadline.

public import Basics
public import Bus
public import Messages
import Synchronization
import Wire

/// How a client calls.
public struct RPCClientOptions: Sendable {
    /// The name of the calling program, for the servers' logs; at most 128 bytes.
    public var caller = "shoal"
    /// How its channels ask.
    public var channel = ChannelOptions()
    /// How it retries.
    public var retry = RetryPolicy.Settings()
    /// Timeouts in a row after which a server gets no calls until it answers a probe.
    public var timeoutsToLeaveOut = 3
    /// Channels open at once; nanomsg has 512 sockets per process.
    public var peersMax = 256

    /// The usual ones.
    public init() {}
}

/// Carries calls to one of several servers.
///
/// Any thread.
///
/// A call goes to the server its `affinity` names (the text of an address), else to the less busy
/// of two random ones. It is never sent to two at once. It is sent again, with the same request
/// id, when it certainly did not leave this process, or when the method is idempotent and the
/// status says that later may be better; always within the call's deadline.
public final class RPCClient: Caller, Sendable {
    private struct State {
        var peers: PeerPool
        var balancer: Balancer
        var retry: RetryPolicy
        var chance: SeededRandom
        var probes: [Endpoint: Task<Void, Never>] = [:]
        var isClosed = false
    }

    private let bus: any Bus
    private let clock: any Clock
    private let options: RPCClientOptions
    private let state: Mutex<State>

    /// A client of these servers; nothing is connected before the first call.
    public init(
        bus: any Bus,
        addresses: [Endpoint],
        clock: any Clock,
        random: SeededRandom,
        options: RPCClientOptions = RPCClientOptions()
    ) {
        self.bus = bus
        self.clock = clock
        self.options = options
        var balancer = Balancer(timeoutsToLeaveOut: options.timeoutsToLeaveOut)
        balancer.setListed(addresses)
        state = Mutex(
            State(
                peers: PeerPool(channelsMax: options.peersMax),
                balancer: balancer,
                retry: RetryPolicy(options.retry),
                chance: random
            )
        )
    }

    deinit { close() }

    /// The servers calls are spread over.
    public var addresses: [Endpoint] { state.withLock { $0.balancer.listed } }

    /// Whether calls are kept from this server until it answers a probe.
    public func isLeftOut(_ address: Endpoint) -> Bool {
        state.withLock { $0.balancer.isLeftOut(address) }
    }

    /// Spreads calls over these servers from here on; channels to others are closed once idle.
    public func setAddresses(_ addresses: [Endpoint]) {
        let (ended, closed) = state.withLock { state in
            let left = Set(state.balancer.listed).subtracting(addresses)
            state.balancer.setListed(addresses)
            let ended = left.compactMap { state.probes.removeValue(forKey: $0) }
            return (ended, state.peers.leave(left, listed: addresses))
        }
        for probe in ended { probe.cancel() }
        for peer in closed { peer.close() }
    }

    /// A caller whose calls go to this address only, such as a partition's owner.
    public func pinned(to address: Endpoint) -> any Caller {
        PinnedCaller(client: self, address: address)
    }

    /// Carries one call, with retries where they are safe.
    public func call(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions
    ) async throws(Fault) -> any PayloadBytes {
        try await call(method, request, options, only: nil)
    }

    /// Ends calls and probes, and lets the connections go; once is enough, twice is safe.
    public func close() {
        let (peers, probes) = state.withLock { state in
            defer {
                state.peers = PeerPool(channelsMax: 0)
                state.probes = [:]
                state.isClosed = true
            }
            return (state.peers.all, Array(state.probes.values))
        }
        for probe in probes { probe.cancel() }
        for peer in peers { peer.close() }
    }

    func call(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions,
        only: Endpoint?
    ) async throws(Fault) -> any PayloadBytes {
        let timeoutMs = UInt64(min(options.timeoutMs, RequestFrame.timeoutMsMax))
        let (deadlineNs, overflow) = clock.monotonicNs.addingReportingOverflow(
            timeoutMs * 1_000_000
        )
        guard timeoutMs > 0 else {
            throw .deadlineExceeded("there is no time left for the call", place: "timeout_ms")
        }
        let requestID = requestID(options)
        let preferred = try preferred(options)
        var failed: Set<Endpoint> = []
        var number: UInt32 = 0
        while true {
            let attempt = Attempt(
                method: method,
                request: request,
                options: options,
                requestID: requestID,
                number: number,
                deadlineNs: overflow ? .max : deadlineNs
            )
            let failure: RetryPolicy.Failure
            let choice = choose(attempt, preferred: preferred, avoiding: failed, only: only)
            switch choice {
            case .failure(let trouble): failure = trouble.failure
            case .success(let peer):
                do throws(Peer.Trouble) {
                    let response = try await peer.attempt(attempt)
                    noteSuccess(peer)
                    return response
                } catch {
                    note(error.blame, peer)
                    failed.insert(peer.endpoint)
                    failure = error.failure
                }
            }
            try await pause(after: failure, attempt)
            number += 1
        }
    }

    /// Waits until the next try, or tells the caller how the last one failed.
    private func pause(after failure: RetryPolicy.Failure, _ attempt: Attempt) async throws(Fault) {
        let nowNs = clock.monotonicNs
        let directive = state.withLock { state -> RetryPolicy.Directive in
            state.isClosed
                ? .giveUp(.permanent)
                : state.retry.decide(
                    failure,
                    isIdempotent: attempt.method.isIdempotent,
                    attempt: attempt.number,
                    leftNs: attempt.deadlineNs > nowNs ? attempt.deadlineNs - nowNs : 0,
                    chance: &state.chance
                )
        }
        guard case .retry(let afterNs) = directive else { throw failure.fault }
        do {
            try await clock.sleep(untilMonotonicNs: nowNs + afterNs)
        } catch {
            throw .cancelled("the caller gave up", hint: failure.fault.description)
        }
    }

    private func requestID(_ options: CallOptions) -> [UInt8] {
        if let given = options.requestID, given.count == 16 { return given }
        return state.withLock { InstanceID(from: &$0.chance).bytes }
    }

    private func preferred(_ options: CallOptions) throws(Fault) -> Endpoint? {
        guard let affinity = options.affinity else { return nil }
        do throws(BusError) {
            return try Endpoint(affinity)
        } catch {
            throw error.fault
        }
    }

    private func choose(
        _ attempt: Attempt,
        preferred: Endpoint?,
        avoiding failed: Set<Endpoint>,
        only: Endpoint?
    ) -> Result<Peer, Peer.Trouble> {
        let (result, closing) = state.withLock { state -> (Result<Peer, Peer.Trouble>, [Peer]) in
            guard !state.isClosed else { return (.failure(Self.closed), []) }
            let peers = state.peers
            let chosen =
                only
                ?? state.balancer.choose(
                    preferred: preferred,
                    avoiding: failed,
                    chance: &state.chance,
                    cost: peers.cost
                )
            guard let chosen else { return (.failure(Self.nobody), []) }
            let closing = state.peers.makeRoom(listed: state.balancer.listed)
            return (lend(chosen, attempt, &state), closing)
        }
        for peer in closing { peer.close() }
        return result
    }

    private func lend(
        _ server: Endpoint,
        _ attempt: Attempt,
        _ state: inout State
    ) -> Result<Peer, Peer.Trouble> {
        let isLongPoll = LongPolls.names.contains(attempt.method.name)
        do throws(BusError) {
            let peer = try state.peers.lend(server, longPoll: isLongPoll) {
                () throws(BusError) in try open(server)
            }
            return peer.map { .success($0) } ?? .failure(Self.full)
        } catch {
            let failure = RetryPolicy.Failure(error.fault, mayHaveBeenSent: false)
            return .failure(Peer.Trouble(failure: failure, blame: .unknown))
        }
    }

    private func open(_ server: Endpoint) throws(BusError) -> Peer {
        let channel = try bus.connect(server, options: options.channel)
        return Peer(server, channel: channel, clock: clock, caller: options.caller)
    }

    private func noteSuccess(_ peer: Peer) {
        let closing = state.withLock { state in
            state.retry.succeeded()
            state.balancer.answered(peer.endpoint)
            return state.peers.giveBack(peer)
        }
        for peer in closing { peer.close() }
    }

    private func note(_ blame: Peer.Blame, _ peer: Peer) {
        let closing = state.withLock { state in
            switch blame {
            case .none: state.balancer.answered(peer.endpoint)
            case .timeout: probe(state.balancer.timedOut(peer.endpoint), peer, &state)
            case .lost: probe(state.balancer.lost(peer.endpoint), peer, &state)
            case .unknown: break
            }
            return state.peers.giveBack(peer)
        }
        for peer in closing { peer.close() }
    }

    /// Asks a server that was left out until it answers; the client owns the task.
    private func probe(_ directive: Balancer.Directive, _ peer: Peer, _ state: inout State) {
        guard case .probe(let server) = directive, !state.isClosed, state.probes[server] == nil
        else { return }
        var chance = state.chance.fork()
        let pace = RetryPolicy(options.retry)
        state.probes[server] = Task { [weak self, clock] in
            var attempt: UInt32 = 0
            while !Task.isCancelled {
                if await peer.probe(requestID: InstanceID(from: &chance).bytes) {
                    self?.state.withLock { state in
                        state.probes[server] = nil
                        state.balancer.answered(server)
                    }
                    return
                }
                let waitNs = pace.delayNs(attempt: attempt, retryAfterMs: nil, chance: &chance)
                attempt = min(attempt + 1, 64)
                do {
                    try await clock.sleep(untilMonotonicNs: clock.monotonicNs + waitNs)
                } catch {
                    return  // The server left the list, or the client was closed.
                }
            }
        }
    }

    private static let closed = trouble("the client was closed")
    private static let nobody = trouble("no server is known")
    private static let full = trouble("this process has too many channels open")

    private static func trouble(_ message: String) -> Peer.Trouble {
        Peer.Trouble(
            failure: RetryPolicy.Failure(.unavailable(message), mayHaveBeenSent: false),
            blame: .unknown
        )
    }
}

/// Sends calls to one address only.
private struct PinnedCaller: Caller {
    let client: RPCClient
    let address: Endpoint

    func call(
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions
    ) async throws(Fault) -> any PayloadBytes {
        try await client.call(method, request, options, only: address)
    }
}
