// Sixty-four counters at once count what sixty-four loops count.

import Basics
import Kit
import Testing

@testable import Evaluator

@Suite struct BitTotalsTests {
    @Test("each bit is counted over any number of words", arguments: [0, 1, 7, 8, 9, 64, 1_000])
    func plain(count: Int) {
        var chance = SeededRandom(seed: UInt64(count) + 7)
        let words = (0..<count).map { _ in
            [chance.next(), 0, .max, 1 << 63][chance.below(4)] as UInt64
        }
        let right = (0..<64 as Range<UInt64>).map { bit in
            UInt64(words.count { $0 >> bit & 1 == 1 })
        }
        #expect(BitTotals(of: words.span).totals == right)
    }
}
