// The page of the language is true: each of its examples is read, said and answered as it stands.

import Basics
import Foundation
import Segments
import Testing

@testable import ShoalCommand

@Suite("the page of the language", .timeLimit(.minutes(5)))
struct LanguagePageTests {
    private static let page = LanguagePage()

    @Test("a sentence says each example, and reads back as the same definition")
    func sentences() throws {
        for example in Self.page.examples {
            let file = try DefinitionFile(example.document, path: "example")
            let definition = file.document.definition
            #expect(try Sentence.say(definition) == example.sentence)
            #expect(try Sentence.read(example.sentence) == definition, "\(example.sentence)")
            #expect(Validation(definition).warnings.isEmpty || example.isPointless)
        }
    }

    @Test("both readers answer each example as it stands", arguments: [["--engine"], []])
    func answers(_ options: [String]) async throws {
        let folder = NSTemporaryDirectory() + "shoal-page-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/page.story.yaml"
        try Self.page.story.write(toFile: path, atomically: true, encoding: .utf8)
        let (code, told) = await StoryBox.play(path, in: "Stories", options)
        #expect(code == 0, "\(told)")
    }

    @Test("every kind of condition and every operator has an example or is named")
    func complete() {
        let page = Self.page
        #expect(page.examples.count >= 40)
        let documents = page.examples.map(\.document).joined(separator: "\n")
        for kind in [
            "all", "any", "not", "did", "didNot", "user", "first", "nth", "last", "share",
            "predominantly", "distinct", "sequence", "bucket", "rfm", "inSegment", "regularly",
            "stopped", "restarted", "since",
            "rolling",
            "ago", "between", "calendar", "sum", "avg",
        ] {
            #expect(documents.contains("\(kind):"), "\(kind)")
        }
        for comparison in FilterOperator.allCases {
            #expect(page.text.contains(comparison.rawValue), "\(comparison)")
        }
    }
}

/// `Shared/Segments/README.md`, taken apart.
private struct LanguagePage {
    /// A condition as YAML, as a sentence, and who is in.
    struct Example {
        var yaml: [String]
        var sentence: String
        var members: String

        /// The condition as a document of its own.
        var document: String {
            "condition:\n" + yaml.map { "  \($0)" }.joined(separator: "\n") + "\n"
        }

        var isPointless: Bool { members == "nobody" }
    }

    let text: String
    private(set) var history: [String] = []
    /// Segments that examples use.
    private(set) var saved: [String] = []
    private(set) var examples: [Example] = []

    init() {
        let path =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
            + "/../../Shared/Segments/README.md"
        text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        var block: [String]?
        var example = Example(yaml: [], sentence: "", members: "")
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line == "```yaml" {
                block = []
            } else if line == "```", let whole = block {
                switch whole.first {
                case "when:": history = whole
                case "segments:": saved = Array(whole.dropFirst())
                default: example.yaml = whole
                }
                block = nil
            } else if block != nil {
                block?.append(line)
            } else if line.hasPrefix("    → ") {
                example.members = String(line.dropFirst(6))
                examples.append(example)
            } else if line.hasPrefix("    ") {
                example.sentence = String(line.dropFirst(4))
            }
        }
    }

    /// The examples as segments, the history, and a check of each.
    var story: String {
        var lines = ["story: The page of the language", "segments:"] + saved
        for (number, example) in examples.enumerated() {
            lines.append("  example-\(number):")
            lines += example.yaml.map { "    \($0)" }
        }
        lines += history + ["then:"]
        for (number, example) in examples.enumerated() {
            let members = example.members == "nobody" ? "" : example.members
            lines.append("  - 2025-07-01 00:00 example-\(number) exactly [\(members)]")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
