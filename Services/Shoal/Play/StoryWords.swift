// A short line of a story cut into words: quoted texts and brackets stay whole.

import Segments
import Stories

/// The words of one line such as `12:00 u1 Added To Cart {sku: 7}`, read one by one.
struct StoryWords {
    /// A piece of a line.
    enum Word: Hashable {
        /// As it stands.
        case plain(String)
        /// A text in quotation marks, without them.
        case quoted(String)
        /// `{…}` or `[…]`, already read.
        case group(PlainValue)

        /// The text of a word or of a quoted text; nil for brackets.
        var text: String? {
            switch self {
            case .plain(let text), .quoted(let text): text
            case .group: nil
            }
        }
    }

    /// The line's number in the file.
    let line: Int
    private let words: [Word]
    private var next = 0

    /// Cuts a line.
    init(_ text: String, line: Int) throws(StoryProblem) {
        self.line = line
        var cutter = Cutter(rest: Substring(text), line: line)
        var words: [Word] = []
        while let word = try cutter.next() { words.append(word) }
        self.words = words
    }

    /// The next word, without moving on.
    var peek: Word? { next < words.count ? words[next] : nil }

    /// The next word if it stands without quotation marks.
    var keyword: String? { if case .plain(let word)? = peek { word } else { nil } }

    /// Whether nothing is left.
    var isAtEnd: Bool { next == words.count }

    /// The next word; moves on.
    mutating func take() -> Word? {
        defer { if next < words.count { next += 1 } }
        return peek
    }

    /// Moves over this word if it is the next.
    mutating func skip(_ word: String) -> Bool {
        guard keyword == word else { return false }
        next += 1
        return true
    }

    /// The brackets that follow this word, if both are next; moves over them.
    mutating func group(after word: String) -> PlainValue? {
        guard keyword == word, next + 1 < words.count, case .group(let value) = words[next + 1]
        else { return nil }
        next += 2
        return value
    }

    /// The next text; `wanted` says what it should be.
    mutating func text(_ wanted: String) throws(StoryProblem) -> String {
        guard let text = take()?.text else { throw problem("\(wanted) is missing") }
        return text
    }

    /// The texts up to a bracket or one of these words, joined by blanks.
    mutating func texts(before stops: Set<String>, _ wanted: String) throws(StoryProblem)
        -> String
    {
        var found: [String] = []
        while let text = peek?.text, !(keyword.map(stops.contains) ?? false) {
            found.append(text)
            next += 1
        }
        guard !found.isEmpty else { throw problem("\(wanted) is missing") }
        return found.joined(separator: " ")
    }

    func problem(_ message: String, hint: String = "") -> StoryProblem {
        StoryProblem(line: line, message, hint: hint)
    }

    /// Refuses what is left.
    func end() throws(StoryProblem) {
        switch peek {
        case nil: return
        case .plain(let text)?, .quoted(let text)?:
            throw problem("\(Quoted.name(text)) is too much here")
        case .group?: throw problem("brackets are too much here")
        }
    }
}

/// Cuts one word after the other off a line.
private struct Cutter {
    var rest: Substring
    let line: Int

    mutating func next() throws(StoryProblem) -> StoryWords.Word? {
        rest = rest.drop { $0 == " " || $0 == "\t" }
        guard let first = rest.first, first != "#" else { return nil }
        switch first {
        case "\"", "'":
            guard case .text(let text) = try value(upTo: try quoteEnd(of: rest, first)) else {
                throw StoryProblem(line: line, "a quoted text cannot be read")
            }
            return .quoted(text)
        case "{", "[": return .group(try value(upTo: try bracketEnd()))
        default:
            let word = rest.prefix { $0 != " " && $0 != "\t" && $0 != "{" && $0 != "[" }
            rest = rest[word.endIndex...]
            return .plain(String(word))
        }
    }

    /// Reads the piece up to an index and cuts it off.
    private mutating func value(upTo end: Substring.Index) throws(StoryProblem) -> PlainValue {
        let piece = String(rest[..<end])
        rest = rest[end...]
        do throws(DefinitionProblem) {
            return try PlainDocument.read(piece)
        } catch {
            throw StoryProblem(line: line, error.message, hint: error.hint ?? "")
        }
    }

    /// Behind the mark that ends the quoted text which begins `text`.
    private func quoteEnd(of text: Substring, _ mark: Character) throws(StoryProblem)
        -> Substring.Index
    {
        var at = text.index(after: text.startIndex)
        while at < text.endIndex {
            if text[at] == "\\", mark == "\"" {
                at = text.index(after: at)
                guard at < text.endIndex else { break }
            } else if text[at] == mark {
                return text.index(after: at)
            }
            at = text.index(after: at)
        }
        throw StoryProblem(line: line, "a quoted text has no end")
    }

    /// Behind the bracket that closes the first one.
    private func bracketEnd() throws(StoryProblem) -> Substring.Index {
        var depth = 0
        var at = rest.startIndex
        while at < rest.endIndex {
            switch rest[at] {
            case "\"", "'":
                at = try quoteEnd(of: rest[at...], rest[at])
                continue
            case "{", "[": depth += 1
            case "}", "]":
                depth -= 1
                if depth == 0 { return rest.index(after: at) }
            default: break
            }
            at = rest.index(after: at)
        }
        throw StoryProblem(line: line, "a bracket is not closed")
    }
}
