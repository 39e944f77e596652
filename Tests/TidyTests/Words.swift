// Finds words and calls in a line of code without a regular expression: quick and easy to predict.
struct Words: Sendable {
    private let text: [UInt8]

    /// Whole words only.
    ///
    /// Where `text` begins or ends with a letter, the line's word must begin or end there as well,
    /// so that "Date()" is not found in "CivilDate()". A space stands for any number of spaces.
    init(_ text: String) {
        self.text = Array(text.utf8)
    }

    func isIn(_ line: String) -> Bool { firstIndex(in: Array(line.utf8)) != nil }

    /// Where it begins, in bytes.
    func firstIndex(in line: [UInt8]) -> Int? {
        guard let first = text.first, let last = text.last else { return nil }
        for start in line.indices where line[start] == first {
            if Self.isLetter(first), start > 0, Self.isLetter(line[start - 1]) { continue }
            guard let end = end(in: line, from: start) else { continue }
            if Self.isLetter(last), end < line.count, Self.isLetter(line[end]) { continue }
            return start
        }
        return nil
    }

    private func end(in line: [UInt8], from start: Int) -> Int? {
        var at = start
        for byte in text {
            if byte == UInt8(ascii: " ") {
                while at < line.count, line[at] == byte { at += 1 }
            } else {
                guard at < line.count, line[at] == byte else { return nil }
                at += 1
            }
        }
        return at
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: byte >= 0x80
        }
    }
}
