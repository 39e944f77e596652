// What the rules take for code: comments, texts and their interpolations told apart.
import Testing

struct SwiftCodeTests {
    @Test(
        "comments and texts are blanked, code and interpolated code stay",
        arguments: [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (#"f("a // b", c)"#, "f(        , c)"),
            (#"f("a \(b("c")) d")"#, "f(     b(   )    )"),
            (#""\"" + a"#, "     + a"),
            ("#\"a\\(b)\"\\#(c)\"# + d", "          c      + d"),
            ("\"\" + a", "   + a"),
            ("#if os(Linux)", "#if os(Linux)"),
            ("#/a\"b/# + c", "         + c"),
        ]
    )
    func blanked(text: String, code: String) {
        let blanked = SwiftCode.blanked(text)
        #expect(blanked.utf8.count == text.utf8.count)
        #expect(
            blanked.split(separator: " ") == code.split(separator: " "),
            "\(blanked) for \(text)"
        )
    }

    @Test("a long text keeps its line breaks, so that lines keep their numbers")
    func lines() {
        let text = "let a = \"\"\"\n    fatalError(\n    \"\"\"\nlet b = 1"
        #expect(SwiftCode.blanked(text).split(separator: "\n").last == "let b = 1")
        #expect(!SwiftCode.blanked(text).contains("fatalError"))
    }

    @Test("a text left open ends with its line")
    func open() {
        #expect(SwiftCode.blanked("let a = \"b\nlet c = 1").hasSuffix("let c = 1"))
    }

    @Test(
        "a word is found whole",
        arguments: [
            ("Date()", "let a = Date()", true), ("Date()", "CivilDate()", false),
            ("Task {", "let a = Task{ b }", true), ("Task {", "group.addTask { b }", false),
            ("unsafe", "unsafe a", true), ("unsafe", "unsafely", false),
            ("@safe", "    @safe struct A", true), (".random(", "Int.random(in: a)", true),
        ]
    )
    func words(word: String, line: String, isFound: Bool) {
        #expect(Words(word).isIn(line) == isFound)
    }
}
