// Every story of the folder holds: on the engine alone, over the whole suite, and by the oracle.

import Testing

@testable import ShoalCommand

@Suite("stories hold", .timeLimit(.minutes(10)))
struct PlayTests {
    /// Those that tell live segments of what comes late, where the oracle reads logs in order, and
    /// the one that gives them other definitions, of which it knows one.
    private static let notForOracle: Set = [
        // What a merge corrects is no change of a user who always was one.
        "identified-cart.story.yaml", "late-then-one.story.yaml",
        "bookings.story.yaml", "changed-while-waiting.story.yaml", "late-purchase.story.yaml",
        "upgrades.story.yaml",
    ]

    @Test("on the engine alone", arguments: StoryBox.names(in: "Stories"))
    func engine(_ name: String) async {
        let (code, told) = await StoryBox.play(name, in: "Stories", ["--engine"])
        #expect(code == 0, "\(told)")
    }

    @Test("over the whole suite, under the story's time", arguments: StoryBox.names(in: "Stories"))
    func suite(_ name: String) async {
        let (code, told) = await StoryBox.play(name, in: "Stories")
        #expect(code == 0, "\(told)")
    }

    @Test(
        "by the oracle",
        arguments: StoryBox.names(in: "Stories").filter { !notForOracle.contains($0) }
    )
    func oracle(_ name: String) async throws {
        let story = try StoryFile(StoryBox.text(name, in: "Stories"), path: name).story
        let differences = try await story.withoutFlips.play(on: OracleStage(zone: story.zone))
        #expect(differences.isEmpty, "\(differences.flatMap(\.lines).joined(separator: "\n"))")
    }

    @Test(
        "as history of a running suite, where live segments are played over the past",
        arguments: [
            "appointment.story.yaml", "fifth-article-read.story.yaml", "known-before.ndjson",
            "left-cart.story.yaml", "limits.story.yaml", "pages.story.yaml", "stays.story.yaml",
            "regulars-first-charge.story.yaml", "open-cart.story.yaml",
        ]
    )
    func history(_ name: String) async throws {
        let (code, told) = try await StoryBox.playAsHistory(name, in: "Stories")
        #expect(code == 0, "\(told)")
    }

    @Test("what comes late is not told to a running suite's live segments")
    func late() async throws {
        let (code, told) = try await StoryBox.playAsHistory(
            "late-purchase.story.yaml",
            in: "Stories"
        )
        #expect(code == 65)
        #expect(told.contains("what comes late cannot be told"), "\(told)")
    }

    @Test("every trigger, stay and limit of live segments has a story")
    func enoughOfLive() throws {
        let all = try StoryBox.names(in: "Stories").map { try StoryBox.text($0, in: "Stories") }
            .filter { $0.contains("trigger") }.joined()
        for word in [
            "action", "inaction", "dateProperty", "page", "propertyChanged", "becomes", "first",
            "nth", "everyNth", "mode", "key", "anchor", "grace", "before", "after", "yearly",
            "count", "referrer", "gap", "from", "to", "filter", "filterReads", "stay", "while",
            "limit", "times", "coolDown",
        ] {
            #expect(all.contains("\(word):"), "\(word)")
        }
        for limit in ["once", "oncePerKey"] { #expect(all.contains("limit: \(limit)")) }
    }

    @Test("fifty of them at least, in both notations")
    func enough() {
        let names = StoryBox.names(in: "Stories")
        #expect(names.count >= 50)
        #expect(names.contains { $0.hasSuffix(".ndjson") })
        #expect(names.contains { $0.hasSuffix(".story.yaml") })
    }
}
