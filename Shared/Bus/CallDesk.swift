// The client's side that both buses share: takes calls, keeps their order, and wakes their callers.

import Basics
import Synchronization

/// What became of a frame given to a link.
enum SendOutcome {
    /// It left, or the link took it.
    case sent
    /// There is no room or no connection now; the frame is untouched.
    case full
    /// It will never leave; the system's words.
    case failed(String)
}

/// What carries a desk's frames to the server; a channel of either bus.
protocol FrameLink: AnyObject, Sendable {
    /// Sends without waiting. Under the desk's lock: must not call the desk.
    func send(_ frame: OutgoingFrame, id: UInt32) -> SendOutcome
    /// Whether `desk.roomAgain` is wanted when there is room. Under the desk's lock.
    func watchRoom(_ isWanted: Bool)
    /// After the lock: sees to it that `desk.expire` runs at `wakeNs`, and does what `send` left.
    func settle(wakeNs: UInt64)
}

/// A channel's calls with their callers.
///
/// May be used from any thread; never waits for a peer.
final class CallDesk: Sendable {
    private struct Call {
        let frame: OutgoingFrame
        let continuation: CheckedContinuation<Result<Message, BusError>, Never>
    }

    private struct State {
        var calls: PendingCalls<Call>
        var isOpen = true
        var isFull = false
        var connectionNumber: UInt64 = 0
    }

    /// Callers to be told, once the lock is free.
    private typealias News = [(call: Call, result: Result<Message, BusError>)]

    let endpoint: Endpoint
    private let options: ChannelOptions
    private let clock: any Clock
    private let state: Mutex<State>

    init(endpoint: Endpoint, options: ChannelOptions, clock: any Clock) {
        self.endpoint = endpoint
        self.options = options
        self.clock = clock
        let nsPerMs: UInt64 = 1_000_000
        let settings = PendingCalls<Call>.Settings(
            inFlightMax: max(options.inFlightMax, 1),
            waitingMax: max(options.waitingMax, 1),
            connectTimeoutNs: UInt64(clamping: options.connectTimeoutMs) &* nsPerMs,
            lateReplyGraceNs: UInt64(clamping: options.lateReplyGraceMs) &* nsPerMs,
            unknownBudgetBytes: Limits.replyBudgetBytes
        )
        state = Mutex(State(calls: PendingCalls(settings: settings, nowNs: clock.monotonicNs)))
    }

    var isConnected: Bool { state.withLock { $0.calls.isConnected } }
    var connectionNumber: UInt64 { state.withLock { $0.connectionNumber } }
    var callsInFlight: Int { state.withLock { $0.calls.count } }
    var outstandingBytes: Int { state.withLock { $0.calls.budget.usedBytes } }
    var replyBudgetBytes: Int { state.withLock { $0.calls.budget.capacityBytes } }

