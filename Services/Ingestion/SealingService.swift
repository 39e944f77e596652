// Seals closed journal files into volumes in the background, one after the other.

import Basics
import Chassis
import Log
import ServiceLifecycle

/// Runs the sealer on a thread of its own.
struct SealingService: Service {
    /// How often it looks for a closed file.
    ///
    /// Unit: ns.
    private static let periodNs: UInt64 = 1_000_000_000

    let sealer: Sealer

    func run() async throws {
        // Nothing is ever pushed: closing the queue wakes the thread at once.
        let rest = BoundedQueue<Never>(capacity: 1)
        try await ThreadService("sealer", stop: { rest.close() }) { signal in
            while !signal.isStopping {
                let isIdle = try sealer.backlog == 0 || !sealOldest()
                if isIdle {
                    _ = rest.pop(waitingAtMostNs: Self.periodNs)
                }
            }
        }.run()
    }

    /// Whether a file was sealed; false when the disk has no room for it now.
    private func sealOldest() throws -> Bool {
        do {
            return try sealer.sealOldest() != nil
        } catch let error where error.isRetriable {
            return false
        }
    }
}
