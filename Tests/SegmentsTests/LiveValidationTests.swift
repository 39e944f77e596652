// What makes a well-formed live segment one nobody can mean, and what it says in a sentence.

import Basics
import Segments
import Testing

@Suite struct LiveValidationTests {
    @Test(
        "what is refused, where, why and with which hint",
        arguments: table(
            #"""
            {trigger: {action: {event: ""}}}
                trigger.action.event: an event's name is empty
            {trigger: {action: {event: A, nth: 0}}}
                trigger.action: 0 is not between 1 and 1000000000
            {trigger: {action: {event: A, everyNth: -1}}}
                trigger.action: -1 is not between 1 and 1000000000
            {trigger: {action: {event: A, mode: ever}}}
                trigger.action.mode: nothing is counted here
            {trigger: {action: {event: A, where: [{property: p, contains: 5}]}}}
                trigger.action.where[0].contains: `contains` takes a text, not number
            {trigger: {inaction: {did: A, didNot: B, within: 15}}}
                trigger.inaction.within: the wait is not between 1 second and 2 years; a number
                alone is in milliseconds; write 15m
            {trigger: {inaction: {did: A, didNot: B, within: 732d}}}
                trigger.inaction.within: the wait is not between 1 second and 2 years
            {trigger: {inaction: {did: A, didNot: B, within: 1m, grace: 8d}}}
                trigger.inaction.grace: the grace is not between 0 and 7 days
            {trigger: {inaction: {did: A, didNot: B, within: 1m, key: ""}}}
                trigger.inaction.key: a property's name is empty
            {trigger: {inaction: {did: A, didNot: {event: [B, ""]}, within: 1m}}}
                trigger.inaction.didNot.event[1]: an event's name is empty
            {trigger: {dateProperty: {property: ""}}}
                trigger.dateProperty.property: a property's name is empty
            {trigger: {dateProperty: {property: p, anyEvent: true, before: 1d}}}
                trigger.dateProperty: unknown field `anyEvent`
            {trigger: {dateProperty: {property: p, after: 732d}}}
                trigger.dateProperty: the offset is longer than 2 years
            {trigger: {page: {count: 0}}}
                trigger.page.count: 0 is not between 1 and 1000000000
            {trigger: {page: {gap: 30}}}
                trigger.page.gap: the duration is shorter than 1 second
            {trigger: {page: {referrer: [{property: p, startsWith: true}]}}}
                trigger.page.referrer[0].startsWith: `startsWith` takes a text, not true or false
            {trigger: {propertyChanged: {property: p, to: {between: [5, 2]}}}}
                trigger.propertyChanged.to.between: the upper end is below the lower end; swap them
            {trigger: {becomes: {did: {event: A, exactly: 0}}}}
                trigger.becomes.did.count: `exactly: 0` never happens
            {trigger: {action: A}, filter: {all: [{did: {window: {rolling: 3654d}}}]}}
                filter.all[0].did.window.rolling: the duration is longer than 10 years
            {trigger: {action: A}, stay: {while: {user: {property: "", exists: true}}}}
                stay.while.user.property: a property's name is empty
            {trigger: {action: A}, stay: 5}
                stay: the duration is shorter than 1 second
            {trigger: {action: A}, limit: oncePerKey}
                limit: the trigger has no key; oncePerKey goes with an inaction that names a `key`
            {trigger: {inaction: {did: A, didNot: B, within: 1m}}, limit: oncePerKey}
                limit: the trigger has no key
            {trigger: {action: A}, limit: {times: 0, per: 1d}}
                limit.times: not between 1 and 1000
            {trigger: {action: A}, limit: {times: 3, per: 3654d}}
                limit.per: the duration is longer than 10 years
            {trigger: {action: A}, limit: {coolDown: 1ms}}
                limit.coolDown: the duration is shorter than 1 second
            """#
        )
    )
    func refusals(_ row: (document: String, expected: String)) {
        let found = Self.problem(of: row.document)
        #expect(
            found?.description.hasPrefix(row.expected) ?? false,
            "\(found?.description ?? "fine")"
        )
    }

    @Test("what only other programs can say is refused, too")
    func built() {
        let any = Definition(.did(Did(EventMatch())))
        var zoned = any
        zoned.zone = "Europe/Berlin"
        var reachable = any
        reachable.universe = .reachable(.email)
        let windowed = EventMatch(["A"], window: .rolling(ms: 86_400_000))
        let other = PropertyFilter("other", .exists)
        let atEvent = PropertyFilter("p", .exists, isOfUser: true)
        let action = Trigger.action(Action(EventMatch(["A"])))
        let built: [(LiveDefinition, String)] = [
            (LiveDefinition(action, filter: zoned), "filter"),
            (LiveDefinition(action, stay: .while(reachable)), "stay.while"),
            (LiveDefinition(.becomes(Becomes(zoned))), "trigger.becomes"),
            (LiveDefinition(action, zone: "Europe/Berln"), "zone"),
            (LiveDefinition(.action(Action(windowed))), "trigger.action.window"),
            (LiveDefinition(.page(PageTrigger(windowed))), "trigger.page.window"),
            (
                LiveDefinition(.date(DateTrigger("p", of: .event(EventMatch())))),
                "trigger.dateProperty.event"
            ),
            (
                LiveDefinition(.propertyChanged(PropertyChange("p", to: other))),
                "trigger.propertyChanged.to"
            ),
            (
                LiveDefinition(.propertyChanged(PropertyChange("p", from: atEvent))),
                "trigger.propertyChanged.from.at"
            ),
            (
                LiveDefinition(.page(PageTrigger(referrer: [atEvent]))),
                "trigger.page.referrer[0].at"
            ),
        ]
        for (live, place) in built {
            #expect(LiveValidation.check(live).errors.first?.place == place, "\(place)")
            #expect(throws: DefinitionProblem.self) { try LivePlan(live) }
        }
    }

    @Test("warnings of the conditions inside come with their places")
    func warnings() throws {
        let live = try LiveReader.read(
            plain(
                """
                {trigger: {action: A},
                filter: {user: {property: p, lessThan: 5, ignoreCase: true}}}
                """
            )
        ).definition
        let validation = LiveValidation.check(live)
        #expect(validation.isValid)
        #expect(validation.warnings.map(\.place) == ["filter.user.ignoreCase"])
    }

    @Test(
        "a sentence says it",
        arguments: table(
            #"""
            {trigger: {action: {event: App Launched, first: true}}}
                enters when "App Launched" happens for the 1st time
            {trigger: {action: {event: Charged, everyNth: 3}}, limit: {times: 2, per: 7d}}
                enters when "Charged" happens for every 3rd time, at most 2 times in 7 days
            {trigger: {action: {event: Charged, where: [{property: amount, atLeast: 100}], nth: 2,
            mode: ever}}, filterReads: {events: after, properties: before}}
                enters when "Charged" where "amount" is at least 100 happens for the 2nd time
                (counted without what is asked of it), that event counted, as the user was before
            {trigger: {inaction: {did: Added, didNot: Purchased, within: 15m, key: cart}}, limit:
            oncePerKey, stay: 1d}
                enters when "Added" is not followed by "Purchased" with the same "cart" within 15
                minutes, and stays for 1 day, once per key
            {trigger: {inaction: {did: A, didNot: B, within: 1h, anchor: each, grace: 30s}}}
                enters when "A" is not followed by "B" within 1 hour, each on its own, with 30
                seconds of grace for late events
            {trigger: {inaction: {did: A, didNot: B, within: 1h, anchor: first}}, limit: once}
                enters when "A" is not followed by "B" within 1 hour, counted from the first, once
            {trigger: {dateProperty: {property: startsAt, event: Booked, before: 24h}}}
                enters when it is 1 day before "startsAt" of "Booked"
            {trigger: {dateProperty: {property: birthday, yearly: true, after: 9h}}, zone:
            Asia/Tokyo}
                enters when it is 9 hours after the user's "birthday" in any year, with dates and
                days of Asia/Tokyo
            {trigger: {dateProperty: {property: trialEnds}}}
                enters when it is the user's "trialEnds"
            {trigger: {page: {count: 3, gap: 10m, referrer: {property: referrer, contains: news}}}}
                enters when the 3rd "Page Viewed" of a session (ended by a pause of 10 minutes)
                which began where "referrer" contains "news" happens
            {trigger: {page: {where: [{property: path, equals: /pricing}]}}}
                enters when a first "Page Viewed" where "path" is "/pricing" of a session happens
            {trigger: {propertyChanged: {property: plan, from: free, to: {in: [pro, team]}}}}
                enters when the user's "plan" changes, from where "plan" is "free", to where
                "plan" is one of "pro", "team"
            {trigger: {becomes: {did: {event: Charged, atLeast: 3}}}, filter: {didNot: {event:
            Refunded}}, stay: {while: {user: {property: plan, equals: pro}}}, limit: {coolDown:
            30d}}
                enters when it comes true that did "Charged" at least 3 times, if did not
                "Refunded", and stays while user property "plan" is "pro", not again within 30 days
            """#
        )
    )
    func sentences(_ row: (document: String, expected: String)) throws {
        let live = try LiveReader.read(plain(row.document)).definition
        #expect(try Sentence.say(live) == row.expected)
    }

    /// The problem that reading and checking a live segment ends with.
    private static func problem(of text: String) -> DefinitionProblem? {
        do throws(DefinitionProblem) {
            let live = try LiveReader.read(plain(text)).definition
            return LiveValidation.check(live).errors.first
        } catch {
            return error
        }
    }
}
