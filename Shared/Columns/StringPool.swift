// The open tail's texts: each distinct one once, told apart by its bytes, numbered as they come.

/// An append-only dictionary of UTF-8 texts.
///
/// Codes are dense from 0 in order of first sight.
///
/// Swift's own `==` takes é and e + accent for one text; here only equal bytes are equal.
struct StringPool: Sendable {
    private(set) var heap: [UInt8] = []
    private(set) var starts: [UInt32] = [0]
    private var hashes: [UInt32] = []
    /// Open addressing over a power of two; 0 is free, else code + 1.
    ///
    /// At most half full.
    private var slots: [UInt32] = Array(repeating: 0, count: 16)

    /// Distinct texts.
    var count: Int { hashes.count }

    /// Bytes held: the heap, and start, hash and two slots of each text.
    var byteCount: Int { heap.count + count * 16 }

    /// Whether a text of so many bytes still fits.
    func hasRoom(bytes: Int) -> Bool {
        count < Format.elementsMax && heap.count + bytes <= Format.elementsMax
    }

    /// The code of a text, new or known.
    ///
    /// The caller has asked `hasRoom`.
    mutating func intern(_ text: String) -> UInt32 {
        let bytes = text.utf8Span.span
        let hash = ByteHash.of(bytes)
        if let code = code(of: bytes, hash: hash) { return code }
        let code = UInt32(count)
        for index in bytes.indices { heap.append(bytes[index]) }
        starts.append(UInt32(heap.count))
        hashes.append(hash)
        if hashes.count * 2 > slots.count { grow() } else { place(code) }
        return code
    }

    /// The code of a text; nil when it was never seen.
    func code(of text: String) -> UInt32? {
        let bytes = text.utf8Span.span
        return code(of: bytes, hash: ByteHash.of(bytes))
    }

    private func code(of bytes: Span<UInt8>, hash: UInt32) -> UInt32? {
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let code = slots[slot] - 1
            if hashes[Int(code)] == hash, equals(code, bytes) { return code }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func equals(_ code: UInt32, _ bytes: Span<UInt8>) -> Bool {
        let range = range(of: code)
        guard range.count == bytes.count else { return false }
        for index in bytes.indices where heap[range.lowerBound + index] != bytes[index] {
            return false
        }
        return true
    }

    /// Where a text's bytes lie in the heap.
    func range(of code: UInt32) -> Range<Int> {
        Int(starts[Int(code)])..<Int(starts[Int(code) + 1])
    }

    /// The text of a code, which must be below `count`.
    func text(_ code: UInt32) -> String {
        UTF8Text.string(heap.span.extracting(range(of: code)))
    }

    private mutating func place(_ code: UInt32) {
        var slot = Int(hashes[Int(code)]) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = code + 1
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for code in 0..<UInt32(count) { place(code) }
    }
}

/// Hashes of bytes for tables in memory, seeded per process so that nobody can aim collisions.
enum ByteHash {
    /// 32 bits of SipHash over the bytes and their count.
    ///
    /// Never written to disk.
    static func of(_ bytes: Span<UInt8>) -> UInt32 {
        var hasher = Hasher()
        var word: UInt64 = 0
        for index in bytes.indices {
            word = word << 8 | UInt64(bytes[index])
            if index & 7 == 7 {
                hasher.combine(word)
                word = 0
            }
        }
        hasher.combine(word)
        hasher.combine(bytes.count)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}

/// Texts out of bytes, and their order.
enum UTF8Text {
    /// The text of these bytes; what is not UTF-8 is repaired (opening a chunk has refused it).
    static func string(_ bytes: Span<UInt8>) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        }
    }

    /// Whether these bytes are UTF-8.
    static func isValid(_ bytes: Span<UInt8>) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes)
            return true
        } catch {
            return false
        }
    }

    /// -1, 0 or 1: the order of two texts by their bytes, the shorter first.
    static func order(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
        let common = min(left.count, right.count)
        for index in 0..<common where left[index] != right[index] {
            return left[index] < right[index] ? -1 : 1
        }
        return left.count == right.count ? 0 : (left.count < right.count ? -1 : 1)
    }

    /// The same for texts.
    static func order(_ left: String, _ right: String) -> Int {
        order(left.utf8Span.span, right.utf8Span.span)
    }
}

extension Array {
    /// The index of the element whose name has exactly these bytes, in an array sorted by name.
    func index(named name: String, by nameOf: (Element) -> String) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let order = UTF8Text.order(nameOf(self[middle]), name)
            if order == 0 { return middle }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}
