// The short lines of a page, one after the other, as the entries of the other notation.

import Basics
import Segments
import Stories

/// One of a page's two lists while it is read.
struct StoryLines {
    /// A line with its instant and the fields beside `at`.
    struct Told {
        let line: Int
        let at: Timestamp
        let entries: [PlainEntry]
    }

    private static let checkWords: Set = ["in", "out", "exactly", "count", "asOf", "explain"]
    private static let verbs: Set = [
        "set", "unset", "list", "erase", "archive", "identify", "unmerge", "restart",
    ]
    private static let listWords = Set(Story.ListChange.Operation.allCases.map(\.rawValue))

    /// The lines so far; their instants never go back.
    private(set) var told: [Told] = []
    /// What a check without an instant waits for: the end of the other list.
    var end: Timestamp?
    private let time: StoryTime
    private let start: Timestamp
    private let isThen: Bool

    init(time: StoryTime, start: Timestamp, isThen: Bool) {
        self.time = time
        self.start = start
        self.isThen = isThen
    }

    /// The first instant; nil without lines.
    var first: Timestamp? { told.first?.at }
    /// The last instant; nil without lines.
    var last: Timestamp? { told.last?.at }

    /// Reads one line.
    mutating func add(_ text: String, line: Int) throws(StoryProblem) {
        if text.hasPrefix("{") { return try addObject(text, line: line) }
        var words = try StoryWords(text, line: line)
        let at = try instant(&words, isOptional: isThen)
        let entries = isThen ? try check(&words, at) : try happening(&words, at)
        try words.end()
        try keep(at, entries, line: line)
    }

    private mutating func keep(_ at: Timestamp, _ entries: [PlainEntry], line: Int)
        throws(StoryProblem)
    {
        if let last, at < last {
            throw StoryProblem(
                line: line,
                "the line goes back to \(at.rfc3339) from \(last.rfc3339)",
                hint: "a time alone means the day of the line before: name the date"
            )
        }
        told.append(Told(line: line, at: at, entries: entries))
    }

    /// `{at: 12:00, event: …}`: the other notation, with this one's instants.
    private mutating func addObject(_ text: String, line: Int) throws(StoryProblem) {
        let plain: PlainValue
        do throws(DefinitionProblem) {
            plain = try PlainDocument.read(text)
        } catch {
            throw StoryProblem(line: line, error.message, hint: error.hint ?? "")
        }
        guard case .map(let entries) = plain else {
            throw StoryProblem(line: line, "expected an object")
        }
        var at = isThen ? ending : base
        if case .text(let said)? = entries.first(where: { $0.key == "at" })?.value {
            var words = try StoryWords(said, line: line)
            at = try time.needed(&words, after: base, for: "`at`")
            try words.end()
        } else if case .int(let ms)? = entries.first(where: { $0.key == "at" })?.value {
            at = Timestamp(ms: ms)
        }
        try keep(at, entries.filter { $0.key != "at" }, line: line)
    }

    /// What a relative instant counts from.
    private var base: Timestamp { last ?? start }

    /// When everything told so far has happened.
    private var ending: Timestamp { max(base, end ?? base) }

    private func instant(_ words: inout StoryWords, isOptional: Bool) throws(StoryProblem)
        -> Timestamp
    {
        // The first check's `+15m` counts from the end of what happened, its times from the day.
        let isLater = isThen && last == nil && words.keyword?.hasPrefix("+") == true
        if let instant = try time.read(&words, after: isLater ? ending : base) { return instant }
        guard isOptional else {
            throw words.problem(
                "the line does not begin with an instant",
                hint: "write 12:00, 2025-03-01 12:00 or +15m"
            )
        }
        return ending
    }

    /// `u1 Added To Cart {sku: 7} ts 11:00 id order-1`, `set u1 {plan: pro}`, `list vip add [u1]`
    /// and the like.
    private func happening(_ words: inout StoryWords, _ at: Timestamp) throws(StoryProblem)
        -> [PlainEntry]
    {
        guard let verb = words.keyword, Self.verbs.contains(verb), words.skip(verb) else {
            let user = try words.text("the user")
            let event = try words.texts(before: ["ts", "id", "anonymous"], "the event's name")
            var entries = [PlainEntry("event", .text(event)), PlainEntry("user", .text(user))]
            try properties(&words, &entries)
            return entries + (try extras(&words, at))
        }
        switch verb {
        case "list":
            let name = try words.texts(before: Self.listWords, "the list's name")
            guard let operation = words.keyword, Self.listWords.contains(operation) else {
                throw words.problem("say whom to `add`, to `remove`, or to `replace` all with")
            }
            _ = words.take()
            return [
                PlainEntry(verb, .text(name)), PlainEntry(operation, try users(&words)),
            ]
        case "identify":
            let old = PlainEntry(verb, .text(try words.text("the anonymous identifier")))
            guard words.skip("as") else { throw words.problem("say `as` which user it is") }
            return [old, PlainEntry("as", .text(try words.text("the user")))]
        case "unmerge": return [PlainEntry(verb, .text(try words.text("the identifier")))]
        case "erase": return [PlainEntry(verb, .text(try words.text("the user")))]
        case "archive", "restart":
            return [PlainEntry(verb, .text(try words.texts(before: [], "a name")))]
        default:
            var entries = [PlainEntry(verb, .text(try words.text("the user")))]
            try properties(&words, &entries)
            return entries + (try extras(&words, at))
        }
    }

