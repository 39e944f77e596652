// Regular expressions: what they find, what is refused, that they never go back.

import Basics
import Kit
import Testing

@testable import Segments

@Suite struct TextPatternTests {
    @Test(
        "what an expression finds",
        arguments: [
            (#"an"#, "Berlin anders", true), (#"^an"#, "Berlin anders", false),
            (#"@example\.com$"#, "ann@example.com", true),
            (#"@example\.com$"#, "ann@example.com.evil", false),
            (#"^[a-z]+(\.[a-z]+)*$"#, "ann.b.c", true), (#"^[a-z]+(\.[a-z]+)*$"#, "ann..c", false),
            (#"^\d{3}-\d{2,4}$"#, "123-4567", true), (#"^\d{3}-\d{2,4}$"#, "123-4", false),
            (#"^\d{2,}$"#, "1", false), (#"colou?r"#, "color", true), (#"^(a|bc|)$"#, "", true),
            (#"\bcat\b"#, "the cat sat", true), (#"\bcat\b"#, "concat", false),
            (#"\Bcat"#, "concat", true), (#"\w\W\w"#, "a b", true), (#"^\S+$"#, "a b", false),
            (#"a.c"#, "a\nc", false), (#"[^x]"#, "\n", true), (#"[]a]"#, "]", true),
            (#"[a\-z]"#, "-", true), (#"[a-]"#, "-", true), (#"\x41\x{1F600}"#, "A😀", true),
            (#"^.$"#, "é", true), (#"^.$"#, "e\u{301}", false), (#"\A\z"#, "", true),
            (#"a*?b+?"#, "aab", true), (#"(a*)*b"#, "c", false), (#"^(?:ab){2}$"#, "abab", true),
            (#"}"#, "}", true), (#"\tx\.\\"#, "\tx.\\", true), (#"ÄÖ"#, "äö", false),
        ]
    )
    func finds(_ row: (pattern: String, text: String, found: Bool)) throws {
        let pattern = try TextPattern(row.pattern, ignoreCase: false)
        #expect(pattern.matches(row.text) == row.found)
    }

    @Test(
        "without regard to case text and expression are folded, classes too",
        arguments: [
            (#"ÄÖ"#, "äö", true), (#"^[A-C]+$"#, "abc", true), (#"^[^A-C]+$"#, "abc", false),
            (#"ΟΔΟΣ$"#, "οδος", true), (#"[\x{0}-\x{10FFFF}]"#, "ß", true),
            (#"k"#, "\u{212A}", true),
            (#"strasse"#, "Straße", false), (#"\bÉ"#, "é", false), (#"[Σ-Ω]"#, "ς", true),
        ]
    )
    func ignoresCase(_ row: (pattern: String, text: String, found: Bool)) throws {
        let pattern = try TextPattern(row.pattern, ignoreCase: true)
        #expect(pattern.matches(row.text) == row.found)
    }

    @Test(
        "what is not of the language is refused with its character and a hint",
        arguments: [
            (#"a(b"#, 4, "the group is not closed"), (#"a)b"#, 2, "`)` closes no group"),
            (#"*a"#, 1, "`*` repeats nothing"), (#"a**"#, 3, "a repetition of a repetition"),
            (#"a{3"#, 4, "the repetition has no end"), (#"a{x}"#, 3, "a number is expected"),
            (#"a{3,2}"#, 2, "no times from the lower"), (#"a{1001}"#, 2, "no times from the lower"),
            (#"[a"#, 3, "the class is not closed"), (#"[z-a]"#, 5, "no range from a lower"),
            (#"[[:alpha:]]"#, 2, "named classes are not there"),
            (#"(a)\1"#, 4, "`\\1` is not known"),
            (#"(?=a)"#, 3, "a group of a kind"), (#"(?i)a"#, 3, "a group of a kind"),
            (#"\p{L}"#, 1, "`\\p` is not known"), (#"a\"#, 2, "nothing follows"),
            (#"\x{110000}"#, 11, "no character has this number"),
        ]
    )
    func refuses(_ row: (pattern: String, character: Int, message: String)) throws {
        let problem = try #require(Self.problem(row.pattern))
        #expect(problem.message.hasPrefix(row.message), "\(problem)")
        #expect(problem.character == row.character, "\(problem)")
    }

    @Test("length, steps, parts and depth are bounded")
    func bounded() {
        let long = String(repeating: "a", count: TextPattern.bytesMax)
        #expect(Self.problem(long) == nil)
        #expect(Self.problem(long + "a")?.message.contains("longer than") == true)
        #expect(Self.problem("(a{50}){50}")?.message.contains("steps") == true)
        #expect(Self.problem("((((){1000}){1000}){1000}){1000}")?.message.contains("steps") == true)
        let deep = String(repeating: "(", count: 33) + String(repeating: ")", count: 33)
        #expect(Self.problem(deep)?.message.contains("deeper") == true)
    }

    @Test("what makes others go back takes one pass")
    func linear() throws {
        let text = String(repeating: "a", count: 1_000) + "!"
        for evil in ["^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "^(.*)*$x", "(a*)*(a*)*(a*)*b"] {
            #expect(try !TextPattern(evil, ignoreCase: false).matches(text))
        }
    }

    @Test("random expressions over random texts find what trying everything finds")
    func agreesWithOracle() throws {
        var random = SeededRandom(seed: 0x5E60_7000)
        var found = 0
        for number in 0..<4_000 {
            var pattern = Self.pattern(&random, depth: 0)
            if random.chance(0.2) { pattern = "^" + pattern }
            if random.chance(0.2) { pattern += "$" }
            let ignoreCase = random.chance(0.3)
            let machine = try TextPattern(pattern, ignoreCase: ignoreCase)
            for _ in 0..<4 {
                let pieces = ["a", "b", "A", " ", "é", "1", "\n", "_"]
                let text = (0..<random.below(7)).map { _ in pieces[random.below(8)] }.joined()
                let told = OraclePattern.matches(pattern, text, ignoreCase: ignoreCase)
                found += told ? 1 : 0
                try #require(
                    machine.matches(text) == told,
                    "number \(number): \(pattern) in \(text.debugDescription), \(ignoreCase)"
                )
            }
        }
        // Neither always nor never: else it would prove nothing.
        #expect((4_000...14_000).contains(found), "\(found)")
    }

    private static func pattern(_ random: inout SeededRandom, depth: Int) -> String {
        var text = ""
        for _ in 0..<1 + random.below(3) {
            let atoms = [
                "a", "b", "é", ".", "[ab]", "[^a]", "\\w", "\\d", "\\s", "\\b", "[a-c1]", "\\B",
            ]
            var atom = atoms[random.below(atoms.count)]
            let isPlace = atom == "\\b" || atom == "\\B"
            if depth < 3, random.chance(0.25) {
                let inner = pattern(&random, depth: depth + 1)
                let other = random.chance(0.5) ? "|" + pattern(&random, depth: depth + 1) : ""
                atom = (random.chance(0.5) ? "(" : "(?:") + inner + other + ")"
            }
            let times = ["*", "+", "?", "{2}", "{0,2}", "{1,}"]
            if !isPlace, random.chance(0.4) { atom += times[random.below(times.count)] }
            text += atom
        }
        return text
    }

    private static func problem(_ pattern: String) -> PatternProblem? {
        do {
            _ = try TextPattern(pattern, ignoreCase: false)
            return nil
        } catch {
            return error
        }
    }
}
