// How often each bit is set in many words: all 64 counters at once.

/// For each of 64 bits, in how many of some words it is set.
///
/// Counters lie across words: plane i holds the bits of weight 2^i of all of them. Eight words at a
/// time go through a tree of full adders, of which one carry comes out for the planes above
/// (W. Mula, N. Kurz, D. Lemire, "Faster population counts using AVX2 instructions", 2016).
struct BitTotals {
    private var ones: UInt64 = 0
    private var twos: UInt64 = 0
    private var fours: UInt64 = 0
    /// From weight 8 on.
    private var planes = [UInt64](repeating: 0, count: 40)

    /// The counts over all these words.
    init(of words: Span<UInt64>) {
        let whole = words.count & ~7
        for at in stride(from: 0, to: whole, by: 8) {
            let two0 = Self.add(&ones, words[at], words[at + 1])
            let two1 = Self.add(&ones, words[at + 2], words[at + 3])
            let four0 = Self.add(&twos, two0, two1)
            let two2 = Self.add(&ones, words[at + 4], words[at + 5])
            let two3 = Self.add(&ones, words[at + 6], words[at + 7])
            let four1 = Self.add(&twos, two2, two3)
            carry(Self.add(&fours, four0, four1))
        }
        for at in whole..<words.count {
            let two = Self.add(&ones, words[at], 0)
            carry(Self.add(&fours, Self.add(&twos, two, 0), 0))
        }
    }

    /// A full adder of 64 columns: leaves the sum in `sum` and gives the carry.
    private static func add(_ sum: inout UInt64, _ left: UInt64, _ right: UInt64) -> UInt64 {
        let either = left ^ right
        defer { sum ^= either }
        return left & right | either & sum
    }

    private mutating func carry(_ word: UInt64) {
        var carry = word
        var plane = 0
        while carry != 0 {
            let next = planes[plane] & carry
            planes[plane] ^= carry
            carry = next
            plane += 1
        }
    }

    /// The count of each bit, the lowest first.
    var totals: [UInt64] {
        (0..<64 as Range<UInt64>).map { bit in
            let low = ones >> bit & 1 | (twos >> bit & 1) << 1 | (fours >> bit & 1) << 2
            return planes.indices.reduce(low) { $0 | (planes[$1] >> bit & 1) << UInt64($1 + 3) }
        }
    }
}
