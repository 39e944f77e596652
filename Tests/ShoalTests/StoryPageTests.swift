// Pages for people compile to the lines of the other notation.

import Basics
import Segments
import Stories
import Testing

@testable import ShoalCommand

@Suite("pages of stories")
struct StoryPageTests {
    private func story(_ text: String) throws -> Story {
        try StoryFile(text, path: "a.story.yaml").story
    }

    private func error(_ text: String) -> CommandError? {
        do {
            _ = try story(text)
            return nil
        } catch {
            return error as? CommandError
        }
    }

    @Test("a page and its lines are the same story")
    func same() throws {
        let page = try story(
            """
            timezone: Europe/Berlin
            day: 2025-07-01
            segments:
              payers: {did: {event: Added To Cart}}
            when:
              - 12:00 u1 Added To Cart {sku: 7, "a: b": "{x}"}   # a remark
              - +15m u1 Charged {amount: 10} ts -1h id order-1
              - 2025-07-02 09:30 set u1 {plan: pro}
            then:
              - 12:15 payers in [u1] out u2, u3
              - payers explain u1 in flips never
            """
        )
        let lines = try StoryFile(
            """
            {"at": "2025-07-01T12:00:00+02:00", "timezone": "Europe/Berlin"}
            {"at": "2025-07-01T12:00", "define": "payers", \
             "as": {"did": {"event": "Added To Cart"}}}

            {"at": 1751364000000, "event": "Added To Cart", "user": "u1",\
             "properties": {"sku": 7, "a: b": "{x}"}}
            {"at": "2025-07-01T12:15", "event": "Charged", "user": "u1", "id": "order-1",\
             "ts": "2025-07-01T11:15", "properties": {"amount": 10}}
            {"at": "2025-07-01T12:15", "check": "payers", "in": ["u1"], "out": ["u2", "u3"]}
            {"at": "2025-07-02T09:30", "set": "u1", "properties": {"plan": "pro"}}
            {"at": "2025-07-02T09:30", "explain": "payers", "user": "u1", "member": true,\
             "flipsAt": "never"}
            """,
            path: "a.ndjson"
        ).story
        #expect(page.zone == lines.zone)
        #expect(page.steps.map(\.at) == lines.steps.map(\.at))
        #expect(page.steps.map(\.act) == lines.steps.map(\.act))
        #expect(page.steps.map(\.line) == [4, 6, 7, 10, 8, 11])
    }

    @Test("a line goes on below, and a quoted name is a name")
    func names() throws {
        let page = try story(
            """
            segments:
              "count": {did: {event: set}}
            when:
            - 12:00 "set" "Count in" {a:
                1}
            then:
            - "count" exactly ["set"]
            """
        )
        guard case .record(let record) = page.steps[1].act else {
            Issue.record("a record was read")
            return
        }
        #expect(record.user.text == "set")
        let property = Story.Property(name: ExactName("a"), value: .number(Number(1)))
        #expect(record.body == .event(name: ExactName("Count in"), id: nil, [property]))
    }

    @Test(
        "what is wrong is told with its line",
        arguments: [
            ("when:\n  12:00 u1 E\n", 2), ("when:\n  - 25:00 u1 E\n", 2),
            ("when:\n  - 12:00 u1 E {a: 1\n", 2), ("when:\n  - 12:00 u1\n", 2),
            ("when:\n  - 12:00 u1 E\n  - 11:00 u1 E\n", 3),
            ("when:\n  - 12:00 u1 E {} ts soon\n", 2), ("when:\n  - 12:00 u1 E {} x\n", 2),
            ("segmnts:\n  a: 1\n", 1), ("story: [\n", 3), ("timezone: Mars/Base\n", 1),
            ("then:\n  - payers in u1\n", 2), ("then:\n  - payers explain u1\n", 2),
            ("when:\n  - 12:00 identify u1\n", 2), ("when:\n  - {at: 12:00, evnt: E}\n", 2),
        ]
    )
    func problems(_ text: String, _ line: Int) {
        let found = error(text)
        #expect(found?.code == .badData)
        #expect(found?.place.hasPrefix("a.story.yaml:\(line)") == true, "\(found as Any)")
    }
}
