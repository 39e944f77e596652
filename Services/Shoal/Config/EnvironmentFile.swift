// A file of variables as systemd's EnvironmentFile= reads it, with the line of each. Pure.

/// Variables and where they stand.
struct EnvironmentFile: Sendable, Hashable {
    /// A settings file is a page or two.
    static let bytesMax = 256 << 10

    /// A variable's value, and the line that sets it.
    struct Variable: Sendable, Hashable {
        let value: String
        let line: Int
    }

    let path: String
    private(set) var variables: [String: Variable] = [:]

    /// Reads `NAME=value` lines: blank ones and those that begin with # or ; are comments, quotes
    /// around a value are taken away, of two settings the later one holds.
    init(_ text: String, path: String) throws(CommandError) {
        self.path = path
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let words = Self.trimmed(line)
            guard let first = words.first, first != "#", first != ";" else { continue }
            let number = index + 1
            guard let equals = words.firstIndex(of: "="), equals != words.startIndex,
                words[..<equals].allSatisfy({
                    $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
                })
            else {
                throw CommandError(
                    .badData,
                    "read variables",
                    "this is no variable: \(words.prefix(60))",
                    place: "\(path):\(number)",
                    hint: "write NAME=value, without `export` and blanks around ="
                )
            }
            let value = Self.unquoted(words[words.index(after: equals)...])
            variables[String(words[..<equals])] = Variable(value: value, line: number)
        }
    }

    /// The value of each variable.
    var values: [String: String] { variables.mapValues(\.value) }

    /// Where a variable stands, such as `/etc/shoal/ingestion.env:4`; nil when it is not set here.
    func place(of name: String) -> String? {
        variables[name].map { "\(path):\($0.line)" }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    private static func unquoted(_ text: Substring) -> String {
        let text = trimmed(text)
        for quote in ["\"", "'"] where text.count > 1 && text.hasPrefix(quote) {
            if text.hasSuffix(quote) { return String(text.dropFirst().dropLast()) }
        }
        return String(text)
    }
}
