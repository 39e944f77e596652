// Finds functions, initialisers and subscripts in Swift code by their braces; counts their lines.
enum FunctionLengths {
    struct Function {
        let name: String
        let line: Int
        let lines: Int
    }

    static func of(_ file: SourceFile) -> [Function] {
        var functions: [Function] = []
        for (index, line) in file.code.enumerated() {
            guard let name = declared(in: line), let end = lastLine(from: index, in: file.code)
            else { continue }
            functions.append(Function(name: name, line: index + 1, lines: end - index + 1))
        }
        return functions
    }

    /// "f" of a line that declares a function; "init", "deinit" and "subscript" by their word.
    private static func declared(in line: String) -> String? {
        let words = line.split { !($0.isLetter || $0.isNumber || "_@.`".contains($0)) }
        for (index, word) in words.enumerated() {
            switch word {
            case "func": return words.dropFirst(index + 1).first.map(String.init) ?? "func"
            case "init", "deinit", "subscript": return String(word)
            default: continue
            }
        }
        return nil
    }

    /// The line of the brace that closes the body; nil: there is no body (a protocol's demand).
    private static func lastLine(from start: Int, in code: [String]) -> Int? {
        var parentheses = 0
        var braces = 0
        for index in start..<code.count {
            for character in code[index] {
                switch character {
                case "(", "[": parentheses += 1
                case ")", "]": parentheses -= 1
                case "{" where braces > 0 || parentheses == 0: braces += 1
                case "}":
                    if braces == 0 && parentheses == 0 { return nil }
                    if braces > 0 { braces -= 1 }
                    if braces == 0 && parentheses == 0 { return index }
                default: break
                }
            }
            if braces == 0 && parentheses == 0 && !goesOn(after: index, in: code) { return nil }
        }
        return nil
    }

    private static func goesOn(after index: Int, in code: [String]) -> Bool {
        let next = code.dropFirst(index + 1).first { $0.contains { $0 != " " } }
        let word = next?.split(separator: " ").first ?? ""
        return ["{", "->", "throws", "async", "where", "rethrows"].contains { word.hasPrefix($0) }
    }
}
