// Texts keep their codes, whatever their number.

import Basics
import Testing

@testable import Columns

@Suite struct StringPoolTests {
    @Test("ten thousand texts keep their codes and come back by bytes")
    func many() {
        var pool = StringPool()
        let texts = (0..<10_000).map { String(repeating: "x", count: $0 % 40) + "\($0)" }
        #expect(texts.map { pool.intern($0) } == Array(0..<10_000))
        #expect(texts.map { pool.intern($0) } == Array(0..<10_000))
        #expect(texts.map { pool.code(of: $0) } == Array(0..<10_000))
        #expect((0..<10_000).map { pool.text($0) } == texts)
        #expect(pool.code(of: "not there") == nil)
    }

    @Test("the empty text is a text")
    func empty() {
        var pool = StringPool()
        #expect(pool.code(of: "") == nil)
        #expect(pool.intern("a") == 0 && pool.intern("") == 1 && pool.intern("") == 1)
        #expect(pool.text(1).isEmpty)
    }

    @Test("bytes order texts, the shorter first")
    func order() {
        #expect(UTF8Text.order("a", "ab") == -1 && UTF8Text.order("b", "ab") == 1)
        #expect(UTF8Text.order("", "") == 0 && UTF8Text.order("z", "\u{E9}") == -1)
        #expect(UTF8Text.order("e\u{301}", "\u{E9}") == -1)
    }
}
