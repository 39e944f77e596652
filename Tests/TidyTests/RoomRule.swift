// Every room is named in its floor's README, and every product file has a test that shows it.
enum RoomRule {
    /// Rooms stand in a README as **Name**, or in backticks, or as the first cell of a table's row.
    static func unnamed(_ rooms: [String], in readme: String, text: String?) -> [Finding] {
        guard let text else { return [Finding(readme, "is missing: it names the rooms \(rooms)")] }
        return rooms.filter { room in
            !["**\(room)**", "`\(room)`", "| \(room) |"].contains { text.contains($0) }
        }.map { Finding(readme, "does not name \($0)") }
    }

    /// A file F of a room needs FTests.swift, or an entry in `elsewhere` that names the test file.
    static func untested(
        product: [SourceFile],
        tests: [SourceFile],
        elsewhere: [CoveredElsewhere]
    ) -> [Finding] {
        let testStems = Set(tests.map(\.stem))
        let listed = Set(elsewhere.flatMap(\.paths))
        let untested = product.filter { file in
            !file.path.contains("/Main/") && !isTested(file, by: testStems)
                && !listed.contains(file.path)
        }.map {
            Finding($0.path, "has no \($0.stem)Tests.swift and stands not in CoveredElsewhere")
        }
        return untested + stale(elsewhere, product: product, testStems: testStems)
    }

    /// "X+Topic.swift" is also covered by the tests of X.
    private static func isTested(_ file: SourceFile, by testStems: Set<String>) -> Bool {
        let type = file.stem.split(separator: "+").first.map(String.init) ?? file.stem
        return testStems.contains(file.stem + "Tests") || testStems.contains(type + "Tests")
    }

    private static func stale(
        _ elsewhere: [CoveredElsewhere],
        product: [SourceFile],
        testStems: Set<String>
    ) -> [Finding] {
        let there = Dictionary(product.map { ($0.path, $0) }, uniquingKeysWith: { a, _ in a })
        return elsewhere.flatMap { entry -> [Finding] in
            var findings: [Finding] = []
            for path in entry.paths {
                if let file = there[path] {
                    if isTested(file, by: testStems) {
                        let why = "has a test of its name: take it out of CoveredElsewhere"
                        findings.append(Finding(path, why))
                    }
                } else {
                    findings.append(Finding(path, "is gone: take it out of CoveredElsewhere"))
                }
            }
            if case .test(let name) = entry.shown, !testStems.contains(name) {
                findings.append(Finding(entry.room, "CoveredElsewhere names \(name): no such file"))
            }
            return findings
        }
    }
}
