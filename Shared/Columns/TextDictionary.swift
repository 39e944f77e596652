// The distinct texts a column's codes stand for, in the open tail or in a chunk.

import Basics

/// Texts by code.
///
/// Any thread may read.
///
/// In a chunk the codes of a column are dense, rise with the texts' bytes, and belong to that
/// column alone; in the tail all columns share the codes, in order of first sight.
public struct TextDictionary: Sendable {
    enum Form: Sendable {
        case pool(StringPool)
        case sorted(BytesColumn, codes: NarrowColumn)
    }

    let form: Form

    /// The number of codes, so the length of a table by code.
    public var count: Int {
        switch form {
        case .pool(let pool): pool.count
        case .sorted(_, let codes): codes.count
        }
    }

    /// Whether every code is one of the column's own, so that asking about each is worth it.
    public var isOfColumnAlone: Bool {
        if case .sorted = form { true } else { false }
    }

    /// The text of a code; the code must be below `count`.
    public func text(_ code: UInt32) -> String {
        switch form {
        case .pool(let pool): pool.text(code)
        case .sorted(let texts, let codes): texts.text(Int(codes[Int(code)]))
        }
    }

    /// Hands over the text of every code, in order.
    public func forEach(_ body: (String) -> Void) {
        switch form {
        case .pool(let pool):
            for code in 0..<pool.count { body(pool.text(UInt32(truncatingIfNeeded: code))) }
        case .sorted(let texts, let codes):
            texts.heap.withSpan { heap in
                for code in 0..<codes.count {
                    let place = Int(codes[code])
                    let range = Int(texts.starts[place])..<Int(texts.starts[place + 1])
                    body(UTF8Text.string(heap.extracting(range)))
                }
            }
        }
    }

    /// The code of the text with exactly these bytes; nil when no row can have it.
    public func code(of text: String) -> UInt32? {
        switch form {
        case .pool(let pool): return pool.code(of: text)
        case .sorted(let texts, let codes):
            guard let global = texts.indexIfSorted(of: text) else { return nil }
            var low = 0
            var high = codes.count
            while low < high {
                let middle = (low + high) / 2
                if codes[middle] < UInt64(global) { low = middle + 1 } else { high = middle }
            }
            guard low < codes.count, codes[low] == UInt64(global) else { return nil }
            return UInt32(low)
        }
    }
}

/// The texts of a column of a chunk, in the order of their codes: of columns whose codes mean the
/// same they are equal.
///
/// Eight bytes a word, so that many chunks are quickly found to know the same ones.
public struct DictionaryTexts: Sendable, Equatable {
    /// Most bytes of texts and lengths: each column of each chunk may take as many, and longer
    /// dictionaries are rarely alike.
    static let bytesMax = 1_024

    private let count: Int
    /// Each text behind its length in two bytes, so that no other texts have the same words.
    private let words: [UInt64]

    /// Nil of none, of too many, and of the tail's, which change.
    init?(_ dictionary: TextDictionary) {
        guard case .sorted(let texts, let codes) = dictionary.form, codes.count > 0 else {
            return nil
        }
        var bytes: [UInt8] = []
        for code in 0..<codes.count {
            let isRoom = texts.withBytes(Int(codes[code])) { text in
                guard bytes.count + 2 + text.count <= Self.bytesMax else { return false }
                bytes.append(UInt8(truncatingIfNeeded: text.count))
                bytes.append(UInt8(truncatingIfNeeded: text.count >> 8))
                for place in text.indices { bytes.append(text[place]) }
                return true
            }
            guard isRoom else { return nil }
        }
        var words = Array(repeating: 0 as UInt64, count: (bytes.count + 7) / 8)
        for (place, byte) in bytes.enumerated() {
            words[place >> 3] |= UInt64(byte) << UInt64(8 * (place & 7))
        }
        count = codes.count
        self.words = words
    }
}

/// The codes of a column's texts that pass a filter.
public struct PassingCodes: Sendable {
    /// For each code whether it passes.
    let marks: [Bool]
    /// Those that pass, as ranges.
    let runs: [ClosedRange<Int64>]

    /// The codes that are marked; one mark for each text of the dictionary.
    public init(_ marks: [Bool]) {
        self.marks = marks
        var runs: [ClosedRange<Int64>] = []
        for (code, passes) in marks.enumerated() where passes {
            if let last = runs.last, last.upperBound == Int64(code - 1) {
                runs[runs.count - 1] = last.lowerBound...Int64(code)
            } else {
                runs.append(Int64(code)...Int64(code))
            }
        }
        self.runs = runs
    }
}

/// Texts of a chunk, one behind the other.
///
/// Any thread may read.
struct BytesColumn: Sendable {
    let count: Int
    /// `count` + 1 places in the heap, never falling.
    let starts: NarrowColumn
    let heap: MappedArray<UInt8>

    /// Lends the bytes of a text.
    func withBytes<Value>(_ index: Int, _ body: (Span<UInt8>) -> Value) -> Value {
        let range = Int(starts[index])..<Int(starts[index + 1])
        return heap.withSpan { body($0.extracting(range)) }
    }

    /// A text.
    func text(_ index: Int) -> String { withBytes(index) { UTF8Text.string($0) } }

    /// The index of a text where the texts are sorted by bytes.
    func indexIfSorted(of text: String) -> Int? {
        let wanted = text.utf8Span.span
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let order = withBytes(middle) { UTF8Text.order($0, wanted) }
            if order == 0 { return middle }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}
