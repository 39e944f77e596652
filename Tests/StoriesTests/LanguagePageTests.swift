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

    @Test("live segments are said so, read back from their documents and told so of the history")
    func live() throws {
        let histories = try Self.page.histories()
        let (from, to) = (try Self.instant("2025-01-01"), try Self.instant("2025-07-01"))
        for example in Self.page.live {
            let read = try LiveReader.read(try PlainDocument.read(example.text))
            #expect(try Sentence.say(read.definition) == example.sentence)
            #expect(try LiveReader.read(try LiveWriter.write(read)) == read)
            let plan = try LivePlan(read.definition)
            var told: [(at: Timestamp, line: String)] = []
            for history in histories {
                for change in plan.backtest(history, from: from, to: to) {
                    let verb = change.kind == .entered ? "enters" : "leaves"
                    let minute = change.at.rfc3339.prefix(16).replacing("T", with: " ")
                    told.append((change.at, "\(history.user?.text ?? "") \(verb) \(minute)"))
                }
            }
            let lines = told.sorted { $0.at < $1.at }.map(\.line)
            #expect(lines.joined(separator: ", ") == example.members, "\(example.sentence)")
        }
    }

    private static func instant(_ text: String) throws -> Timestamp {
        try #require(Timestamp.rfc3339(text))
    }

    @Test("every kind of condition and every operator has an example or is named")
    func complete() {
        let page = Self.page
        #expect(page.examples.count >= 40)
        let documents = page.examples.map(\.document).joined(separator: "\n")
        let parts = ["since", "rolling", "ago", "between", "calendar", "sum", "avg"]
        for word in Condition.keywords + parts {
            #expect(documents.contains("\(word):"), "\(word)")
        }
        let live = page.live.map(\.text).joined(separator: "\n")
        for word in [
            "action", "inaction", "dateProperty", "page", "propertyChanged", "becomes", "filter",
            "stay", "while", "limit",
        ] {
            #expect(live.contains("\(word):"), "\(word)")
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

        /// A live segment is a document as it stands, and `members` what it tells.
        var isLive: Bool { yaml.first?.hasPrefix("trigger:") ?? false }

        var text: String { yaml.joined(separator: "\n") + "\n" }
    }

    let text: String
    private(set) var history: [String] = []
    /// Segments that examples use.
    private(set) var saved: [String] = []
    private(set) var examples: [Example] = []
    private(set) var live: [Example] = []

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
                if example.isLive { live.append(example) } else { examples.append(example) }
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

    /// What the history's users did and were.
    func histories() throws -> [UserHistory] {
        var events: [UserID: [UserHistory.Event]] = [:]
        var versions: [UserID: [UserHistory.PropertyVersion]] = [:]
        let steps = try StoryFile(story, path: "page.story.yaml").story.steps
        for (number, step) in steps.enumerated() {
            guard case .record(let record) = step.act else { continue }
            let place = LogOffset(UInt64(number))
            switch record.body {
            case .event(let name, _, let properties):
                let values = properties.map { ($0.name, $0.value) }
                events[record.user, default: []].append(
                    UserHistory.Event(name, at: step.at, position: place, properties: values)
                )
            case .profile(let set, _):
                versions[record.user, default: []] += set.map {
                    UserHistory.PropertyVersion($0.name, $0.value, since: step.at, position: place)
                }
            }
        }
        return Set(events.keys).union(versions.keys).sorted().map { user in
            UserHistory(of: user, events: events[user] ?? [], versions: versions[user] ?? [])
        }
    }
}
