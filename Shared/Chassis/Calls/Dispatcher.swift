// From a received frame to its reply: every check in the protocol's order, then the handler.

import Basics
import Bus
import Logging
import Messages
import Synchronization
import Wire

/// Takes frames apart, runs handlers and answers; any thread.
final class Dispatcher: Sendable {
    /// A frame on its way through the checks.
    private struct Arrival {
        let message: Message
        let replier: Replier
        let arrivedNs: UInt64
        var requestID: [UInt8]?
        var maxReplyBytes: UInt32 = 0
        var acceptsZstd = false
    }

    /// A failure always has room: the overhead every reply is budgeted for covers it.
    private static let failureBytesMax = 1_280

    private let table: MethodTable
    private let instance: [UInt8]
    private let clock: any Clock
    private let logger: Logger
    private let admit: @Sendable (MethodDescription, RpcV1.RequestHeader) -> Fault?
    private let chance: Mutex<SeededRandom>

    init(
        table: MethodTable,
        instance: InstanceID,
        clock: any Clock,
        random: SeededRandom,
        logger: Logger,
        admit: @escaping @Sendable (MethodDescription, RpcV1.RequestHeader) -> Fault?
    ) {
        self.table = table
        self.instance = instance.bytes
        self.clock = clock
        self.logger = logger
        self.admit = admit
        chance = Mutex(random)
    }

    /// Answers one frame, whatever it holds.
    ///
    /// Runs in the call's own task.
    func serve(
        _ message: Message,
        _ replier: Replier,
        arrivedNs: UInt64,
        number: UInt64,
        of calls: RunningCalls
    ) async {
        var arrival = Arrival(message: message, replier: replier, arrivedNs: arrivedNs)
        let frame: RequestFrame
        let context: CallContext
        do throws(WireError) {
            frame = try RequestFrame.decode(message)
            arrival.requestID = frame.header.requestID
            arrival.maxReplyBytes = frame.header.maxReplyBytes
            arrival.acceptsZstd = frame.header.acceptsZstd
            context = try frame.context(arrivedNs: arrivedNs)
        } catch {
            return refuse(arrival, error.fault, table.strangers)
        }
        switch check(frame, context, arrival, calls) {
        case .failure(let fault):
            refuse(arrival, fault, meters(of: context.method))
        case .success(let entry):
            calls.describe(
                number,
                RunningCalls.Facts(
                    deadlineNs: context.deadlineNs,
                    requestID: context.requestID,
                    isLongPoll: entry.isLongPoll,
                    tellTimeOver: { [arrival, self] in
                        refuse(arrival, Self.timeOver, entry.meters)
                    },
                    tellCancelled: { [arrival, self] in
                        refuse(arrival, .cancelled("the call was cancelled"), entry.meters)
                    }
                )
            )
            await run(entry, frame, context, arrival, isDraining: { calls.isDraining })
        }
    }

    /// Answers a frame for which there is no place, without looking at it.
    func refuseUnread(_ message: Message, _ replier: Replier, _ fault: Fault) {
        let arrival = Arrival(message: message, replier: replier, arrivedNs: clock.monotonicNs)
        refuse(arrival, fault, table.strangers)
    }

    /// Deadline, method, role and size, in this order.
    private func check(
        _ frame: RequestFrame,
        _ context: CallContext,
        _ arrival: Arrival,
        _ calls: RunningCalls
    ) -> Result<MethodTable.Entry, Fault> {
        guard clock.monotonicNs < context.deadlineNs else { return .failure(Self.timeOver) }
        let entry: MethodTable.Entry
        switch table.entry(context.method) {
        case .failure(let fault): return .failure(fault)
        case .success(let found): entry = found
        }
        if let fault = admit(entry.method.description, frame.header) { return .failure(fault) }
        let frameBytes = arrival.message.count
        let payloadBytes = frame.payload.withBytes { $0.byteCount }
        guard frameBytes <= entry.frameBytesMax, payloadBytes <= entry.payloadBytesMax else {
            return .failure(
                .resourceExhausted(
                    "a request of \(max(frameBytes, payloadBytes)) bytes",
                    place: "frame",
                    hint: "send at most \(entry.payloadBytesMax) bytes at a time: split the batch"
                )
            )
        }
        guard entry.isOfHouse || !calls.isDraining else { return .failure(Self.draining) }
        return .success(entry)
    }

    private func run(
        _ entry: MethodTable.Entry,
        _ frame: RequestFrame,
        _ context: CallContext,
        _ arrival: Arrival,
        isDraining: () -> Bool
    ) async {
        var context = context
        context.traceparent = context.traceparent.flatMap(TraceContext.init).map { asked in
            asked.child(span: chance.withLock { $0.next() }).description
        }
        do throws(Fault) {
            let response = try await entry.method.invoke(frame.payload, context)
            answer(response, entry, context, arrival)
        } catch {
            refuse(arrival, shown(error, context, isDraining: isDraining()), entry.meters)
        }
    }

