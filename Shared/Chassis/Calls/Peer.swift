// One server as its client knows it: a channel, opened when first needed, and what Hello told.

import Basics
import Bus
import Messages
import Synchronization
import Wire

/// A channel that says Hello on each new connection.
///
/// Any thread.
final class Peer: Sendable {
    /// Why a try of a call brought no response.
    struct Trouble: Error {
        let failure: RetryPolicy.Failure
        /// What the server's standing suffers by it.
        let blame: Blame
    }

    /// Whether the server is to blame.
    enum Blame: Sendable, Hashable {
        /// It answered.
        case none
        /// It did not answer in time.
        case timeout
        /// There is no connection, or it broke.
        case lost
        /// Nothing is known of the server.
        case unknown
    }

    private enum Greeting { case none, underWay, done(connection: UInt64) }

    /// A peer that stays silent to Hello for so long is taken for dead, in nanoseconds.
    private static let helloNs: UInt64 = 2_000_000_000
    /// Room for the reply to Hello, in bytes.
    private static let helloReplyBytes: UInt32 = 1_024

    let endpoint: Endpoint
    private let channel: any BusChannel
    private let clock: any Clock
    private let caller: String
    private let greeting = Mutex(Greeting.none)

    init(_ endpoint: Endpoint, channel: any BusChannel, clock: any Clock, caller: String) {
        self.endpoint = endpoint
        self.channel = channel
        self.clock = clock
        self.caller = caller
    }

    /// How busy the server is through this channel.
    var cost: Int { channel.outstandingBytes }
    func close() { channel.close() }

    /// One try of a call: Hello when the connection is new, then the call itself.
    func attempt(_ attempt: Attempt) async throws(Trouble) -> any PayloadBytes {
        if claimHello() {
            try await hello(within: attempt.deadlineNs, requestID: attempt.requestID)
        }
        let reply = try await exchange(attempt)
        if let fault = reply.fault {
            throw Trouble(
                failure: RetryPolicy.Failure(fault, mayHaveBeenSent: true),
                blame: .none
            )
        }
        return reply.payload
    }

    /// Asks a server that was left out whether it is back; true when it is.
    func probe(requestID: [UInt8]) async -> Bool {
        greeting.withLock { $0 = .underWay }
        do throws(Trouble) {
            try await hello(within: .max, requestID: requestID)
            return true
        } catch {
            return false
        }
    }

    /// True for the one call that has to say Hello; calls beside it go ahead within the budget
    /// that any server has.
    private func claimHello() -> Bool {
        let connection = channel.connectionNumber
        return greeting.withLock { greeting in
            switch greeting {
            case .underWay: return false
            case .done(let known) where known == connection: return false
            case .none, .done:
                greeting = .underWay
                return true
            }
        }
    }

    /// Says Hello; `callDeadlineNs` is when the call that waits for it ends.
    private func hello(
        within callDeadlineNs: UInt64,
        requestID: [UInt8]
    ) async throws(Trouble) {
        let before = channel.connectionNumber
        let deadlineNs = min(callDeadlineNs, deadline(in: Self.helloNs))
        let options = CallOptions(maxReplyBytes: Self.helloReplyBytes)
        let method = AdminV1_AdminMethods.hello
        do throws(Trouble) {
            let reply = try await exchange(
                Attempt(
                    method: method,
                    request: AdminV1.HelloRequest(),
                    options: options,
                    requestID: requestID,
                    number: 0,
                    deadlineNs: deadlineNs
                )
            )
            if let fault = reply.fault {
                throw Trouble(
                    failure: RetryPolicy.Failure(fault, mayHaveBeenSent: false),
                    blame: .none
                )
            }
            try take(reply.payload, before: before)
        } catch {
            greeting.withLock { $0 = .none }
            // Whatever became of Hello, the call itself has not left.
            var failure = error.failure
            failure.mayHaveBeenSent = false
            if failure.fault.code == .deadlineExceeded, deadlineNs < callDeadlineNs {
                failure.fault = .unavailable(
                    "the server does not answer Hello",
                    place: endpoint.description,
                    hint: "is it running, and is it Shoal?"
                )
            }
            throw Trouble(failure: failure, blame: error.blame)
        }
    }

