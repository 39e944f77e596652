// What the bus tests share: the buses under contract, free ports, a stash of repliers, waiting.

import Basics
import Bus
import Glibc
import Synchronization
import Testing

/// The buses that must pass the same contract.
enum BusKind: String, CaseIterable, Sendable {
    case tcp, ipc, memory
}

/// One bus with its clock, and free endpoints of its kind.
final class Rig: Sendable {
    private static let lastPort = Atomic<UInt64>(UInt64(getpid()) &* 7_919)
    private static let lastName = Atomic<Int>(0)

    let bus: any Bus
    let clock: any Clock = SystemClock()
    private let kind: BusKind
    private let folder: String

    init(_ kind: BusKind) {
        self.kind = kind
        bus = kind == .memory ? MemoryBus(clock: clock) : NanomsgBus(clock: clock)
        var template = Array("/tmp/shoal-bus-XXXXXX".utf8CString)
        folder = String(cString: mkdtemp(&template))
    }

    deinit {
        bus.shutDown()
        rmdir(folder)
    }

    /// Serves at a free endpoint: ports below the kernel's own range, tried until one is free.
    func serve(
        _ options: ServerOptions = ServerOptions(),
        _ handler: @escaping BusHandler
    ) throws -> any BusServer {
        for _ in 0..<500 {
            do {
                return try bus.serve(try freeEndpoint(), options: options, handler: handler)
            } catch let error as BusError where error.code == .addressInUse {
                continue
            }
        }
        throw RigError.noFreePort
    }

    func freeEndpoint() throws -> Endpoint {
        let name = Self.lastName.wrappingAdd(1, ordering: .relaxed).newValue
        switch kind {
        case .tcp:
            let count = Self.lastPort.wrappingAdd(1, ordering: .relaxed).newValue
            return try Endpoint("tcp://127.0.0.1:\(12_000 + count % 20_000)")
        case .ipc: return try Endpoint("ipc://\(folder)/\(name)")
        case .memory: return try Endpoint("memory://\(name)")
        }
    }

    func channel(
        to server: any BusServer,
        _ options: ChannelOptions = ChannelOptions()
    ) throws -> any BusChannel {
        let channel = try bus.connect(server.endpoint, options: options)
        return channel
    }

    /// A deadline so far ahead, in monotonic nanoseconds.
    func ahead(ms: UInt64) -> UInt64 { clock.monotonicNs + ms * 1_000_000 }

    /// Waits until the condition holds; records an issue when it does not in time.
    func until(
        _ what: Comment,
        ms: UInt64 = 10_000,
        _ condition: () -> Bool,
        at location: SourceLocation = #_sourceLocation
    ) async {
        let deadline = ahead(ms: ms)
        while !condition() {
            guard clock.monotonicNs < deadline else {
                Issue.record(what, sourceLocation: location)
                return
            }
            await Task.yield()
        }
    }
}

enum RigError: Error {
    case noFreePort, refused
}

/// Requests a handler has taken and not answered yet.
final class Stash: Sendable {
    struct Request: Sendable {
        let bytes: [UInt8]
        let replier: Replier
    }
    private let requests = Mutex<[Request]>([])
    private let total = Atomic<Int>(0)

    /// Requests ever taken.
    var heard: Int { total.load(ordering: .sequentiallyConsistent) }

    func take(_ message: Message, _ replier: Replier) {
        requests.withLock { $0.append(Request(bytes: message.copyBytes(), replier: replier)) }
        total.add(1, ordering: .sequentiallyConsistent)
    }

    /// All that are there, in order of arrival.
    func empty() -> [Request] {
        requests.withLock { requests in
            defer { requests = [] }
            return requests
        }
    }
}

func echo(_ message: Message, _ replier: Replier) {
    replier.reply(OutgoingFrame(copying: message.copyBytes()))
}

extension BusChannel {
    /// One call of a few bytes with a generous deadline.
    func ask(_ bytes: [UInt8], maxReplyBytes: Int = 1_000, deadlineNs: UInt64)
        async throws(BusError)
        -> [UInt8]
    {
        try await call(
            OutgoingFrame(copying: bytes),
            maxReplyBytes: maxReplyBytes,
            deadlineNs: deadlineNs
        ).copyBytes()
    }

    /// How the call ended, when it failed.
    func failure(_ bytes: [UInt8], deadlineNs: UInt64) async -> BusError? {
        do throws(BusError) {
            _ = try await ask(bytes, deadlineNs: deadlineNs)
            return nil
        } catch {
            return error
        }
    }
}

/// A number as four bytes, to tell requests apart.
func bytes(of number: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}
