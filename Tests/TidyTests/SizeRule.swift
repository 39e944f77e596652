// How big things may be, and that every file says first what it is for.
enum SizeRule {
    static let fileLinesMax = 400
    static let functionLinesMax = 70
    static let lineColumnsMax = 100

    /// Files that may be longer, each with its own limit and the reason.
    static let longFiles: [String: (lines: Int, reason: String)] = [
        "Proto/generate.py": (
            1_050, "one program read from top to bottom: the only writer of Proto/Generated"
        )
    ]

    static func findings(in files: [SourceFile]) -> [Finding] {
        files.filter { !$0.isGenerated && $0.kind != .other }.flatMap { file in
            length(of: file) + columns(of: file) + functions(of: file) + opening(of: file)
        }
    }

    static func length(of file: SourceFile) -> [Finding] {
        let most = longFiles[file.path]?.lines ?? fileLinesMax
        guard file.lines.count > most else { return [] }
        return [
            Finding(file.path, most + 1, "\(file.lines.count) lines: at most \(most), split it")
        ]
    }

    static func columns(of file: SourceFile) -> [Finding] {
        file.lines.enumerated().compactMap { index, line in
            guard line.utf8.count > lineColumnsMax, line.count > lineColumnsMax else { return nil }
            return Finding(
                file.path,
                index + 1,
                "\(line.count) columns: at most \(lineColumnsMax)"
            )
        }
    }

    static func functions(of file: SourceFile) -> [Finding] {
        FunctionLengths.of(file).compactMap { function in
            guard function.lines > functionLinesMax else { return nil }
            return Finding(
                file.path,
                function.line,
                "\(function.name) has \(function.lines) lines: at most \(functionLinesMax)"
            )
        }
    }

    static func opening(of file: SourceFile) -> [Finding] {
        switch file.kind {
        case .swift, .template, .proto, .c:
            // Package.swift must begin with its tools version.
            let first = file.path == "Package.swift" ? 1 : 0
            let comment = file.lines.dropFirst(first).prefix { $0.hasPrefix("//") }
            return isSentence(comment.map { $0.drop { $0 == "/" } })
                ? [] : [Finding(file.path, "the first line is a // sentence: what is it for")]
        case .script:
            let second = file.lines.dropFirst().first ?? ""
            let comment = file.lines.dropFirst().prefix { $0.hasPrefix("#") }
            // A Python module that nobody runs by itself begins with its docstring.
            let isDocumented =
                second.hasPrefix("\"\"\"") || file.lines.first?.hasPrefix("\"\"\"") == true
                || isSentence(comment.map { $0.dropFirst() })
            return isDocumented
                ? [] : [Finding(file.path, 2, "the second line is a # sentence: what is it for")]
        case .other: return []
        }
    }

    /// Three words or more, the first line begun by a capital (or a name), the whole ended.
    private static func isSentence(_ lines: [Substring]) -> Bool {
        guard let first = lines.first, first.hasPrefix(" "),
            first.split(separator: " ").count >= 3
        else { return false }
        let paragraph = lines.prefix { $0.contains { $0 != " " } }
        let end = paragraph.last?.last { $0 != " " }
        return end.map { ".:;)".contains($0) } ?? false
    }
}
