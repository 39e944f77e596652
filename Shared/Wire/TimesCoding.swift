// Local times on the wire.

import Basics
import Messages
import Segments

/// The coding of times of the day and days of the week.
enum TimesCoding {
    static func decode(_ sent: SegmentV1.LocalTimes?) throws(WireError) -> LocalTimes? {
        guard let sent else { return nil }
        var clock: LocalTimes.ClockRange?
        switch (sent.fromMs, sent.toMs) {
        case (let from?, let to?):
            clock = LocalTimes.ClockRange(fromMs: Int64(from), toMs: Int64(to))
        case (nil, nil): break
        default:
            throw ValueCoding.refused(
                "half a time of the day",
                "say from_ms and to_ms",
                at: "times"
            )
        }
        return LocalTimes(
            clock: clock,
            weekdays: sent.weekdays.map(Int.init),
            inUsersZone: sent.inUsersZone
        )
    }

    static func encode(_ times: LocalTimes?) throws(WireError) -> SegmentV1.LocalTimes? {
        guard let times else { return nil }
        var sent = SegmentV1.LocalTimes(inUsersZone: times.inUsersZone)
        if let clock = times.clock {
            sent.fromMs = try DefinitionCoding.exact(clock.fromMs, "a time of the day")
            sent.toMs = try DefinitionCoding.exact(clock.toMs, "a time of the day")
        }
        for day in times.weekdays {
            sent.weekdays.append(try DefinitionCoding.exact(day, "a day of the week"))
        }
        return sent
    }
}