    /// The fault as the caller is told: what is our mistake is logged under the request's id, and
    /// a call that was cut off by draining or its deadline says so.
    private func shown(_ fault: Fault, _ context: CallContext, isDraining: Bool) -> Fault {
        if fault.code == .cancelled, Task.isCancelled {
            return clock.monotonicNs >= context.deadlineNs
                ? Self.timeOver : isDraining ? Self.draining : fault
        }
        switch fault.code {
        case .internal, .unknown, .dataLoss, .ok:
            let id = hex(context.requestID)
            logger.error(
                "\(fault.description)",
                metadata: [
                    LogKeys.method: "\(context.method)", LogKeys.requestID: "\(id)",
                    LogKeys.project: "\(context.project?.text ?? "")",
                ]
            )
            var shown = fault
            if fault.code == .ok { shown.code = .internal }
            let advice = "the service's log says more under request \(id)"
            shown.hint = fault.hint.map { $0 + "; " + advice } ?? advice
            return shown
        default: return fault
        }
    }

    private func answer(
        _ response: any ProtoMessage,
        _ entry: MethodTable.Entry,
        _ context: CallContext,
        _ arrival: Arrival
    ) {
        let header = RpcV1.ReplyHeader(requestID: arrival.requestID, instance: instance)
        let roomBytes = max(
            min(Int(clamping: arrival.maxReplyBytes), FrameRoom.anyBytesMax),
            Self.failureBytesMax
        )
        do throws(WireError) {
            let options = FrameOptions(zstd: arrival.acceptsZstd, frameBytesMax: roomBytes)
            let frame = try Frames.reply(header, response, options)
            send(frame, .ok, arrival, entry.meters)
        } catch {
            guard error.code == .tooLarge else {
                let fault = shown(
                    Fault(
                        .internal,
                        "the response breaks the contract: \(error.message)",
                        place: error.place
                    ),
                    context,
                    isDraining: false
                )
                return refuse(arrival, fault, entry.meters)
            }
            refuse(
                arrival,
                .resourceExhausted(
                    "the reply is larger than the caller has room for: \(error.message)",
                    place: "header.max_reply_bytes",
                    hint: "ask for less at a time, or raise max_reply_bytes (at most 16 MiB)"
                ),
                entry.meters
            )
        }
    }

    private func refuse(_ arrival: Arrival, _ fault: Fault, _ meters: MethodMeters) {
        let options = FrameOptions(
            frameBytesMax: max(Int(clamping: arrival.maxReplyBytes), Self.failureBytesMax)
        )
        var id = arrival.requestID
        // An id of another length cannot stand in a header.
        if id?.count != 16 { id = nil }
        let short = Fault(
            fault.code,
            String(fault.message.prefix(128)),
            retryAfterMs: fault.retryAfterMs
        )
        for fault in [fault, short] {
            do throws(WireError) {
                let header = RpcV1.ReplyHeader(fault, requestID: id, instance: instance)
                return send(
                    try Frames.reply(header, nil, options),
                    header.status,
                    arrival,
                    meters
                )
            } catch {
                continue  // Too long for the caller's room: the short form follows.
            }
        }
        arrival.replier.abandon()
    }

    private func send(
        _ frame: OutgoingFrame,
        _ status: StatusCode,
        _ arrival: Arrival,
        _ meters: MethodMeters
    ) {
        let bytes = frame.count
        // False: it was answered before (its time was over), or the server has stopped.
        guard arrival.replier.reply(frame) else { return }
        let nowNs = clock.monotonicNs
        meters.note(
            status,
            ns: nowNs > arrival.arrivedNs ? nowNs - arrival.arrivedNs : 0,
            request: arrival.message.count,
            reply: bytes
        )
    }

    private func meters(of method: String) -> MethodMeters {
        switch table.entry(method) {
        case .success(let entry): entry.meters
        case .failure: table.strangers
        }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static let timeOver = Fault.deadlineExceeded(
        "the call's time is over",
        place: "header.timeout_ms",
        hint: "give it more time, or ask for less"
    )
    static let draining = Fault.unavailable(
        "the process is stopping",
        hint: "ask another instance, or this one once it is back",
        retryAfterMs: 500
    )
    static let full = Fault.resourceExhausted(
        "the server works on as many calls as it may",
        hint: "repeat later, or keep fewer calls in flight",
        retryAfterMs: 100
    )
}
