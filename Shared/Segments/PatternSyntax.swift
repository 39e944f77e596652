// A regular expression as text, read into its parts; what is not of the language is refused.
//
//   x          the character itself             .         any character but a line feed
//   [a-z_]     one of these                     [^a-z]    one that is none of these
//   \d \w \s   a digit, a letter of a-z or A-Z, digit or _, a space; \D \W \S one that is not
//   ^ \A       the beginning of the text        $ \z      its end
//   \b \B      where a word begins or ends, and where none does (words are of \w)
//   (xy) (?:xy)   a group                       x|y       either
//   x* x+ x?   any number, one or more, at most one        x{2} x{2,} x{2,5}   so many
//   \n \t \r \f \v \x41 \x{1F600}   characters by name or number; \. \( \\ … the character itself
//
// A `?` after a repetition changes nothing, since nobody asks which part of the text was found.
// There are no references back and no looking ahead or behind, so that time is linear.

import Basics

/// A part of a regular expression.
indirect enum PatternPart: Sendable, Hashable {
    /// One character.
    case one(ScalarSet)
    /// A place between characters.
    case place(PatternPlace)
    /// One after the other; none: the empty text.
    case all([PatternPart])
    /// One of these.
    case either([PatternPart])
    /// Repeated from `least` to `most` times; nil: as often as it goes.
    case repeated(PatternPart, least: Int, most: Int?)
}

/// A place between two characters, or at an end.
enum PatternPlace: Sendable, Hashable {
    /// Before the first character.
    case start
    /// After the last character.
    case end
    /// Between a character of a word and one that is none, an end being none.
    case wordEdge
    /// Anywhere else.
    case noWordEdge
}

/// What is wrong with a regular expression.
struct PatternProblem: Error, Sendable, Hashable {
    /// Which character, from 1.
    let character: Int
    /// What is wrong there.
    let message: String
    /// What to write instead.
    let hint: String?
}

/// Reads the text of a regular expression.
struct PatternSyntax {
    /// Groups within groups: nobody reads more, and the reader's own depth is theirs.
    static let depthMax = 32
    /// Times of one repetition.
    static let timesMax = 1_000

    static let digits = ScalarSet([0x30...0x39])
    static let words = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let spaces = ScalarSet([0x09...0x0D, 0x20...0x20])

    private let scalars: [Unicode.Scalar]
    private let ignoreCase: Bool
    private var at = 0
    private var depth = 0

    private init(_ text: String, ignoreCase: Bool) {
        scalars = Array(text.unicodeScalars)
        self.ignoreCase = ignoreCase
    }

    /// The parts of a pattern; with `ignoreCase` for texts that are folded.
    static func read(_ text: String, ignoreCase: Bool) throws(PatternProblem) -> PatternPart {
        var syntax = PatternSyntax(text, ignoreCase: ignoreCase)
        let part = try syntax.alternatives()
        guard syntax.at == syntax.scalars.count else {
            throw syntax.problem("`)` closes no group", hint: "write \\) for the character")
        }
        return part
    }

