// A live segment given another definition: who waits, who stays, who leaves, and why.

import Segments
import Testing

@Suite struct LiveCarryingTests {
    private static let cart = "inaction: {did: Added, didNot: Bought, within: 15m"

    @Test("the same trigger goes on: a wait keeps its start, a firing its number")
    func sameTrigger() throws {
        try follow(
            "{trigger: {\(Self.cart)}}}",
            """
            12:00 Added
            12:15:00.001 . => entered 12:15
            12:20 Added
            12:30 change {trigger: {\(Self.cart)}}, limit: {times: 5, per: 1d}}
            12:36 . => entered 12:35 #2
            12:37 Bought {} at 12:25 => retracted 12:35 #2
            """
        )
    }

    @Test("a shorter time: who has waited for it already enters now, as of its own instant")
    func shorter() throws {
        let shorter = "{trigger: {inaction: {did: Added, didNot: Bought, within: 5m}}}"
        try follow(
            "{trigger: {\(Self.cart)}}}",
            """
            12:00 Added
            12:10 change \(shorter) => entered 12:05
            12:11 Bought
            12:20 Added
            12:26 . => entered 12:25 #2
            """
        )
    }

    @Test("a longer time: the wait ends later, and what is heard until then cancels it")
    func longer() throws {
        let longer = "{trigger: {inaction: {did: Added, didNot: Bought, within: 1h}}}"
        try follow(
            "{trigger: {\(Self.cart)}}}",
            """
            12:00 Added
            12:10 change \(longer)
            12:16 .
            12:59 Bought
            14:00 .
            """
        )
        try follow(
            "{trigger: {\(Self.cart)}}}",
            """
            12:00 Added
            12:10 change \(longer)
            13:00:00.001 . => entered 13:00
            """
        )
    }

    @Test("another trigger begins as in a new segment: no wait goes on, who is in stays in")
    func otherTrigger() throws {
        try follow(
            "{trigger: {\(Self.cart)}}, stay: 1h}",
            """
            12:00 Added
            12:16 . => entered 12:15
            12:17 Added
            12:20 change {trigger: {action: Paid}, stay: 1h}
            13:00 Paid => entered 13:00 #2
            14:01 . => left 14:00 #2
            """
        )
    }

    @Test("a shorter stay ends now what it would have ended, a longer one goes on from the firing")
    func stays() throws {
        try follow(
            "{trigger: {action: A}, stay: 1h}",
            """
            12:00 A => entered 12:00
            12:10 change {trigger: {action: A}, stay: 2h}
            13:30 change {trigger: {action: A}, stay: 1h} => left 13:30
            """
        )
        try follow(
            "{trigger: {action: A}}",
            """
            12:00 A => entered 12:00
            12:10 change {trigger: {action: A}, stay: 1h}
            13:11 . => left 13:10
            """
        )
        try follow(
            "{trigger: {action: A}}",
            """
            12:00 A => entered 12:00
            12:05 B
            12:10 change {trigger: {action: A}, stay: {while: {didNot: {event: B}}}} => left 12:10
            """
        )
    }

    @Test("what a limit has counted counts for one of its kind")
    func limits() throws {
        try follow(
            "{trigger: {action: A}, limit: {times: 2, per: 1d}}",
            """
            12:00 A => entered 12:00
            12:01 A => entered 12:01 #2
            12:02 A
            12:10 change {trigger: {action: A}, limit: {times: 3, per: 1d}}
            12:11 A => entered 12:11 #3
            12:12 A
            12:20 change {trigger: {action: A}, limit: once}
            12:21 A
            """
        )
    }

    @Test("an appointment's timer moves with its offset")
    func dates() throws {
        try follow(
            "{trigger: {dateProperty: {property: due, before: 1h}}}",
            """
            09:00 set {due: "2025-03-01T15:00:00Z"}
            10:00 change {trigger: {dateProperty: {property: due, before: 2h}}}
            13:00:00.001 . => entered 13:00
            16:00 .
            """
        )
    }
}
