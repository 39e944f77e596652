// Documents of live segments: what is read, what is refused and with which hint, the way back.

import Basics
import Kit
import Segments
import Testing

@Suite struct LiveReaderTests {
    private static let minute: Int64 = 60_000
    private static let day: Int64 = 86_400_000

    @Test("a document with every field is read whole, its dates in its own zone")
    func whole() throws {
        let document = try LiveReader.read(
            plain(
                """
                {name: left-cart, description: Those who forgot., zone: Europe/Berlin,
                trigger: {inaction: {did: Added To Cart, didNot: {event: [Purchased, Reserved],
                    where: [{property: paid, equals: true}]}, within: 15m, key: cartId,
                    anchor: first, grace: 30s}},
                filter: {user: {property: since, before: 2025-05-01}},
                filterReads: {events: after, properties: before},
                stay: 7d, limit: {times: 3, per: 30d}}
                """
            )
        )
        let paid = PropertyFilter("paid", .equals, [.value(.bool(true))])
        let may = try instant("2025-04-30T22:00:00Z")
        let expected = LiveDefinition(
            .inaction(
                Inaction(
                    did: EventMatch(["Added To Cart"]),
                    didNot: EventMatch(["Purchased", "Reserved"], where: [paid]),
                    withinMs: 15 * Self.minute,
                    key: "cartId",
                    anchor: .first,
                    graceMs: 30_000
                )
            ),
            filter: Definition(
                .user(UserProperty(PropertyFilter("since", .before, [.instant(may)])))
            ),
            filterReads: FilterReads(events: .after, properties: .before),
            stay: .duration(ms: 7 * Self.day),
            limit: .times(3, perMs: 30 * Self.day),
            zone: "Europe/Berlin"
        )
        #expect(document.name == "left-cart")
        #expect(document.description == "Those who forgot.")
        #expect(document.definition == expected)
        #expect(LiveValidation.check(expected).isValid)
    }

    @Test("a document is of a live segment when it has a trigger")
    func isLive() {
        #expect(LiveReader.isLive(plain("{trigger: {action: Charged}}")))
        #expect(!LiveReader.isLive(plain("{condition: {did: {}}}")))
        #expect(!LiveReader.isLive(plain("[trigger]")))
    }

