// Every room is named in its README and every product file is shown by a test; the rule can fail.
import Testing

struct RoomTests {
    @Test("every room and every service is named in its floor's README")
    func readmes() {
        let rooms = Tree.folders(in: "Shared").filter { $0 != "C" }
        let cellar = Tree.folders(in: "Shared/C")
        let readme = Tree.text(of: "Shared/README.md")
        expectNone(RoomRule.unnamed(rooms + cellar, in: "Shared/README.md", text: readme))
        let services = Tree.folders(in: "Services")
        let doors = Tree.text(of: "Services/README.md")
        expectNone(RoomRule.unnamed(services, in: "Services/README.md", text: doors))
        let tests = Tree.text(of: "Tests/README.md")
        expectNone(RoomRule.unnamed(Tree.folders(in: "Tests"), in: "Tests/README.md", text: tests))
    }

    @Test("a room that its README does not name is found")
    func unnamed() {
        let text = "**Basics** holds time. `Log` is the truth. | Wire | bytes |"
        #expect(RoomRule.unnamed(["Basics", "Log", "Wire"], in: "R.md", text: text) == [])
        #expect(RoomRule.unnamed(["Bus"], in: "R.md", text: text).count == 1)
        #expect(RoomRule.unnamed(["Bus"], in: "R.md", text: nil).count == 1)
    }

    @Test("every product file has a test of its name or is shown elsewhere, and says where")
    func coverage() {
        expectNone(
            RoomRule.untested(
                product: Tree.product,
                tests: Tree.tests,
                elsewhere: CoveredElsewhere.list
            )
        )
    }

    @Test("a file without a test, and an entry that names nothing, are found")
    func untested() {
        // A test of another room's file of the same name does not count.
        let product = ["A", "A+More", "B"].map { SourceFile("Shared/R/\($0).swift", "") }
        let tests = ["RTests/ATests", "QTests/BTests"].map { SourceFile("Tests/\($0).swift", "") }
        func findings(_ list: [CoveredElsewhere]) -> [String] {
            RoomRule.untested(product: product, tests: tests, elsewhere: list).map(\.path).sorted()
        }
        #expect(findings([]) == ["Shared/R/B.swift"])
        #expect(findings([CoveredElsewhere("Shared/R", .test("ATests"), ["B"])]) == [])
        #expect(
            findings([CoveredElsewhere("Shared/R", .nothing("so"), ["B", "C"])])
                == ["Shared/R/C.swift"]
        )
        #expect(findings([CoveredElsewhere("Shared/R", .test("QTests/BTests"), ["B"])]) == [])
        #expect(findings([CoveredElsewhere("Shared/R", .test("BTests"), ["B"])]) == ["Shared/R"])
    }
}
