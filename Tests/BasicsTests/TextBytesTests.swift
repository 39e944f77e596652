// Texts as bytes: equality, order and hash agree with the UTF-8 arrays.

import Basics
import Testing

struct TextBytesTests {
    @Test("equality and order are those of the UTF-8 bytes")
    func likeArrays() {
        let texts = ["", "a", "ab", "abc", "b", "é", "e\u{301}", "z", "\u{0}", "日本", "😀", "a\u{0}"]
        for left in texts {
            for right in texts {
                let (a, b) = (Array(left.utf8), Array(right.utf8))
                #expect(TextBytes.equal(left, right) == (a == b))
                #expect(TextBytes.precedes(left, right) == a.lexicographicallyPrecedes(b))
            }
        }
    }
}
