// One file of the tree as the rules see it: its path, its lines, and its lines of code alone.
struct SourceFile: Sendable {
    enum Kind { case swift, template, proto, script, c, other }

    /// From the repository's root, with slashes.
    let path: String
    let kind: Kind
    let lines: [String]
    /// Swift only: `lines` with comments and string literals blanked.
    let code: [String]

    init(_ path: String, _ text: String) {
        self.path = path
        kind = Self.kind(of: path, text)
        lines = Self.split(text)
        code = kind == .swift || kind == .template ? Self.split(SwiftCode.blanked(text)) : []
    }

    var name: String { String(path.split(separator: "/").last ?? "") }
    /// "A.swift" and "A.swift.in" are "A".
    var stem: String { String(name.split(separator: ".").first ?? "") }
    var isGenerated: Bool { path.hasPrefix("Proto/Generated/") }

    func isUnder(_ folder: String) -> Bool { path == folder || path.hasPrefix(folder + "/") }

    /// The comment lines that stand directly above a line (1-based), attributes in between.
    func commentAbove(_ line: Int) -> [String] {
        var above: [String] = []
        var index = line - 2
        while index >= 0 {
            let text = lines[index].drop { $0 == " " }
            if text.hasPrefix("//") {
                above.insert(String(text), at: 0)
            } else if !(above.isEmpty && text.hasPrefix("@")) {
                break
            }
            index -= 1
        }
        return above
    }

    private static func split(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    private static func kind(of path: String, _ text: String) -> Kind {
        if path.hasSuffix(".swift") { return .swift }
        if path.hasSuffix(".swift.in") { return .template }
        if path.hasSuffix(".proto") { return .proto }
        if path.hasSuffix(".c") || path.hasSuffix(".h") { return .c }
        if path.hasSuffix(".py") || text.hasPrefix("#!") { return .script }
        return .other
    }
}
