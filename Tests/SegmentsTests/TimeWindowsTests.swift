// What each window means at an instant, across days of odd length.

import Basics
import Segments
import Testing

/// An instant from its text.
func instant(_ text: String) throws -> Timestamp { try #require(Timestamp.rfc3339(text)) }

@Suite struct TimeWindowsTests {
    private func bounds(
        _ window: Window,
        at text: String,
        zone: String = "UTC"
    ) throws -> [String] {
        let definition = Definition(.didNot(DidNot(EventMatch(window: window))), zone: zone)
        let at = try instant(text)
        let interval = try #require(try Plan(definition).resolvedWindows(at: at).first).interval
        return [interval.isOpen ? "open" : interval.from.rfc3339, interval.to.rfc3339]
    }

    @Test("ever, rolling and ago end at the instant, which they include")
    func relativeWindows() throws {
        let at = "2025-07-01T00:00:00.000Z"
        let day: Int64 = 86_400_000
        #expect(try bounds(.ever, at: at) == ["open", "2025-07-01T00:00:00.001Z"])
        #expect(
            try bounds(.rolling(ms: 30 * day), at: at)
                == ["2025-06-01T00:00:00.001Z", "2025-07-01T00:00:00.001Z"]
        )
        #expect(
            try bounds(.ago(fromMs: 60 * day, toMs: 30 * day), at: at)
                == ["2025-05-02T00:00:00.001Z", "2025-06-01T00:00:00.001Z"]
        )
    }

    @Test("between is half-open, and no answer sees an event later than itself")
    func betweenIsCapped() throws {
        let window = Window.between(
            from: try instant("2025-05-01"),
            to: try instant("2025-07-01")
        )
        #expect(
            try bounds(window, at: "2025-12-01")
                == ["2025-05-01T00:00:00.000Z", "2025-07-01T00:00:00.000Z"]
        )
        #expect(
            try bounds(window, at: "2025-05-10")
                == ["2025-05-01T00:00:00.000Z", "2025-05-10T00:00:00.001Z"]
        )
        #expect(
            try bounds(.between(from: nil, to: try instant("2025-05-01")), at: "2025-12-01")
                == ["open", "2025-05-01T00:00:00.000Z"]
        )
        let before = try Plan(Definition(.didNot(DidNot(EventMatch(window: window)))))
        #expect(before.resolvedWindows(at: try instant("2025-01-01"))[0].interval.isEmpty)
    }

    @Test(
        "calendar windows have true lengths",
        arguments: [
            // window, zone, instant, from, to
            (
                "1 day", "Europe/Berlin", "2024-04-01T10:00:00Z",
                "2024-03-30T23:00:00.000Z", "2024-03-31T22:00:00.000Z"
            ),  // 23 h
            (
                "1 day", "Europe/Berlin", "2024-10-28T10:00:00Z",
                "2024-10-26T22:00:00.000Z", "2024-10-27T23:00:00.000Z"
            ),  // 25 h
            (
                "1 day", "America/Sao_Paulo", "2017-10-16T12:00:00Z",
                "2017-10-15T03:00:00.000Z", "2017-10-16T02:00:00.000Z"
            ),  // begins at 01:00
            (
                "1 day", "America/Sao_Paulo", "2018-02-18T12:00:00Z",
                "2018-02-17T02:00:00.000Z", "2018-02-18T03:00:00.000Z"
            ),  // 23:00 twice
            (
                "1 day", "Africa/Cairo", "2023-04-29T12:00:00Z",
                "2023-04-27T22:00:00.000Z", "2023-04-28T21:00:00.000Z"
            ),  // begins at 01:00
            (
                "1 day", "Pacific/Apia", "2011-12-31T12:00:00Z",
                "2011-12-30T10:00:00.000Z", "2011-12-31T10:00:00.000Z"
            ),  // the 30th is missing
            (
                "2 week", "UTC", "2025-07-03T12:00:00Z",
                "2025-06-16T00:00:00.000Z", "2025-06-30T00:00:00.000Z"
            ),
            (
                "3 month", "UTC", "2025-03-31T12:00:00Z",
                "2024-12-01T00:00:00.000Z", "2025-03-01T00:00:00.000Z"
            ),
            (
                "1 month", "Europe/Berlin", "2024-03-31T23:00:00Z",
                "2024-02-29T23:00:00.000Z", "2024-03-31T22:00:00.000Z"
            ),
            (
                "1 quarter", "UTC", "2025-01-01T00:00:00Z",
                "2024-10-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z"
            ),
            (
                "1 year", "Asia/Kathmandu", "2025-06-01T00:00:00Z",
                "2023-12-31T18:15:00.000Z", "2024-12-31T18:15:00.000Z"
            ),
        ]
    )
    func calendarExcludingCurrent(
        _ row: (window: String, zone: String, at: String, from: String, to: String)
    ) throws {
        let words = row.window.split(separator: " ")
        let window = CalendarWindow(
            last: try #require(Int(words[0])),
            unit: try #require(CalendarUnit(rawValue: String(words[1])))
        )
        #expect(try bounds(.calendar(window), at: row.at, zone: row.zone) == [row.from, row.to])
    }

    @Test(
        "with the current one, the window ends at the instant",
        arguments: [
            (1, CalendarUnit.day, "2025-07-03T00:00:00.000Z"),
            (1, .week, "2025-06-30T00:00:00.000Z"), (2, .week, "2025-06-23T00:00:00.000Z"),
            (1, .month, "2025-07-01T00:00:00.000Z"), (3, .month, "2025-05-01T00:00:00.000Z"),
            (1, .quarter, "2025-07-01T00:00:00.000Z"), (2, .year, "2024-01-01T00:00:00.000Z"),
        ]
    )
    func calendarIncludingCurrent(_ row: (last: Int, unit: CalendarUnit, from: String)) throws {
        let window = CalendarWindow(last: row.last, unit: row.unit, includesCurrent: true)
        #expect(
            try bounds(.calendar(window), at: "2025-07-03T12:00:00Z")
                == [row.from, "2025-07-03T12:00:00.001Z"]
        )
    }

    @Test("a window's own zone goes before the definition's, the project's comes last")
    func zonesInOrder() throws {
        func from(own: String?, definition: String?, project: String?) throws -> String {
            let window = CalendarWindow(unit: .day, includesCurrent: true, zone: own)
            let condition = Condition.didNot(DidNot(EventMatch(window: .calendar(window))))
            let plan = try Plan(
                Definition(condition, zone: definition),
                projectZone: project.flatMap(Zone.init)
            )
            let interval = plan.resolvedWindows(at: try instant("2025-07-03T12:00:00Z"))[0].interval
            return interval.from.rfc3339
        }
        let (tokyo, berlin, lima) = ("Asia/Tokyo", "Europe/Berlin", "America/Lima")
        #expect(
            try from(own: tokyo, definition: berlin, project: lima) == "2025-07-02T15:00:00.000Z"
        )
        #expect(
            try from(own: nil, definition: berlin, project: lima) == "2025-07-02T22:00:00.000Z"
        )
        #expect(try from(own: nil, definition: nil, project: lima) == "2025-07-03T05:00:00.000Z")
        #expect(try from(own: nil, definition: nil, project: nil) == "2025-07-03T00:00:00.000Z")
    }

    @Test(
        "a local time in an overlap is the earlier instant, in a gap the first after it",
        arguments: [
            ("Europe/Berlin", "2024-10-27T02:30:00Z", "2024-10-27T00:30:00.000Z"),
            ("Europe/Berlin", "2024-03-31T02:30:00Z", "2024-03-31T01:00:00.000Z"),
            ("Europe/Berlin", "2024-03-31T01:59:59.999Z", "2024-03-31T00:59:59.999Z"),
            ("Europe/Berlin", "2024-03-31T03:00:00Z", "2024-03-31T01:00:00.000Z"),
            ("America/Sao_Paulo", "2017-10-15T00:30:00Z", "2017-10-15T03:00:00.000Z"),
            ("America/Sao_Paulo", "2018-02-17T23:30:00Z", "2018-02-18T01:30:00.000Z"),
            ("Africa/Cairo", "2023-04-28T00:00:00Z", "2023-04-27T22:00:00.000Z"),
            ("Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00:00.000Z"),
            ("Europe/Berlin", "1893-04-01T00:03:00Z", "1893-03-31T23:06:32.000Z"),
            ("UTC", "2024-03-31T02:30:00Z", "2024-03-31T02:30:00.000Z"),
        ]
    )
    func localTimes(_ row: (zone: String, local: String, expected: String)) throws {
        let zone = try #require(Zone(row.zone))
        #expect(zone.instant(ofLocal: try instant(row.local)).rfc3339 == row.expected)
    }

    @Test("a local reading leads back to the first instant that shows it, every hour of two years")
    func localRoundTrip() throws {
        for name in ["Europe/Berlin", "America/Sao_Paulo", "Africa/Cairo", "Asia/Kathmandu"] {
            let zone = try #require(Zone(name))
            var at = try instant("2017-01-01T00:30:00Z")
            var overlaps = 0
            for _ in 0..<(2 * 365 * 24) {
                let back = zone.instant(ofLocal: zone.local(at))
                if back != at {
                    #expect(back == at - 3_600_000, "\(name) \(at.rfc3339)")
                    overlaps += 1
                }
                at = at + 3_600_000
            }
            #expect(overlaps == (name == "Europe/Berlin" || name == "America/Sao_Paulo" ? 2 : 0))
        }
    }

    @Test("only names of tzdata are zones")
    func zoneNames() {
        for good in ["UTC", "Europe/Berlin", "Etc/GMT+5", "Asia/Calcutta", "America/Indiana/Knox"] {
            #expect(Zone(good) != nil, "\(good)")
        }
        for bad in ["", "GMT+3", "CEST", "Europe/Berlim", "europe/berlin", " UTC", "/etc/passwd"] {
            #expect(Zone(bad) == nil, "\(bad)")
        }
    }

    @Test("the far ends of time overflow nothing")
    func extremes() throws {
        let longest = DefinitionLimits.durationMsMax
        let windows: [Window] = [
            .ever, .rolling(ms: longest), .ago(fromMs: longest, toMs: 5),
            .between(from: .earliest, to: .latest),
            .calendar(CalendarWindow(last: 1000, unit: .year, zone: "Europe/Berlin")),
        ]
        for window in windows {
            let plan = try Plan(Definition(.didNot(DidNot(EventMatch(window: window)))))
            for ms in [Int64.min, .min + 1, .max - 1, .max] {
                let interval = plan.resolvedWindows(at: Timestamp(ms: ms))[0].interval
                #expect(!interval.contains(Timestamp(ms: 0)) || ms > 0)
            }
        }
    }
}
