// What is a user's own in a match: properties as they were, and the clock of the user's zone.

import Basics
import Segments
import Testing

@Suite struct MatchTests {
    private static let day: Int64 = 86_400_000
    private static let at = Timestamp(ms: 20 * 86_400_000)

    /// Charged on these days; free from the beginning, pro on day 5, free again on day 10.
    private func history(
        charged days: [Double],
        _ more: [UserHistory.PropertyVersion] = []
    ) -> UserHistory {
        func version(_ plan: PropertyValue?, _ day: Int64?) -> UserHistory.PropertyVersion {
            UserHistory.PropertyVersion(
                "plan",
                plan,
                since: day.map { Timestamp(ms: $0 * Self.day) },
                position: LogOffset(UInt64(day ?? 0))
            )
        }
        return UserHistory(
            events: days.enumerated().map { index, day in
                UserHistory.Event(
                    "Charged",
                    at: Timestamp(ms: Int64(day * Double(Self.day))),
                    position: LogOffset(UInt64(100 + index)),
                    properties: [("plan", .text("none of the user's"))]
                )
            },
            versions: [version(.text("free"), nil), version(.text("pro"), 5), version(nil, 10)]
                + more
        )
    }

    private func isMember(_ document: String, _ history: UserHistory, at: Timestamp = at) throws
        -> Bool
    {
        try Plan(condition(document)).isMember(history, at: at)
    }

    @Test("a property of the user is the one in force when the event happened")
    func asOfTheEvent() throws {
        let pro = "{did: {event: Charged, where: [{user: plan, equals: pro, at: event}]}}"
        #expect(try isMember(pro, history(charged: [5])))
        #expect(try isMember(pro, history(charged: [9.99])))
        #expect(try !isMember(pro, history(charged: [4.99, 10])))
        let free = "{did: {event: Charged, where: [{user: plan, equals: free, at: event}]}}"
        #expect(try isMember(free, history(charged: [0])))
        let none = "{did: {event: Charged, where: [{user: plan, missing: true, at: event}]}}"
        #expect(try isMember(none, history(charged: [12])))
        #expect(try !isMember(none, history(charged: [8])))
        let first = "{first: {event: Charged, where: {user: plan, equals: pro, at: event}}}"
        #expect(try isMember(first, history(charged: [6, 12])))
        #expect(try !isMember(first, history(charged: [1, 6])))
    }

    @Test("durations count from the event, so that time alone changes nothing")
    func durations() throws {
        let born = UserHistory.PropertyVersion(
            "signedUp",
            .instant(Timestamp(ms: 3 * Self.day)),
            since: nil,
            position: LogOffset(50)
        )
        let document =
            "{did: {event: Charged, where: [{user: signedUp, withinLast: 2d, at: event}]}}"
        #expect(try isMember(document, history(charged: [4.5], [born])))
        #expect(try !isMember(document, history(charged: [5], [born])))
        let told = try Plan(condition(document))
            .explain(history(charged: [4.5], [born]), at: Self.at)
        #expect(told.isMember && told.flip == .never)
    }

    @Test("the clock is that of the user's zone, else the definition's")
    func ownZone() throws {
        // Noon in UTC is nine in the evening in Tokyo.
        let noon = history(charged: [3.5])
        func moved(_ zone: PropertyValue) -> UserHistory {
            let version = UserHistory.PropertyVersion(
                "timeZone",
                zone,
                since: Timestamp(ms: 15 * Self.day),
                position: LogOffset(60)
            )
            return history(charged: [3.5], [version])
        }
        let times = "timeOfDay: {from: \"20:00\", to: \"24:00\"}, zone: user"
        let evening = "{did: {event: Charged, \(times)}}"
        #expect(try isMember(evening, moved(.text("Asia/Tokyo"))))
        for zone: PropertyValue in [.text("Tokyo"), .number(Number(9)), .text("UTC")] {
            #expect(try !isMember(evening, moved(zone)))
        }
        #expect(try !isMember(evening, noon))
        let inTokyo = try Plan(condition(evening, zone: "Asia/Tokyo"))
        #expect(inTokyo.isMember(noon, at: Self.at))
        #expect(!inTokyo.isMember(moved(.text("UTC")), at: Self.at))
        // It is the zone of the answer's instant: with the move the answer changes.
        let told = try Plan(condition(evening))
            .explain(moved(.text("Asia/Tokyo")), at: Timestamp(ms: 10 * Self.day))
        #expect(!told.isMember && told.flip == .at(Timestamp(ms: 15 * Self.day)))
    }

    @Test("a plan knows which past values and which zones it reads")
    func mentions() throws {
        let plan = try Plan(
            condition(
                """
                {did: {event: A, where: [{user: plan, equals: pro, at: event}, {property: p,
                exists: true}], dayOfWeek: sunday, zone: user, window: {since: {first: {event: B,
                where: {property: q, exists: true}}, within: 7d}}}}
                """
            )
        )
        #expect(plan.mentions.pastUserProperties == ["plan"])
        #expect(plan.mentions.userProperties == ["timeZone"])
        #expect(plan.mentions.events == ["A": ["p"], "B": ["q"]])
    }

    @Test(
        "what is refused",
        arguments: table(
            #"""
            {did: {where: [{user: plan, equals: pro}]}}
                condition.did.where[0]: `user: …` and `at: event` stand together; for what a
                user is now write a condition `user: {property: …}`
            {did: {where: [{property: plan, equals: pro, at: event}]}}
                condition.did.where[0]: `user: …` and `at: event` stand together
            {did: {where: [{user: plan, equals: pro, at: now}]}}
                condition.did.where[0]: `user: …` and `at: event` stand together
            {did: {where: [{user: "", equals: pro, at: event}]}}
                condition.did.where[0].property: a property's name is empty
            {did: {zone: user}}
                condition.did.zone: `zone: user` without `timeOfDay` or `dayOfWeek` means
                nothing
            {did: {dayOfWeek: sunday, zone: Europe/Berlin}}
                condition.did.zone: `zone: user` is all that can be said here; in a zone of its
                own write `zone` beside `condition`
            """#
        )
    )
    func refusals(_ row: (document: String, expected: String)) throws {
        let found = try #require(problem(of: row.document))
        #expect(found.description.hasPrefix(row.expected), "\(found)")
    }

    @Test("as of an event means something beside events only")
    func standsAlone() {
        let filter = PropertyFilter("plan", .equals, [.text("pro")], isOfUser: true)
        let conditions: [Condition] = [
            .user(UserProperty(filter)),
            .did(Did(EventMatch(), aggregates: [.picked(.last, filter)])),
        ]
        for condition in conditions {
            #expect(Validation(Definition(condition)).errors.map(\.code) == [.operand])
        }
    }
}
