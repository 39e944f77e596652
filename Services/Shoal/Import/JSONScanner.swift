// Reads JSON's words from bytes of one line: no recursion, no trap, UTF-8 checked, numbers exact.

import Basics

/// A cursor over a range of bytes that holds JSON.
struct JSONScanner {
    /// The longest text of one value or name in bytes, before escapes are read.
    static let textBytesMax = 256 << 10

    let bytes: [UInt8]
    let end: Int
    private(set) var at: Int

    /// Reads `range` of `bytes`, which must lie inside.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "range of the line")
        self.bytes = bytes
        at = range.lowerBound
        end = range.upperBound
    }

    /// What the next value begins with, blanks skipped; nil at the end.
    mutating func peek() -> UInt8? {
        while at < end {
            let byte = bytes[at]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return byte }
            at += 1
        }
        return nil
    }

    /// Moves over this character if it is the next.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    /// Moves over this word if it is the next: `true`, `false`, `null`.
    mutating func skip(word: StaticString) -> Bool {
        guard peek() != nil, end - at >= word.utf8CodeUnitCount else { return false }
        let text = word.description.utf8
        guard bytes[at..<at + text.count].elementsEqual(text) else { return false }
        at += text.count
        return true
    }

    /// The text that begins here.
    mutating func text(_ field: String) throws(LineProblem) -> String {
        guard skip("\"") else { throw unexpected(field, "a text") }
        let start = at
        while at < end {
            let byte = bytes[at]
            if byte == 0x22 {
                at += 1
                return try checked(bytes[start..<at - 1], field)
            }
            if byte == 0x5C { return try escaped(from: start, field) }
            guard byte >= 0x20 else { throw controlCharacter(field) }
            at += 1
        }
        throw LineProblem(field, "the text has no end", hint: "a line break is written \\n")
    }

    /// Goes on with a text in which an escape has come.
    private mutating func escaped(from start: Int, _ field: String) throws(LineProblem) -> String {
        var out = Array(bytes[start..<at])
        while at < end {
            let byte = bytes[at]
            at += 1
            if byte == 0x22 { return try checked(out[...], field) }
            guard byte >= 0x20 else { throw controlCharacter(field) }
            guard byte == 0x5C else {
                out.append(byte)
                continue
            }
            guard at < end else { break }
            let kind = bytes[at]
            at += 1
            switch kind {
            case 0x22, 0x5C, 0x2F: out.append(kind)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "u"): out.append(contentsOf: try unicode(field).utf8)
            default: throw LineProblem(field, "there is no such escape in JSON")
            }
        }
        throw LineProblem(field, "the text has no end", hint: "a line break is written \\n")
    }

    /// The character of `\uXXXX`, or of two of them that are a surrogate pair.
    private mutating func unicode(_ field: String) throws(LineProblem) -> Character {
        var code = try hex4(field)
        if (0xD800...0xDBFF).contains(code) {
            guard at + 1 < end, bytes[at] == 0x5C, bytes[at + 1] == UInt8(ascii: "u") else {
                throw LineProblem(field, "half a surrogate pair stands alone")
            }
            at += 2
            let low = try hex4(field)
            guard (0xDC00...0xDFFF).contains(low) else {
                throw LineProblem(field, "half a surrogate pair stands alone")
            }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw LineProblem(field, "half a surrogate pair stands alone")
        }
        return Character(scalar)
    }

    private mutating func hex4(_ field: String) throws(LineProblem) -> UInt32 {
        guard end - at >= 4 else { throw LineProblem(field, "the line ends inside an escape") }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[at]
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
            default: throw LineProblem(field, "\\u is followed by four hexadecimal digits")
            }
            at += 1
        }
        return value
    }

    private func checked(
        _ bytes: ArraySlice<UInt8>,
        _ field: String
    ) throws(LineProblem) -> String {
        guard bytes.count <= Self.textBytesMax else {
            throw LineProblem(field, "the text is longer than \(Self.textBytesMax >> 10) KiB")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw LineProblem(
                field,
                "the text is not valid UTF-8",
                hint: "convert the file to UTF-8"
            )
        }
        return text
    }

    private func controlCharacter(_ field: String) -> LineProblem {
        LineProblem(
            field,
            "a control character stands in a text",
            hint: "write it as \\n, \\t or \\u00XX"
        )
    }

    /// What stands here instead of what was expected.
    mutating func unexpected(_ field: String, _ wanted: String) -> LineProblem {
        guard let byte = peek() else {
            return LineProblem(field, "expected \(wanted), but the line ends")
        }
        let found =
            switch byte {
            case UInt8(ascii: "{"): "an object"
            case UInt8(ascii: "["): "a list"
            case UInt8(ascii: "\""): "a text"
            case UInt8(ascii: "t"), UInt8(ascii: "f"): "true or false"
            case UInt8(ascii: "n"): "null"
            case UInt8(ascii: "-"), 0x30...0x39: "a number"
            case 0x21...0x7E: "`\(Character(Unicode.Scalar(byte)))`"
            default: "byte \(byte)"
            }
        return LineProblem(field, "expected \(wanted), found \(found)")
    }
}

