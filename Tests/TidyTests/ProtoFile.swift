// Reads a .proto file of the contract: messages, fields, enums, services and methods, with lines.
//
// The little of the language that the contract uses; what it does not know it skips to the next
// semicolon or closing brace, and Proto/generate.py (by protoc) refuses what is not proto2.
struct ProtoFile {
    struct Element: Equatable {
        enum Kind { case message, field, enumeration, value, oneof, service, method, reserved }
        let kind: Kind
        /// "shoal.log.v1.Value.text"; methods "shoal.health.v1.Health/Check".
        let name: String
        let line: Int
        /// Fields and values.
        var number = ""
        /// Fields: label and type; methods: request and response; reserved: what stands there.
        var type = ""
        var options = ""

        var owner: String { name.split(separator: ".").dropLast().joined(separator: ".") }
    }

    private struct Token {
        let text: String
        let line: Int
    }

    private(set) var elements: [Element] = []
    private var tokens: [Token] = []
    private var at = 0
    private var package = ""

    static func elements(of file: SourceFile) -> [Element] {
        var proto = ProtoFile()
        proto.tokens = tokens(of: file)
        while proto.at < proto.tokens.count { proto.readDeclaration(in: "") }
        return proto.elements
    }

    /// Words, numbers, quoted texts and single marks; comments are left out.
    private static func tokens(of file: SourceFile) -> [Token] {
        file.lines.enumerated().flatMap { index, line -> [Token] in
            var tokens: [Token] = []
            var rest = Substring(line)
            while let first = rest.first {
                if rest.hasPrefix("//") { break }
                var length = 1
                if first == "\"" {
                    let end = rest.dropFirst().firstIndex(of: "\"") ?? rest.endIndex
                    length = rest.distance(from: rest.startIndex, to: end) + 1
                } else if isWord(first) {
                    length = rest.prefix(while: isWord).count
                }
                if first != " " {
                    tokens.append(Token(text: String(rest.prefix(length)), line: index + 1))
                }
                rest = rest.dropFirst(length)
            }
            return tokens
        }
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "."
    }

    private mutating func readDeclaration(in scope: String) {
        let token = tokens[at]
        switch token.text {
        case "package":
            package = tokens[min(at + 1, tokens.count - 1)].text
            skip()
        case "message", "enum", "service", "oneof": readBlock(token, in: scope)
        case "rpc": readMethod(token, in: scope)
        case "reserved", "extensions":
            elements.append(
                Element(kind: .reserved, name: scope + ".reserved", line: token.line, type: skip())
            )
        case "syntax", "import", "option", "extend", ";": skip()
        default: readField(token, in: scope)
        }
    }

    private mutating func readBlock(_ token: Token, in scope: String) {
        let word = tokens[min(at + 1, tokens.count - 1)].text
        // A oneof's fields are fields of its message.
        let name = token.text == "oneof" ? scope : (scope.isEmpty ? package : scope) + "." + word
        let kinds: [String: Element.Kind] = [
            "message": .message, "enum": .enumeration, "service": .service, "oneof": .oneof,
        ]
        if let kind = kinds[token.text] {
            elements.append(Element(kind: kind, name: name, line: token.line))
        }
        while at < tokens.count, tokens[at].text != "{" { at += 1 }
        at += 1
        while at < tokens.count, tokens[at].text != "}" { readDeclaration(in: name) }
        at += 1
    }

    private mutating func readMethod(_ token: Token, in scope: String) {
        var text = ""
        let name = tokens[min(at + 1, tokens.count - 1)].text
        at += 2
        while at < tokens.count, !["{", ";"].contains(tokens[at].text) {
            text += tokens[at].text
            at += 1
        }
        let options = at < tokens.count && tokens[at].text == "{" ? skip() : ""
        let type = text.replacing(")returns(", with: ") (")
        elements.append(
            Element(
                kind: .method,
                name: "\(scope)/\(name)",
                line: token.line,
                type: type,
                options: options
            )
        )
    }

    private mutating func readField(_ token: Token, in scope: String) {
        let labels: Set = ["optional", "required", "repeated"]
        let start = at
        let text = skip()
        let words = tokens[start..<at].map(\.text)
        guard let equals = words.firstIndex(of: "="), equals > 0, words.count > equals + 1 else {
            return
        }
        let before = words[..<equals]
        let isValue = before.count == 1
        let type = isValue ? "" : before.dropLast().joined(separator: " ")
        let isLabelled = labels.contains(words[0]) || isValue
        elements.append(
            Element(
                kind: isValue ? .value : .field,
                name: "\(scope).\(before.last ?? "")",
                line: token.line,
                number: words[equals + 1],
                type: isLabelled ? type : "oneof \(type)",
                options: text
            )
        )
    }

    /// Steps behind the next semicolon, or behind the block that begins before one.
    @discardableResult
    private mutating func skip() -> String {
        var depth = 0
        var text: [String] = []
        while at < tokens.count {
            let word = tokens[at].text
            if word == "}", depth == 0 { break }
            at += 1
            text.append(word)
            if word == "{" { depth += 1 }
            if word == "}" { depth -= 1 }
            if depth == 0, word == ";" || word == "}" { break }
        }
        return text.joined(separator: " ")
    }
}
