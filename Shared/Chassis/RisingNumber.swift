// A number that only rises, and the tasks that wait for it: the heart of every long poll.

public import Basics
import Synchronization

/// A revision, an offset or a count that never goes back, with tasks waiting for it to pass a mark.
///
/// Every member may be called from any task or thread. Waiting costs nothing until it rises.
public final class RisingNumber: Sendable {
    private struct State {
        var value: UInt64
        var lastTicket: UInt64 = 0
        var waiting: [UInt64: (mark: UInt64, wake: CheckedContinuation<Void, Never>)] = [:]
        /// Tickets released before their task came to park.
        var released: Set<UInt64> = []
    }

    private let state: Mutex<State>
    private let clock: any Clock

    /// Starts at `value`; `clock` ends the waits.
    public init(_ value: UInt64 = 0, clock: any Clock) {
        state = Mutex(State(value: value))
        self.clock = clock
    }

    /// The number as it stands.
    public var value: UInt64 { state.withLock { $0.value } }

    /// Raises the number; a lower or equal one changes nothing.
    public func raise(to value: UInt64) {
        let woken = state.withLock { state in
            guard value > state.value else { return [CheckedContinuation<Void, Never>]() }
            state.value = value
            let ready = state.waiting.filter { $0.value.mark < value }
            for ticket in ready.keys { state.waiting[ticket] = nil }
            return ready.values.map(\.wake)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Raises the number by one.
    public func raise() { raise(to: value + 1) }

    /// Waits until the number is above `mark`, the instant has come or the task is cancelled.
    ///
    /// - Parameter instant: monotonic, by the clock given to the initialiser. Unit: ns.
    /// - Returns: the number then.
    public func wait(above mark: UInt64, untilNs instant: UInt64) async -> UInt64 {
        guard value <= mark, clock.monotonicNs < instant else { return value }
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.park(ticket, above: mark) }
                group.addTask { [clock] in
                    // Cancelled means that the number rose first.
                    do { try await clock.sleep(untilMonotonicNs: instant) } catch { return }
                    self.release(ticket)
                }
                await group.next()
                release(ticket)
                group.cancelAll()
            }
        } onCancel: {
            release(ticket)
        }
        return state.withLock { state in
            state.released.remove(ticket)
            return state.value
        }
    }

    private func park(_ ticket: UInt64, above mark: UInt64) async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.value > mark || state.released.contains(ticket) { return true }
                state.waiting[ticket] = (mark, continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    private func release(_ ticket: UInt64) {
        let woken = state.withLock { state in
            state.released.insert(ticket)
            return state.waiting.removeValue(forKey: ticket)?.wake
        }
        woken?.resume()
    }
}