    private func take(_ payload: any PayloadBytes, before: UInt64) throws(Trouble) {
        let answer: AdminV1.HelloResponse
        do throws(MessageError) {
            answer = try AdminV1.HelloResponse.decode(payload)
        } catch {
            throw Trouble(
                failure: RetryPolicy.Failure(error.fault, mayHaveBeenSent: false),
                blame: .none
            )
        }
        guard answer.versionMin <= 1, answer.versionMax >= 1 else {
            throw Trouble(
                failure: RetryPolicy.Failure(
                    .failedPrecondition(
                        "the server speaks versions \(answer.versionMin) to \(answer.versionMax)",
                        place: endpoint.description,
                        hint: "upgrade this process"
                    ),
                    mayHaveBeenSent: false
                ),
                blame: .none
            )
        }
        let now = channel.connectionNumber
        // Over a connection that came in between the answer may be another process's.
        guard now == before || before == 0 && now == 1 else {
            return greeting.withLock { $0 = .none }
        }
        channel.setReplyBudget(bytes: max(Int(clamping: answer.replyBudgetBytes), 1))
        greeting.withLock { $0 = .done(connection: now) }
    }

    private func exchange(_ attempt: Attempt) async throws(Trouble) -> ReplyFrame {
        let frame = try attempt.frame(caller: caller, leftMs: leftMs(attempt), to: endpoint)
        let startNs = clock.monotonicNs
        let message: Message
        do throws(BusError) {
            message = try await channel.call(
                frame,
                maxReplyBytes: Int(clamping: attempt.maxReplyBytes),
                deadlineNs: attempt.deadlineNs
            )
        } catch {
            throw trouble(error, startNs)
        }
        let reply: ReplyFrame
        do throws(WireError) {
            reply = try ReplyFrame.decode(message)
        } catch {
            throw unreadable(error.message, error.hint, isRetriable: error.isRetriable)
        }
        guard reply.header.requestID == nil || reply.header.requestID == attempt.requestID else {
            throw unreadable("the reply is to another request", nil, isRetriable: false)
        }
        return reply
    }

    private func trouble(_ error: BusError, _ startNs: UInt64) -> Trouble {
        let blame: Blame =
            switch error.code {
            case .notConnected, .connectionLost: .lost
            // A call that gave the server hardly any time says nothing about it.
            case .deadlineExceeded where clock.monotonicNs - startNs >= Self.patienceNs: .timeout
            default: .unknown
            }
        return Trouble(
            failure: RetryPolicy.Failure(error.fault, mayHaveBeenSent: error.mayHaveBeenSent),
            blame: blame
        )
    }

    private func unreadable(_ message: String, _ hint: String?, isRetriable: Bool) -> Trouble {
        let fault = Fault(
            isRetriable ? .unavailable : .internal,
            "the reply cannot be read: \(message)",
            place: endpoint.description,
            hint: hint
        )
        return Trouble(failure: RetryPolicy.Failure(fault, mayHaveBeenSent: true), blame: .none)
    }

    /// A timeout counts against a server from so long on, in nanoseconds.
    private static let patienceNs: UInt64 = 100_000_000

    private func deadline(in ns: UInt64) -> UInt64 {
        let (sum, overflow) = clock.monotonicNs.addingReportingOverflow(ns)
        return overflow ? .max : sum
    }

    private func leftMs(_ attempt: Attempt) -> UInt32 {
        let nowNs = clock.monotonicNs
        let leftNs = attempt.deadlineNs > nowNs ? attempt.deadlineNs - nowNs : 0
        return min(max(UInt32(clamping: leftNs / 1_000_000), 1), RequestFrame.timeoutMsMax)
    }
}

/// One try of a call.
struct Attempt: Sendable {
    let method: MethodDescription
    let request: any ProtoMessage
    let options: CallOptions
    let requestID: [UInt8]
    /// 0 for the first.
    let number: UInt32
    /// Of the call as a whole.
    let deadlineNs: UInt64

    /// The room set aside for the reply's frame, in bytes.
    var maxReplyBytes: UInt32 { min(options.maxReplyBytes, UInt32(FrameRoom.anyBytesMax)) }

    /// The frame of this try, within what the method may send.
    func frame(
        caller: String,
        leftMs: UInt32,
        to endpoint: Endpoint
    ) throws(Peer.Trouble) -> OutgoingFrame {
        var header = RpcV1.RequestHeader(
            method,
            options,
            requestID: requestID,
            timeoutMs: leftMs,
            attempt: number,
            caller: caller
        )
        header.maxReplyBytes = maxReplyBytes
        // Between processes of one machine bytes cost less than compressing them.
        if case .tcp = endpoint.transport { header.acceptsZstd = true }
        do throws(WireError) {
            let roomBytes = FrameRoom.bytesMax(of: method)
            return try Frames.request(header, request, FrameOptions(frameBytesMax: roomBytes))
        } catch {
            let isTooLarge = error.code == .tooLarge
            let fault = Fault(
                isTooLarge ? .resourceExhausted : .invalidArgument,
                error.message,
                place: error.place,
                hint: isTooLarge ? "split the request: send less at a time" : error.hint
            )
            throw Peer.Trouble(
                failure: RetryPolicy.Failure(fault, mayHaveBeenSent: false),
                blame: .unknown
            )
        }
    }
}
