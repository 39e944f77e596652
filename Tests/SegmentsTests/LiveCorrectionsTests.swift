// What corrections and new definitions leave as it was told.

import Basics
import Segments
import Testing

@Suite struct LiveCorrectionsTests {
    private static let cart = "inaction: {did: Added, didNot: Bought, within: 15m"

    @Test("a date that had passed when it was heard of fires nothing, whoever sends it, and when")
    func passedDates() throws {
        try follow(
            "{trigger: {dateProperty: {property: ends}}}",
            """
            2d00:00 begin
            3d09:00 imported set {ends: 2025-03-03T00:00:00Z} at 1d00:00
            3d10:00 set {ends: 2025-03-03T12:00:00Z} at 2d01:00
            3d11:00 imported set {ends: 2025-03-05T00:00:00Z} at 2d02:00
            4d00:00:00.001 . => entered 4d00:00
            """
        )
        try follow(
            "{trigger: {dateProperty: {property: startsAt, event: Booked, before: 1h}}}",
            """
            09:00 Booked {startsAt: 2025-03-01T09:30:00Z} at 08:00
            09:00 Booked {startsAt: 2025-03-01T10:00:00Z} at 08:00
            10:00 . => entered 09:00
            """
        )
    }

    @Test("a longer wait takes nothing back of what was told, but by what came before that")
    func longerWait() throws {
        let longer = "{trigger: {inaction: {did: Added, didNot: Bought, within: 1h}}}"
        try follow(
            "{trigger: {\(Self.cart)}}}",
            """
            12:00 Added
            12:16 . => entered 12:15
            12:20 change \(longer)
            12:30 Bought
            12:40 Added
            12:41 Bought {} at 12:20
            14:00 . => entered 13:40 #2
            """
        )
        try follow(
            "{trigger: {\(Self.cart)}}}",
            """
            12:00 Added
            12:16 . => entered 12:15
            12:20 change \(longer)
            12:30 Bought {} at 12:14 => retracted 12:15
            """
        )
        let shorter = "{trigger: {inaction: {did: Added, didNot: Bought, within: 5m}}}"
        try follow(
            "{trigger: {\(Self.cart)}}}",
            """
            12:00 Added
            12:16 . => entered 12:15
            12:20 change \(shorter)
            12:30 Bought {} at 12:10
            12:31 Bought {} at 12:04 => retracted 12:15
            """
        )
    }

    @Test("a longer wait does not swallow what was done behind a firing that was told")
    func longerFirst() throws {
        func first(_ time: String) -> String {
            "{trigger: {inaction: {did: Added, didNot: Bought, within: \(time), anchor: first}}}"
        }
        try follow(
            first("15m"),
            """
            12:00 Added
            12:16 . => entered 12:15
            12:20 change \(first("1h"))
            12:30 Added
            12:50 Added at 12:29
            13:29 .
            13:31 . => entered 13:29 #2
            """
        )
    }

    @Test("once per key knows the keys that fired under another limit in the last days")
    func keysOfOtherLimits() throws {
        let keyed = "{trigger: {inaction: {did: A, didNot: B, within: 1m, key: k}}"
        try follow(
            keyed + "}",
            """
            12:00 A {k: 1}
            12:02 . => entered 12:01
            12:10 change \(keyed), limit: oncePerKey}
            12:20 A {k: 1}
            12:20 A {k: 2}
            12:22 . => entered 12:21 #2
            """
        )
    }

    @Test("whose firing is taken back stays as long as an earlier definition has had it stay")
    func carriedStay() throws {
        try follow(
            "{trigger: {\(Self.cart)}}, stay: 7d}",
            """
            12:00 Added
            12:16 . => entered 12:15
            1d12:00 change {trigger: {inaction: {did: Seen, didNot: Bought, within: 15m}}, stay: 7d}
            2d12:00 Seen
            2d12:16 . => entered 2d12:15 #2
            2d12:17 Bought {} at 2d12:10 => retracted 2d12:15 #2
            7d12:15 .
            7d12:16 . => left 7d12:15 #2
            """
        )
        // A longer stay since counts for it, too.
        try follow(
            "{trigger: {\(Self.cart)}}, stay: 3d}",
            """
            12:00 Added
            12:16 . => entered 12:15
            1d12:00 change {trigger: {inaction: {did: Seen, didNot: Bought, within: 15m}}, stay: 4d}
            2d12:00 Seen
            2d12:16 . => entered 2d12:15 #2
            2d12:17 Bought {} at 2d12:10 => retracted 2d12:15 #2
            4d12:15 .
            4d12:16 . => left 4d12:15 #2
            """
        )
    }

    @Test("what came more than seven days late starts no wait, nor by what comes later")
    func tooLate() throws {
        try follow(
            "{trigger: {inaction: {did: Added, didNot: Bought, within: 14d, anchor: each}}}",
            """
            9d00:00 Added at 1d00:00
            9d01:00 Added
            9d02:00 Added at 9d00:30
            16d00:00 .
            24d00:00 . => entered 23d00:30, entered 23d01:00 #2
            """
        )
        try follow(
            "{trigger: {inaction: {did: Added, didNot: Bought, within: 14d, anchor: first}}}",
            """
            9d00:00 Added at 1d00:00
            9d01:00 Added
            9d02:00 Bought at 8d23:00
            16d00:00 .
            24d00:00 . => entered 23d01:00
            """
        )
        // An event that is both cancels, and starts nothing.
        try follow(
            "{trigger: {inaction: {did: Added, didNot: Added, within: 14d}}}",
            """
            9d00:00 Added at 1d00:00
            16d00:00 .
            """
        )
    }

    @Test("what an import brings about is a correction, which sets off no campaign")
    func importsCorrect() throws {
        let live = try LiveReader.read(
            plain("{trigger: {action: Added}, stay: {while: {didNot: {event: Bought}}}}")
        ).definition
        var course = LiveCourse(try LivePlan(live))
        let start = Timestamp(ms: 1_750_000_000_000)
        course.begin(at: start)
        func event(_ name: ExactName, _ place: UInt64) -> LiveCourse.Record {
            .event(UserHistory.Event(name, at: start, position: LogOffset(place)))
        }
        let entered = course.hear(event("Added", 0), at: start)
        #expect(entered.map(\.cause) == [.record])
        let left = course.hear(event("Bought", 1), at: start + 1, isHistory: true)
        #expect(left.map(\.kind) == [.left] && left.map(\.cause) == [.correction])
    }
}