    /// Sends the frame in its turn and waits for the reply, the deadline or the task's end.
    func call(
        _ frame: OutgoingFrame,
        maxReplyBytes: Int,
        deadlineNs: UInt64,
        over link: any FrameLink
    ) async throws(BusError) -> Message {
        guard frame.count <= options.frameBytesMax else {
            throw error(.frameTooLarge, "at most \(options.frameBytesMax) bytes in one frame")
        }
        guard frame.claim() else { throw error(.closed) }
        let id = state.withLock { $0.calls.reserve() }
        let result: Result<Message, BusError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let call = Call(frame: frame, continuation: continuation)
                begin(
                    id,
                    call,
                    maxReplyBytes: maxReplyBytes,
                    deadlineNs: deadlineNs,
                    over: link
                )
            }
        } onCancel: {
            cancel(id, over: link)
        }
        return try result.get()
    }

    /// Replies arrived: wakes their callers and sends whom they made room for.
    func answered(_ replies: [(id: UInt32, message: Message)], over link: any FrameLink) {
        change(over: link) { state, news in
            for reply in replies {
                guard let call = state.calls.answered(reply.id) else { continue }
                news.append((call, .success(reply.message)))
            }
        }
    }

    /// The link can take frames again.
    func roomAgain(over link: any FrameLink) { change(over: link) { _, _ in } }

    /// Ends what is past its time; returns when to ask again.
    func expire(over link: any FrameLink) -> UInt64 {
        let nowNs = clock.monotonicNs
        if state.withLock({ $0.calls.wakeNs > nowNs }) {
            return state.withLock { $0.calls.wakeNs }
        }
        return change(over: link) { state, news in
            append(state.calls.expire(nowNs: nowNs), to: &news)
        }
    }

    /// There is a connection.
    func connected(over link: any FrameLink) {
        change(over: link) { state, _ in noteConnected(&state) }
    }

    /// The connection broke.
    func lost(over link: any FrameLink) {
        let nowNs = clock.monotonicNs
        change(over: link) { state, news in
            append(state.calls.lost(nowNs: nowNs), to: &news)
        }
    }

    func setReplyBudget(bytes: Int, over link: any FrameLink) {
        change(over: link) { state, _ in state.calls.resizeBudget(capacityBytes: bytes) }
    }

    /// Ends all calls; false when it was closed before.
    ///
    /// Afterwards the link is not touched again.
    func close() -> Bool {
        var news: News = []
        let wasOpen = state.withLock { state in
            guard state.isOpen else { return false }
            state.isOpen = false
            append(state.calls.endAll(.closed), to: &news)
            return true
        }
        tell(news)
        return wasOpen
    }

    private func begin(
        _ id: UInt32,
        _ call: Call,
        maxReplyBytes: Int,
        deadlineNs: UInt64,
        over link: any FrameLink
    ) {
        let nowNs = clock.monotonicNs
        let isCancelled = Task.isCancelled
        change(over: link) { state, news in
            var refusal: BusError.Code?
            if !state.isOpen {
                refusal = .closed
            } else if isCancelled {
                refusal = .cancelled
            } else {
                refusal = state.calls.begin(
                    id,
                    call,
                    maxReplyBytes: maxReplyBytes,
                    deadlineNs: deadlineNs,
                    nowNs: nowNs
                )
            }
            if let refusal { news.append((call, .failure(error(refusal)))) }
        }
        // Cancelled between the look above and standing in line: the handler found nobody.
        if !isCancelled && Task.isCancelled { cancel(id, over: link) }
    }

    private func cancel(_ id: UInt32, over link: any FrameLink) {
        let nowNs = clock.monotonicNs
        change(over: link) { state, news in
            guard let ended = state.calls.cancel(id, nowNs: nowNs) else { return }
            append([ended], to: &news)
        }
    }

    /// One change under the lock; then sends whoever may go, and tells everybody outside the lock.
    @discardableResult
    private func change(
        over link: any FrameLink,
        _ body: (inout State, inout News) -> Void
    ) -> UInt64 {
        var news: News = []
        let (wakeNs, isOpen) = state.withLock { state in
            body(&state, &news)
            if state.isOpen { pump(&state, &news, over: link) }
            return (state.calls.wakeNs, state.isOpen)
        }
        if isOpen { link.settle(wakeNs: wakeNs) }
        tell(news)
        return wakeNs
    }

    private func pump(_ state: inout State, _ news: inout News, over link: any FrameLink) {
        var isFull = false
        while !isFull, let (id, call) = state.calls.next() {
            switch link.send(call.frame, id: id) {
            case .sent:
                state.calls.nextWasSent()
                // A frame can only leave over a connection.
                noteConnected(&state)
            case .full:
                isFull = true
            case .failed(let words):
                guard let failed = state.calls.nextFailed() else { continue }
                news.append((failed, .failure(error(.system, words))))
            }
        }
        guard isFull != state.isFull else { return }
        state.isFull = isFull
        link.watchRoom(isFull)
    }

    private func noteConnected(_ state: inout State) {
        guard !state.calls.isConnected else { return }
        state.calls.connected()
        state.connectionNumber += 1
    }

    private func append(_ ended: [PendingCalls<Call>.Ended], to news: inout News) {
        for one in ended {
            let failure = BusError(
                one.code,
                operation: "call",
                place: endpoint.description,
                mayHaveBeenSent: one.mayHaveBeenSent
            )
            news.append((one.context, .failure(failure)))
        }
    }

    private func tell(_ news: News) {
        for one in news { one.call.continuation.resume(returning: one.result) }
    }

    private func error(_ code: BusError.Code, _ hint: String? = nil) -> BusError {
        BusError(code, operation: "call", place: endpoint.description, hint: hint)
    }
}
