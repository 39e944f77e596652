// The small HTTP door of a process: /livez, /readyz and /metrics on 127.0.0.1.

import Basics
import FlyingFox
import FlyingSocks
import Foundation
import Glibc
import ServiceLifecycle
import Synchronization

/// Serves three pages to supervisors and scrapers of this machine.
///
/// Nothing polls: an idle server waits in `epoll_wait` on one thread.
final class HealthPages: Service, Sendable {
    /// Connections at a time; a scraper and a supervisor need two.
    static let connectionsMax = 32
    /// Silence after which a connection is closed: longer than usual scrapes are apart would
    /// only save a handshake, in milliseconds.
    static let idleMs: UInt64 = 30_000
    /// How long a page under way may take once the process stops, in seconds.
    private static let stopSeconds = 0.1
    /// Largest request body read; these pages take none, in bytes.
    private static let bodyBytesMax = 1_024

    private let port: UInt16
    private let server: HTTPServer
    private let bound = Mutex<UInt16?>(nil)
    private let listening = Latch()

    /// Not listening yet; port 0 takes a free one.
    init(port: UInt16, health: Health, metrics: PrometheusMetrics, clock: any Clock) throws {
        self.port = port
        let pool = BoundedPool(
            base: HTTPServer.defaultPool(),
            clock: clock,
            connectionsMax: Self.connectionsMax,
            idleMs: Self.idleMs
        )
        let configuration = HTTPServer.Configuration(
            address: try sockaddr_in.inet(ip4: "127.0.0.1", port: port),
            timeout: 5,
            sharedRequestBufferSize: Self.bodyBytesMax,
            sharedRequestReplaySize: Self.bodyBytesMax,
            pool: pool,
            logger: .disabled
        )
        server = HTTPServer(
            config: configuration,
            handler: ClosureHTTPHandler { request in
                Self.answer(request.method, request.path, health, metrics)
            }
        )
    }

    /// The port listened on, once it is.
    func boundPort() async -> UInt16? {
        await listening.wait()
        return bound.withLock { $0 }
    }

    func run() async throws {
        defer { listening.open() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [server] in try await server.run() }
            group.addTask { [self] in
                try await server.waitUntilListening()
                if case .ip4(_, let port) = await server.listeningAddress {
                    bound.withLock { $0 = port }
                }
                listening.open()
                await Self.untilStop()
                await server.stop(timeout: Self.stopSeconds)
            }
            // The first task to end says how it went; the other one follows it.
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch {
                // The server's task ends with an error when it is stopped, too.
                if Task.isCancelled || Task.isShuttingDownGracefully { return }
                throw told(error)
            }
        }
    }

    /// One page: anything but GET is refused, anything unknown is not found.
    static func answer(
        _ method: HTTPMethod,
        _ path: String,
        _ health: Health,
        _ metrics: PrometheusMetrics
    ) -> HTTPResponse {
        guard ["/livez", "/readyz", "/metrics"].contains(path) else {
            return page(.notFound, "there are /livez, /readyz and /metrics\n")
        }
        guard method == .GET else { return page(.methodNotAllowed, "GET only\n") }
        switch path {
        case "/livez":
            let death = health.deathReason
            return page(death == nil ? .ok : .serviceUnavailable, (death ?? "alive") + "\n")
        case "/readyz":
            let reason = health.reason
            return page(reason == nil ? .ok : .serviceUnavailable, (reason ?? "ready") + "\n")
        default:
            return page(.ok, metrics.text(), type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    private static func page(
        _ status: HTTPStatusCode,
        _ text: String,
        type: String = "text/plain; charset=utf-8"
    ) -> HTTPResponse {
        HTTPResponse(
            statusCode: status,
            headers: [.contentType: type],
            body: Data(text.utf8)
        )
    }

    private static func untilStop() async {
        let latch = Latch()
        await withTaskCancellationOrGracefulShutdownHandler {
            await latch.wait()
        } onCancelOrGracefulShutdown: {
            latch.open()
        }
    }

    private func told(_ error: any Error) -> any Error {
        guard case SocketError.failed(_, let number, let message) = error else { return error }
        let isTaken = number == EADDRINUSE || number == EACCES
        return ChassisError(
            isTaken ? .addressInUse : .systemResources,
            operation: "listen",
            place: "http://127.0.0.1:\(port)",
            what: "the health port failed: \(message)",
            hint: "choose another --http-port, or 0 for none"
        )
    }
}

/// A socket pool that closes connections too many and connections that stay silent.
struct BoundedPool: AsyncSocketPool {
    private let base: any AsyncSocketPool
    private let clock: any Clock
    private let connectionsMax: Int
    private let idleMs: UInt64
    private let waiting = WaitingCount()

    init(
        base: some AsyncSocketPool,
        clock: any Clock,
        connectionsMax: Int,
        idleMs: UInt64
    ) {
        self.base = base
        self.clock = clock
        self.connectionsMax = connectionsMax
        self.idleMs = idleMs
    }

    func prepare() async throws { try await base.prepare() }

    func run() async throws { try await base.run() }

    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
        guard isConnection(socket) else {
            return try await base.suspendSocket(socket, untilReadyFor: events)
        }
        guard waiting.number.add(1, ordering: .relaxed).newValue <= connectionsMax else {
            waiting.number.subtract(1, ordering: .relaxed)
            throw SocketError.disconnected
        }
        defer { waiting.number.subtract(1, ordering: .relaxed) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [base] in
                try await base.suspendSocket(socket, untilReadyFor: events)
            }
            group.addTask { [clock, idleMs] in
                try await clock.sleep(forMs: idleMs)
                throw SocketError.disconnected
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// The listening socket has no peer, and waits as long as it likes.
    private func isConnection(_ socket: Socket) -> Bool {
        do { return try !"\(socket.remotePeer())".isEmpty } catch { return false }
    }
}

private final class WaitingCount: Sendable {
    let number = Atomic<Int>(0)
}
