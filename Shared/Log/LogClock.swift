// The log's own time: decides the next log time from the machine's two clocks, without I/O.

public import Basics

/// Log time: last + monotonic elapsed, slewed at most 1 % towards wall time, never back.
///
/// A wall clock more than `stepMs` away is not followed. When it has gone steadily with the
/// monotonic clock for `confirmMs`, it is believed: a clock ahead is taken over at once, a clock
/// behind is approached at the slew rate, because log time never goes back. Owned by one thread.
public struct LogClock: Sendable {
    /// The figures of the rule.
    public struct Rule: Sendable, Hashable {
        /// Slew in parts per thousand of the elapsed time; 10 is 1 %.
        public var slewPerMille: Int64 = 10
        /// A difference above this is a step and needs confirmation, in milliseconds.
        public var stepMs: Int64 = 60_000
        /// How long a stepped wall clock must be steady before it is believed.
        public var confirmMs: Int64 = 60_000
        /// How far a steady wall clock may wander while it is being confirmed.
        public var steadyWithinMs: Int64 = 2_000

        /// The standing rule.
        public init() {}
    }

    /// How much the wall clock is believed.
    ///
    /// `shiftNs` is wall minus monotonic.
    ///
    /// Transitions: near → stepped (a step is seen); stepped → stepped (it stepped again),
    /// near (it came back, or was ahead for long enough: taken over), behind (was behind for
    /// long enough); behind → near (reached), stepped (it stepped again).
    private enum Trust: Hashable {
        case near
        case stepped(sinceNs: UInt64, shiftNs: Int64)
        case behind(shiftNs: Int64)
    }

    private let rule: Rule
    private var timeNs: Int64
    private var monotonicNs: UInt64
    private var trust: Trust

    /// Starts a tenure at the later of wall time and `earliest`: the recovered reserve.
    public init(
        earliest: Timestamp,
        wall: Timestamp,
        monotonicNs: UInt64,
        rule: Rule = Rule(),
    ) {
        self.rule = rule
        self.timeNs = max(Self.ns(earliest), Self.end(of: wall))
        self.monotonicNs = monotonicNs
        // A wall clock before the reserve is what this tenure starts with, not a step.
        let shift = Self.difference(Self.ns(wall), Int64(clamping: monotonicNs))
        self.trust = wall < earliest ? .behind(shiftNs: shift) : .near
    }

    /// The log time as of the last tick.
    public var now: Timestamp { Timestamp(ms: CivilDate.floorDivide(timeNs, 1_000_000)) }

    /// Moves on to this reading of both clocks and answers the log time; never before the last.
    public mutating func tick(wall: Timestamp, monotonicNs reading: UInt64) -> Timestamp {
        let elapsedNs = reading > monotonicNs ? reading - monotonicNs : 0
        monotonicNs = max(monotonicNs, reading)
        let elapsed = Int64(clamping: elapsedNs)
        let wallNs = Self.end(of: wall)
        let free = Self.sum(timeNs, elapsed)
        let gap = Self.difference(wallNs, free)
        switch stance(gap: gap, wallNs: wallNs) {
        case .follow:
            let slew = Int64(clamping: Int128(elapsed) * Int128(rule.slewPerMille) / 1000)
            timeNs = Self.sum(free, min(max(gap, -slew), slew))
        case .ignore:
            timeNs = free
        case .jump:
            timeNs = max(free, wallNs)
        }
        return now
    }

    private enum Stance { case follow, ignore, jump }

    /// What to do about a wall clock that lies `gap` nanoseconds ahead (behind when negative).
    private mutating func stance(gap: Int64, wallNs: Int64) -> Stance {
        let stepNs = rule.stepMs * 1_000_000
        guard gap > stepNs || gap < -stepNs else {
            trust = .near
            return .follow
        }
        let shift = Self.difference(wallNs, Int64(clamping: monotonicNs))
        switch trust {
        case .behind(let last) where gap < 0 && isSteady(shift, since: last):
            trust = .behind(shiftNs: shift)
            return .follow
        case .stepped(let sinceNs, let first) where isSteady(shift, since: first):
            guard monotonicNs - sinceNs >= UInt64(clamping: rule.confirmMs) * 1_000_000 else {
                return .ignore
            }
            trust = gap < 0 ? .behind(shiftNs: shift) : .near
            return gap < 0 ? .follow : .jump
        case .near, .behind, .stepped:
            trust = .stepped(sinceNs: monotonicNs, shiftNs: shift)
            return .ignore
        }
    }

    private func isSteady(_ shift: Int64, since last: Int64) -> Bool {
        let moved = Self.difference(shift, last)
        let allowed = rule.steadyWithinMs * 1_000_000
        return moved <= allowed && moved >= -allowed
    }

    /// Milliseconds as nanoseconds, held at Int64's ends (the years 1677 and 2262).
    private static func ns(_ instant: Timestamp) -> Int64 {
        let (product, overflow) = instant.ms.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? (instant.ms < 0 ? .min : .max) : product
    }

    /// The end of the wall clock's millisecond, which it may have come to.
    ///
    /// Were log time to follow the beginnings, half of all records would stand a millisecond before
    /// the wall clock's instant at which they came in: their events would lie in the future.
    private static func end(of wall: Timestamp) -> Int64 { sum(ns(wall), 999_999) }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? (right < 0 ? .min : .max) : sum
    }

    private static func difference(_ left: Int64, _ right: Int64) -> Int64 {
        let (difference, overflow) = left.subtractingReportingOverflow(right)
        return overflow ? (right < 0 ? .max : .min) : difference
    }
}
