// JSON that is a list, or objects around lists, cut into elements with a bound on each.

/// Cuts pieces into the elements of the lists they hold.
///
/// The whole is a list, or an object with a list under one of `names`, or several of these one
/// after the other, as pages of an answer are kept. Other fields of such an object are passed over.
/// No element is understood here: brackets and texts are followed, so that a bad element is one bad
/// record, and only what breaks the list itself ends the reading.
struct ListReader {
    /// Names under which products put a list of records into an object.
    static let names = ["batch", "d", "events", "records", "results"]
    /// The longest element, in any spelling.
    static let elementBytesMax = LineReader.lineBytesMax

    private enum Place { case outside, object, list }

    /// The bytes of the last element.
    private(set) var buffer: [UInt8] = []
    /// The line the last element begins on.
    private(set) var line = 1
    /// Whether a list has begun.
    private(set) var hasList = false
    /// Whether reading met the end of the bytes.
    private(set) var isAtEnd = false

    private var place = Place.outside
    /// Whether the list stands in an object.
    private var isInObject = false
    /// Whether something stands before in this list or object, so that a comma must follow.
    private var isBehindFirst = false
    /// Whether the object around has had a list.
    private var objectHasList = false
    private var count = 0
    private var lineNow = 1
    private var piece: [UInt8] = []
    private var at = 0
    private let next: () throws -> [UInt8]?

    /// Elements of what `next` gives, piece by piece, until nil.
    init(_ next: @escaping () throws -> [UInt8]?) { self.next = next }

    /// The next element, in `buffer` if it is whole; nil at the end.
    mutating func element() throws -> Line? {
        while true {
            switch place {
            case .outside:
                guard try peek() != nil else { return nil }
                try enter()
            case .object: try member()
            case .list:
                if try skip("]") {
                    place = isInObject ? .object : .outside
                    isBehindFirst = true
                    continue
                }
                if isBehindFirst, try !skip(",") { throw try unexpected("`,` or `]`") }
                isBehindFirst = true
                _ = try peek()
                line = lineNow
                count += 1
                var element = buffer
                buffer = []
                defer { buffer = element }
                let isWhole = try value(into: &element, bytesMax: Self.elementBytesMax)
                return isWhole ? .whole(0..<element.count) : .overlong
            }
        }
    }

    private mutating func enter() throws {
        isBehindFirst = false
        if try skip("[") {
            hasList = true
            isInObject = false
            place = .list
        } else if try skip("{") {
            objectHasList = false
            place = .object
        } else {
            throw try unexpected("a list of records")
        }
    }

    /// Reads an object's next field, or its end.
    private mutating func member() throws {
        if try skip("}") {
            guard objectHasList else {
                throw problem(
                    "an object holds no list of records",
                    hint: "known are lists named " + Self.names.joined(separator: ", ")
                )
            }
            place = .outside
            return
        }
        if isBehindFirst, try !skip(",") { throw try unexpected("`,` or `}`") }
        isBehindFirst = true
        guard try peek() == 0x22 else { throw try unexpected("a field's name") }
        var name: [UInt8] = []
        _ = try value(into: &name, bytesMax: 64)
        guard try skip(":") else { throw try unexpected("`:`") }
        let isKnown = Self.names.contains { name.elementsEqual("\"\($0)\"".utf8) }
        if isKnown, try skip("[") {
            hasList = true
            objectHasList = true
            isInObject = true
            isBehindFirst = false
            place = .list
        } else {
            var passed: [UInt8] = []
            _ = try value(into: &passed, bytesMax: 0)
        }
    }

    /// Reads over one value; false when it had more bytes than were kept.
    private mutating func value(into kept: inout [UInt8], bytesMax: Int) throws -> Bool {
        kept.removeAll(keepingCapacity: true)
        guard let first = try peek(), first != 0x2C, first != 0x5D, first != 0x7D else {
            throw try unexpected("a value")
        }
        var depth = 0
        var isInText = false
        var isEscaped = false
        var isWhole = true
        while let byte = try byte() {
            var isEnd = false
            if isInText {
                guard byte != 0x0A else {
                    throw problem("a text has no end", hint: "a line break is written \\n")
                }
                if byte == 0x22, !isEscaped {
                    isInText = false
                    isEnd = depth == 0
                }
                isEscaped = byte == 0x5C && !isEscaped
            } else {
                switch byte {
                case 0x22: isInText = true
                case 0x5B, 0x7B: depth += 1
                // What ends a number or a word around it stands behind it.
                case 0x2C, 0x5D, 0x7D, 0x20, 0x09, 0x0D, 0x0A:
                    if depth == 0 { return isWhole }
                    if byte == 0x5D || byte == 0x7D {
                        depth -= 1
                        isEnd = depth == 0
                    }
                default: break
                }
            }
            if kept.count < bytesMax { kept.append(byte) } else { isWhole = false }
            advance(over: byte)
            if isEnd { return isWhole }
        }
        guard depth == 0, !isInText else { throw try unexpected("the end of a value") }
        return isWhole
    }

    /// The byte that stands here; nil at the end.
    private mutating func byte() throws -> UInt8? {
        while at == piece.count {
            guard let more = try next() else {
                isAtEnd = true
                return nil
            }
            piece = more
            at = 0
        }
        return piece[at]
    }

    /// What the next value begins with, blanks skipped; nil at the end.
    private mutating func peek() throws -> UInt8? {
        while let byte = try byte() {
            guard byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A else { return byte }
            advance(over: byte)
        }
        return nil
    }

    private mutating func advance(over byte: UInt8) {
        at += 1
        if byte == 0x0A { lineNow += 1 }
    }

    private mutating func skip(_ character: Unicode.Scalar) throws -> Bool {
        guard let byte = try peek(), byte == UInt8(ascii: character) else { return false }
        advance(over: byte)
        return true
    }

    private mutating func unexpected(_ wanted: String) throws -> FileProblem {
        guard let byte = try peek() else {
            return problem(
                "the file ends where \(wanted) is expected",
                hint: "is it whole? a list ends with ]"
            )
        }
        let found =
            (0x21...0x7E).contains(byte)
            ? "`\(Character(Unicode.Scalar(byte)))`" : "byte \(byte)"
        return problem(
            "expected \(wanted), found \(found)",
            hint: "the file is no list of records from here on"
        )
    }

    private func problem(_ message: String, hint: String) -> FileProblem {
        FileProblem(line: lineNow, record: count, message: message, hint: hint)
    }
}
