// Does what the log has waiting in the background, piece by piece: the embedded one seals files.

import Basics
import Chassis
import Log
import ServiceLifecycle

/// Tidies the log on a thread of its own.
struct SealingService: Service {
    /// How often it looks whether anything waits.
    ///
    /// Unit: ns.
    private static let periodNs: UInt64 = 1_000_000_000

    let log: any Log

    func run() async throws {
        // Nothing is ever pushed: closing the queue wakes the thread at once.
        let rest = BoundedQueue<Never>(capacity: 1)
        try await ThreadService("sealer", stop: { rest.close() }) { signal in
            while !signal.isStopping {
                if try !tidy() { _ = rest.pop(waitingAtMostNs: Self.periodNs) }
            }
        }.run()
    }

    /// Whether a piece was done; false when nothing waits, or there is no room for it now.
    private func tidy() throws -> Bool {
        do {
            return try log.tidy()
        } catch let error where error.isRetriable {
            return false
        }
    }
}
