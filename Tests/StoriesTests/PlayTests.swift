// Every story of the folder holds: on the engine alone, and over the whole suite in one process.

import Testing

@Suite("stories hold", .timeLimit(.minutes(5)))
struct PlayTests {
    @Test("on the engine alone", arguments: StoryBox.names(in: "Stories"))
    func engine(_ name: String) async {
        let (code, told) = await StoryBox.play(name, in: "Stories", ["--engine"])
        #expect(code == 0, "\(told)")
    }

    @Test(
        "those of live segments on the engine alone",
        arguments: StoryBox.names(in: "Stories/Live")
    )
    func live(_ name: String) async {
        let (code, told) = await StoryBox.play(name, in: "Stories/Live", ["--engine"])
        #expect(code == 0, "\(told)")
    }

    @Test("the suite says that it follows no live segments yet")
    func liveOnSuite() async {
        let (code, told) = await StoryBox.play("left-cart.story.yaml", in: "Stories/Live")
        #expect(code == 65)
        #expect(told.contains("live segments are followed by the engine alone"), "\(told)")
    }

    @Test("every trigger, stay and limit of live segments has a story")
    func enoughOfLive() throws {
        let all = try StoryBox.names(in: "Stories/Live")
            .map { try StoryBox.text($0, in: "Stories/Live") }.joined()
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

    @Test("over the whole suite, under the story's time", arguments: StoryBox.names(in: "Stories"))
    func suite(_ name: String) async {
        let (code, told) = await StoryBox.play(name, in: "Stories")
        #expect(code == 0, "\(told)")
    }

    @Test("thirty of them at least, in both notations")
    func enough() {
        let names = StoryBox.names(in: "Stories")
        #expect(names.count >= 30)
        #expect(names.contains { $0.hasSuffix(".ndjson") })
        #expect(names.contains { $0.hasSuffix(".story.yaml") })
    }
}