extension JSONScanner {
    /// The bytes of the number that begins here, checked against JSON's grammar.
    mutating func numberRange(_ field: String) throws(LineProblem) -> Range<Int> {
        guard let first = peek(), first == 0x2D || (0x30...0x39).contains(first) else {
            throw unexpected(field, "a number")
        }
        let start = at
        if first == 0x2D { at += 1 }
        let whole = at
        guard digits() > 0 else { throw LineProblem(field, "a minus is followed by no digit") }
        if bytes[whole] == 0x30, at - whole > 1 {
            throw LineProblem(field, "a number has no leading zeros", hint: "or put it in quotes")
        }
        if at < end, bytes[at] == 0x2E {
            at += 1
            guard digits() > 0 else { throw LineProblem(field, "a digit follows the point") }
        }
        if at < end, bytes[at] | 0x20 == 0x65 {
            at += 1
            if at < end, bytes[at] == 0x2B || bytes[at] == 0x2D { at += 1 }
            guard digits() > 0 else { throw LineProblem(field, "a digit follows the exponent") }
        }
        return start..<at
    }

    /// The number that begins here, exact where `Number` is.
    mutating func number(_ field: String) throws(LineProblem) -> Number {
        let range = try numberRange(field)
        if let quick = quickDecimal(range) { return quick }
        guard range.count <= Number.textBytesMax else {
            throw LineProblem(
                field,
                "the number has more than \(Number.textBytesMax) characters"
            )
        }
        guard let number = Number(text: String(decoding: bytes[range], as: UTF8.self)) else {
            throw LineProblem(field, "the number is too large", hint: "at most about 1.8e308")
        }
        return number
    }

    /// Up to eleven digits and four places without an exponent: nearly all there are.
    private func quickDecimal(_ range: Range<Int>) -> Number? {
        guard range.count <= 17 else { return nil }
        let isNegative = bytes[range.lowerBound] == 0x2D
        var e4: Int64 = 0
        var places = -1
        for index in (isNegative ? range.lowerBound + 1 : range.lowerBound)..<range.upperBound {
            let byte = bytes[index]
            if byte == 0x2E {
                places = 0
                continue
            }
            guard (0x30...0x39).contains(byte), places < 4 else { return nil }
            if places >= 0 { places += 1 }
            e4 = e4 * 10 + Int64(byte - 0x30)
        }
        for _ in max(places, 0)..<4 {
            guard e4 <= Number.e4Max else { return nil }
            e4 *= 10
        }
        guard e4 <= Number.e4Max else { return nil }
        return Number(e4: isNegative ? -e4 : e4)
    }

    private mutating func digits() -> Int {
        let start = at
        while at < end, (0x30...0x39).contains(bytes[at]) { at += 1 }
        return at - start
    }
}
