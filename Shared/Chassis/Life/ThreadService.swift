// A thread's work as a service: started, watched, stopped in order and joined.

public import Basics
public import ServiceLifecycle
import Synchronization

/// Whether a thread has been asked to end; its body looks at each turn.
public final class StopSignal: Sendable {
    private let flag = Atomic<Bool>(false)

    /// Not asked yet.
    public init() {}

    /// Whether the body should return.
    public var isStopping: Bool { flag.load(ordering: .acquiring) }

    func raise() { flag.store(true, ordering: .releasing) }
}

/// A service whose work is one named thread.
///
/// `run` ends when the body returns or throws; the body must return soon after it is asked to.
public struct ThreadService: Service {
    private let name: String
    private let stackBytes: Int
    private let stop: @Sendable () -> Void
    private let body: @Sendable (StopSignal) throws -> Void

    /// Nothing starts before `run`.
    ///
    /// - Parameters:
    ///   - name: the thread's name, of which the system keeps 15 bytes.
    ///   - stop: wakes a body that waits, by closing its queue for example; any thread may
    ///     call it, once or twice, and it must not block.
    ///   - body: the work; what it throws ends the service.
    public init(
        _ name: String,
        stackBytes: Int = OwnThread.standardStackBytes,
        stop: @escaping @Sendable () -> Void = {},
        body: @escaping @Sendable (StopSignal) throws -> Void
    ) {
        self.name = name
        self.stackBytes = stackBytes
        self.stop = stop
        self.body = body
    }

    /// Starts the thread and waits until it has ended.
    public func run() async throws {
        let signal = StopSignal()
        let done = Latch()
        let outcome = ThreadOutcome()
        let thread = try OwnThread.start(name: name, stackBytes: stackBytes) { [body] in
            do { try body(signal) } catch { outcome.error.withLock { $0 = error } }
            done.open()
        }
        await withTaskCancellationOrGracefulShutdownHandler {
            await done.wait()
        } onCancelOrGracefulShutdown: { [stop] in
            signal.raise()
            stop()
        }
        // The body has returned: joining takes no longer than the thread's last instructions.
        thread.join()
        if let error = outcome.error.withLock({ $0 }) { throw error }
    }
}

private final class ThreadOutcome: Sendable {
    let error = Mutex<(any Error)?>(nil)
}

/// Opens once; everyone who waits goes on.
final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Opens; a second time does nothing.
    func open() {
        let woken = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in woken { continuation.resume() }
    }

    /// Suspends until it is open, also when the task is cancelled meanwhile.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
