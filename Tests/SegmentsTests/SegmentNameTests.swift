// What a segment may be called.

import Basics
import Testing

@testable import Segments

@Suite("names of segments")
struct SegmentNameTests {
    @Test("are plain, since they stand in commands, addresses and file names")
    func plain() {
        let longest = String(repeating: "a", count: Limits.nameBytes)
        for name in ["payers", "A-1.b_c", "0", longest] {
            #expect(SegmentName.isValid(name))
        }
        for name in ["", "my segment", "a/b", "é", "a\n", "😀", longest + "a"] {
            #expect(!SegmentName.isValid(name))
        }
    }
}
