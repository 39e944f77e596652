// The instants of a trend: its ends, and every local hour, day, week or month that begins between.

import Basics
import Segments

/// How far the points of a trend lie apart; pure.
enum TrendUnit: String, Sendable, CaseIterable {
    case hour, day, week, month

    /// Most points of a trend: nearly three years of days.
    static let pointsMax = 1_000
    private static let hourMs: Int64 = 3_600_000
    private static let dayMs: Int64 = 24 * hourMs

    /// The ends, which both are points, and every beginning of a unit between them.
    ///
    /// - Returns: nil when these are more than `pointsMax`, or the ends are the wrong way round.
    func instants(from: Timestamp, to: Timestamp, in zone: Zone) -> [Timestamp]? {
        guard from <= to else { return nil }
        var instants = [from]
        while let last = instants.last, last < to {
            guard instants.count < Self.pointsMax else { return nil }
            instants.append(min(next(after: last, in: zone), to))
        }
        return instants
    }

    /// The first beginning of a unit behind an instant.
    private func next(after instant: Timestamp, in zone: Zone) -> Timestamp {
        let local = zone.local(instant)
        let calendar: CalendarUnit
        switch self {
        case .hour:
            let hour = CivilDate.floorDivide(local.ms, Self.hourMs)
            return instant + (Self.hourMs - (local.ms - hour * Self.hourMs))
        case .day: calendar = .day
        case .week: calendar = .week
        case .month: calendar = .month
        }
        let day = CivilDate(daysSince1970: Int(CivilDate.floorDivide(local.ms, Self.dayMs)))
        // A clock set back over midnight shows the same day twice: then the one after counts.
        for count in 1...3 {
            let start = calendar.start(calendar.start(day), plus: count)
            let midnight = Timestamp(ms: Int64(start.daysSince1970) * Self.dayMs)
            let begins = zone.instant(ofLocal: midnight)
            if begins > instant { return begins }
        }
        return instant + Self.dayMs
    }
}