    @Test("actions: every time, the first, the n-th, every n-th, counted among either")
    func actions() throws {
        let charged = EventMatch(["Charged"])
        let large = EventMatch(
            ["Charged"],
            where: [PropertyFilter("amount", .atLeast, [.value(.number(Number(100)))])]
        )
        #expect(try trigger("{action: Charged}") == .action(Action(charged)))
        #expect(try trigger("{action: {event: Charged}}") == .action(Action(charged)))
        #expect(try trigger("{action: {}}") == .action(Action(EventMatch())))
        #expect(
            try trigger("{action: {event: Charged, first: true}}")
                == .action(Action(charged, times: .nth(1)))
        )
        #expect(
            try trigger("{action: {event: Charged, everyNth: 5}}")
                == .action(Action(charged, times: .everyNth(5)))
        )
        #expect(
            try trigger(
                "{action: {event: Charged, where: [{property: amount, atLeast: 100}], nth: 5,"
                    + " mode: ever}}"
            ) == .action(Action(large, times: .nth(5), mode: .ever))
        )
    }

    @Test("dates: of the user or of an event, before or after, every year")
    func dates() throws {
        #expect(
            try trigger("{dateProperty: {property: trialEnds}}")
                == .date(DateTrigger("trialEnds"))
        )
        #expect(
            try trigger("{dateProperty: {property: birthday, yearly: true, after: 9h}}")
                == .date(DateTrigger("birthday", offsetMs: 540 * Self.minute, isYearly: true))
        )
        #expect(
            try trigger("{dateProperty: {property: startsAt, event: Booked, before: 24h}}")
                == .date(
                    DateTrigger(
                        "startsAt",
                        of: .event(EventMatch(["Booked"])),
                        offsetMs: -Self.day
                    )
                )
        )
    }

    @Test("pages: the usual event, another, so many in a session, where it came from")
    func pages() throws {
        #expect(try trigger("{page: {}}") == .page(PageTrigger()))
        #expect(
            try trigger("{page: {anyEvent: true, count: 3, gap: 5m}}")
                == .page(PageTrigger(EventMatch(), count: 3, gapMs: 5 * Self.minute))
        )
        let pricing = PropertyFilter("path", .equals, [.text("/pricing")])
        let news = PropertyFilter("referrer", .contains, [.text("news")])
        #expect(
            try trigger(
                """
                {page: {where: [{property: path, equals: /pricing}],
                referrer: {property: referrer, contains: news}}}
                """
            )
                == .page(
                    PageTrigger(
                        EventMatch([PageTrigger.event], where: [pricing]),
                        referrer: [news]
                    )
                )
        )
    }

    @Test("changes of a property, from and to values and what they compare with")
    func changes() throws {
        func change(_ fields: String) throws -> PropertyChange? {
            let read = try trigger("{propertyChanged: {property: plan\(fields)}}")
            guard case .propertyChanged(let change) = read else { return nil }
            return change
        }
        #expect(try change("") == PropertyChange("plan"))
        #expect(
            try change(", from: free, to: pro")
                == PropertyChange(
                    "plan",
                    from: PropertyFilter("plan", .equals, [.text("free")]),
                    to: PropertyFilter("plan", .equals, [.text("pro")])
                )
        )
        #expect(
            try change(", from: {missing: true}, to: {in: [pro, team], ignoreCase: true}")
                == PropertyChange(
                    "plan",
                    from: PropertyFilter("plan", .missing),
                    to: PropertyFilter(
                        "plan",
                        .in,
                        [.text("pro"), .text("team")],
                        ignoreCase: true
                    )
                )
        )
        #expect(
            try change(", to: {version: \"5.2\"}")?.to
                == PropertyFilter("plan", .equals, [.version("5.2")])
        )
        #expect(
            try change(", to: {lessThan: {version: \"5.2\"}}")?.to
                == PropertyFilter("plan", .lessThan, [.version("5.2")])
        )
    }

    @Test("conditions stand in triggers, filters and stays, as fields or as sentences")
    func conditions() throws {
        let charged = Definition(.did(Did(EventMatch(["Charged"]), count: CountTest(.atLeast(3)))))
        for said in [
            "{did: {event: Charged, atLeast: 3}}", #""did \"Charged\" at least 3 times""#,
        ] {
            let read = try LiveReader.read(
                plain(
                    "{trigger: {becomes: \(said)}, filter: \(said), stay: {while: \(said)}}"
                )
            )
            #expect(
                read.definition
                    == LiveDefinition(
                        .becomes(Becomes(charged)),
                        filter: charged,
                        stay: .while(charged)
                    )
            )
        }
    }

    @Test(
        "stays and limits",
        arguments: [
            ("stay: forever", Stay.forever, FiringLimit.everyTime),
            ("stay: 36h, limit: everyTime", .duration(ms: 129_600_000), .everyTime),
            ("limit: once", .forever, .once),
            ("limit: oncePerKey", .forever, .oncePerKey),
            ("limit: {times: 2, per: 1d}", .forever, .times(2, perMs: 86_400_000)),
            ("limit: {coolDown: 90s}", .forever, .coolDown(ms: 90_000)),
        ]
    )
    func staysAndLimits(_ text: String, _ stay: Stay, _ limit: FiringLimit) throws {
        let trigger = "{inaction: {did: A, didNot: B, within: 1m, key: k}}"
        let live = try LiveReader.read(plain("{trigger: \(trigger), \(text)}")).definition
        #expect(live.stay == stay)
        #expect(live.limit == limit)
        #expect(LiveValidation.check(live).isValid)
    }

    @Test("what is written is read back equal, 2,000 live segments by seed")
    func roundTrip() throws {
        for number in 0..<2_000 {
            let seed = 0x5E60_B000 + UInt64(number)
            let centre = RandomWorld.centres[number % RandomWorld.centres.count]
            var definitions = RandomDefinitions(
                SeededRandom(seed: seed),
                around: centre,
                sets: true
            )
            let document = LiveDocument(
                name: number % 2 == 0 ? "n\(number)" : nil,
                description: number % 3 == 0 ? "For people." : nil,
                definition: definitions.live()
            )
            let errors = LiveValidation.check(document.definition).errors
            try #require(errors.isEmpty, "seed \(seed): \(errors)")
            let plain = try LiveWriter.write(document)
            try #require(try LiveReader.read(plain) == document, "seed \(seed): \(plain)")
            #expect(LiveReader.isLive(plain))
            #expect(try !Sentence.say(document.definition).isEmpty)
        }
    }

    @Test("what is not valid is not written")
    func invalid() {
        let live = LiveDefinition(.action(Action(EventMatch(["A"]), times: .nth(0))))
        #expect(throws: DefinitionProblem.self) {
            try LiveWriter.write(LiveDocument(definition: live))
        }
    }

    private func trigger(_ text: String) throws -> Trigger {
        try LiveReader.read(plain("{trigger: \(text)}")).definition.trigger
    }

    private func instant(_ text: String) throws -> Timestamp {
        try #require(Timestamp.rfc3339(text))
    }
}

