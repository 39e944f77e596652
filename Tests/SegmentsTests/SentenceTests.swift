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
            {did: {window: {ago: {from: 60d, to: 1d}}}}
                did any event from 60 days ago to 1 day ago
            {did: {window: {calendar: {unit: week, current: include}}}}
                did any event in this week
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
