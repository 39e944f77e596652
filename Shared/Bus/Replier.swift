// The right to answer one request, once, from any thread.

import Synchronization

/// Hands requests to the handler, or to `overload` when too many are unanswered.
final class RequestDoor: Sendable {
    private let options: ServerOptions
    private let handler: BusHandler
    private let inFlightCount = Atomic(0)

    init(options: ServerOptions, handler: @escaping BusHandler) {
        self.options = options
        self.handler = handler
    }

    var inFlight: Int { inFlightCount.load(ordering: .relaxed) }

    /// One request at a time, so that looking and counting need not be one step.
    func hear(_ message: Message, token: UInt64, sink: any ReplySink) {
        let isCounted = inFlight < options.inFlightMax
        if isCounted { inFlightCount.wrappingAdd(1, ordering: .relaxed) }
        let replier = Replier(sink: sink, token: token, isCounted: isCounted)
        if isCounted {
            handler(message, replier)
        } else {
            options.overload(message, replier)
        }
    }

    func finished(isCounted: Bool) {
        if isCounted { inFlightCount.wrappingSubtract(1, ordering: .relaxed) }
    }
}

/// Where a replier puts its answer; a server of either bus.
protocol ReplySink: AnyObject, Sendable {
    /// Sends without waiting; false when the server has stopped.
    func send(_ frame: OutgoingFrame, token: UInt64) -> Bool
    /// The request needs its place no more.
    func finished(token: UInt64, isCounted: Bool)
}

/// Answers one request: `reply` or `abandon`, once, from any thread.
///
/// Letting it go unanswered abandons the request.
public final class Replier: Sendable {
    private let sink: any ReplySink
    private let token: UInt64
    private let isCounted: Bool
    private let isDone = Atomic(false)

    init(sink: any ReplySink, token: UInt64, isCounted: Bool) {
        self.sink = sink
        self.token = token
        self.isCounted = isCounted
    }

    deinit { abandon() }

    /// Sends the answer without waiting.
    ///
    /// False when it was answered before, the frame was used before, or the server has stopped.
    /// True promises nothing: only the client knows.
    @discardableResult
    public func reply(_ frame: OutgoingFrame) -> Bool {
        guard !isDone.exchange(true, ordering: .acquiringAndReleasing) else { return false }
        let sent = frame.claim() && sink.send(frame, token: token)
        sink.finished(token: token, isCounted: isCounted)
        return sent
    }

    /// Gives up the request's place without an answer.
    public func abandon() {
        guard !isDone.exchange(true, ordering: .acquiringAndReleasing) else { return }
        sink.finished(token: token, isCounted: isCounted)
    }
}
