// Windows that begin with an event of the user's own: where they lie, and when time moves them.

import Basics
import Segments
import Testing

@Suite struct SinceWindowTests {
    private static let day: Int64 = 86_400_000

    /// Events of these names on these days.
    private func history(_ events: [(name: ExactName, day: Double)]) -> UserHistory {
        UserHistory(
            events: events.enumerated().map { index, event in
                UserHistory.Event(
                    event.name,
                    at: Timestamp(ms: Int64(event.day * Double(Self.day))),
                    position: LogOffset(UInt64(index))
                )
            }
        )
    }

    private func explain(_ document: String, _ history: UserHistory, day: Double) throws
        -> Explanation
    {
        let at = Timestamp(ms: Int64(day * Double(Self.day)))
        return try Plan(condition(document)).explain(history, at: at)
    }

    @Test(
        "the first day of the window counts, the day after the last does not",
        arguments: [
            ([("Installed", 1), ("Charged", 1)], true),
            ([("Installed", 1), ("Charged", 7.9)], true),
            ([("Installed", 1), ("Charged", 8)], false),
            ([("Installed", 1), ("Charged", 0.9)], false), ([("Charged", 1)], false),
            ([("Installed", 1), ("Installed", 4), ("Charged", 9)], false),
            // Beyond the answer's instant.
            ([("Installed", 18), ("Charged", 21)], false),
        ] as [([(ExactName, Double)], Bool)]
    )
    func edges(_ row: (events: [(ExactName, Double)], holds: Bool)) throws {
        let history = history(row.events.map { (name: $0.0, day: $0.1) })
        let document = "{did: {event: Charged, window: {since: {first: Installed, within: 7d}}}}"
        #expect(try explain(document, history, day: 20).isMember == row.holds)
        // Who has no such event has done nothing within it.
        let opposite = document.replacing("did", with: "didNot")
        #expect(try explain(opposite, history, day: 20).isMember != row.holds)
    }

    @Test("the last event that passes begins a window anew, and closes the one before")
    func lastOne() throws {
        let history = history([("Added", 1), ("Charged", 2), ("Added", 5), ("Added", 30)])
        let document = "{did: {event: Charged, window: {since: {last: Added, within: 7d}}}}"
        #expect(try explain(document, history, day: 1).flip == .at(Timestamp(ms: 2 * Self.day)))
        let before = try explain(document, history, day: 3)
        #expect(before.isMember && before.flip == .at(Timestamp(ms: 5 * Self.day)))
        let after = try explain(document, history, day: 5)
        #expect(!after.isMember && after.flip == .never)
    }

    @Test("an explanation names the user's own interval, and says when there is none")
    func explanation() throws {
        let document = "{did: {event: Charged, window: {since: {first: Installed, within: 7d}}}}"
        let told = try explain(document, history([("Installed", 1), ("Charged", 3)]), day: 4)
        #expect(
            told.parts[0].finding
                == "1 of at least 1 in [1970-01-02T00:00:00.000Z, 1970-01-05T00:00:00.001Z)"
        )
        let none = try explain(document, history([("Charged", 3)]), day: 4)
        #expect(none.parts[0].finding == "0 of at least 1, and nothing that begins the window")
        let ordered = document.replacing("did: {", with: "distinct: {days: true, ")
        let empty = try explain(ordered, history([("Charged", 3)]), day: 4)
        #expect(empty.parts[0].finding == "nothing begins the window")
        // Of all users together it may lie anywhere.
        let plan = try Plan(condition(document))
        #expect(plan.resolvedWindows(at: .earliest)[0].interval.isOpen)
    }

    @Test("ordered conditions keep to the user's own window")
    func ordered() throws {
        let events =
            [
                ("Read", 0), ("Installed", 1), ("Read", 2), ("Read", 3), ("Read", 9), ("Read", 10),
            ] as [(ExactName, Double)]
        let history = history(events.map { (name: $0.0, day: $0.1) })
        let window = "window: {since: {first: Installed, within: 7d}}"
        let hours = "{from: \"00:00\", to: \"01:00\"}"
        for (document, expected) in [
            ("{distinct: {event: Read, days: true, exactly: 2, \(window)}}", true),
            ("{nth: {n: 2, event: Read, \(window)}}", true),
            ("{nth: {n: 4, event: Read, \(window)}}", false),
            ("{last: {event: Read, \(window)}}", false),
            ("{sequence: {steps: [Read, Read], \(window)}}", true),
            (
                "{share: {event: Read, timeOfDay: \(hours), atLeast: 1, minimum: 2, \(window)}}",
                true
            ),
        ] {
            #expect(try explain(document, history, day: 20).isMember == expected, "\(document)")
        }
    }

    @Test(
        "what is refused",
        arguments: table(
            #"""
            {did: {window: {since: {within: 7d}}}}
                condition.did.window.since: no event begins the window; write `first: …` or
                `last: …`, one of both
            {did: {window: {since: {first: A}}}}
                condition.did.window.since: `within` is missing; say how long it is: `within:
                7d`
            {did: {window: {since: {first: {event: A, window: {rolling: 1d}}, within: 7d}}}}
                condition.did.window.since.first: unknown field `window`; the event that begins
                a window is found among all up to now
            {did: {window: {since: {first: A, within: 10}}}}
                condition.did.window.since.within: the duration is shorter than 1 second
            {did: {window: {since: {last: "", within: 7d}}}}
                condition.did.window.since.last.event: an event's name is empty
            """#
        )
    )
    func refusals(_ row: (document: String, expected: String)) throws {
        let found = try #require(problem(of: row.document))
        #expect(found.description.hasPrefix(row.expected), "\(found)")
        let inner = EventMatch(window: .rolling(ms: 5_000))
        let nested = Did(EventMatch(window: .since(SinceWindow(.last, inner, ms: 5_000))))
        #expect(Validation(Definition(.did(nested))).errors.first?.code == .window)
    }
}