extension LiveReaderTests {
    @Test(
        "what is no live segment is refused with place, reason and hint",
        arguments: table(
            #"""
            {trigger: {action: A}, condition: {did: {}}}
                document: unknown field `condition`; a live segment has a `trigger`; conditions
                stand in `filter`
            {trigger: {}}
                trigger: a trigger is missing; write one of action, inaction, dateProperty, page,
                propertyChanged, becomes
            {trigger: {action: A, page: {}}}
                trigger: `action` and `page` stand side by side; a segment has one trigger
            {trigger: {event: A}}
                trigger: unknown field `event`; write `action: {event: …}`
            {trigger: {date: {}}}
                trigger: unknown field `date`; write `dateProperty`
            {trigger: {inactoin: {}}}
                trigger: unknown field `inactoin`; did you mean `inaction`?
            {trigger: {action: {event: A, window: {rolling: 7d}}}}
                trigger.action: unknown field `window`; a trigger fires when it happens; past
                windows stand in `filter`
            {trigger: {action: {event: A, count: 5}}}
                trigger.action: unknown field `count`; write `nth: 5`, or the count in `filter`
            {trigger: {action: {event: A, first: false}}}
                trigger.action.first: `first: false` means nothing; leave it out
            {trigger: {action: {event: A, first: true, nth: 2}}}
                trigger.action: `first` and `nth` stand side by side; write one of them
            {trigger: {action: {event: A, nth: 2.5}}}
                trigger.action.nth: expected a whole number, found a number
            {trigger: {action: {event: A, nth: 2, mode: evr}}}
                trigger.action.mode: "evr" is not known here; did you mean `ever`?
            {trigger: {inaction: {didNot: B, within: 15m}}}
                trigger.inaction: `did` is missing; what begins the time
            {trigger: {inaction: {did: A, within: 15m}}}
                trigger.inaction: `didNot` is missing; what must not follow
            {trigger: {inaction: {did: A, didNot: B}}}
                trigger.inaction: `within` is missing; such as 15m
            {trigger: {inaction: {did: A, didNot: B, for: 15m}}}
                trigger.inaction: unknown field `for`; write `within: 15m`
            {trigger: {inaction: {did: {event: A, window: {rolling: 1d}}, didNot: B, within: 1m}}}
                trigger.inaction.did: unknown field `window`; write `within: 15m` beside `did`
                and `didNot`
            {trigger: {inaction: {did: A, didNot: B, within: 1m, anchor: newest}}}
                trigger.inaction.anchor: "newest" is not known here; write one of last, first, each
            {trigger: {inaction: {did: A, didNot: B, within: 15 min}}}
                trigger.inaction.within: "15 min" is not a duration; write a whole number and ms,
                s, m, h, d or w, such as 30d
            {trigger: {dateProperty: {before: 1d}}}
                trigger.dateProperty: `property` is missing
            {trigger: {dateProperty: {property: p, before: 1d, after: 1d}}}
                trigger.dateProperty: `before` and `after` stand side by side; write one of them
            {trigger: {dateProperty: {property: p, offset: -1d}}}
                trigger.dateProperty: unknown field `offset`; write `before: 24h` or `after: 3d`
            {trigger: {dateProperty: {property: p, where: [{property: q, equals: 1}]}}}
                trigger.dateProperty.where: `where` is about an event, and none is named; what
                the user is stands in `filter`
            {trigger: {page: {path: /pricing}}}
                trigger.page: unknown field `path`; write `where: [{property: path, equals:
                /pricing}]`
            {trigger: {page: {referrer: news}}}
                trigger.page.referrer: expected fields, found a text
            {trigger: {propertyChanged: {from: free}}}
                trigger.propertyChanged: `property` is missing
            {trigger: {propertyChanged: {property: p, to: {above: 5}}}}
                trigger.propertyChanged.to
            {trigger: {becomes: {did: {event: A, atleast: 3}}}}
                trigger.becomes.did: unknown field `atleast`; did you mean `atLeast`?
            {trigger: {action: A}, filter: "did not"}
                filter
            {trigger: {action: A}, filterReads: {events: now}}
                filterReads.events: "now" is not known here; write one of before, after
            {trigger: {action: A}, stay: while}
                stay: "while" is not a duration
            {trigger: {action: A}, stay: {during: {did: {}}}}
                stay: unknown field `during`
            {trigger: {action: A}, limit: twice}
                limit: expected a limit, found a text; write everyTime, once, oncePerKey, {times:
                3, per: 7d} or {coolDown: 1d}
            {trigger: {action: A}, limit: {times: 3}}
                limit: `per` is missing; such as 7d
            {trigger: {action: A}, limit: {per: 3d}}
                limit: `times` is missing; write {times: 3, per: 7d}
            {trigger: {action: A}, limit: {times: 3, coolDown: 1d}}
                limit.times: one limit is enough
            {trigger: {action: A}, zone: Europe/Berlim}
                zone: unknown zone "Europe/Berlim"; did you mean `Europe/Berlin`?
            """#
        )
    )
    func refusals(_ row: (document: String, expected: String)) {
        let found = #expect(throws: DefinitionProblem.self) {
            try LiveReader.read(plain(row.document))
        }
        #expect(found?.operation == .read)
        #expect(found?.description.hasPrefix(row.expected) ?? false, "\(String(describing: found))")
    }
}
