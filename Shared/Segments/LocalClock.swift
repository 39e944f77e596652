// A zone's clock read for many instants near each other.

import Basics

/// What a local clock shows, with the zone's offset looked up once for some hours.
struct LocalClock: Sendable {
    /// No zone changes its offset twice within so many ms.
    private static let steadyMs: Int64 = 6 * 3_600_000

    private let zone: Zone
    /// Within these instants the zone is known to have one offset.
    private var known = Int64(1)...Int64(1)
    private var offsetMs: Int64

    init(_ zone: Zone) {
        self.zone = zone
        let at = Timestamp(ms: known.lowerBound)
        offsetMs = zone.local(at).msSince(at)
    }

    /// What the clock shows, as if its reading were UTC.
    mutating func local(_ instant: Timestamp) -> Timestamp {
        if !known.contains(instant.ms) { look(around: instant) }
        return instant + offsetMs
    }

    private mutating func look(around instant: Timestamp) {
        func offset(_ at: Timestamp) -> Int64 { zone.local(at).msSince(at) }
        offsetMs = offset(instant)
        known = instant.ms...instant.ms
        let start = Timestamp(ms: CivilDate.floorDivide(instant.ms, Self.steadyMs) * Self.steadyMs)
        let end = start + Self.steadyMs
        if offset(start) == offset(end), offset(start) == offsetMs { known = start.ms...end.ms }
    }
}
