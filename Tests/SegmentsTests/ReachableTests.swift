// Which values are addresses, which opt out, and how a user stands to a channel.

import Basics
import Kit
import Testing

@testable import Segments

@Suite struct ReachableTests {
    private static let at = Timestamp(ms: 1_751_328_000_000)  // 2025-07-01

    /// Since a day before, one after the other.
    private func history(_ values: (ExactName, PropertyValue?)...) -> UserHistory {
        UserHistory(
            versions: values.enumerated().map { order, write in
                UserHistory.PropertyVersion(
                    write.0,
                    write.1,
                    since: Self.at - 86_400_000 + Int64(order),
                    position: LogOffset(UInt64(order))
                )
            }
        )
    }

    private func isIn(_ text: String, _ history: UserHistory) throws -> Bool {
        try Plan(condition(text)).isMember(history, at: Self.at)
    }

    @Test("a user is in exactly one state of every channel, whatever the values are")
    func states() throws {
        let values: [PropertyValue?] = [
            nil, .text(""), .text("a"), .text("all"), .text("email"), .bool(true), .bool(false),
            .number(Number(0)), .instant(Self.at), .list([]), .list([.text("")]),
            .list([.text("email"), .text("x")]), .list([.text("all")]), .list([.bool(true)]),
        ]
        for channel in Channel.allCases {
            for address in values {
                for out in values {
                    let history = history(
                        (channel.address ?? "other", address),
                        (Channel.optOut, out)
                    )
                    let states = try ChannelState.allCases.filter { state in
                        let condition = Condition.reachable(Reachable(channel, state))
                        let plan = try Plan(Definition(condition))
                        let told = plan.explain(history, at: Self.at)
                        #expect(told.isMember == plan.isMember(history, at: Self.at))
                        return told.isMember
                    }
                    #expect(states.count == 1, "\(channel) \(values)")
                    guard case .channel(let said, _) = history.standing(to: channel, at: Self.at)
                    else {
                        Issue.record("\(channel)")
                        continue
                    }
                    #expect(states == [said])
                }
            }
        }
    }

    @Test("an address counts when it is not empty, a list when something in it is")
    func addresses() throws {
        for (value, isThere) in [
            (.text("+49 176"), true), (.number(Number(49)), true), (.list([.text("a")]), true),
            (.text(""), false), (.list([]), false), (.list([.text("")]), false), (nil, false),
        ] as [(PropertyValue?, Bool)] {
            let user = history(("phone", value))
            #expect(try isIn("{reachable: sms}", user) == isThere)
            #expect(try isIn("{reachable: whatsApp}", user) == isThere)
            #expect(try !isIn("{reachable: push}", user) && isIn("{reachable: inApp}", user))
        }
    }

    @Test("who has opted out of a channel is not reached by it, and still by others")
    func optedOut() throws {
        let addresses: [(ExactName, PropertyValue?)] = [
            ("email", .text("a@b.c")), ("pushToken", .list([.text("t")])),
        ]
        for (value, email, push) in [
            (.text("email"), false, true), (.list([.text("push")]), true, false),
            (.text("all"), false, false), (.bool(true), false, false), (.bool(false), true, true),
            (.text("Email"), true, true), (nil, true, true),
        ] as [(PropertyValue?, Bool, Bool)] {
            let user = history(addresses[0], addresses[1], (Channel.optOut, value))
            #expect(try isIn("{reachable: email}", user) == email, "\(String(describing: value))")
            #expect(try isIn("{reachable: push}", user) == push, "\(String(describing: value))")
        }
    }

    @Test("why is said with the property and since when")
    func finding() throws {
        let out = history(("email", .text("a@b.c")), (Channel.optOut, .list([.text("email")])))
        let told = try Plan(condition("{reachable: email}")).explain(out, at: Self.at)
        #expect(
            told.lines[0]
                == "not a member: email: \"unsubscribed\" is [\"email\"] since "
                + "2025-06-30T00:00:00.001Z"
        )
        let none = try Plan(condition("{reachable: push}")).explain(out, at: Self.at)
        #expect(none.lines[0] == "not a member: push: \"pushToken\" has no value")
        let inApp = try Plan(condition("{reachable: inApp}")).explain(out, at: Self.at)
        #expect(inApp.lines[0] == "a member: inApp: not opted out, and no address is needed")
    }

    @Test("a universe bounds the whole segment, its negations and the sizes of its parts")
    func universe() throws {
        let text = "{universe: {reachable: email}, condition: {not: {did: {event: A}}}}"
        let document = try DefinitionReader.read(plain(text))
        #expect(document.definition.universe == .reachable(.email))
        let plan = try Plan(document.definition)
        let nobody = UserHistory()
        let reached = history(("email", .text("a@b.c")))
        #expect(!plan.isMember(nobody, at: Self.at) && plan.isMember(reached, at: Self.at))
        let told = plan.explain(nobody, at: Self.at)
        #expect(!told.isMember)
        #expect(
            told.lines[0]
                == "not a member: outside the universe of those reachable by email: "
                + "\"email\" has no value"
        )
        #expect(
            try Sentence.say(document.definition)
                == "not (did \"A\"), among those reachable by email"
        )
        #expect(problem(ofDocument: "{universe: known, condition: {all: []}}") == nil)
        let unknown = problem(ofDocument: "{universe: knwon, condition: {all: []}}")
        #expect(unknown?.place == "universe")
        #expect(problem(ofDocument: "{universe: all, condition: {all: []}}") == nil)
    }

    private func problem(ofDocument text: String) -> DefinitionProblem? {
        do {
            _ = try DefinitionReader.read(plain(text))
            return nil
        } catch {
            return error
        }
    }
}
