// Live segments as stories: dates, pages, properties, conditions, stays and limits.

import Basics
import Segments
import Testing

extension LiveCourseTests {
    // Dates

    @Test("an appointment in 24 hours, also one that was moved")
    func appointment() throws {
        let live = """
            {trigger: {dateProperty: {property: appointment, before: 24h}}}
            """
        try follow(
            live,
            """
            09:00 set {appointment: 2025-03-05T10:00:00Z}
            3d10:00 .
            3d10:00:00.001 . => entered 3d10:00
            """
        )
        try follow(
            live,
            """
            09:00 set {appointment: 2025-03-05T10:00:00Z}
            2d09:00 set {appointment: 2025-03-08T10:00:00Z}
            5d00:00 .
            6d11:00 set {appointment: 2025-03-10T10:00:00Z} => entered 6d10:00
            9d00:00 . => entered 8d10:00 #2
            """
        )
        // Too late for a day before; the value taken away; the same value once more.
        try follow(
            live,
            """
            09:00 set {appointment: 2025-03-02T08:00:00Z}
            1d09:00 set {appointment: 2025-03-05T10:00:00Z}
            2d09:00 set {appointment: null}
            9d00:00 .
            9d09:00 set {appointment: 2025-03-12T10:00:00Z}
            10d09:00 set {appointment: 2025-03-12T10:00:00Z}
            10d10:00:00.001 . => entered 10d10:00
            10d11:00 set {appointment: 2025-03-12T10:00:00Z}
            20d00:00 .
            """
        )
    }

    @Test("every booking has its own date, one date fires once")
    func bookings() throws {
        try follow(
            "{trigger: {dateProperty: {property: startsAt, event: Booked, before: 1h}}}",
            """
            09:00 Booked {startsAt: 2025-03-01T12:00:00Z}
            09:01 Booked {startsAt: 2025-03-01T11:00:00Z}
            09:02 Booked {startsAt: 2025-03-01T12:00:00Z}
            09:03 Booked {startsAt: tomorrow}
            09:04 imported Booked {startsAt: 2025-03-01T11:30:00Z}
            10:30 . => entered 10:00
            11:30 . => entered 11:00 #2
            11:31 Booked {startsAt: 2025-03-01T12:00:00Z} at 10:59
            12:00 .
            """
        )
    }

    @Test("what had passed before the segment was there does not fire")
    func datesBeforeTheSegment() throws {
        try follow(
            "{trigger: {dateProperty: {property: ends}}}",
            """
            09:00 set {ends: 2025-03-02T00:00:00Z}
            1d00:00 begin
            2d00:00 .
            2d01:00 set {ends: 2025-03-03T02:00:00Z}
            2d03:00 . => entered 2d02:00
            """
        )
    }

    @Test("a birthday comes every year, one of 29 February on the 28th in other years")
    func birthdays() throws {
        try follow(
            """
            {zone: Europe/Berlin, trigger: {dateProperty: {property: birthday, yearly: true,
            after: 9h}}}
            """,
            """
            00:00 set {birthday: 2000-02-29}
            364d08:00 .
            364d08:00:00.001 . => entered 364d08:00
            1095d00:00 . => entered 729d08:00 #2
            1095d08:00:00.001 . => entered 1095d08:00 #3
            """
        )
    }

    // Pages

    @Test("the third page of a session that came from the news")
    func pages() throws {
        let live = """
            {trigger: {page: {count: 3, referrer: {property: referrer, contains: news}}}}
            """
        try follow(
            live,
            """
            12:00 Page Viewed {referrer: "https://news.example"}
            12:10 Page Viewed {referrer: "/"}
            12:39:59.999 Page Viewed {referrer: "/"} => entered 12:39:59.999
            12:40 Page Viewed
            13:10 Page Viewed {referrer: "https://news.example"}
            13:11 Page Viewed
            13:12 Page Viewed => entered 13:12 #2
            """
        )
        // Half an hour without a view ends the session; the next one came from elsewhere.
        try follow(
            live,
            """
            12:00 Page Viewed {referrer: "https://news.example"}
            12:10 Page Viewed
            12:40 Page Viewed {referrer: "https://ads.example"}
            12:41 Page Viewed {referrer: "https://news.example"}
            12:42 Page Viewed
            """
        )
    }

    @Test("a visit of one page, once a session")
    func visits() throws {
        try follow(
            "{trigger: {page: {where: [{property: path, equals: /pricing}]}}}",
            """
            12:00 Page Viewed {path: /}
            12:10 Page Viewed {path: /pricing} => entered 12:10
            12:20 Page Viewed {path: /pricing}
            14:00 Page Viewed {path: /pricing} => entered 14:00 #2
            """
        )
    }

    // What users are

    @Test("a plan that changes from free to pro")
    func upgrades() throws {
        try follow(
            "{trigger: {propertyChanged: {property: plan, from: free, to: pro}}}",
            """
            09:00 set {plan: pro}
            09:01 set {plan: free}
            09:02 set {city: Pune}
            09:03 set {plan: pro} => entered 09:03
            09:04 set {plan: pro}
            09:05 set {plan: free} at 08:00
            """
        )
        // A value with an instant to come counts from then on.
        try follow(
            "{trigger: {propertyChanged: {property: plan, to: pro}}}",
            """
            09:00 set {plan: pro} at 09:02
            09:02 .
            09:03 . => entered 09:02
            """
        )
    }

