// How a process is asked to stop from within: by `Admin.Drain`, or by a part that wants an end.

public import ServiceLifecycle
import Synchronization

/// The last service of a process: told first of a stop, and able to ask for one.
public final class StopSwitch: Service, Sendable {
    private struct State {
        var isStopping = false
        var onStart: (@Sendable () -> Void)?
        var onStop: (@Sendable (String) -> Void)?
    }

    private let latch = Latch()
    private let state = Mutex(State())

    /// A switch that nobody has thrown.
    public init() {}

    /// Whether the process is stopping, for whatever reason.
    public var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Asks the process to stop in order and returns at once; any thread, any number of times.
    public func stop(because reason: String) {
        let told = state.withLock { state -> (@Sendable (String) -> Void)? in
            guard !state.isStopping else { return nil }
            state.isStopping = true
            return state.onStop
        }
        told?(reason)
        latch.open()
    }

    /// Names what is done when all services run, and once when the stop begins.
    func observe(
        start: @escaping @Sendable () -> Void,
        stop: @escaping @Sendable (String) -> Void
    ) {
        let isLate = state.withLock { state in
            state.onStart = start
            state.onStop = stop
            return state.isStopping
        }
        if isLate { stop("asked while starting") }
    }

    /// Waits for the stop; returning makes the group stop the other services, backwards.
    public func run() async {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                state.withLock { $0.onStart }?()
                await latch.wait()
            } onGracefulShutdown: { [self] in
                stop(because: "a signal")
            }
        } onCancel: { [self] in
            stop(because: "a part has failed, or a signal does not wait")
        }
    }
}
