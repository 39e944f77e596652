// What is left of Swift text when comments and the insides of string literals are blanked out.
//
// Blanked bytes become spaces and line breaks stay, so lines keep their numbers. Code inside an
// interpolation is kept. Bare regex literals (/…/) are not known; the house writes #/…/#.
struct SwiftCode {
    private enum Frame {
        case text(hashes: Int, isLong: Bool)
        case interpolation(parentheses: Int)
    }

    private let input: [UInt8]
    private var output: [UInt8]
    private var at = 0
    private var open: [Frame] = []

    static func blanked(_ text: String) -> String {
        var code = SwiftCode(input: Array(text.utf8))
        code.run()
        return String(decoding: code.output, as: UTF8.self)
    }

    private init(input: [UInt8]) {
        self.input = input
        output = input
    }

    private mutating func run() {
        while at < input.count {
            if case .text(let hashes, let isLong) = open.last {
                stepInText(hashes: hashes, isLong: isLong)
            } else {
                stepInCode()
            }
        }
    }

    private mutating func stepInText(hashes: Int, isLong: Bool) {
        let byte = input[at]
        if byte == UInt8(ascii: "\n"), !isLong {
            open.removeLast()
            return
        }
        if byte == UInt8(ascii: "\\"), count(of: "#", from: at + 1) >= hashes {
            let next = at + 1 + hashes
            let isInterpolation = peek(next) == UInt8(ascii: "(")
            blank(isInterpolation || peek(next) != UInt8(ascii: "\n") ? hashes + 2 : hashes + 1)
            if isInterpolation { open.append(.interpolation(parentheses: 1)) }
            return
        }
        let quotes = isLong ? 3 : 1
        let closes =
            count(of: "\"", from: at) >= quotes && count(of: "#", from: at + quotes) >= hashes
        if closes { open.removeLast() }
        blank(closes ? quotes + hashes : 1)
    }

    private mutating func stepInCode() {
        let byte = input[at]
        if byte == UInt8(ascii: "/"), peek(at + 1) == byte {
            blank((input[at...].firstIndex(of: UInt8(ascii: "\n")) ?? input.count) - at)
        } else if byte == UInt8(ascii: "/"), peek(at + 1) == UInt8(ascii: "*") {
            blankBlockComment()
        } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#") {
            openText()
        } else {
            count(parenthesis: byte)
        }
    }

    private mutating func openText() {
        let hashes = count(of: "#", from: at)
        let quotes = count(of: "\"", from: at + hashes)
        if quotes >= 1 {
            let isEmpty = quotes == 2 && count(of: "#", from: at + hashes + 2) >= hashes
            let isLong = quotes >= 3
            blank(hashes + (isEmpty ? 2 + hashes : isLong ? 3 : 1))
            if !isEmpty { open.append(.text(hashes: hashes, isLong: isLong)) }
        } else if peek(at + hashes) == UInt8(ascii: "/") {
            blankRegex(hashes: hashes)
        } else {
            at += hashes
        }
    }

    private mutating func blankRegex(hashes: Int) {
        var end = at + hashes + 1
        while end < input.count {
            if input[end] == UInt8(ascii: "/"), count(of: "#", from: end + 1) >= hashes { break }
            end += 1
        }
        blank(min(end + 1 + hashes, input.count) - at)
    }

    private mutating func blankBlockComment() {
        var depth = 0
        repeat {
            let pair = (peek(at), peek(at + 1))
            if pair == (UInt8(ascii: "/"), UInt8(ascii: "*")) {
                depth += 1
                blank(2)
            } else if pair == (UInt8(ascii: "*"), UInt8(ascii: "/")) {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && at < input.count
    }

    private mutating func count(parenthesis byte: UInt8) {
        if case .interpolation(let parentheses) = open.last {
            if byte == UInt8(ascii: "(") {
                open[open.count - 1] = .interpolation(parentheses: parentheses + 1)
            } else if byte == UInt8(ascii: ")") {
                if parentheses == 1 {
                    open.removeLast()
                    blank(1)
                    return
                }
                open[open.count - 1] = .interpolation(parentheses: parentheses - 1)
            }
        }
        at += 1
    }

    private mutating func blank(_ count: Int) {
        let end = min(at + count, input.count)
        for index in at..<end where input[index] != UInt8(ascii: "\n") {
            output[index] = UInt8(ascii: " ")
        }
        at = end
    }

    private func peek(_ index: Int) -> UInt8? {
        index < input.count ? input[index] : nil
    }

    private func count(of character: Unicode.Scalar, from start: Int) -> Int {
        var end = start
        while end < input.count, input[end] == UInt8(ascii: character) { end += 1 }
        return end - start
    }
}
