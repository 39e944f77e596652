// Files, functions and lines stay small, files say what they are for; the rule can fail.
import Testing

struct SizeTests {
    @Test("files, functions, lines and first lines are within their limits")
    func tree() {
        expectNone(SizeRule.findings(in: Tree.files))
        for (path, limit) in SizeRule.longFiles {
            let lines = Tree.files.first { $0.path == path }?.lines.count ?? 0
            #expect(lines > SizeRule.fileLinesMax, "\(path) needs no exception (\(limit.reason))")
        }
    }

    @Test("401 lines are too many, 400 are not")
    func fileLength() {
        func file(_ lines: Int) -> SourceFile {
            SourceFile("A.swift", String(repeating: "a\n", count: lines))
        }
        #expect(SizeRule.length(of: file(400)) == [])
        #expect(SizeRule.length(of: file(401)).count == 1)
    }

    @Test("101 columns are too many; columns are characters, not bytes")
    func columns() {
        let fits = String(repeating: "ü", count: 100)
        #expect(SizeRule.columns(of: SourceFile("A.swift", fits)) == [])
        #expect(SizeRule.columns(of: SourceFile("A.swift", "a\n" + fits + "x")).map(\.line) == [2])
    }

    @Test("a function of 71 lines is too long, wherever its head wraps")
    func functionLength() {
        let heads = [
            "func f() {", "init(\n    a: Int = b { 1 },\n    c: Int\n) throws {",
            "func f<A>(_ a: A) -> A\nwhere A: B\n{", "subscript(a: Int) -> Int {",
        ]
        for head in heads {
            let headLines = head.split(separator: "\n").count
            func file(_ lines: Int) -> SourceFile {
                let body = String(repeating: "    a({ b })\n", count: lines - headLines - 1)
                return SourceFile("A.swift", "struct A {\n\(head)\n\(body)}\nvar c = 1\n}")
            }
            #expect(FunctionLengths.of(file(70)).map(\.lines) == [70], "\(head)")
            #expect(SizeRule.functions(of: file(70)) == [])
            #expect(SizeRule.functions(of: file(71)).count == 1)
        }
    }

    @Test("a demand of a protocol has no body, and a call of init is no declaration")
    func noBody() {
        let text =
            "protocol A {\n    func f()\n    init(a: Int)\n}\n"
            + "let b = B.init(c) { d }\nself.init(e)"
        #expect(FunctionLengths.of(SourceFile("A.swift", text)).isEmpty)
    }

    @Test(
        "a file begins with a sentence that says what it is for",
        arguments: [
            ("A.swift", "// What a user did.\n", true),
            ("A.swift", "// What a user did, and when it was\n// that they did it.\n", true),
            ("A.swift", "import Basics\n", false), ("A.swift", "// A.swift\n", false),
            ("A.swift", "// What a user did\nimport Basics\n", false),
            ("Package.swift", "// swift-tools-version: 6.2\n// The house of Shoal.\n", true),
            ("a.proto", "syntax = \"proto2\";\n", false),
            ("a.py", "#!/usr/bin/env python3\n# Writes the generated code.\n", true),
            ("a.py", "#!/usr/bin/env python3\n\"\"\"Writes code.\"\"\"\n", true),
            ("run", "#!/usr/bin/env bash\nset -eu\n", false),
        ]
    )
    func opening(path: String, text: String, isRight: Bool) {
        #expect(SizeRule.opening(of: SourceFile(path, text)).isEmpty == isRight)
    }
}
