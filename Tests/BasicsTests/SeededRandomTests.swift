// Chance: the same seed says the same, on every machine and Swift.

import Basics
import Testing

struct SeededRandomTests {
    @Test("a seed's sequence is pinned for ever")
    func pinned() {
        // The generators' reference code gives these for SplitMix64(0) into xoshiro256**.
        var chance = SeededRandom(seed: 0)
        #expect(chance.next() == 0x99EC_5F36_CB75_F2B4)
        #expect(chance.next() == 0xBF6E_1F78_4956_452A)
        #expect(chance.next() == 0x1A5F_849D_4933_E6E0)
    }

    @Test("numbers below a bound reach every one of them about as often")
    func below() {
        var chance = SeededRandom(seed: 5)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 { counts[chance.below(10)] += 1 }
        #expect(counts.allSatisfy { (800...1_200).contains($0) }, "\(counts)")
        #expect(chance.below(1) == 0)
        #expect((0..<100).allSatisfy { _ in (0..<1).contains(chance.unit()) })
    }

    @Test("two seeds and a fork go their own ways, equal seeds go together")
    func seeds() {
        var (a, b, c) = (SeededRandom(seed: 1), SeededRandom(seed: 1), SeededRandom(seed: 2))
        #expect(a.next() == b.next())
        #expect(a.next() != c.next())
        var fork = a.fork()
        #expect(fork.next() != a.next())
    }
}
