// The language of stories, line by line: what is read, and what is refused.

import Basics
import Segments
import Testing

@testable import Stories

@Suite("lines of a story are read")
struct StoryReaderTests {
    private func line(_ entries: [(String, PlainValue)], at ms: Int64 = 1_000) -> PlainValue {
        .map([PlainEntry("at", .int(ms))] + entries.map { PlainEntry($0.0, $0.1) })
    }

    private var did: PlainValue {
        .map([PlainEntry("did", .map([PlainEntry("event", .text("Charged"))]))])
    }

    private func read(_ lines: [PlainValue]) throws -> Story {
        try StoryReader.read(lines.enumerated().map { ($0.offset + 1, $0.element) })
    }

    private func problem(_ lines: [PlainValue]) -> StoryProblem? {
        do {
            _ = try read(lines)
            return nil
        } catch {
            return error as? StoryProblem
        }
    }

    @Test("a condition alone and a whole document define the same segment")
    func definitions() throws {
        let check = line([("check", .text("a")), ("count", .int(0))])
        let short = try read([line([("define", .text("a")), ("as", did)]), check])
        let document = PlainValue.map([PlainEntry("condition", did)])
        let long = try read([line([("define", .text("a")), ("as", document)]), check])
        #expect(short == long)
        #expect(short.steps.map(\.line) == [1, 2])
    }

    @Test("null leaves a property out of an event and takes it from a user")
    func nulls() throws {
        let properties = ("properties", PlainValue.map([PlainEntry("a", .null)]))
        let story = try read([
            line([("event", .text("E")), ("user", .text("u")), properties]),
            line([("set", .text("u")), properties]),
            line([("define", .text("s")), ("as", did)]),
            line([("check", .text("s")), ("exactly", .list([]))]),
        ])
        guard case .record(let event) = story.steps[0].act,
            case .record(let profile) = story.steps[1].act
        else {
            Issue.record("two records were read")
            return
        }
        #expect(event.body == .event(name: ExactName("E"), id: nil, []))
        #expect(profile.body == .profile(set: [], unset: [ExactName("a")]))
    }

    @Test("what the language names and this version does not do is refused, not skipped")
    func absent() {
        for word in ["identify", "unmerge", "ask"] {
            let found = problem([line([(word, .text("x"))])])
            #expect(found?.code == .absent)
            #expect(found?.line == 1)
        }
    }

    @Test("a list is changed in one way by a line, and has a name that a list can have")
    func lists() throws {
        func change(_ fields: [(String, PlainValue)]) -> PlainValue {
            line([("list", .text("vip"))] + fields)
        }
        let story = try read([
            change([("add", .list([.text("u1"), .int(2)]))]), change([("replace", .list([]))]),
            line([("define", .text("s")), ("as", did)]),
            line([("check", .text("s")), ("exactly", .list([]))]),
        ])
        let users = ["u1", "2"].compactMap { UserID($0) }
        #expect(story.steps[0].act == .list(Story.ListChange("vip", .add, users)))
        #expect(story.steps[1].act == .list(Story.ListChange("vip", .replace, [])))
        let u1 = PlainValue.text("u1")
        #expect(problem([change([])])?.hint.contains("add, remove, replace") == true)
        #expect(problem([change([("add", u1), ("remove", u1)])])?.place == "list")
        #expect(problem([change([("add", .list([u1, u1]))])])?.code == .unreadable)
        #expect(problem([line([("list", .text("no such")), ("add", u1)])])?.place == "list")
    }

    @Test("an instant that goes back, a zone that changes and a name defined twice are refused")
    func order() {
        let event = [("event", PlainValue.text("E")), ("user", PlainValue.text("u"))]
        #expect(problem([line(event, at: 5), line(event, at: 4)])?.place == "at")
        let zone = line([("timezone", .text("Europe/Berlin"))])
        #expect(problem([line(event), zone])?.code == .absent)
        let define = line([("define", .text("a")), ("as", did)])
        #expect(problem([define, define])?.code == .absent)
    }

    @Test("once live segments were asked what they told, their instant has passed")
    func passed() {
        let event = [("event", PlainValue.text("E")), ("user", PlainValue.text("u"))]
        let trigger = PlainValue.map([PlainEntry("action", .text("E"))])
        let live = PlainValue.map([PlainEntry("trigger", trigger)])
        let define = line([("define", .text("a")), ("as", live)], at: 1)
        let feed = line([("feed", .list([]))], at: 5)
        let check = line([("check", .text("a")), ("count", .int(0))], at: 5)
        for asked in [feed, check] {
            #expect(problem([define, line(event, at: 5), asked, line(event, at: 6)]) == nil)
            let found = problem([define, asked, check, line(event, at: 5)])
            #expect(found?.line == 4)
            #expect(found?.message.contains("has passed") == true)
        }
    }

    @Test("a user is in or out, not both")
    func contradiction() {
        let users = PlainValue.list([.text("u")])
        let found = problem([
            line([("define", .text("a")), ("as", did)]),
            line([("check", .text("a")), ("in", users), ("out", users)]),
        ])
        #expect(found?.line == 2)
        #expect(found?.place == "out")
    }
}
