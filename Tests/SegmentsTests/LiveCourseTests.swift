// Live segments as stories: who enters, at which millisecond, and what is taken back.

import Basics
import Segments
import Testing

@Suite struct LiveCourseTests {
    // What users do

    @Test("App Launched for the first time: once, whatever comes later")
    func firstLaunch() throws {
        try follow(
            "{trigger: {action: {event: App Launched, first: true}}}",
            """
            09:00 Searched
            09:01 App Launched => entered 09:01
            09:02 App Launched
            """
        )
    }

    @Test("who launched before the segment was there does not launch for the first time")
    func firstLaunchBeforeTheSegment() throws {
        try follow(
            "{trigger: {action: {event: App Launched, first: true}}}",
            """
            09:00 App Launched
            09:01 begin
            09:02 App Launched
            """
        )
    }

    @Test("Charged for the first time by users with 10 launches: the charge itself is no launch")
    func firstChargeOfRegulars() throws {
        let launches = (0..<9).map { "09:0\($0) App Launched" }.joined(separator: "\n")
        let live = """
            {trigger: {action: {event: Charged, first: true}},
            filter: {did: {event: App Launched, atLeast: 10}}}
            """
        try follow(live, launches + "\n09:10 Charged")
        try follow(live, launches + "\n09:10 App Launched\n09:11 Charged => entered 09:11")
        // The first charge was too early; no later one is the first.
        try follow(live, launches + "\n09:10 Charged\n09:11 App Launched\n09:12 Charged")
    }

    @Test("the fifth article, and every second one of a topic")
    func articles() throws {
        try follow(
            "{trigger: {action: {event: Article Read, nth: 5}}}",
            """
            09:01 Article Read
            09:02 Article Read
            09:03 Article Read
            09:04 Article Read
            09:05 Article Read => entered 09:05
            09:06 Article Read
            """
        )
        let topic = "{event: Read, where: [{property: topic, equals: go}], everyNth: 2"
        try follow(
            "{trigger: {action: \(topic)}}}",
            """
            09:01 Read {topic: go}
            09:02 Read {topic: chess}
            09:03 Read {topic: go} => entered 09:03
            09:04 Read {topic: go}
            09:05 Read {topic: go} => entered 09:05 #2
            """
        )
        try follow(
            "{trigger: {action: \(topic), mode: ever}}}",
            """
            09:01 Read {topic: go}
            09:02 Read {topic: chess}
            09:03 Read {topic: go}
            09:04 Read {topic: go} => entered 09:04
            """
        )
    }

    @Test("imported events count and fire nothing, nor does what is more than 7 days late")
    func history() throws {
        try follow(
            "{trigger: {action: {event: Charged, nth: 2}}}",
            """
            09:00 imported Charged at 08:00
            09:01 imported Charged at 08:01
            09:02 Charged
            """
        )
        try follow(
            "{trigger: {action: Charged}}",
            """
            8d09:00 Charged at 1d09:00 => entered 8d09:00
            8d09:00 Charged at 1d08:59:59.999
            """
        )
    }

    // What users fail to do

    private static let cart = """
        {trigger: {inaction: {did: Added To Cart, didNot: Purchased, within: 15m}}}
        """

    @Test("a cart not purchased within 15 minutes: in at minute 15, not before")
    func leftCart() throws {
        try follow(
            Self.cart,
            """
            12:00 Added To Cart
            12:14:59.999 .
            12:15 .
            12:15:00.001 . => entered 12:15
            12:16 Purchased
            """
        )
    }

    @Test("not if it was purchased at 14:59.999, at exactly 15:00.000, or at the same instant")
    func purchasedInTime() throws {
        for bought in ["12:14:59.999", "12:15", "12:00"] {
            try follow(
                Self.cart,
                """
                12:00 Added To Cart
                \(bought) Purchased
                13:00 .
                """
            )
        }
        try follow(
            Self.cart,
            """
            12:00 Purchased
            12:00 Added To Cart
            13:00 .
            """
        )
        try follow(
            Self.cart,
            """
            12:00 Added To Cart
            12:15:00.001 Purchased => entered 12:15
            """
        )
    }

