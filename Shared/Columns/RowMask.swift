// Which rows of a table a reader still wants, narrowed column by column.

public import Basics

/// One bit per row of one table.
///
/// A value type for one thread at a time.
public struct RowMask: Sendable, Hashable {
    /// The rows of its table.
    public let rowCount: Int
    /// 64 rows a word, the lowest bit first; bits behind the last row are 0.
    public private(set) var words: [UInt64]

    /// All rows of a table, or none.
    public init(rowCount: Int, all: Bool = true) {
        self.rowCount = rowCount
        words = BitWords.filled(rowCount, with: all)
    }

    /// Rows still wanted.
    public var count: Int { WideLanes.count(words.span) }
    /// Whether no row is wanted any more.
    public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Whether a row is wanted; the row must be below `rowCount`.
    public subscript(row: Int) -> Bool {
        get {
            precondition(row >= 0 && row < rowCount, "row outside a mask")
            return words[row >> 6] >> UInt64(row & 63) & 1 == 1
        }
        set {
            precondition(row >= 0 && row < rowCount, "row outside a mask")
            let bit = UInt64(1) << UInt64(row & 63)
            if newValue { words[row >> 6] |= bit } else { words[row >> 6] &= ~bit }
        }
    }

    /// Keeps rows that both want; the masks must be of one table.
    public mutating func and(_ other: RowMask) {
        precondition(rowCount == other.rowCount, "masks of one table")
        for index in words.indices { words[index] &= other.words[index] }
    }

    /// Drops the rows another mask of the same table wants.
    public mutating func andNot(_ other: RowMask) {
        precondition(rowCount == other.rowCount, "masks of one table")
        for index in words.indices { words[index] &= ~other.words[index] }
    }

    /// Adds the rows another mask of the same table wants.
    public mutating func or(_ other: RowMask) {
        precondition(rowCount == other.rowCount, "masks of one table")
        for index in words.indices { words[index] |= other.words[index] }
    }

    /// Wants exactly the rows that were not wanted.
    public mutating func invert() {
        for index in words.indices { words[index] = ~words[index] }
        BitWords.clearTail(&words, count: rowCount)
    }

    /// Visits the wanted rows in order.
    @inlinable
    public func forEach(_ body: (Int) -> Void) {
        for index in words.indices {
            var rest = words[index]
            while rest != 0 {
                body(index << 6 | rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }

    /// Keeps the rows whose tag and payload match; a nil column is absent in every row.
    ///
    /// Of an absent row the payload is 0. Rows no longer wanted are skipped 64 at a time.
    @inlinable
    public mutating func and(
        _ column: PropertyColumn?,
        matches: (ValueTag, UInt64) -> Bool
    ) {
        guard let column else {
            if !matches(.absent, 0) { clear() }
            return
        }
        precondition(column.rowCount == rowCount, "a column of the mask's table")
        var tags = Array(repeating: 0 as UInt8, count: BlockRows.count)
        var payloads = Array(repeating: 0 as UInt64, count: BlockRows.count)
        for rows in BlockRows.of(rowCount) where wantsAny(in: rows) {
            column.decode(rows: rows, tags: &tags, payloads: &payloads)
            for start in stride(from: 0, to: rows.count, by: 64) {
                let index = (rows.lowerBound + start) >> 6
                var rest = words[index]
                var kept: UInt64 = 0
                while rest != 0 {
                    let bit = rest.trailingZeroBitCount
                    rest &= rest - 1
                    let tag = ValueTag(rawValue: tags[start + bit]) ?? .absent
                    let payload = tag == .absent ? 0 : payloads[start + bit]
                    if matches(tag, payload) { kept |= UInt64(1) << UInt64(bit) }
                }
                setWord(index, to: kept)
            }
        }
    }

    /// Keeps the rows with a text that matches; each distinct text is asked about at most once.
    @inlinable
    public mutating func and(_ column: PropertyColumn?, text matches: (String) -> Bool) {
        guard let column else { return clear() }
        var answers = Array(repeating: 0 as UInt8, count: column.dictionary.count)
        and(column) { tag, payload in
            guard tag == .text else { return false }
            let code = Int(truncatingIfNeeded: payload)
            if answers[code] == 0 {
                let text = column.dictionary.text(UInt32(truncatingIfNeeded: payload))
                answers[code] = matches(text) ? 1 : 2
            }
            return answers[code] == 1
        }
    }

    /// Keeps the rows with exactly this text, by bytes.
    public mutating func and(_ column: PropertyColumn?, equals text: String) {
        guard let column, let code = column.dictionary.code(of: text) else { return clear() }
        let wanted = UInt64(code)
        and(column) { tag, payload in tag == .text && payload == wanted }
    }

    /// Keeps the rows with a number that matches.
    @inlinable
    public mutating func and(_ column: PropertyColumn?, number matches: (Number) -> Bool) {
        guard let column, column.numbers != nil else { return clear() }
        and(column) { tag, payload in
            guard let number = Payload.number(tag, payload) else { return false }
            return matches(number)
        }
    }

    /// Keeps the rows whose value matches, nil being absent: the general and slow form.
    ///
    /// Texts are still asked about once each, and so is `absent`.
    public mutating func and(_ column: PropertyColumn?, value matches: (PropertyValue?) -> Bool) {
        guard let column else {
            if !matches(nil) { clear() }
            return
        }
        let keepsAbsent = matches(nil)
        var answers = Array(repeating: 0 as UInt8, count: column.dictionary.count)
        and(column) { tag, payload in
            if tag == .absent { return keepsAbsent }
            guard tag == .text else { return matches(column.value(tag, payload)) }
            let code = Int(truncatingIfNeeded: payload)
            if answers[code] == 0 { answers[code] = matches(column.value(tag, payload)) ? 1 : 2 }
            return answers[code] == 1
        }
    }

    @usableFromInline
    mutating func clear() {
        for index in words.indices { words[index] = 0 }
    }

    /// Lends all words to a loop.
    mutating func lendWords<Value>(_ body: (inout MutableSpan<UInt64>) -> Value) -> Value {
        var all = words.mutableSpan
        return body(&all)
    }

    /// Replaces every word, in order.
    @inline(__always)
    mutating func replaceWords(_ replacement: (_ index: Int, _ word: UInt64) -> UInt64) {
        var all = words.mutableSpan
        for index in 0..<all.count { all[index] = replacement(index, all[index]) }
    }

    @usableFromInline
    mutating func setWord(_ index: Int, to word: UInt64) { words[index] = word }

    @usableFromInline
    func wantsAny(in rows: Range<Int>) -> Bool {
        words[rows.lowerBound >> 6..<(rows.upperBound + 63) >> 6].contains { $0 != 0 }
    }
}

/// Words of bits, shared by masks of rows and sets of users.
enum BitWords {
    /// Words for so many bits, all alike; the bits behind the last are 0.
    static func filled(_ count: Int, with all: Bool) -> [UInt64] {
        precondition(count >= 0, "a count is not negative")
        var words = Array(repeating: all ? UInt64.max : 0, count: (count + 63) / 64)
        clearTail(&words, count: count)
        return words
    }

    /// Makes the bits behind the last 0, as every operation but `invert` keeps them.
    static func clearTail(_ words: inout [UInt64], count: Int) {
        guard count & 63 != 0 else { return }
        words[count >> 6] &= (UInt64(1) << UInt64(count & 63)) - 1
    }
}
