// Habits kept up, given up and taken up again: edges, explanations, what is refused.

import Basics
import Segments
import Testing

@Suite struct HabitTests {
    private static let day: Int64 = 86_400_000

    /// Read at these instants.
    private func history(_ instants: [Timestamp]) -> UserHistory {
        UserHistory(
            events: instants.enumerated().map { index, at in
                UserHistory.Event("Read", at: at, position: LogOffset(UInt64(index)))
            }
        )
    }

    private func days(_ days: Double...) -> UserHistory {
        history(days.map { Timestamp(ms: Int64($0 * Double(Self.day))) })
    }

    private func isMember(_ document: String, _ history: UserHistory, day: Double) throws -> Bool {
        try Plan(condition(document))
            .isMember(history, at: Timestamp(ms: Int64(day * Double(Self.day))))
    }

    @Test("two events in one week are one week")
    func regularly() throws {
        // Day 4 is Monday, 1970-01-05.
        let twice = "{regularly: {event: Read, atLeast: 2, of: 3, unit: week}}"
        #expect(try !isMember(twice, days(5, 6, 6.5), day: 26))
        #expect(try isMember(twice, days(5, 12), day: 24.9))
        // The week of day 5 is the fourth back from day 32.
        #expect(try !isMember(twice, days(5, 12), day: 32))
        // The running week has no say, unless it is asked for.
        #expect(try !isMember(twice, days(12, 19), day: 20))
        let current = "{regularly: {event: Read, atLeast: 2, of: 2, unit: week, current: include}}"
        #expect(try isMember(current, days(12, 19), day: 20))
    }

    @Test("where a clock is put back across midnight no day comes twice")
    func clockPutBack() throws {
        // At 00:01 the clocks of St. John's went back to 23:01 of the day before.
        let midnight = try #require(Timestamp.rfc3339("2010-11-07T02:30:00Z"))
        let minute: Int64 = 60_000
        let twice = "{regularly: {event: Read, atLeast: 2, of: 3, unit: day}}"
        let plan = try Plan(condition(twice, zone: "America/St_Johns"))
        let at = midnight + 40 * 60 * minute
        // Before midnight, in the first minute of the day, and in the hour that was shown again.
        #expect(!plan.isMember(history([midnight, midnight + 30 * minute]), at: at))
        #expect(plan.isMember(history([midnight - minute, midnight + 30 * minute]), at: at))
    }

    @Test("stopped means within the longer time and not within the shorter, ends as in windows")
    func stopped() throws {
        let stopped = "{stopped: {event: Read, within: 30d, notWithin: 14d}}"
        #expect(try isMember(stopped, days(10), day: 24))
        #expect(try !isMember(stopped, days(10), day: 23.9))
        #expect(try isMember(stopped, days(10), day: 39.9))
        #expect(try !isMember(stopped, days(10), day: 40))
        #expect(try !isMember(stopped, days(10, 20), day: 30))
        let plan = try Plan(condition(stopped))
        let told = plan.explain(days(10, 12, 20), at: Timestamp(ms: 30 * Self.day))
        #expect(
            told.parts.map(\.finding)
                == ["3 in the last 30 days, 1 of them in the last 14 days"]
        )
        #expect(told.flip == .at(Timestamp(ms: 34 * Self.day)))
        #expect(told.lines.count == 6)
        #expect(plan.resolvedWindows(at: Timestamp(ms: 0)).count == 1)
    }

    @Test("restarted means again after a pause, not for the first time")
    func restarted() throws {
        let restarted = "{restarted: {event: Read, within: 7d, pause: 14d}}"
        #expect(try isMember(restarted, days(1, 30), day: 36.9))
        #expect(try !isMember(restarted, days(1, 30), day: 37))
        #expect(try !isMember(restarted, days(30), day: 31))
        #expect(try !isMember(restarted, days(1, 20, 30), day: 31))
        // The pause is as long as the recent time where it is not said.
        #expect(try isMember("{restarted: {event: Read, within: 7d}}", days(1, 30), day: 31))
        let told = try Plan(condition(restarted))
            .explain(days(1, 2, 30), at: Timestamp(ms: 31 * Self.day))
        #expect(
            told.lines[0]
                == "a member: \"Read\": 1 in the last 7 days, none in the 14 days before, 2 before"
                + " that"
        )
        #expect(told.flip == .at(Timestamp(ms: 37 * Self.day)))
    }

    @Test("they share the leaves of what they are made of")
    func leaves() throws {
        let text = """
            {all: [{stopped: {event: A, within: 90d, notWithin: 30d}},
            {did: {event: A, window: {rolling: 90d}}},
            {didNot: {event: A, window: {rolling: 30d}}}]}
            """
        #expect(try Plan(condition(text)).leaves.count == 2)
    }

    @Test(
        "what is refused",
        arguments: table(
            #"""
            {stopped: {event: A, within: 14d, notWithin: 30d}}
                condition.stopped: `notWithin` (30d) is not shorter than `within` (14d); swap
                them
            {stopped: {event: A, within: 14d}}
                condition.stopped: `notWithin` is missing; such as 30d
            {restarted: {event: A, within: 14d, window: {rolling: 3d}}}
                condition.restarted: unknown field `window`; write `within: 30d` and `pause:
                60d`
            {regularly: {event: A, atLeast: 5, of: 4, unit: week}}
                condition.regularly.atLeast: 5 is not between 1 and 4
            {regularly: {event: A, atLeast: 1, of: 1001, unit: week}}
                condition.regularly.of: 1001 is not between 1 and 1000
            {regularly: {event: A, atLeast: 1, of: 4, unit: weeks}}
                condition.regularly.unit: "weeks" is not known here; did you mean `week`?
            {regularly: {event: A, atLeast: 1, of: 4}}
                condition.regularly: `unit` is missing; day, week, month, quarter or year
            """#
        )
    )
    func refusals(_ row: (document: String, expected: String)) throws {
        let found = try #require(problem(of: row.document))
        #expect(found.description.hasPrefix(row.expected), "\(found)")
        let inner = EventMatch(window: .rolling(ms: 5_000))
        let windowed = Stopped(inner, withinMs: 9_000, notWithinMs: 5_000)
        #expect(Validation(Definition(.stopped(windowed))).errors.map(\.code) == [.window])
    }
}
