// What the tests of calls share: buses under contract, a service that does as it is told, frames.

import Basics
import Bus
import Chassis
import Glibc
import Kit
import Logging
import Messages
import Metrics
import Synchronization
import Testing
import Wire

/// The buses over which the same contract holds.
enum CallBus: String, CaseIterable, Sendable {
    case memory, ipc
}

/// A bus with its clock, its endpoints, and servers and clients on it.
final class CallsRig: Sendable {
    private static let lastName = Atomic<Int>(0)

    let bus: any Bus
    let clock: any Clock
    let health: TestHealth
    private let kind: CallBus
    private let folder: String

    init(
        _ kind: CallBus = .memory,
        clock: any Clock = SystemClock(),
        faults: MemoryBus.FaultHook? = nil,
        bus: (any Bus)? = nil
    ) {
        self.kind = kind
        self.clock = clock
        health = TestHealth(clock: clock)
        self.bus =
            bus
            ?? (kind == .memory
                ? MemoryBus(clock: clock, faults: faults) : NanomsgBus(clock: clock))
        var template = Array("/tmp/shoal-calls-XXXXXX".utf8CString)
        folder = String(cString: mkdtemp(&template))
    }

    deinit {
        bus.shutDown()
        rmdir(folder)
    }

    func endpoint() throws -> Endpoint {
        let name = Self.lastName.wrappingAdd(1, ordering: .relaxed).newValue
        return try Endpoint(kind == .memory ? "memory://\(name)" : "ipc://\(folder)/\(name)")
    }

    func house() -> ServerHouse {
        ServerHouse(
            service: "parrot",
            version: "9.9",
            instance: InstanceID(high: 1, low: 2),
            bootID: InstanceID(high: 3, low: 4),
            health: health
        )
    }

    func server(
        _ parrot: Parrot = Parrot(),
        at endpoint: Endpoint? = nil,
        house: ServerHouse? = nil,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        clock: (any Clock)? = nil,
        options: RPCServerOptions = RPCServerOptions()
    ) throws -> RPCServer {
        RPCServer(
            try endpoint ?? self.endpoint(),
            bus: bus,
            methods: RegistryV1_CatalogueMethods.serve(parrot),
            house: house ?? self.house(),
            clock: clock ?? self.clock,
            random: SeededRandom(seed: 7),
            logger: quietLogger,
            metrics: metrics,
            options: options
        )
    }

    func client(
        _ addresses: [Endpoint],
        seed: UInt64 = 1,
        _ change: (inout RPCClientOptions) -> Void = { _ in }
    ) -> RPCClient {
        var options = RPCClientOptions()
        change(&options)
        return RPCClient(
            bus: bus,
            addresses: addresses,
            clock: clock,
            random: SeededRandom(seed: seed),
            options: options
        )
    }

    /// A server and a client of it for the time of the body.
    func serving<R>(
        _ parrot: Parrot = Parrot(),
        options: RPCServerOptions = RPCServerOptions(),
        _ body: (RPCServer, RPCClient, Endpoint) async throws -> R
    ) async throws -> R {
        let endpoint = try endpoint()
        let server = try server(parrot, at: endpoint, options: options)
        let client = client([endpoint])
        defer { client.close() }
        return try await running(server) { try await body(server, client, endpoint) }
    }

    /// Runs a server for the time of the body, and drains it.
    func running<R>(_ server: RPCServer, _ body: () async throws -> R) async throws -> R {
        try server.start()
        async let run: Void = server.run()
        do {
            let result = try await body()
            server.stop()
            try await run
            return result
        } catch {
            server.stop()
            try await run
            throw error
        }
    }

    /// Sends bytes as they are, and takes the reply apart.
    func raw(_ bytes: [UInt8], to endpoint: Endpoint, ms: UInt64 = 5_000) async throws -> ReplyFrame
    {
        var options = ChannelOptions()
        options.frameBytesMax = 20 << 20
        let channel = try bus.connect(endpoint, options: options)
        defer { channel.close() }
        let message = try await channel.call(
            OutgoingFrame(copying: bytes),
            maxReplyBytes: 1 << 20,
            deadlineNs: clock.monotonicNs + ms * 1_000_000
        )
        return try ReplyFrame.decode(message.copyBytes())
    }

    /// Gives the other tasks turns until the condition holds; records an issue when it never does.
    func until(
        _ what: Comment,
        at location: SourceLocation = #_sourceLocation,
        _ condition: () -> Bool
    ) async {
        let endNs = SystemClock().monotonicNs + 20_000_000_000
        while !condition() {
            guard SystemClock().monotonicNs < endNs else {
                Issue.record(what, sourceLocation: location)
                return
            }
            await Task.yield()
        }
    }
}

/// Moves the clock on in small steps, with turns for the other tasks, while the body runs.
func advancing<R: Sendable>(
    _ clock: ManualClock,
    _ body: () async throws -> R
) async rethrows -> R {
    let done = RisingNumber(clock: SystemClock())
    async let moving: Void = {
        while done.value == 0 {
            clock.advance(ms: 5)
            for _ in 0..<10 { await Task.yield() }
        }
    }()
    do {
        let result = try await body()
        done.raise()
        await moving
        return result
    } catch {
        done.raise()
        await moving
        throw error
    }
}

