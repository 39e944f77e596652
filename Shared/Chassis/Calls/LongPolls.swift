// Which methods wait for news, and how long a handler of one may wait.

public import Basics
public import Messages

/// The methods whose requests carry a `wait_ms`: they answer what there is when they are stopped.
///
/// A draining server cancels them at once instead of waiting for them. A test holds this list
/// against the contract.
enum LongPolls {
    static let names: Set<String> = [
        EvaluationV1_FeedMethods.changes.name,
        HealthV1_HealthMethods.watch.name,
        IngestionV1_IngestionMethods.fetch.name,
        RegistryV1_CatalogueMethods.watch.name,
        RegistryV1_RegistryMethods.watch.name,
    ]
}

extension CallContext {
    /// A long poll answers so long before its deadline, in milliseconds, that the reply is in time.
    private static let answerMs: UInt64 = 100
    private static let nsPerMs: UInt64 = 1_000_000

    /// Until when a long poll may wait: as long as asked, and no longer than 100 ms before the
    /// deadline.
    ///
    /// - Returns: an instant of the clock's monotonic time, in ns; may be past.
    public func waitUntilNs(_ waitMs: UInt32, clock: any Clock) -> UInt64 {
        let nowNs = clock.monotonicNs
        let (askedNs, overflow) = nowNs.addingReportingOverflow(UInt64(waitMs) * Self.nsPerMs)
        let answerNs = Self.answerMs * Self.nsPerMs
        let latestNs = deadlineNs > answerNs ? deadlineNs - answerNs : 0
        return min(overflow ? .max : askedNs, latestNs)
    }

    /// What is left of the caller's time, in milliseconds; 0 when it is over.
    public func remainingMs(clock: any Clock) -> UInt32 {
        let nowNs = clock.monotonicNs
        guard deadlineNs > nowNs else { return 0 }
        return UInt32(clamping: (deadlineNs - nowNs) / Self.nsPerMs)
    }
}

extension CallOptions {
    /// The wishes of a call made on behalf of the one that is being served.
    ///
    /// It ends with that call's deadline, is about the same project and belongs to the same trace.
    /// `timeoutMs` shortens it further.
    public init(
        within call: CallContext,
        clock: any Clock,
        timeoutMs: UInt32 = 10_000,
        maxReplyBytes: UInt32 = 262_144,
        affinity: String? = nil
    ) {
        self.init(
            timeoutMs: min(timeoutMs, call.remainingMs(clock: clock)),
            maxReplyBytes: maxReplyBytes,
            project: call.project,
            traceparent: call.traceparent,
            affinity: affinity
        )
    }
}