    @Test("a further cart begins the time anew, changes nothing, or is waited for as well")
    func anchors() throws {
        func cart(_ anchor: String) -> String {
            "{trigger: {inaction: {did: Added, didNot: Bought, within: 15m, anchor: \(anchor)}}}"
        }
        try follow(
            cart("last"),
            """
            12:00 Added
            12:15 Added
            12:30 .
            13:00 . => entered 12:30
            """
        )
        try follow(
            cart("first"),
            """
            12:00 Added
            12:15 Added
            12:15:00.001 . => entered 12:15
            12:16 Added
            12:20 Bought
            13:00 .
            """
        )
        try follow(
            cart("each"),
            """
            12:00 Added
            12:10 Added
            12:20 . => entered 12:15
            13:00 . => entered 12:25 #2
            """
        )
    }

    @Test("with a key each cart has its own time; those without one are of one kind")
    func keys() throws {
        try follow(
            "{trigger: {inaction: {did: Added, didNot: Bought, within: 15m, key: cart}}}",
            """
            12:00 Added {cart: 1}
            12:01 Added {cart: 2}
            12:02 Added
            12:03 Bought {cart: 1}
            12:04 Bought {cart: "2"}
            13:00 . => entered 12:16, entered 12:17 #2
            """
        )
        try follow(
            """
            {trigger: {inaction: {did: Added, didNot: Bought, within: 15m, key: cart}},
            limit: oncePerKey}
            """,
            """
            12:00 Added {cart: 1}
            12:20 Added {cart: 1} => entered 12:15
            12:40 Added {cart: 2}
            13:00 . => entered 12:55 #2
            """
        )
    }

    @Test("what is both keeps another waiting, never itself")
    func bothAtOnce() throws {
        try follow(
            "{trigger: {inaction: {did: Launched, didNot: Launched, within: 1h}}}",
            """
            12:00 Launched
            13:00 Launched
            14:00 .
            14:00:00.001 . => entered 14:00
            """
        )
    }

    @Test("grace waits for late purchases; the instant told is the same")
    func grace() throws {
        let live = """
            {trigger: {inaction: {did: Added, didNot: Bought, within: 15m, grace: 1m}}}
            """
        try follow(
            live,
            """
            12:00 Added
            12:16 .
            12:16:00.001 . => entered 12:15
            """
        )
        try follow(
            live,
            """
            12:00 Added
            12:16 Bought at 12:14
            13:00 .
            """
        )
        // What is over and waits for its grace only is not begun anew.
        try follow(
            live,
            """
            12:00 Added
            12:15:30 Added
            12:20 . => entered 12:15
            13:00 . => entered 12:30:30 #2
            """
        )
    }

    @Test("a late purchase takes back what was told, and a late cart tells anew")
    func late() throws {
        try follow(
            Self.cart,
            """
            12:00 Added To Cart
            12:20 . => entered 12:15
            12:21 Purchased at 12:15 => retracted 12:15
            12:30 Added To Cart at 12:05
            13:00 .
            """
        )
        try follow(
            Self.cart,
            """
            12:00 Added To Cart
            12:20 . => entered 12:15
            12:21 Added To Cart at 12:10 => retracted 12:15
            13:00 . => entered 12:25 #2
            """
        )
        try follow(
            Self.cart,
            """
            12:30 Added To Cart at 12:00 => entered 12:15
            12:31 Purchased at 12:10 => retracted 12:15
            """
        )
    }

    @Test("counted from the first, a late event changes nothing that stands")
    func lateFarBehindTheFirst() throws {
        try follow(
            "{trigger: {inaction: {did: Added, didNot: Bought, within: 36h, anchor: first}}}",
            Self.everySecondDay(until: 20) + "\n19d13:00 Bought at 19d12:30"
        )
    }

    /// An event each day at noon; those of even days are waited for, and fire 36 hours later.
    private static func everySecondDay(until end: Int) -> String {
        (0..<end).map { day in
            let told = day % 2 == 0 && day > 0 ? " => entered \(day)d00:00" : ""
            let number = day / 2 > 1 ? " #\(day / 2)" : ""
            return "\(day)d12:00 Added" + (told.isEmpty ? "" : told + number)
        }.joined(separator: "\n")
    }
}
