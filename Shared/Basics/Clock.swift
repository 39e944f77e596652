// Time as it comes in through initialisers: the protocol and the machine's real clock.

import CBasics

/// Where a part gets its time from; real in a process, moved by hand in tests.
///
/// Every member may be called from any thread.
public protocol Clock: Sendable {
    /// Wall time; may step in either direction.
    var now: Timestamp { get }
    /// Nanoseconds that only grow; the zero is arbitrary.
    var monotonicNs: UInt64 { get }
    /// Suspends until `monotonicNs` has reached the instant, or throws when cancelled.
    func sleep(untilMonotonicNs instant: UInt64) async throws
}

extension Clock {
    /// Suspends for so many milliseconds, or throws when cancelled.
    public func sleep(forMs ms: UInt64) async throws {
        let (ns, overflow) = ms.multipliedReportingOverflow(by: 1_000_000)
        let (instant, past) = monotonicNs.addingReportingOverflow(overflow ? .max : ns)
        try await sleep(untilMonotonicNs: past ? .max : instant)
    }
}

/// The machine's clocks: CLOCK_REALTIME and CLOCK_MONOTONIC.
public struct SystemClock: Clock {
    /// Longest single sleep, after which the clock is read again.
    private static let napNsMax: UInt64 = 3_600_000_000_000

    /// The one real clock.
    public init() {}

    /// Whether a time service keeps the machine's wall clock; nil when the system does not tell.
    public static var isSynchronised: Bool? {
        let answer = cbasics_clock_is_synchronised()
        return answer < 0 ? nil : answer == 1
    }

    /// Wall time.
    public var now: Timestamp {
        Timestamp(ms: CivilDate.floorDivide(cbasics_wall_ns(), 1_000_000))
    }

    /// Nanoseconds of CLOCK_MONOTONIC, the clock under `BoundedQueue` too.
    public var monotonicNs: UInt64 { cbasics_monotonic_ns() }

    /// Suspends until the monotonic instant, in naps of at most an hour.
    public func sleep(untilMonotonicNs instant: UInt64) async throws {
        while true {
            let current = monotonicNs
            guard current < instant else { return }
            try await Task.sleep(nanoseconds: min(instant - current, Self.napNsMax))
        }
    }
}
