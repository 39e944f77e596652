// A clock that stands still until a test moves it; sleepers wake when their instant has come.

public import Basics
import Synchronization

/// Time in a test: `advance` moves wall and monotonic time together, the wall may be stepped.
public final class ManualClock: Clock {
    private struct Sleeper {
        let id: UInt64
        let instant: UInt64
        let wake: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var wallNs: Int64
        var monotonicNs: UInt64
        var nextID: UInt64 = 0
        var sleepers: [Sleeper] = []
        var watchers: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    /// A clock that shows this wall time; 2025-01-02T00:00:00Z unless told otherwise.
    public init(now: Timestamp = Timestamp(ms: 1_735_776_000_000), monotonicNs: UInt64 = 1) {
        state = Mutex(State(wallNs: now.ms * 1_000_000, monotonicNs: monotonicNs))
    }

    public var now: Timestamp {
        Timestamp(ms: CivilDate.floorDivide(state.withLock { $0.wallNs }, 1_000_000))
    }

    public var monotonicNs: UInt64 { state.withLock { $0.monotonicNs } }

    /// How many sleep now.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Moves both clocks forward and wakes those whose instant has come, the earliest first.
    public func advance(ms: UInt64) { advance(ns: ms * 1_000_000) }

    /// Moves both clocks forward by nanoseconds.
    public func advance(ns: UInt64) {
        let due = state.withLock { state in
            state.wallNs += Int64(ns)
            state.monotonicNs += ns
            let due = state.sleepers.filter { $0.instant <= state.monotonicNs }
            state.sleepers.removeAll { $0.instant <= state.monotonicNs }
            return due.sorted { ($0.instant, $0.id) < ($1.instant, $1.id) }
        }
        for sleeper in due { sleeper.wake.resume() }
    }

    /// Steps the wall clock, as an operator or NTP does; monotonic time does not move.
    public func stepWall(to instant: Timestamp) {
        state.withLock { $0.wallNs = instant.ms * 1_000_000 }
    }

    /// Suspends until at least so many sleep, so that a test need not guess.
    public func waitForSleepers(_ count: Int = 1) async {
        await withCheckedContinuation { wake in
            let isReady = state.withLock { state in
                guard state.sleepers.count < count else { return true }
                state.watchers.append((count, wake))
                return false
            }
            if isReady { wake.resume() }
        }
    }

    public func sleep(untilMonotonicNs instant: UInt64) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wake in
                lieDown(Sleeper(id: id, instant: instant, wake: wake))
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let at = state.sleepers.firstIndex(where: { $0.id == id }) else { return nil }
                return state.sleepers.remove(at: at)
            }
            sleeper?.wake.resume(throwing: CancellationError())
        }
    }

    private func lieDown(_ sleeper: Sleeper) {
        // Cancellation before the sleeper is listed finds nothing to wake, so it is asked here.
        let outcome = state.withLock { state -> (isDue: Bool, isCancelled: Bool) in
            if state.monotonicNs >= sleeper.instant { return (true, false) }
            if Task.isCancelled { return (false, true) }
            state.sleepers.append(sleeper)
            return (false, false)
        }
        if outcome.isDue { sleeper.wake.resume() }
        if outcome.isCancelled { sleeper.wake.resume(throwing: CancellationError()) }
        let ready = state.withLock { state in
            let ready = state.watchers.filter { $0.count <= state.sleepers.count }
            state.watchers.removeAll { $0.count <= state.sleepers.count }
            return ready
        }
        for watcher in ready { watcher.wake.resume() }
    }
}
