// Names are nouns of the domain, nothing is left undone, the top level is fixed; the rule can fail.
import Testing

struct NameTests {
    @Test("nothing is left to do later")
    func unfinished() {
        expectNone(NameRule.unfinishedWork(in: Tree.files))
        for word in ["TO" + "DO", "FIX" + "ME", "XX" + "X"] {
            let file = SourceFile("A.swift", "let a = 1  // \(word): b")
            #expect(NameRule.unfinishedWork(in: [file]).count == 1)
        }
        let template = SourceFile("A.swift", "let a = \"/tmp/a-XX" + "XXXX\"")
        #expect(NameRule.unfinishedWork(in: [template]) == [])
    }

    @Test("no file knows the path of one machine")
    func machinePaths() {
        expectNone(NameRule.machinePaths(in: Tree.files))
        for folder in ["/wo" + "rk/shared", "/tmp/" + "h/bus", "/ro" + "ot/a"] {
            let file = SourceFile("Deploy/run", "#!/bin/sh\n# Runs it.\ncd \(folder)")
            #expect(NameRule.machinePaths(in: [file]).map(\.line) == [3])
        }
    }

    @Test("no folder, file or type is named after nothing")
    func emptyNames() {
        expectNone(NameRule.emptyNames(in: Tree.files))
        for name in ["StringUtils", "Helpers", "SegmentManager", "Common", "CoreTypes"] {
            #expect(NameRule.emptyNames(in: [SourceFile("Shared/A/\(name).swift", "")]).count == 1)
            let file = SourceFile("Shared/A/B.swift", "// A.\npublic final class \(name) {}")
            #expect(NameRule.emptyNames(in: [file]).map(\.line) == [2])
        }
        let score = SourceFile("Shared/Score/Cores.swift", "enum Score {}")
        #expect(NameRule.emptyNames(in: [score]) == [])
    }

    @Test("the exceptions are still in use")
    func exceptions() {
        for name in NameRule.exceptions.keys {
            #expect(Tree.product.contains { $0.stem == name }, "\(name) is gone: take it out")
        }
    }

    @Test("the top level holds what it always holds")
    func topLevel() {
        expectNone(NameRule.strangers(atTopLevel: Tree.topLevel))
        #expect(NameRule.topLevel.subtracting(Tree.topLevel).isEmpty)
        #expect(NameRule.strangers(atTopLevel: [".ci", "Proto", "docs"]).map(\.path) == ["docs"])
    }
}