    private func properties(_ words: inout StoryWords, _ entries: inout [PlainEntry])
        throws(StoryProblem)
    {
        guard case .group(let value)? = words.peek else { return }
        _ = words.take()
        entries.append(PlainEntry("properties", value))
    }

    /// `ts INSTANT`, `id TEXT` and `anonymous`, in any order.
    private func extras(_ words: inout StoryWords, _ at: Timestamp) throws(StoryProblem)
        -> [PlainEntry]
    {
        var entries: [PlainEntry] = []
        while true {
            if words.skip("ts") {
                let instant = try time.needed(&words, after: at, for: "`ts`")
                entries.append(PlainEntry("ts", .int(instant.ms)))
            } else if words.skip("id") {
                entries.append(PlainEntry("id", .text(try words.text("the event's id"))))
            } else if words.skip("anonymous") {
                entries.append(PlainEntry("anonymous", .bool(true)))
            } else {
                return entries
            }
        }
    }

    /// `open-cart in [u1] out [u2]`, `open-cart explain u1 out flips never` and the like.
    private func check(_ words: inout StoryWords, _ at: Timestamp) throws(StoryProblem)
        -> [PlainEntry]
    {
        if let changes = words.group(after: "feed") { return [try feed(changes, words, at)] }
        let segment = try words.texts(before: Self.checkWords, "the segment's name")
        if words.skip("explain") {
            let user = try words.text("the user")
            let isIn = words.skip("in")
            guard isIn || words.skip("out") else {
                throw words.problem("say whether the user is `in` or `out`")
            }
            var entries = [
                PlainEntry("explain", .text(segment)), PlainEntry("user", .text(user)),
                PlainEntry("member", .bool(isIn)),
            ]
            if words.skip("flips") {
                let value: PlainValue =
                    words.skip("never")
                    ? .text("never")
                    : .int(try time.needed(&words, after: at, for: "`flips`").ms)
                entries.append(PlainEntry("flipsAt", value))
            }
            return entries + (try asOf(&words, at))
        }
        var entries = [PlainEntry("check", .text(segment))]
        while let word = words.keyword, word != "asOf", Self.checkWords.contains(word) {
            _ = words.take()
            if word == "count" {
                let text = try words.text("the number of users")
                entries.append(PlainEntry(word, PlainDocument.plain(text)))
            } else {
                entries.append(PlainEntry(word, try users(&words)))
            }
        }
        return entries + (try asOf(&words, at))
    }

    /// `feed [u1 entered open-cart 12:15, u1 left open-cart 12:20]`: all told since the last one.
    private func feed(_ changes: PlainValue, _ line: StoryWords, _ at: Timestamp)
        throws(StoryProblem) -> PlainEntry
    {
        guard case .list(let items) = changes else {
            throw line.problem("what is told stands in brackets: [u1 entered open-cart 12:15]")
        }
        var told: [PlainValue] = []
        for item in items {
            guard case .text(let text) = item else {
                told.append(item)
                continue
            }
            var words = try StoryWords(text, line: line.line)
            let user = PlainEntry("user", .text(try words.text("the user")))
            let kind = PlainEntry("kind", .text(try words.text("entered, left or the like")))
            let segment = PlainEntry("segment", .text(try words.text("the segment's name")))
            let instant = try time.needed(&words, after: at, for: "the instant told")
            try words.end()
            told.append(.map([segment, user, kind, PlainEntry("at", .int(instant.ms))]))
        }
        return PlainEntry("feed", .list(told))
    }

    private func asOf(_ words: inout StoryWords, _ at: Timestamp) throws(StoryProblem)
        -> [PlainEntry]
    {
        guard words.skip("asOf") else { return [] }
        return [PlainEntry("asOf", .int(try time.needed(&words, after: at, for: "`asOf`").ms))]
    }

    /// `[u1, u2]`, or `u1, u2` without brackets.
    private func users(_ words: inout StoryWords) throws(StoryProblem) -> PlainValue {
        if case .group(let value)? = words.peek {
            _ = words.take()
            return value
        }
        var users: [PlainValue] = []
        while let text = words.peek?.text, !(words.keyword.map(Self.checkWords.contains) ?? false) {
            _ = words.take()
            users.append(.text(text.hasSuffix(",") ? String(text.dropLast()) : text))
        }
        guard !users.isEmpty else { throw words.problem("users are missing", hint: "write [u1]") }
        return .list(users)
    }
}
