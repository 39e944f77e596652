// A story that is wrong fails, and says so in words that a newcomer understands.

import Foundation
import Testing

@Suite("wrong stories are told", .timeLimit(.minutes(5)))
struct WrongStoryTests {
    /// What each story of `Wrong` must answer stands beside it, in `NAME.told`.
    ///
    /// With `SHOAL_TEST_RECORD_STORIES=1` it is written anew, to be read before it is committed.
    @Test("in the words written beside them", arguments: StoryBox.names(in: "Wrong"))
    func words(_ name: String) async throws {
        let (code, told) = await StoryBox.play(name, in: "Wrong", ["--engine"])
        let found = "exit \(code)\n" + told
        if ProcessInfo.processInfo.environment["SHOAL_TEST_RECORD_STORIES"] == "1" {
            try StoryBox.write(found, to: "\(name).told", in: "Wrong")
        }
        #expect(try StoryBox.text("\(name).told", in: "Wrong") == found)
        #expect(code != 0)
    }

    @Test("and what differs on the engine differs in the whole suite, with the same explanation")
    func suite() async {
        let engine = await StoryBox.play("differs.story.yaml", in: "Wrong", ["--engine"])
        let suite = await StoryBox.play("differs.story.yaml", in: "Wrong")
        #expect(suite.code == 2)
        func withoutPositions(_ text: String) -> String {
            text.replacing(/, log position \d+/, with: "")
        }
        #expect(withoutPositions(suite.told) == withoutPositions(engine.told))
    }
}
