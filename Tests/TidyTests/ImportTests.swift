// The import table holds over the tree, and the rule can fail.
import Testing

struct ImportTests {
    @Test("every room imports only what the table grants it")
    func tree() {
        expectNone(ImportRule.findings(in: Tree.product + Tree.generated))
        expectNone(ImportRule.stale(ImportTable.foundation, in: Tree.product))
    }

    @Test("the tree was found: all floors are there")
    func treeIsThere() {
        #expect(Tree.product.count > 150)
        #expect(Tree.generated.count > 20)
        #expect(Tree.folders(in: "Shared").contains("Basics"))
    }

    @Test(
        "an import outside the table is refused",
        arguments: [
            ("Shared/Segments/X.swift", "import Log", "may not import Log"),
            ("Shared/Log/X.swift", "public import Wire", "may not import Wire"),
            ("Services/Evaluator/X.swift", "@preconcurrency import CNanomsg", "Shared/Bus"),
            ("Services/Evaluator/X.swift", "import Ingestion", "never imported"),
            ("Services/Evaluator/Main/main.swift", "import Log", "may not import Log"),
            ("Services/Shoal/X.swift", "import struct Columns.Tail", "may not import Columns"),
            ("Shared/Columns/X.swift", "import Foundation", "file by file"),
            ("Shared/Elsewhere/X.swift", "import Basics", "no room"),
        ]
    )
    func refused(path: String, line: String, message: String) {
        let findings = ImportRule.findings(in: [SourceFile(path, "// X.\n\(line)\n")])
        #expect(findings.count == 1)
        #expect(findings.first?.line == 2)
        #expect(findings.first?.message.contains(message) == true)
    }

    @Test("an import that the table grants passes, and one in a text or comment is none")
    func granted() {
        let text = """
            // import Log
            public import Basics
            import struct Basics.Timestamp
            let text = "import Log"
            let long = \"""
                import Log
                \"""
            """
        let file = SourceFile("Shared/Segments/X.swift", text)
        #expect(ImportRule.findings(in: [file]) == [])
        #expect(ImportRule.imports(of: file).map(\.line) == [2, 3])
    }

    @Test("no C module has two doors, and no service stands in another's row")
    func doors() {
        for (module, door) in ImportTable.doors {
            #expect(ImportTable.rooms.filter { $0.others.contains(module) }.map(\.folder) == [door])
        }
        for room in ImportTable.rooms
        where !room.folder.hasSuffix("/Main") && room.folder != ImportTable.stage {
            #expect(room.allowed.isDisjoint(with: ImportTable.services))
        }
    }

    @Test("a grant of Foundation that nothing uses is found")
    func staleGrant() {
        let file = SourceFile("Shared/A/X.swift", "import Foundation")
        #expect(ImportRule.stale(["Shared/A/X.swift": "why"], in: [file]) == [])
        #expect(ImportRule.stale(["Shared/A/Y.swift": "why"], in: [file]).count == 1)
    }
}
