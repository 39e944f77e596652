// The registry's word, asked for again and again: by instances with a lease and by mere clients.

public import Basics
public import Messages

/// Asks `Registry.Watch` for news of the roster, the partition map and the projects.
///
/// Any thread. An outage of the registry ends nothing: it is asked again ever less often.
public struct RosterNews: Sendable {
    private let registry: RegistryV1_RegistryClient
    private let clock: any Clock
    private let watchMs: UInt32
    private let pace = RetryPolicy()

    /// News from this registry.
    ///
    /// - Parameter watchMs: how long one Watch waits for news, in milliseconds; at most 60,000.
    public init(registry: any Caller, clock: any Clock, watchMs: UInt32 = 20_000) {
        self.registry = RegistryV1_RegistryClient(registry)
        self.clock = clock
        self.watchMs = watchMs
    }

    /// What stands now.
    public func now(timeoutMs: UInt32) async throws(Fault) -> RegistryV1.WatchResponse {
        try await ask(after: 0, waitMs: 0, timeoutMs: timeoutMs)
    }

    /// Tells each answer to `hear` and each failure to `miss` until the task is cancelled.
    public func follow(
        random: SeededRandom,
        hear: (RegistryV1.WatchResponse) -> Void,
        miss: (Fault) -> Void
    ) async {
        var random = random
        var failures: UInt32 = 0
        // What this process has not heard itself may be of another registry: ask for it anew.
        var known: UInt64 = 0
        var hasHeard = false
        while !Task.isCancelled {
            let startNs = clock.monotonicNs
            do throws(Fault) {
                let waitMs = hasHeard ? watchMs : 0
                let answer = try await ask(
                    after: known,
                    waitMs: waitMs,
                    timeoutMs: watchMs &+ 5_000
                )
                let isNews = answer.revision != known
                hear(answer)
                known = answer.revision
                hasHeard = true
                failures = 0
                // A registry that has nothing to say and says it at once is not asked in a spin.
                if !isNews { await pause(from: startNs, ns: 100_000_000) }
            } catch {
                guard !Task.isCancelled else { return }
                miss(error)
                let waitNs = pace.delayNs(
                    attempt: failures,
                    retryAfterMs: error.retryAfterMs,
                    chance: &random
                )
                failures = min(failures + 1, 64)
                await pause(from: clock.monotonicNs, ns: waitNs)
            }
        }
    }

    private func ask(
        after revision: UInt64,
        waitMs: UInt32,
        timeoutMs: UInt32
    ) async throws(Fault) -> RegistryV1.WatchResponse {
        try await registry.watch(
            RegistryV1.WatchRequest(afterRevision: revision, waitMs: waitMs),
            CallOptions(timeoutMs: timeoutMs, maxReplyBytes: 2 << 20)
        )
    }

    private func pause(from startNs: UInt64, ns: UInt64) async {
        let (untilNs, overflow) = startNs.addingReportingOverflow(ns)
        do {
            try await clock.sleep(untilMonotonicNs: overflow ? .max : untilNs)
        } catch {
            return  // Cancelled: the loop looks and ends.
        }
    }
}
