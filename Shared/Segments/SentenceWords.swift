// A sentence as words with their places, and what the readers of its parts ask of them.

import Basics

/// The words of a sentence from one place on; a copy is a place to come back to.
struct SentenceWords {
    /// A piece of a sentence.
    enum Piece: Sendable, Hashable {
        /// A word, number, date or zone, as it is written.
        case word(String)
        /// What stands in quotation marks, without them.
        case quoted(String)
        /// A comma or a bracket.
        case sign(Character)
    }

    /// The zone of dates.
    let zone: Zone
    private var pieces: [Piece] = []
    /// Where each piece begins, and where the sentence ends.
    private var places: [(line: Int, column: Int)] = []
    private var at = 0

    /// The words of a text.
    init(_ text: String, zone: Zone) throws(DefinitionProblem) {
        var (pieces, places) = ([Piece](), [(line: Int, column: Int)]())
        var scalars = SentenceScalars(text)
        while let place = scalars.skipSpace() {
            places.append(place)
            switch scalars.next {
            case "\"": pieces.append(.quoted(try scalars.quoted()))
            case "(", ")", ",": pieces.append(.sign(Character(scalars.take())))
            default: pieces.append(.word(scalars.word()))
            }
        }
        places.append(scalars.place)
        self.init(pieces, places, zone)
    }

    private init(_ pieces: [Piece], _ places: [(line: Int, column: Int)], _ zone: Zone) {
        self.pieces = pieces
        self.places = places
        self.zone = zone
    }

    /// The words without the zone they end with, and that zone's name.
    func withoutZone() throws(DefinitionProblem) -> (words: SentenceWords, zone: String?) {
        let start = pieces.count - Self.zoneWords.count - 1
        guard start > 0, Array(pieces[start..<pieces.count - 1]) == Self.zoneWords,
            case .word(let name)? = pieces.last
        else { return (self, nil) }
        let place =
            "line \(places[pieces.count - 1].line), column \(places[pieces.count - 1].column)"
        let zone = try Zone.read(name, Field(value: .text(name), place: place, line: nil))
        return (SentenceWords(Array(pieces[..<start]), Array(places[...start]), zone), name)
    }

    private static let zoneWords: [Piece] = [
        .sign(","), .word("with"), .word("dates"), .word("and"), .word("days"), .word("of"),
    ]

    // What comes next

    /// Whether nothing is left.
    var isAtEnd: Bool { at == pieces.count }

    /// The piece so many places on.
    func piece(_ ahead: Int = 0) -> Piece? {
        at + ahead < pieces.count ? pieces[at + ahead] : nil
    }

    /// The word so many places on, in lower case.
    func word(_ ahead: Int = 0) -> String? {
        if case .word(let word)? = piece(ahead) { word.lowercased() } else { nil }
    }

    /// Whether a name or text in quotation marks stands so many places on.
    func isQuoted(_ ahead: Int = 0) -> Bool {
        if case .quoted? = piece(ahead) { true } else { false }
    }

    /// Whether these words, commas and brackets come next; they are separated by spaces.
    func isNext(_ phrase: String, ahead: Int = 0) -> Bool {
        for (index, part) in phrase.split(separator: " ").enumerated() {
            switch piece(ahead + index) {
            case .word(let word)? where word.lowercased() == part: continue
            case .sign(let sign)? where part == String(sign): continue
            default: return false
            }
        }
        return true
    }

    /// Whether `or` or `and` and then another name comes next, and not a condition that begins with
    /// a name, which goes on with `of`.
    func isNextName(after joint: String) -> Bool {
        isNext(joint) && isQuoted(1) && word(2) != "of"
    }

    // Taking

    /// Takes these words if they come next.
    mutating func take(_ phrase: String) -> Bool {
        guard isNext(phrase) else { return false }
        at += phrase.split(separator: " ").count
        return true
    }

    /// Takes a comma between the numbers or durations of a list.
    mutating func takeComma() -> Bool {
        guard isNext(","), let next = word(1), ("0"..."9").contains(next.first ?? " ") else {
            return false
        }
        return take(",")
    }

    /// Takes these words, or says that they are expected.
    mutating func expect(_ phrase: String, hint: String? = nil) throws(DefinitionProblem) {
        if !take(phrase) { throw expected("`\(phrase)`", hint: hint) }
    }

    /// A name or text in quotation marks.
    mutating func quoted(_ what: String) throws(DefinitionProblem) -> String {
        guard case .quoted(let text)? = piece() else {
            throw expected("\(what) in quotation marks")
        }
        at += 1
        return text
    }

    /// A word as it is written.
    mutating func anyWord(_ what: String) throws(DefinitionProblem) -> String {
        guard case .word(let word)? = piece() else { throw expected(what) }
        at += 1
        return word
    }

    /// A number.
    mutating func number() throws(DefinitionProblem) -> Number {
        guard case .word(let word)? = piece(), let number = Number(text: word) else {
            throw expected("a number")
        }
        at += 1
        return number
    }

