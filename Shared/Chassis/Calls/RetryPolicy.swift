// Whether and when a failed call is tried again: a decision without clock, lock or network.

public import Basics
public import Messages

/// Decides about retries; a token bucket keeps a client from hammering servers that fail.
///
/// A value without side effects: chance and what is left of the time come with each question.
public struct RetryPolicy: Sendable {
    /// How it decides.
    public struct Settings: Sendable, Hashable {
        /// The wait before the first retry, in milliseconds.
        public var firstDelayMs: Double = 100
        /// The longest wait, in milliseconds.
        public var delayMsMax: Double = 5_000
        /// How much longer each wait is than the one before.
        public var factor: Double = 1.6
        /// Each wait is stretched by a random factor, so that clients do not come back as one.
        public var jitter: ClosedRange<Double> = 0.8...1.2
        /// Tries of one call, the first one included; the wire allows 100.
        public var triesMax: UInt32 = 10
        /// Retries a client may make in a row without a success between them.
        public var tokensMax: Double = 20
        /// What a success gives back: at most a tenth of all calls are retries in the long run.
        public var tokensPerSuccess: Double = 0.1

        /// The protocol's.
        public init() {}
    }

    /// How one try failed.
    public struct Failure: Sendable, Hashable {
        /// What the caller would be told.
        public var fault: Fault
        /// Whether the server may have seen the request.
        public var mayHaveBeenSent: Bool

        /// A failure.
        public init(_ fault: Fault, mayHaveBeenSent: Bool) {
            self.fault = fault
            self.mayHaveBeenSent = mayHaveBeenSent
        }

        /// Whether the same request may succeed later.
        ///
        /// RESOURCE_EXHAUSTED and ABORTED only when whoever says so also says when: without a
        /// retry-after they mean too large a request, or a state to be read again first.
        var isTransient: Bool {
            switch fault.code {
            case .unavailable: true
            case .resourceExhausted, .aborted: fault.retryAfterMs != nil
            default: false
            }
        }
    }

    /// What to do.
    public enum Directive: Sendable, Hashable {
        /// Try again after so many nanoseconds.
        case retry(afterNs: UInt64)
        /// Tell the caller.
        case giveUp(Reason)
    }

    /// Why a call is not tried again.
    public enum Reason: Sendable, Hashable {
        /// It would fail again.
        case permanent
        /// The server may have done it, and doing it twice may do harm.
        case unsafeToRepeat
        /// As many tries as may be were made.
        case tries
        /// The deadline comes before the next try.
        case deadline
        /// Too many calls failed lately.
        case tokens
    }

    private let settings: Settings
    private var tokens: Double

    /// A policy with a full bucket.
    public init(_ settings: Settings = Settings()) {
        self.settings = settings
        tokens = settings.tokensMax
    }

    /// A call succeeded.
    public mutating func succeeded() {
        tokens = min(tokens + settings.tokensPerSuccess, settings.tokensMax)
    }

    /// A try failed; `attempt` is 0 for the first, `leftNs` what is left of the call's time.
    public mutating func decide(
        _ failure: Failure,
        isIdempotent: Bool,
        attempt: UInt32,
        leftNs: UInt64,
        chance: inout SeededRandom
    ) -> Directive {
        guard failure.isTransient else { return .giveUp(.permanent) }
        guard isIdempotent || !failure.mayHaveBeenSent else { return .giveUp(.unsafeToRepeat) }
        guard attempt + 1 < settings.triesMax else { return .giveUp(.tries) }
        let afterNs = delayNs(
            attempt: attempt,
            retryAfterMs: failure.fault.retryAfterMs,
            chance: &chance
        )
        guard afterNs < leftNs else { return .giveUp(.deadline) }
        guard tokens >= 1 else { return .giveUp(.tokens) }
        tokens -= 1
        return .retry(afterNs: afterNs)
    }

    /// The wait after the attempt of this number, at least what the server asks for.
    public func delayNs(
        attempt: UInt32,
        retryAfterMs: UInt32?,
        chance: inout SeededRandom
    ) -> UInt64 {
        let stretch =
            settings.jitter.lowerBound
            + chance.unit() * (settings.jitter.upperBound - settings.jitter.lowerBound)
        var ms = settings.firstDelayMs
        for _ in 0..<min(attempt, 64) where ms < settings.delayMsMax { ms *= settings.factor }
        ms = min(ms, settings.delayMsMax) * stretch
        if let retryAfterMs { ms = max(ms, Double(retryAfterMs) * max(stretch, 1)) }
        return UInt64(max(ms, 0) * 1_000_000)
    }
}
