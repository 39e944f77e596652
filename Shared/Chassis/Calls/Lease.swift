// When an instance registers and when it says that it is still here: a decision without a clock.

import Basics

/// The instance's side of its lease with the registry.
///
///     absent ── registered ──▶ present ── renewed ──▶ present
///        ▲                        │
///        └───────── forgotten ────┘     (failures change the time of the next try only)
struct Lease {
    /// What to do.
    enum Directive: Hashable {
        /// Register now.
        case register
        /// Send a heartbeat now.
        case heartbeat
        /// Nothing before this instant, in monotonic nanoseconds.
        case wait(untilNs: UInt64)
    }

    private static let nsPerMs: UInt64 = 1_000_000
    /// A registry that tells no lease, or a silly one, is taken to mean these.
    ///
    /// Unit: ms.
    private static let leaseMsRange: ClosedRange<UInt32> = 300...600_000

    private let pace: RetryPolicy
    private var nextNs: UInt64 = 0
    private var failures: UInt32 = 0
    /// Whether the registry knows the instance, as far as the instance knows.
    private(set) var isRegistered = false
    /// Until when the lease runs at least.
    ///
    /// Unit: ns of the monotonic clock.
    private(set) var untilNs: UInt64 = 0
    /// How long a heartbeat holds.
    ///
    /// Unit: ms.
    private(set) var leaseMs: UInt32 = 3_000

    init(pace: RetryPolicy) { self.pace = pace }

    /// A third of the lease: two heartbeats may be lost.
    ///
    /// Unit: ms.
    var periodMs: UInt32 { max(leaseMs / 3, 1) }

    /// What is to be done at this instant.
    func next(nowNs: UInt64) -> Directive {
        guard nowNs >= nextNs else { return .wait(untilNs: nextNs) }
        return isRegistered ? .heartbeat : .register
    }

    /// The registry answered what was sent at `sentNs`; from then on the lease runs at least.
    mutating func renewed(leaseMs: UInt32, sentNs: UInt64) {
        isRegistered = true
        failures = 0
        self.leaseMs = min(max(leaseMs, Self.leaseMsRange.lowerBound), Self.leaseMsRange.upperBound)
        untilNs = sum(sentNs, UInt64(self.leaseMs) * Self.nsPerMs)
        nextNs = sum(sentNs, UInt64(periodMs) * Self.nsPerMs)
    }

    /// The registry does not know the instance: it registers again, at once.
    mutating func forgotten() {
        isRegistered = false
        nextNs = 0
    }

    /// The registry did not answer: again soon, ever less often, at least once per period.
    mutating func failed(nowNs: UInt64, chance: inout SeededRandom) {
        let waitNs = pace.delayNs(attempt: failures, retryAfterMs: nil, chance: &chance)
        failures = min(failures + 1, 64)
        let periodNs = UInt64(periodMs) * Self.nsPerMs
        nextNs = sum(nowNs, isRegistered ? min(waitNs, periodNs) : waitNs)
    }

    private func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
