// Every room is named in its floor's README, and every product file has a test that shows it.
enum RoomRule {
    /// Rooms stand in a README as **Name**, or in backticks, or as the first cell of a table's row.
    static func unnamed(_ rooms: [String], in readme: String, text: String?) -> [Finding] {
        guard let text else { return [Finding(readme, "is missing: it names the rooms \(rooms)")] }
        return rooms.filter { room in
            !["**\(room)**", "`\(room)`", "| \(room) |"].contains { text.contains($0) }
        }.map { Finding(readme, "does not name \($0)") }
    }

    /// A file F of a room needs FTests.swift in the room's tests, or an entry in `elsewhere`.
    static func untested(
        product: [SourceFile],
        tests: [SourceFile],
        elsewhere: [CoveredElsewhere]
    ) -> [Finding] {
        let known = Set(tests.map { "\($0.path.split(separator: "/")[1])/\($0.stem)" })
        let listed = Set(elsewhere.flatMap(\.paths))
        let untested = product.filter { file in
            !file.path.contains("/Main/") && !isTested(file, by: known)
                && !listed.contains(file.path)
        }.map {
            Finding($0.path, "has no \($0.stem)Tests.swift and stands not in CoveredElsewhere")
        }
        return untested + stale(elsewhere, product: product, known: known)
    }

    /// "Shared/Log/Marks.swift" has its tests in "LogTests".
    static func tests(of path: String) -> String {
        "\(path.split(separator: "/").dropFirst().first ?? "")Tests"
    }

    /// "X+Topic.swift" is also covered by the tests of X.
    private static func isTested(_ file: SourceFile, by known: Set<String>) -> Bool {
        let type = file.stem.split(separator: "+").first.map(String.init) ?? file.stem
        let folder = tests(of: file.path)
        return known.contains("\(folder)/\(file.stem)Tests")
            || known.contains("\(folder)/\(type)Tests")
    }

    private static func stale(
        _ elsewhere: [CoveredElsewhere],
        product: [SourceFile],
        known: Set<String>
    ) -> [Finding] {
        let there = Set(product.map(\.path))
        return elsewhere.flatMap { entry -> [Finding] in
            var findings = entry.paths.filter { !there.contains($0) }.map {
                Finding($0, "is gone: take it out of CoveredElsewhere")
            }
            if let test = entry.test, !known.contains(test) {
                findings.append(Finding(entry.room, "CoveredElsewhere names \(test): no such file"))
            }
            return findings
        }
    }
}
