// The last resort of a stop: a thread that ends the process when the services do not.

import Basics
import Synchronization

/// Counts down once a stop begins; a thread of its own, since the pool may be what hangs.
final class StopDeadline: Sendable {
    private let afterMs: Int
    private let quiet = BoundedQueue<Bool>(capacity: 1)
    private let thread = Mutex<OwnThread?>(nil)

    init(afterMs: Int) { self.afterMs = afterMs }

    /// Starts counting; `expire` is called on the thread when nobody cancels in time.
    func start(_ expire: @escaping @Sendable (ChassisError) -> Void) {
        thread.withLock { thread in
            guard thread == nil, !quiet.isClosed else { return }
            do throws(ThreadError) {
                thread = try OwnThread.start(name: "stop deadline") { [quiet, afterMs] in
                    _ = quiet.pop(waitingAtMostNs: UInt64(afterMs) * 1_000_000)
                    guard !quiet.isClosed else { return }
                    expire(
                        ChassisError(
                            .stopTooSlow,
                            operation: "stop",
                            place: "services",
                            what: "the services did not stop within \(afterMs) ms",
                            hint: "nothing acked is lost; the next start recovers"
                        )
                    )
                }
            } catch {
                // Without a thread there is no deadline; the stop itself still goes on.
                quiet.close()
            }
        }
    }

    /// The services have stopped.
    func cancel() {
        quiet.close()
        thread.withLock { $0 }?.join()
    }
}
