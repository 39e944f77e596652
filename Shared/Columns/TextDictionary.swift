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

/// The texts of a dictionary, taken out of its chunk.
public final class DictionaryTexts: Sendable {
    fileprivate let bytes: [UInt8]
    /// Where each ends among them.
    fileprivate let ends: [Int]

    /// The texts of a chunk's column, in order; nil for those of more bytes, and for the tail's,
    /// which change.
    public init?(_ dictionary: TextDictionary, bytesMax: Int) {
        guard case .sorted(let texts, let codes) = dictionary.form else { return nil }
        var bytes: [UInt8] = []
        var ends: [Int] = []
        ends.reserveCapacity(codes.count)
        for code in 0..<codes.count {
            texts.withBytes(Int(codes[code])) { text in
                for place in text.indices { bytes.append(text[place]) }
            }
            ends.append(bytes.count)
            guard bytes.count <= bytesMax else { return nil }
        }
        self.bytes = bytes
        self.ends = ends
    }
}

extension TextDictionary {
    /// Whether its codes stand for exactly these texts, in order.
    public func holds(_ texts: DictionaryTexts) -> Bool {
        guard case .sorted(let own, let codes) = form, codes.count == texts.ends.count else {
            return false
        }
        return own.heap.withSpan { heap in
            var start = 0
            for code in 0..<codes.count {
                let place = Int(codes[code])
                let range = Int(own.starts[place])..<Int(own.starts[place + 1])
                let end = texts.ends[code]
                guard range.count == end - start else { return false }
                for index in 0..<range.count
                where heap[range.lowerBound + index] != texts.bytes[start + index] { return false }
                start = end
            }
            return true
        }
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
