// The calls a server is working on: their owner, which bounds, times out, drains and ends them.

import Basics
import Synchronization

/// Owns one task per call in flight, from the frame's arrival to the handler's return.
///
/// A handler is cancelled by itself when its deadline passes, which children of a task group
/// cannot be; so each call is a task whose handle lies here, and `drain` waits for all of them.
/// Every member may be called from any thread.
final class RunningCalls: Sendable {
    /// Why a call was not begun.
    enum Refusal: Sendable, Hashable {
        /// As many are running as may.
        case full
        /// The server has ended.
        case closed
    }

    /// What the owner knows of a call once its header is read.
    struct Facts: Sendable {
        /// When the caller gives up.
        let deadlineNs: UInt64
        /// What the caller calls it.
        let requestID: [UInt8]
        /// Whether it waits for news, and so may be ended at once.
        let isLongPoll: Bool
        /// Tells the caller that the time is over, when the handler has not answered by then.
        let tellTimeOver: @Sendable () -> Void
        /// Tells the caller that somebody has cancelled the call.
        let tellCancelled: @Sendable () -> Void
    }

    private struct Call {
        let task: Task<Void, Never>
        var facts: Facts?
        /// When `expire` looks at it; never again once it was cancelled.
        var dueNs = UInt64.max
    }

    private enum Door { case open, draining, closed }

    private struct State {
        var calls: [UInt64: Call] = [:]
        var lastNumber: UInt64 = 0
        var door = Door.open
        /// When `watchDeadlines` looks by itself.
        var armedNs = UInt64.max
    }

    private let clock: any Clock
    private let callsMax: Int
    private let state = Mutex(State())
    /// Beside the state, since every call asks and the state's lock is busy.
    private let isDrainingNow = Atomic(false)
    /// Rises when a deadline comes before the armed instant.
    private let bell: RisingNumber
    /// Rises when the last call of a draining server has ended.
    private let idle: RisingNumber

    init(callsMax: Int, clock: any Clock) {
        self.callsMax = callsMax
        self.clock = clock
        bell = RisingNumber(clock: clock)
        idle = RisingNumber(clock: clock)
    }

    /// How many are running.
    var count: Int { state.withLock { $0.calls.count } }

    /// Whether new work is to be refused.
    var isDraining: Bool { isDrainingNow.load(ordering: .acquiring) }

    /// Runs the body in a task of its own, or says why not; `body` gets the call's number.
    func begin(_ body: @escaping @Sendable (UInt64) async -> Void) -> Refusal? {
        state.withLock { state in
            guard state.door != .closed else { return .closed }
            guard state.calls.count < callsMax else { return .full }
            state.lastNumber += 1
            let number = state.lastNumber
            let task = Task {
                await body(number)
                finish(number)
            }
            state.calls[number] = Call(task: task)
            return nil
        }
    }

    /// Puts the call under its deadline; while draining a long poll is cancelled at once.
    func describe(_ number: UInt64, _ facts: Facts) {
        let (rings, cancelled) = state.withLock { state -> (Bool, Task<Void, Never>?) in
            state.calls[number]?.facts = facts
            state.calls[number]?.dueNs = facts.deadlineNs
            let rings = facts.deadlineNs < state.armedNs
            if rings { state.armedNs = facts.deadlineNs }
            let isCut = facts.isLongPoll && state.door != .open
            return (rings, isCut ? state.calls[number]?.task : nil)
        }
        cancelled?.cancel()
        if rings { bell.raise() }
    }

    /// Cancels what is past its deadline, until the task is cancelled.
    func watchDeadlines() async {
        while !Task.isCancelled {
            let mark = bell.value
            let wakeNs = expire(nowNs: clock.monotonicNs)
            _ = await bell.wait(above: mark, untilNs: wakeNs)
        }
    }

    /// Takes no new work, cancels long polls, and waits for the rest until the instant; then
    /// cancels the rest too and waits `graceNs` more.
    ///
    /// - Returns: how many calls were still running; their repliers are dead from here on.
    func drain(untilNs: UInt64, graceNs: UInt64) async -> Int {
        isDrainingNow.store(true, ordering: .releasing)
        let polls = state.withLock { state in
            state.door = .draining
            return state.calls.values.filter { $0.facts?.isLongPoll == true }.map(\.task)
        }
        for task in polls { task.cancel() }
        await waitUntilIdle(untilNs)
        let late = state.withLock { $0.calls.values.map(\.task) }
        for task in late { task.cancel() }
        if !late.isEmpty {
            let (endNs, overflow) = clock.monotonicNs.addingReportingOverflow(graceNs)
            await waitUntilIdle(overflow ? .max : endNs)
        }
        return state.withLock { state in
            state.door = .closed
            return state.calls.count
        }
    }

    /// Cancels what is past its deadline; returns when to look again.
    func expire(nowNs: UInt64) -> UInt64 {
        let (over, wakeNs) = state.withLock { state -> ([Call], UInt64) in
            var over: [Call] = []
            var wakeNs = UInt64.max
            for (number, call) in state.calls {
                if call.dueNs <= nowNs {
                    over.append(call)
                    state.calls[number]?.dueNs = .max
                } else {
                    wakeNs = min(wakeNs, call.dueNs)
                }
            }
            state.armedNs = wakeNs
            return (over, wakeNs)
        }
        for call in over {
            // Told first: a handler that returns when it is cancelled would else answer before.
            call.facts?.tellTimeOver()
            call.task.cancel()
        }
        return wakeNs
    }

    /// Cancels the calls of this request id.
    ///
    /// - Returns: how many there were.
    func cancel(requestID: [UInt8]) -> Int {
        let found = state.withLock { state in
            let found = state.calls.filter { $0.value.facts?.requestID == requestID }
            for number in found.keys { state.calls[number]?.dueNs = .max }
            return Array(found.values)
        }
        for call in found {
            call.facts?.tellCancelled()
            call.task.cancel()
        }
        return found.count
    }

    private func waitUntilIdle(_ untilNs: UInt64) async {
        while true {
            let mark = idle.value
            guard count > 0, clock.monotonicNs < untilNs, !Task.isCancelled else { return }
            _ = await idle.wait(above: mark, untilNs: untilNs)
        }
    }

    private func finish(_ number: UInt64) {
        let isLast = state.withLock { state in
            state.calls[number] = nil
            return state.calls.isEmpty && state.door != .open
        }
        if isLast { idle.raise() }
    }
}
