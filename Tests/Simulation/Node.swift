// A simulated process: its clock, its life, its calls; the services' real parts live in subclasses.

import Basics
import Kit
import Messages
import Wire

/// One process of the suite, on a machine of its own.
///
/// Whatever it has planned dies with it. While it is paused everything that comes to it waits.
class Node {
    let name: String
    /// The machine's clocks; the wall may be stepped, the monotonic one runs with the simulation.
    let clock: ManualClock
    unowned let stage: Simulation
    private(set) var isUp = false
    /// Counts its lives, so that what an earlier one planned is known as such.
    private(set) var life = 0
    var pausedUntilNs: UInt64 = 0
    private var calls: [UInt64: (Result<ReplyFrame, Fault>) async throws -> Void] = [:]
    private var lastCall: UInt64 = 0
    /// Requests that have come and are not answered, by what identifies them to their senders.
    private var unanswered: [String: Open] = [:]

    private struct Open {
        var count = 0
        /// When the last one came.
        var sinceNs: UInt64 = 0
    }

    /// No request may be open for longer.
    ///
    /// Unit: ns.
    private static let patienceNs: UInt64 = 5_000_000_000

    init(_ name: String, on stage: Simulation) {
        self.name = name
        self.stage = stage
        clock = ManualClock(now: Simulation.start, monotonicNs: 1)
    }

    // Life

    /// Begins; a process that cannot yet tries again a little later, as a supervisor does.
    func rise() async throws {
        guard !isUp else { return }
        life += 1
        do {
            try await begin()
            isUp = true
            stage.note("\(name) is up")
        } catch let broken as Broken {
            throw broken
        } catch {
            stage.note("\(name) does not start: \(error)")
            try refuseToStart(error)
            stage.plan(afterMs: 500) { [self] in try await rise() }
        }
    }

    /// Ends at once; what it had not made durable may be gone.
    func fall(_ death: Death) {
        guard isUp else { return }
        isUp = false
        life += 1
        (calls, unanswered, pausedUntilNs) = ([:], [:], 0)
        stage.note("\(name) falls: \(death)")
        end(death)
    }

    /// How a process ends.
    enum Death: Equatable {
        /// The process only: what it wrote is there.
        case killed
        /// The machine: what was not synced may be gone.
        case powerCut
    }

    // To be overridden

    /// Whether it is a service of the suite, which may be hurt.
    var isServer: Bool { false }
    /// Whether it waits for nothing.
    var isDone: Bool { true }
    /// The power goes in the middle of the next sync.
    func cutShort() {}
    /// How long a sync takes.
    func slowDown(us: UInt64) {}
    /// The disk is full but for so many bytes; nil: it is not.
    func fillDisk(but bytes: Int?) {}
    /// Rewrites what erased users left, while it is not there.
    func rewrite() throws {}
    /// Looks for what is left of who is gone.
    func check(_ remains: Remains) throws {}
    /// Puts the service's parts together.
    func begin() async throws {}
    /// Lets the service's parts go.
    func end(_ death: Death) {}
    /// Whether a start may fail like this; throws what is broken if not.
    func refuseToStart(_ error: any Error) throws {}

    // Time

    /// Does something later, if this life goes on.
    func after(ms: UInt64, _ body: @escaping () async throws -> Void) {
        after(us: ms * 1_000, body)
    }

    func after(us: UInt64, _ body: @escaping () async throws -> Void) {
        let planned = life
        stage.plan(for: self, afterUs: us) { [self] in
            if life == planned { try await body() }
        }
    }

    // Calls

    /// Asks another process; `done` hears once how it ended.
    func call(
        _ peer: String,
        _ method: MethodDescription,
        _ request: any ProtoMessage,
        _ options: CallOptions = CallOptions(timeoutMs: 1_000, project: Simulation.project),
        attempt: UInt32 = 0,
        _ done: @escaping (Result<ReplyFrame, Fault>) async throws -> Void
    ) throws {
        lastCall += 1
        let number = lastCall
        let header = RpcV1.RequestHeader(
            method,
            options,
            requestID: options.requestID ?? stage.identifier(),
            timeoutMs: options.timeoutMs,
            attempt: attempt,
            caller: name
        )
        calls[number] = done
        after(ms: UInt64(options.timeoutMs)) { [self] in
            guard let done = calls.removeValue(forKey: number) else { return }
            try await done(.failure(Fault(.deadlineExceeded, "no answer")))
        }
        stage.send(
            Envelope(
                from: name,
                to: peer,
                call: number,
                isReply: false,
                frame: try RequestFrame.encode(header, request)
            )
        )
    }

    /// A frame has come; one whose bytes are spoilt is none.
    func receive(_ envelope: Envelope) async throws {
        if envelope.isReply {
            guard let reply = Self.understood({ try ReplyFrame.decode(envelope.frame) }),
                let done = calls.removeValue(forKey: envelope.call)
            else { return }
            try await done(reply.fault.map { .failure($0) } ?? .success(reply))
        } else {
            guard let request = Self.understood({ try RequestFrame.decode(envelope.frame) }) else {
                return
            }
            let key = "\(envelope.from) \(envelope.call)"
            unanswered[key, default: Open()].count += 1
            unanswered[key]?.sinceNs = stage.nowNs
            try await serve(request, Answering(node: self, life: life, to: envelope, key: key))
        }
    }

    /// Serves a request; to be overridden.
    func serve(_ request: RequestFrame, _ answering: Answering) async throws {}

    fileprivate func answered(_ key: String) throws {
        guard let left = unanswered[key] else {
            throw Broken(.i9, "\(name) answers \(key), which nobody asked or which has an answer")
        }
        unanswered[key]?.count -= 1
        if left.count == 1 { unanswered[key] = nil }
    }

    /// When all is over: who asked has been answered.
    func finish() throws {
        let old = unanswered.filter { stage.nowNs - $0.value.sinceNs > Self.patienceNs }
        if let open = old.keys.min() { throw Broken(.i9, "\(name) does not answer \(open)") }
    }

    private static func understood<Frame>(_ decode: () throws -> Frame) -> Frame? {
        do { return try decode() } catch { return nil }
    }
}

/// Where the answer to a request goes: each is to be given once, while its process lives.
struct Answering {
    let node: Node
    let life: Int
    let to: Envelope
    let key: String

    func reply(_ response: any ProtoMessage) throws {
        try send(RpcV1.ReplyHeader(status: .ok), response)
    }

    func fail(_ fault: Fault) throws { try send(RpcV1.ReplyHeader(fault), nil) }

    private func send(_ header: RpcV1.ReplyHeader, _ response: (any ProtoMessage)?) throws {
        guard node.isUp, node.life == life else { return }
        try node.answered(key)
        node.stage.send(
            Envelope(
                from: node.name,
                to: to.from,
                call: to.call,
                isReply: true,
                frame: try ReplyFrame.encode(header, response)
            )
        )
    }
}

extension ReplyFrame {
    /// The response, which a service of this build has written.
    func response<Response: ProtoMessage>(_ type: Response.Type = Response.self) throws -> Response
    {
        try Response.decode(payload)
    }
}