    /// A whole number.
    mutating func whole() throws(DefinitionProblem) -> Int {
        guard let whole = wholeNext else { throw expected("a whole number") }
        at += 1
        return whole
    }

    /// The whole number that comes next.
    var wholeNext: Int? {
        if case .word(let word)? = piece() { Int(word) } else { nil }
    }

    /// Whether a whole number stands so many places on.
    func wholeIsNext(ahead: Int) -> Bool {
        if case .word(let word)? = piece(ahead) { Int(word) != nil } else { false }
    }

    /// A duration in ms: `30 days`, or `30d`.
    mutating func duration() throws(DefinitionProblem) -> Int64 {
        if case .word(let word)? = piece(), let ms = DurationText.read(word) {
            at += 1
            return ms
        }
        guard let count = wholeNext, let unit = word(1),
            let ms = DurationText.read(spoken: count, unit)
        else { throw expected("a duration", hint: "write it such as 30 days, or 30d") }
        at += 2
        return ms
    }

    /// An instant: a date, or a date with a time.
    mutating func instant() throws(DefinitionProblem) -> Timestamp {
        guard case .word(let word)? = piece(), let instant = InstantText.read(word, zone: zone)
        else {
            throw expected("a date", hint: "write it such as 2025-05-01 or 2025-05-01T12:00:00Z")
        }
        at += 1
        return instant
    }

    // Problems

    /// What was expected here, and what was found.
    func expected(_ what: String, hint: String? = nil) -> DefinitionProblem {
        let found: String
        switch piece() {
        case .word(let word)?: found = "`\(Quoted.cut(word))`"
        case .quoted(let text)?: found = Quoted.name(text)
        case .sign(let sign)?: found = "`\(sign)`"
        case nil: found = "the end"
        }
        return problem("expected \(what), found \(found)", hint: hint)
    }

    /// A problem of the piece that comes next.
    func problem(
        _ message: String,
        code: DefinitionProblem.Code = .shape,
        hint: String? = nil
    ) -> DefinitionProblem {
        let place = places[min(at, places.count - 1)]
        return DefinitionProblem(
            code,
            .read,
            place: "line \(place.line), column \(place.column)",
            message: message,
            hint: hint
        )
    }
}

/// The scalars of a sentence, read once, with lines and columns.
private struct SentenceScalars {
    private let scalars: [Unicode.Scalar]
    private var at = 0
    private(set) var place = (line: 1, column: 1)

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    mutating func take() -> Unicode.Scalar {
        let scalar = scalars[at]
        at += 1
        place = scalar == "\n" ? (place.line + 1, 1) : (place.line, place.column + 1)
        return scalar
    }

    /// Skips spaces; the place of what follows, nil at the end.
    mutating func skipSpace() -> (line: Int, column: Int)? {
        while let scalar = next, scalar.properties.isWhitespace { _ = take() }
        return next == nil ? nil : place
    }

    mutating func word() -> String {
        var word = String.UnicodeScalarView()
        while let scalar = next, !scalar.properties.isWhitespace,
            !["\"", "(", ")", ","].contains(scalar)
        {
            word.append(take())
        }
        return String(word)
    }

    /// What `Phrase.quoted` writes.
    mutating func quoted() throws(DefinitionProblem) -> String {
        let start = place
        _ = take()
        var text = String.UnicodeScalarView()
        while let scalar = next, scalar != "\"" {
            _ = take()
            guard scalar == "\\" else {
                text.append(scalar)
                continue
            }
            guard let escaped = try escaped() else { break }
            text.append(escaped)
        }
        guard next == "\"" else {
            throw Self.problem(start, "the quotation mark is not closed", hint: "write `\"`")
        }
        _ = take()
        return String(text)
    }

    private mutating func escaped() throws(DefinitionProblem) -> Unicode.Scalar? {
        let start = place
        guard next != nil else { return nil }
        switch take() {
        case "n": return "\n"
        case "t": return "\t"
        case "\"": return "\""
        case "\\": return "\\"
        case "u" where next == "{":
            _ = take()
            var digits = ""
            while let scalar = next, scalar != "}", digits.count < 8 {
                digits.unicodeScalars.append(take())
            }
            if next == "}", let value = UInt32(digits, radix: 16),
                let scalar = Unicode.Scalar(value)
            {
                _ = take()
                return scalar
            }
        default: break
        }
        let hint = #"known are \" \\ \n \t and \u{…}; in an expression write \\d for \d"#
        throw Self.problem(start, "what follows `\\` is not known", hint: hint)
    }

    private static func problem(
        _ place: (line: Int, column: Int),
        _ message: String,
        hint: String
    ) -> DefinitionProblem {
        DefinitionProblem(
            .shape,
            .read,
            place: "line \(place.line), column \(place.column)",
            message: message,
            hint: hint
        )
    }
}
