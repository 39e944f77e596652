// The three pages over a real loopback socket.

import Basics
import Glibc
import Kit
import Logging
import Metrics
import ServiceLifecycle
import Testing

@testable import Chassis

@Suite("health pages", .serialized, .timeLimit(.minutes(1)))
struct HealthPagesTests {
    private let health = Health(clock: SystemClock())
    private let metrics = PrometheusMetrics()

    private func serve(
        _ body: @escaping @Sendable (UInt16) async throws -> Void
    ) async throws {
        let pages = try HealthPages(
            port: 0,
            health: health,
            metrics: metrics,
            clock: SystemClock()
        )
        let stop = StopSwitch()
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: pages),
                    .init(service: stop, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                logger: Logger(label: "test")
            )
        )
        async let done: Void = group.run()
        let port = try #require(await pages.boundPort())
        do {
            try await body(port)
        } catch {
            stop.stop(because: "test")
            throw error
        }
        stop.stop(because: "test")
        try await done
    }

    @Test("alive and ready, then not ready, then not alive")
    func states() async throws {
        let health = health
        try await serve { port in
            #expect(try await get("/livez", port).hasPrefix("HTTP/1.1 200"))
            #expect(try await get("/readyz", port).hasPrefix("HTTP/1.1 200"))
            health.wait(for: "lanes", because: "replaying")
            let waiting = try await get("/readyz", port)
            #expect(waiting.hasPrefix("HTTP/1.1 503"))
            #expect(waiting.hasSuffix("\r\n\r\nlanes: replaying\n"))
            #expect(try await get("/livez", port).hasPrefix("HTTP/1.1 200"))
            health.dead("stuck")
            #expect(try await get("/livez", port).hasPrefix("HTTP/1.1 503"))
        }
    }

    @Test("metrics come as Prometheus text; what is unknown or no GET is refused")
    func pages() async throws {
        Counter(label: "shoal_seen", factory: metrics).increment()
        try await serve { port in
            let page = try await get("/metrics", port)
            #expect(page.contains("text/plain; version=0.0.4"))
            #expect(page.contains("\nshoal_seen_total 1\n"))
            #expect(try await get("/", port).hasPrefix("HTTP/1.1 404"))
            #expect(try await get("/livez", port, "DELETE").hasPrefix("HTTP/1.1 405"))
        }
    }

    @Test("bytes that are no request close that connection only")
    func hostile() async throws {
        try await serve { port in
            let length = "GET /livez HTTP/1.1\r\nContent-Length: -1\r\n\r\n"
            for request in ["\u{0}\u{1}garbage\r\n\r\n", length] {
                let answer = try await exchange(request, port)
                #expect(answer.isEmpty)
            }
            #expect(try await get("/livez", port).hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("of a crowd of silent connections one too many is turned away; the stop waits for none")
    func crowd() async throws {
        let clock = SystemClock()
        let started = clock.monotonicNs
        try await serve { port in
            let crowd = try (0...HealthPages.connectionsMax).map { _ in try dial(port) }
            defer { for socket in crowd { close(socket) } }
            // Accepted in turn, but each waits in a task of its own: the last to wait finds the
            // house full, whichever came last.
            let left = try await turnedAway(among: crowd)
            #expect(left.count == 1)
            // Whoever leaves makes room.
            for socket in crowd where !left.contains(socket) { shutdown(socket, Int32(SHUT_RDWR)) }
            _ = try await turnedAway(among: crowd, atLeast: crowd.count)
            #expect(try await get("/livez", port).hasPrefix("HTTP/1.1 200"))
        }
        #expect(clock.monotonicNs - started < HealthPages.idleMs * 1_000_000)
    }

    @Test("a port that is taken ends the service with the address")
    func taken() async throws {
        let health = health
        let metrics = metrics
        try await serve { port in
            let second = try HealthPages(
                port: port,
                health: health,
                metrics: metrics,
                clock: SystemClock()
            )
            let error = await #expect(throws: ChassisError.self) { try await second.run() }
            #expect(error?.exitCode == .addressInUse)
            #expect(error?.place == "http://127.0.0.1:\(port)")
        }
    }
}

private func get(_ path: String, _ port: UInt16, _ method: String = "GET") async throws -> String {
    try await exchange("\(method) \(path) HTTP/1.1\r\nConnection: close\r\n\r\n", port)
}

/// Sends bytes and reads until the server closes, on a thread of its own.
private func exchange(_ text: String, _ port: UInt16) async throws -> String {
    let socket = try dial(port)
    return try await withCheckedThrowingContinuation { done in
        do {
            _ = try OwnThread.start(name: "http test") {
                let bytes = Array(text.utf8)
                _ = bytes.isEmpty ? 0 : send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                var answer: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 4_096)
                while case let got = recv(socket, &buffer, buffer.count, 0), got > 0 {
                    answer += buffer[..<got]
                }
                close(socket)
                done.resume(returning: String(decoding: answer, as: UTF8.self))
            }
        } catch {
            close(socket)
            done.resume(throwing: error)
        }
    }
}

/// Waits on a thread of its own until so many of the sockets were closed by the server.
private func turnedAway(among sockets: [Int32], atLeast count: Int = 1) async throws -> [Int32] {
    try await withCheckedThrowingContinuation { done in
        do {
            _ = try OwnThread.start(name: "http test") {
                var closed: Set<Int32> = []
                while closed.count < count {
                    var open = sockets.filter { !closed.contains($0) }.map {
                        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
                    }
                    guard poll(&open, nfds_t(open.count), 30_000) > 0 else { break }
                    // Nothing was asked, so what there is to read is the end.
                    closed.formUnion(open.filter { $0.revents != 0 }.map(\.fd))
                }
                done.resume(returning: sockets.filter(closed.contains))
            }
        } catch {
            done.resume(throwing: error)
        }
    }
}

private func dial(_ port: UInt16) throws -> Int32 {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    try #require(result == 0, "connect: \(errno)")
    return file
}