    private var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        at += 1
        return true
    }

    private func problem(_ message: String, hint: String? = nil, back: Int = 0) -> PatternProblem {
        PatternProblem(character: at - back + 1, message: message, hint: hint)
    }

    private mutating func alternatives() throws(PatternProblem) -> PatternPart {
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .either(parts)
    }

    private mutating func sequence() throws(PatternProblem) -> PatternPart {
        var parts: [PatternPart] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            parts.append(try repetition(of: try atom()))
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func repetition(
        of part: PatternPart
    ) throws(PatternProblem) -> PatternPart {
        let repeated: PatternPart
        switch next {
        case "*": repeated = .repeated(part, least: 0, most: nil)
        case "+": repeated = .repeated(part, least: 1, most: nil)
        case "?": repeated = .repeated(part, least: 0, most: 1)
        case "{":
            let times = try times()
            repeated = .repeated(part, least: times.least, most: times.most)
            at -= 1
        default: return part
        }
        at += 1
        _ = take("?")
        if next == "*" || next == "+" || next == "?" || next == "{" {
            throw problem("a repetition of a repetition", hint: "put the first into a group")
        }
        return repeated
    }

    /// `{2}`, `{2,}`, `{2,5}`.
    private mutating func times() throws(PatternProblem) -> (least: Int, most: Int?) {
        let start = at
        at += 1
        guard let least = number() else {
            throw problem("a number is expected", hint: "write \\{ for the character")
        }
        var most: Int? = least
        if take(",") { most = next == "}" ? nil : number() ?? -1 }
        guard take("}"), most ?? 0 >= 0 else {
            throw problem("the repetition has no end", hint: "write it such as {2,5}")
        }
        guard least <= Self.timesMax, most ?? 0 <= Self.timesMax, most ?? least >= least else {
            at = start
            throw problem("no times from the lower to the upper, at most \(Self.timesMax)")
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = next, ("0"..."9").contains(scalar), value ?? 0 < 100_000 {
            value = (value ?? 0) * 10 + Int(scalar.value - 48)
            at += 1
        }
        return value
    }

    private mutating func atom() throws(PatternProblem) -> PatternPart {
        guard let scalar = next else { return .all([]) }
        at += 1
        switch scalar {
        case ".": return .one(ScalarSet([0x0A...0x0A]).inverted)
        case "^": return .place(.start)
        case "$": return .place(.end)
        case "(": return try group()
        case "[": return .one(try characters())
        case "\\": return try escape()
        case "*", "+", "?", "{":
            throw problem(
                "`\(scalar)` repeats nothing",
                hint: "write \\\(scalar) for the character",
                back: 1
            )
        default: return .one(one(scalar.value))
        }
    }

    private mutating func group() throws(PatternProblem) -> PatternPart {
        if take("?"), !take(":") {
            let hint =
                next == "i"
                ? "write `ignoreCase: true` beside the pattern"
                : "groups are (…) or (?:…); there is no looking ahead or behind"
            throw problem("a group of a kind that is not there", hint: hint)
        }
        depth += 1
        guard depth <= Self.depthMax else {
            throw problem("groups deeper than \(Self.depthMax)")
        }
        let part = try alternatives()
        guard take(")") else { throw problem("the group is not closed", hint: "write `)`") }
        depth -= 1
        return part
    }

    private func one(_ value: UInt32) -> ScalarSet {
        guard ignoreCase, let scalar = Unicode.Scalar(value) else {
            return ScalarSet([value...value])
        }
        let folded = CaseFolding.fold(scalar).value
        return ScalarSet([folded...folded])
    }
}

// Classes and escapes.
extension PatternSyntax {
    /// Behind `[`.
    private mutating func characters() throws(PatternProblem) -> ScalarSet {
        let isInverted = take("^")
        var set = ScalarSet([])
        var isFirst = true
        while let scalar = next, scalar != "]" || isFirst {
            isFirst = false
            if scalar == "[", at + 1 < scalars.count, scalars[at + 1] == ":" {
                throw problem("named classes are not there", hint: "write the characters")
            }
            let low = try member()
            guard next == "-", at + 1 < scalars.count, scalars[at + 1] != "]" else {
                set = set.union(low.set)
                continue
            }
            at += 1
            let high = try member()
            guard let from = low.only, let to = high.only, from <= to else {
                throw problem("no range from a lower to a higher character")
            }
            set = set.union(ScalarSet([from...to]))
        }
        guard take("]") else { throw problem("the class is not closed", hint: "write `]`") }
        if ignoreCase { set = set.folded }
        return isInverted ? set.inverted : set
    }

    /// A character of a class, or an escaped set of them.
    private mutating func member() throws(PatternProblem) -> (set: ScalarSet, only: UInt32?) {
        guard let scalar = next else { throw problem("the class is not closed", hint: "write `]`") }
        at += 1
        guard scalar == "\\" else {
            return (ScalarSet([scalar.value...scalar.value]), scalar.value)
        }
        if let set = escapedSet() { return (set, nil) }
        let value = try escapedCharacter()
        return (ScalarSet([value...value]), value)
    }

    /// Behind `\` outside a class.
    private mutating func escape() throws(PatternProblem) -> PatternPart {
        switch next {
        case "A":
            at += 1
            return .place(.start)
        case "z":
            at += 1
            return .place(.end)
        case "b":
            at += 1
            return .place(.wordEdge)
        case "B":
            at += 1
            return .place(.noWordEdge)
        default: break
        }
        if let set = escapedSet() { return .one(set) }
        return .one(one(try escapedCharacter()))
    }

    private mutating func escapedSet() -> ScalarSet? {
        let sets: [Unicode.Scalar: ScalarSet] = [
            "d": Self.digits, "w": Self.words, "s": Self.spaces, "D": Self.digits.inverted,
            "W": Self.words.inverted, "S": Self.spaces.inverted,
        ]
        guard let scalar = next, let set = sets[scalar] else { return nil }
        at += 1
        return set
    }

    private mutating func escapedCharacter() throws(PatternProblem) -> UInt32 {
        guard let scalar = next else { throw problem("nothing follows `\\`", back: 1) }
        let named: [Unicode.Scalar: UInt32] = ["n": 10, "t": 9, "r": 13, "f": 12, "v": 11]
        if let value = named[scalar] {
            at += 1
            return value
        }
        if scalar == "x" { return try characterByNumber() }
        let isSign = scalar.isASCII && !Self.words.contains(scalar.value) && scalar.value > 32
        guard isSign || scalar == "_" else {
            let isNumber = ("0"..."9").contains(scalar)
            let hint =
                isNumber
                ? "there are no references back"
                : "known are \\d \\w \\s \\D \\W \\S \\b \\B \\A \\z \\n \\t \\r \\f \\v \\x"
            throw problem("`\\\(Quoted.visible(scalar))` is not known", hint: hint, back: 1)
        }
        at += 1
        return scalar.value
    }

    /// `x41` or `x{1F600}`.
    private mutating func characterByNumber() throws(PatternProblem) -> UInt32 {
        at += 1
        let isEnclosed = take("{")
        var digits = ""
        while let scalar = next, scalar.properties.isASCIIHexDigit, digits.count < 8 {
            if !isEnclosed, digits.count == 2 { break }
            digits.unicodeScalars.append(scalar)
            at += 1
        }
        let isEnded = isEnclosed ? take("}") : digits.count == 2
        guard isEnded, let value = UInt32(digits, radix: 16), Unicode.Scalar(value) != nil else {
            throw problem("no character has this number", hint: "write \\x41 or \\x{1F600}")
        }
        return value
    }
}