    @Test("a condition that turns true by an event, by time, and again")
    func becoming() throws {
        try follow(
            """
            {trigger: {becomes: {all: [{did: {event: A}},
            {didNot: {event: A, window: {rolling: 1d}}}]}}}
            """,
            """
            09:00 A
            1d09:00 .
            1d09:00:00.001 . => entered 1d09:00
            1d10:00 A
            2d11:00 . => entered 2d10:00 #2
            """
        )
        try follow(
            "{trigger: {becomes: {did: {event: A, atLeast: 2}}}}",
            """
            08:00 A
            08:01 A
            09:00 begin
            09:01 A
            """
        )
        // Who is new fulfils it by being there; who was there before did already.
        let quiet = "{trigger: {becomes: {didNot: {event: A}}}}"
        try follow(quiet, "09:00 B => entered 09:00")
        try follow(quiet, "08:00 B\n09:00 begin\n09:01 B")
        try follow(quiet, "09:00 imported B\n09:01 B")
    }

    // Filters, stays, limits

    @Test("the filter sees events as they were before, properties as they are after")
    func filterReads() throws {
        let did = "filter: {did: {event: A}}"
        try follow(
            "{trigger: {action: A}, \(did)}",
            "09:00 A\n09:01 A => entered 09:01"
        )
        try follow(
            "{trigger: {action: A}, \(did), filterReads: {events: after}}",
            "09:00 A => entered 09:00"
        )
        let pro = """
            trigger: {propertyChanged: {property: plan}},
            filter: {user: {property: plan, equals: pro}}
            """
        let changes = ["09:00 set {plan: pro}", "09:01 set {plan: free}"]
        try follow("{\(pro)}", changes[0] + " => entered 09:00\n" + changes[1])
        try follow(
            "{\(pro), filterReads: {properties: before}}",
            changes[0] + "\n" + changes[1] + " => entered 09:01"
        )
    }

    @Test("a stay of a day counts from the last firing, and its end is not in it")
    func stays() throws {
        try follow(
            "{trigger: {action: A}, stay: 1d}",
            """
            09:00 A => entered 09:00
            1d08:00 A => entered 1d08:00 #2
            2d08:00 .
            2d09:00 B => left 2d08:00 #2
            2d10:00 A => entered 2d10:00 #3
            3d10:00 A => entered 3d10:00 #4
            5d00:00 . => left 4d10:00 #4
            """
        )
    }

    @Test("a stay that lasts while a condition holds ends with it, by an event or by time")
    func staysWhile() throws {
        try follow(
            """
            {trigger: {action: A}, stay: {while: {all: [{didNot: {event: B}},
            {did: {event: A, window: {rolling: 1h}}}]}}}
            """,
            """
            09:00 A => entered 09:00
            09:30 A => entered 09:30 #2
            10:30 .
            10:31 C => left 10:30 #2
            11:00 A => entered 11:00 #3
            11:01 B => left 11:01 #3
            11:02 A => entered 11:02 #4, left 11:02 #4
            """
        )
    }

    @Test("limits: once, so many in a time, a time of cooling down")
    func limits() throws {
        let three = ["09:00 A => entered 09:00", "09:10 A", "09:20 A"]
        try follow("{trigger: {action: A}, limit: once}", three.joined(separator: "\n"))
        try follow(
            "{trigger: {action: A}, limit: {times: 2, per: 1h}}",
            """
            09:00 A => entered 09:00
            09:10 A => entered 09:10 #2
            09:59:59.999 A
            10:00 A => entered 10:00 #3
            10:09 A
            10:10 A => entered 10:10 #4
            """
        )
        try follow(
            "{trigger: {action: A}, limit: {coolDown: 1h}}",
            """
            09:00 A => entered 09:00
            09:59:59.999 A
            10:00 A => entered 10:00 #2
            10:30 A
            """
        )
        // What was taken back refunds nothing.
        try follow(
            "{trigger: {inaction: {did: A, didNot: B, within: 1m}}, limit: once}",
            """
            09:00 A
            09:02 B at 09:01 => entered 09:01, retracted 09:01
            09:10 A
            10:00 .
            """
        )
    }

    @Test("a retraction leaves in whom another firing keeps in")
    func retractionWithAnotherReason() throws {
        let live = """
            {trigger: {inaction: {did: A, didNot: B, within: 1m, key: k}}, stay: 1h}
            """
        try follow(
            live,
            """
            09:00 A {k: 1}
            09:10 A {k: 2} => entered 09:01
            09:20 . => entered 09:11 #2
            09:30 B {k: 2} at 09:10:30 => retracted 09:11 #2
            11:00 . => left 10:01 #2
            """
        )
    }

    @Test("a retraction leaves the stay that an old firing began as it was")
    func retractionAfterAnOldFiring() throws {
        try follow(
            """
            {trigger: {inaction: {did: A, didNot: B, within: 1m, key: k}}, stay: 30d}
            """,
            """
            09:00 A {k: 1}
            10d09:00 A {k: 2} => entered 09:01
            12d09:00 B {k: 2} at 10d09:00:30 => entered 10d09:01 #2, retracted 10d09:01 #2
            31d00:00 . => left 30d09:01 #2
            """
        )
    }
}
