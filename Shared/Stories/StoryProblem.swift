// Why a story cannot be read or played: what, on which line, and what to write instead.

import Basics
import Segments

/// The error of this room; a story that is played to its end has differences, no problem.
public struct StoryProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of problem.
    public enum Code: String, Sendable, Hashable {
        /// A line that is not of the language.
        case unreadable
        /// Something the language names and this version does not do.
        case absent
        /// What the story is played on failed.
        case stage
    }

    /// The kind of problem.
    public let code: Code
    /// The line of the file, from 1; nil when it concerns the whole.
    public var line: Int?
    /// The field, such as `as.condition.all[1]`; empty when it is the whole line.
    public let place: String
    /// What is wrong, in one sentence without a full stop.
    public let message: String
    /// What to do about it; empty when there is nothing.
    public let hint: String

    /// A problem; the texts are shown to people as they are.
    public init(
        _ code: Code,
        line: Int? = nil,
        place: String = "",
        _ message: String,
        hint: String = ""
    ) {
        self.code = code
        self.line = line
        self.place = place
        self.message = message
        self.hint = hint
    }

    /// A line that is not of the language.
    public init(
        line: Int? = nil,
        place: String = "",
        _ message: String,
        hint: String = ""
    ) {
        self.init(.unreadable, line: line, place: place, message, hint: hint)
    }

    /// A field of a story, or a definition in it, is not of the language.
    init(_ problem: DefinitionProblem, line: Int) {
        // Places begin with the field; the story's own readers begin theirs with a dot.
        let place = problem.place.hasPrefix(".") ? problem.place.dropFirst() : problem.place[...]
        self.init(
            line: problem.line ?? line,
            place: String(place),
            problem.message,
            hint: problem.hint ?? ""
        )
    }

    /// `line 3, as.condition: …; …`.
    public var description: String {
        let origin = [line.map { "line \($0)" }, place.isEmpty ? nil : place].compactMap { $0 }
        let head = origin.isEmpty ? "" : origin.joined(separator: ", ") + ": "
        return head + message + (hint.isEmpty ? "" : "; \(hint)")
    }
}
