// Every story of the folder holds: on the engine alone, and over the whole suite in one process.

import Testing

@Suite("stories hold", .timeLimit(.minutes(5)))
struct PlayTests {
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

    @Test("thirty of them at least, in both notations")
    func enough() {
        let names = StoryBox.names(in: "Stories")
        #expect(names.count >= 30)
        #expect(names.contains { $0.hasSuffix(".ndjson") })
        #expect(names.contains { $0.hasSuffix(".story.yaml") })
    }
}
