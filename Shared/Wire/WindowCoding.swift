// Windows of time on the wire and in the language of segments.

import Basics
import Messages
import Segments

/// The coding of windows.
enum WindowCoding {
    static func decode(_ sent: SegmentV1.Window) throws(WireError) -> Window {
        switch sent.kind {
        case .ever: return .ever
        case .rolling(let rolling):
            return .rolling(ms: try DefinitionCoding.exact(rolling.durationMs, "a duration"))
        case .ago(let ago):
            return .ago(
                fromMs: try DefinitionCoding.exact(ago.fromMs, "a duration"),
                toMs: try DefinitionCoding.exact(ago.toMs, "a duration")
            )
        case .between(let between):
            return .between(
                from: between.fromMs.map { Timestamp(ms: $0) },
                to: between.toMs.map { Timestamp(ms: $0) }
            )
        case .calendar(let calendar):
            guard let unit = units.first(where: { $0.sent == calendar.unit })?.own else {
                throw ValueCoding.refused(
                    "no calendar unit",
                    "say day, week, month, quarter or year",
                    at: "calendar.unit"
                )
            }
            return .calendar(
                CalendarWindow(
                    last: Int(calendar.count),
                    unit: unit,
                    includesCurrent: calendar.includeCurrent,
                    zone: calendar.zone
                )
            )
        case .since(let since):
            return .since(
                try DefinitionCoding.placed("since") { () throws(WireError) in
                    SinceWindow(
                        since.last ? .last : .first,
                        try DefinitionCoding.match(since.events, since.where, nil, since.times),
                        ms: try DefinitionCoding.exact(since.durationMs, "a duration")
                    )
                }
            )
        case nil:
            throw ValueCoding.refused("no window", "this build may be older than the sender's")
        }
    }

    static func encode(_ window: Window) throws(WireError) -> SegmentV1.Window {
        switch window {
        case .ever: return SegmentV1.Window(kind: .ever(SegmentV1.EverWindow()))
        case .rolling(let ms):
            let duration: UInt64 = try DefinitionCoding.exact(ms, "a duration")
            return SegmentV1.Window(kind: .rolling(SegmentV1.RollingWindow(durationMs: duration)))
        case .ago(let fromMs, let toMs):
            let ago = SegmentV1.AgoWindow(
                fromMs: try DefinitionCoding.exact(fromMs, "a duration"),
                toMs: try DefinitionCoding.exact(toMs, "a duration")
            )
            return SegmentV1.Window(kind: .ago(ago))
        case .between(let from, let to):
            let between = SegmentV1.BetweenWindow(fromMs: from?.ms, toMs: to?.ms)
            return SegmentV1.Window(kind: .between(between))
        case .calendar(let calendar):
            let found = units.first { $0.own == calendar.unit }
            let sent = SegmentV1.CalendarWindow(
                count: try DefinitionCoding.exact(calendar.last, "a count"),
                unit: found?.sent ?? .unspecified,
                includeCurrent: calendar.includesCurrent,
                zone: calendar.zone
            )
            return SegmentV1.Window(kind: .calendar(sent))
        case .since(let since):
            let (events, filters, _) = try DefinitionCoding.sent(since.anchor)
            let sent = SegmentV1.SinceWindow(
                events: events,
                where: filters,
                times: try TimesCoding.encode(since.anchor.times),
                last: since.place == .last,
                durationMs: try DefinitionCoding.exact(since.ms, "a duration")
            )
            return SegmentV1.Window(kind: .since(sent))
        }
    }

    /// Every unit in both languages; a test holds the list against both.
    static let units: [(own: CalendarUnit, sent: SegmentV1.CalendarUnit)] = [
        (.day, .day), (.week, .week), (.month, .month), (.quarter, .quarter), (.year, .year),
    ]
}
