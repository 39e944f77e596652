// A file of JSON cut into what makes records: its lines, or the elements of the list that it is.

/// Items of JSON, one after the other.
struct ItemReader {
    /// A list must begin within so many bytes: what stands before it is small.
    static let lookBytesMax = LineReader.lineBytesMax
    /// Looked at first; as much again while that does not tell.
    private static let lookBytesMin = 4 << 10

    /// One of the two once the beginning has told which.
    private var lines: LineReader?
    private var list: ListReader?
    private let next: () throws -> [UInt8]?

    /// Items of what `next` gives, piece by piece, until nil.
    init(_ next: @escaping () throws -> [UInt8]?) { self.next = next }

    /// The bytes that `Line.whole` points into.
    var buffer: [UInt8] { lines?.buffer ?? list?.buffer ?? [] }
    /// The line the last item begins on.
    var line: Int { lines?.number ?? list?.line ?? 0 }

    /// The next item, in `buffer` if it is whole; nil at the end.
    mutating func item() throws -> Line? {
        if lines == nil, list == nil { try look() }
        return list == nil ? try lines?.line() : try list?.element()
    }

    /// Reads as much of the beginning as tells lines from a list.
    private mutating func look() throws {
        var beginning: [UInt8] = []
        var wanted = Self.lookBytesMin
        var isAtEnd = false
        while true {
            while beginning.count < wanted, !isAtEnd {
                if let piece = try next() { beginning += piece } else { isAtEnd = true }
            }
            let isList = Self.isList(beginning)
            if isList == nil, !isAtEnd, wanted < Self.lookBytesMax {
                wanted *= 2
                continue
            }
            let pieces = Self.pieces(beginning, next)
            if isList == true { list = ListReader(pieces) } else { lines = LineReader(pieces) }
            return
        }
    }

    /// Whether a file that begins so is a list; nil when more bytes may tell.
    private static func isList(_ beginning: [UInt8]) -> Bool? {
        var list = ListReader(pieces(beginning, { nil }))
        do {
            _ = try list.element()
        } catch {
            // The first object holds no list, or is damaged; or only its beginning is here.
        }
        if list.hasList { return true }
        return list.isAtEnd ? nil : false
    }

    /// These bytes, without the mark of UTF-8 before them, and then the rest.
    private static func pieces(
        _ beginning: [UInt8],
        _ rest: @escaping () throws -> [UInt8]?
    ) -> () throws -> [UInt8]? {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var first: [UInt8]? =
            beginning.starts(with: mark) ? Array(beginning.dropFirst(3)) : beginning
        return {
            defer { first = nil }
            if let first { return first }
            return try rest()
        }
    }
}