let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Readiness that a test sets.
final class TestHealth: HealthSource {
    private let why = Mutex<String?>(nil)
    let changes: RisingNumber

    init(clock: any Clock) { changes = RisingNumber(clock: clock) }
    var isReady: Bool { reason == nil }
    var reason: String? { why.withLock { $0 } }

    func set(_ reason: String?) {
        why.withLock { $0 = reason }
        changes.raise()
    }
}

/// A catalogue that does as a test says: `get` and `watch` are idempotent, `put` is not.
final class Parrot: RegistryV1_CatalogueService {
    typealias Get =
        @Sendable (RegistryV1.GetRequest, CallContext) async throws(Fault) -> RegistryV1.GetResponse
    typealias Put =
        @Sendable (RegistryV1.PutRequest, CallContext) async throws(Fault) -> RegistryV1.PutResponse
    typealias Watch =
        @Sendable (RegistryV1.WatchCatalogueRequest, CallContext) async throws(Fault) ->
        RegistryV1.WatchCatalogueResponse

    private let onGet: Get
    private let onPut: Put
    private let onWatch: Watch
    private let contexts = Mutex<[CallContext]>([])

    init(
        get: @escaping Get = { (request, _) async throws(Fault) in
            RegistryV1.GetResponse(document: RegistryV1.Document(name: request.name))
        },
        put: @escaping Put = { (request, _) async throws(Fault) in
            RegistryV1.PutResponse(document: RegistryV1.Document(body: request.body))
        },
        watch: @escaping Watch = { (_, _) async throws(Fault) in
            RegistryV1.WatchCatalogueResponse()
        }
    ) {
        onGet = get
        onPut = put
        onWatch = watch
    }

    /// The calls that reached it.
    var heard: [CallContext] { contexts.withLock { $0 } }

    func get(
        _ request: RegistryV1.GetRequest,
        _ call: CallContext
    ) async throws(Fault) -> RegistryV1.GetResponse {
        contexts.withLock { $0.append(call) }
        return try await onGet(request, call)
    }

    func put(
        _ request: RegistryV1.PutRequest,
        _ call: CallContext
    ) async throws(Fault) -> RegistryV1.PutResponse {
        contexts.withLock { $0.append(call) }
        return try await onPut(request, call)
    }

    func watch(
        _ request: RegistryV1.WatchCatalogueRequest,
        _ call: CallContext
    ) async throws(Fault) -> RegistryV1.WatchCatalogueResponse {
        contexts.withLock { $0.append(call) }
        return try await onWatch(request, call)
    }
}

/// A clock that moves on by a second whenever somebody looks.
final class RushingClock: Clock {
    private let lookCount = Atomic<UInt64>(1)
    var now: Timestamp { Timestamp(ms: 0) }
    var monotonicNs: UInt64 {
        lookCount.add(1, ordering: .relaxed).newValue * 1_000_000_000
    }
    func sleep(untilMonotonicNs instant: UInt64) async throws {
        // Nobody who sleeps by it shall wake: only looks are in a hurry.
        try await SystemClock().sleep(untilMonotonicNs: .max)
    }
}

/// How a call failed; nil when it did not.
func fault<R>(_ body: () async throws(Fault) -> R) async -> Fault? {
    do throws(Fault) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}

/// A gate that handlers wait at until a test opens it, or their task is cancelled.
final class Gate: Sendable {
    private let number: RisingNumber
    private let waiting = Atomic(0)
    private let cancelled = Atomic(0)

    init(clock: any Clock) { number = RisingNumber(clock: clock) }
    var waitingCount: Int { waiting.load(ordering: .sequentiallyConsistent) }
    var cancelledCount: Int { cancelled.load(ordering: .sequentiallyConsistent) }

    func open() { number.raise() }

    func pass() async {
        waiting.add(1, ordering: .sequentiallyConsistent)
        _ = await number.wait(above: 0, untilNs: .max)
        if Task.isCancelled { cancelled.add(1, ordering: .sequentiallyConsistent) }
    }
}

/// A frame put together by hand, right or wrong.
struct RawFrame {
    var header = RpcV1.RequestHeader(
        requestID: [UInt8](repeating: 5, count: 16),
        method: HealthV1_HealthMethods.check.name,
        timeoutMs: 5_000,
        maxReplyBytes: 65_536
    )
    var payload: [UInt8] = []

    func bytes() throws -> [UInt8] {
        let head = try header.encode()
        var prefix: [UInt8] = [0x53, 0x4c, 1, 0]
        prefix += [UInt8(head.count & 0xff), UInt8(head.count >> 8), 0, 0]
        prefix += little(UInt32(payload.count))
        return prefix + little(Checksum.crc32c(prefix + head + payload)) + head + payload
    }

    private func little(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
