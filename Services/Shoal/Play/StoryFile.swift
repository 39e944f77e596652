// A story in a file: which of the two notations, and every problem with file and line.

import Segments
import Stories

/// A story with the path it came from.
struct StoryFile: Sendable {
    /// The longest file.
    static let bytesMax = 16 << 20

    /// The path; `-` is standard input.
    let path: String
    /// What it tells.
    let story: Story

    /// Reads the file at `path`: `.yaml` and `.yml` are pages for people, all else is NDJSON.
    init(_ path: String, desk: Desk) throws {
        let bytes = try desk.read(path, bytesMax: Self.bytesMax)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandError(.badData, "read story", "the file is not valid UTF-8", place: path)
        }
        try self.init(text, path: path)
    }

    /// Reads a text; problems are told under `path`.
    init(_ text: String, path: String) throws(CommandError) {
        self.path = path
        do throws(StoryProblem) {
            let isPage = path.hasSuffix(".yaml") || path.hasSuffix(".yml")
            story = try isPage ? Self.page(text) : Self.lines(text)
        } catch {
            throw CommandError(problem: error, path: path)
        }
    }

    private static func page(_ text: String) throws(StoryProblem) -> Story {
        let (title, lines) = try StoryPage.compile(text)
        return try StoryReader.read(title: title, lines)
    }

    private static func lines(_ text: String) throws(StoryProblem) -> Story {
        var reader = StoryReader()
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            let value: PlainValue
            do throws(LineProblem) {
                value = try PlainJSON.read(String(line))
            } catch {
                throw StoryProblem(
                    line: number,
                    place: error.field,
                    error.message,
                    hint: error.hint ?? ""
                )
            }
            try reader.read(value, line: number)
        }
        return try reader.story()
    }
}

extension CommandError {
    /// A problem of a story; `path` is its file.
    init(problem: StoryProblem, path: String) {
        let line = problem.line.map { ":\($0)" } ?? ""
        let place = problem.place.isEmpty ? "" : ": \(problem.place)"
        let code: CommandExit =
            switch problem.code {
            case .unreadable, .absent: .badData
            case .stage: .unreachable
            }
        self.init(
            code,
            "play story",
            problem.message,
            place: "\(path == "-" ? "standard input" : path)\(line)\(place)",
            hint: problem.hint
        )
    }
}
