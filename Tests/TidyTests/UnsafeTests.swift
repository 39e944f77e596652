// Unchecked memory stays behind its doors, each with a proof; the rule can fail.
import Testing

struct UnsafeTests {
    @Test("unsafe, @safe, @unchecked and @preconcurrency stand only where they are listed")
    func tree() {
        expectNone(UnsafeRule.findings(in: Tree.files.filter { !$0.isUnder("Tests") }))
        for place in UnsafeRule.rooms.keys {
            #expect(Tree.files.contains { $0.isUnder(place) }, "\(place) is gone: take it out")
        }
    }

    @Test(
        "each of the words is refused elsewhere",
        arguments: [
            "let a = unsafe b.pointee", "@safe struct A {}", "class A: @unchecked Sendable {}",
            "nonisolated(unsafe) var a = 1", "@preconcurrency import A",
        ]
    )
    func refused(line: String) {
        let file = SourceFile("Services/Evaluator/A.swift", "// Safe: it is not.\n\(line)")
        #expect(UnsafeRule.findings(in: [file]).count == 1)
        let commented = SourceFile("Services/Evaluator/A.swift", "// \(line)\nlet a = \"\(line)\"")
        #expect(UnsafeRule.findings(in: [commented]) == [])
    }

    @Test("a claim of safety behind a door has its proof directly above")
    func proof() {
        func findings(_ text: String) -> [Finding] {
            UnsafeRule.findings(in: [SourceFile("Shared/Bus/A.swift", text)])
        }
        #expect(findings("// Safe: one owner.\n@safe\nfinal class A: @unchecked Sendable {}") == [])
        #expect(findings("@safe\nstruct A {}").count == 1)
        #expect(findings("/// A thing.\nclass A: @unchecked Sendable {}").count == 1)
        #expect(findings("// Safe: one owner.\n\n@safe struct A {}").count == 1)
    }
}
