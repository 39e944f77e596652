// Definitions in words.

import Basics
import Segments
import Testing

@Suite struct SentenceTests {
    @Test(
        "sentences",
        arguments: table(
            #"""
            {all: [{did: {event: Charged, atLeast: 3, window: {between: [2025-05-01,
            2025-07-01]}}}, {didNot: {event: Charged, window: {rolling: 14d}}}]}
                did "Charged" at least 3 times between 2025-05-01 and 2025-07-01 and did not
                "Charged" in the last 14 days
            {did: {}}
                did any event
            {did: {event: [A, B], exactly: 1}}
                did "A" or "B" exactly 1 time
            {did: {event: A, atMost: 2, includeZero: true}}
                did "A" at most 2 times or never
            {did: {event: A, between: [2, 5], where: [{property: amount, greaterThan: 9.5}],
            sum: {property: amount, atLeast: 500, missing: zero}, window: {calendar: {last: 3,
            unit: month}}}}
                did "A" where "amount" is greater than 9.5 2 to 5 times with a sum of "amount"
                of at least 500 (missing as 0) in the last whole calendar 3 months
            {any: [{user: {property: city, in: [Pune, "New \"York\""], ignoreCase: true}}, {all:
            [{not: {user: {property: v, lessThan: {version: "5.2"}}}}, {user: {property: email,
            missing: true}}]}]}
                user property "city" is one of "Pune", "New \"York\"" (ignoring case) or (not
                (user property "v" is less than version 5.2) and user property "email" is
                missing)
            {all: [{user: {property: p, matches: "^a.c", ignoreCase: true}}, {user: {property: p,
            onDay: 2025-05-01}}, {user: {property: p, sameDayOfYear: today}}, {user: {property: p,
            withinKm: {latitude: 52.52, longitude: 13.405, km: 10}}}]}
                user property "p" matches "^a.c" (ignoring case) and user property "p" is on
                2025-05-01 and user property "p" is on today of any year and user property "p" is
                within 10 km of 52.52, 13.405
            {did: {window: {ago: {from: 60d, to: 1d}}}}
                did any event from 60 days ago to 1 day ago
            {did: {window: {calendar: {unit: week, current: include}}}}
                did any event in this week
            {first: {event: Charged, window: {rolling: 7d}}}
                the first "Charged" happened in the last 7 days
            {first: {event: Charged, where: [{property: amount, greaterThan: 9}]}}
                the first "Charged" has "amount" is greater than 9
            {nth: {n: 22, event: Read, mode: matching, where: [{property: paid, equals: true}]}}
                the 22nd "Read" where "paid" is true happened
            {last: {anyEvent: true, is: [A, B], window: {rolling: 1d}}}
                the last any event is "A" or "B" and happened in the last 1 day
            {share: {event: Play, where: [{property: genre, equals: Comedy}], atLeast: 0.6}}
                a share of at least 0.6 of "Play" where "genre" is "Comedy" (of 3 or more)
            {predominantly: {event: Play, property: genre, equals: Comedy, window: {rolling: 90d}}}
                "genre" of "Play" is mostly "Comedy" in the last 90 days
            {sequence: {steps: [A, {event: B, where: [{property: p, exists: true}]}], within: 7d,
            from: previous, order: strict, exclude: C, same: sku, strictlyLater: true, window:
            {rolling: 90d}}}
                did "A" then "B" where "p" exists within 7 days of the one before, each strictly
                later, with the same "sku", with no other of these between, without "C" between,
                beginning in the last 90 days
            {did: {event: A, timeOfDay: {from: "20:00", to: "24:00"}, dayOfWeek: [sunday,
            saturday]}}
                did "A" from 20:00 to 24:00 on saturday or sunday
            {all: [{inSegment: payers}, {not: {inSegment: "a-b"}}, {inList: vip}]}
                in segment "payers" and not (in segment "a-b") and is on the list "vip"
            {any: [{reachable: push}, {reachable: {channel: sms, state: optedOut}}, {reachable:
            {channel: webPush, state: noAddress}}]}
                reachable by push or opted out of sms or without an address for webPush
            {distinct: {anyEvent: true, days: true, atLeast: 5}}
                at least 5 different days of any event
            {distinct: {event: Read, property: section, exactly: 8, window: {rolling: 7d}}}
                exactly 8 different values of "section" of "Read" in the last 7 days
            {did: {event: A, sum: {property: p, atMost: 9}, avg: {property: p, atLeast: 2.5},
            min: {property: p, greaterThan: 1, missing: zero}, last: {property: plan, in: [pro,
            team]}, distinct: {property: p, atLeast: 2}, distinctDays: {exactly: 3}}}
                did "A" with a sum of "p" of at most 9 and with an average of "p" of at least
                2.5 and whose least "p" is greater than 1 (missing as 0) and whose last "plan"
                is one of "pro", "team" and with at least 2 different values of "p" and on
                exactly 3 different days
            {didNot: {event: A, window: {since: {last: {event: B, where: [{property: p, exists:
            true}]}, within: 7d}}}}
                did not "A" in the 7 days since the last "B" where "p" exists
            {did: {event: A, where: [{user: plan, equals: pro, at: event}], dayOfWeek: friday,
            zone: user}}
                did "A" on friday in the user's zone where the user's "plan" is "pro" at the
                event
            {bucket: {salt: spring, from: 0, to: 12.5}}
                is in the bucket from 0 to 12.5 percent of "spring"
            {rfm: {event: A, recency: [4, 5], frequency: 5, window: {rolling: 90d}, recencyEdges:
            [1d, 2d, 3d, 12h]}}
                recency 4 to 5 with frequency 5 of "A" in the last 90 days, with recency edges of
                1 day, 2 days, 3 days, 12 hours
            {nth: {n: 2, event: A, mode: matching}}
                the 2nd matching "A" happened
            {sequence: {steps: [A, B], from: previous, exclude: [C, {event: [D, E]}]}}
                did "A" then "B" within any time of the one before, without "C" nor "D" or "E"
                between
            {all: [{any: [{did: {}}]}]}
                all of (any of (did any event))
            {regularly: {event: Read, where: [{property: paid, equals: true}], atLeast: 3, of: 4,
            unit: week}}
                did "Read" where "paid" is true in at least 3 of the last 4 whole weeks
            {regularly: {event: Read, atLeast: 1, of: 2, unit: day, current: include}}
                did "Read" in at least 1 of the last 2 days with the current one
            {stopped: {event: Charged, within: 90d, notWithin: 30d}}
                stopped "Charged" (did in the last 90 days, but not in the last 30 days)
            {restarted: {event: Charged, within: 30d, pause: 60d}}
                restarted "Charged" (did in the last 30 days, not in the 60 days before, and
                before that)
            {all: []}
                is any user
            """#
        )
    )
    func sentences(_ row: (document: String, expected: String)) throws {
        #expect(try Sentence.say(condition(row.document)) == row.expected)
    }

    @Test("dates are said in the definition's zone")
    func zone() throws {
        let plain = "{did: {window: {between: {from: 2025-05-01}}}}"
        #expect(
            try Sentence.say(condition(plain, zone: "Asia/Tokyo"))
                == "did any event since 2025-05-01, with dates and days of Asia/Tokyo"
        )
    }
}
