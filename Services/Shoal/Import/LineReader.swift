// A file's bytes cut into lines, with a bound on each.

/// A line in the reader's buffer, without its end.
enum Line: Sendable, Hashable {
    /// Where it stands in `LineReader.buffer` until the next call.
    case whole(Range<Int>)
    /// It was longer than allowed and is gone.
    case overlong
}

/// Cuts pieces into lines ended by `\n` or `\r\n`; the last needs no end.
struct LineReader {
    /// The longest line: more than any record may have, in any spelling.
    static let lineBytesMax = 1 << 20

    /// The bytes that `Line.whole` points into.
    private(set) var buffer: [UInt8] = []
    /// The number of the last line given, from 1.
    private(set) var number = 0
    private var start = 0
    private var searched = 0
    private var isAtEnd = false
    private let next: () throws -> [UInt8]?

    /// Lines of what `next` gives, piece by piece, until nil.
    init(_ next: @escaping () throws -> [UInt8]?) { self.next = next }

    /// The next line; nil at the end.
    mutating func line() throws -> Line? {
        var isOverlong = false
        while true {
            if let newline = buffer[searched...].firstIndex(of: 0x0A) {
                let range = start..<newline
                start = newline + 1
                searched = start
                return give(range, isOverlong)
            }
            searched = buffer.count
            if isAtEnd {
                guard start < buffer.count || isOverlong else { return nil }
                let range = start..<buffer.count
                start = buffer.count
                return give(range, isOverlong)
            }
            if buffer.count - start > Self.lineBytesMax {
                isOverlong = true
                start = buffer.count
            }
            try refill()
        }
    }

    private mutating func refill() throws {
        guard let piece = try next() else {
            isAtEnd = true
            return
        }
        if start == buffer.count {
            buffer = piece
        } else {
            buffer.removeFirst(start)
            buffer += piece
        }
        searched -= start
        start = 0
    }

    private mutating func give(_ range: Range<Int>, _ isOverlong: Bool) -> Line {
        number += 1
        guard !isOverlong, range.count <= Self.lineBytesMax else { return .overlong }
        var range = range
        if number == 1, buffer[range].starts(with: [0xEF, 0xBB, 0xBF]) {
            range = range.lowerBound + 3..<range.upperBound
        }
        if range.count > 0, buffer[range.upperBound - 1] == 0x0D {
            range = range.lowerBound..<range.upperBound - 1
        }
        return .whole(range)
    }
}
