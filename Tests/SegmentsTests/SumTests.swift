// Sums that do not drift, and how they and counts compare.

import Basics
import Segments
import Testing

@Suite struct SumTests {
    private func sum(_ numbers: [Double]) throws -> ExactSum {
        var sum = ExactSum()
        for number in numbers { sum.add(try #require(Number(number))) }
        return sum
    }

    @Test("ten times 0.1 is 1, exactly")
    func noDrift() throws {
        let sum = try sum(Array(repeating: 0.1, count: 10))
        #expect(sum.isExact)
        #expect(sum.compare(with: Number(1)) == 0)
        #expect(sum.compare(with: Number(e4: 9_999)) == 1)
    }

    @Test("decimals go beyond 64 bits and come back")
    func wide() throws {
        var sum = ExactSum()
        for _ in 0..<5_000 { sum.add(decimalE4: Number.e4Max) }
        #expect(sum.compare(with: Number(Int.max)) == -1)
        for _ in 0..<5_000 { sum.add(decimalE4: -Number.e4Max) }
        sum.add(decimalE4: 1)
        #expect(sum.compare(with: Number(e4: 1)) == 0)
        #expect(sum.count == 10_001)
    }

    @Test("with one double among them, numbers add as doubles in the order given")
    func doubles() throws {
        let third = 1.0 / 3.0
        let sum = try sum([0.1, 0.2, third])
        #expect(!sum.isExact)
        #expect(sum.double == 0.1 + 0.2 + third)
        #expect(sum.compare(with: try #require(Number(0.1 + 0.2 + third))) == 0)
        #expect(try self.sum([third, 0.1, 0.2]).double == third + 0.1 + 0.2)
        let huge = Double.greatestFiniteMagnitude
        #expect(try self.sum([huge, huge]).compare(with: Number(0)) == 1)
        #expect(try self.sum([-huge, -huge]).compare(with: Number(0)) == -1)
    }

    @Test(
        "an exact sum compares with a double without rounding either",
        arguments: [
            (1_234 as Int64, 0.12341, -1), (1_235, 0.12341, 1), (-1_234, -0.12341, 1),
            (-1_235, -0.12341, -1), (0, 1e-300, -1), (0, -1e-300, 1), (1, 1e-300, 1),
            (-1, -1e-300, -1), (9_007_199_254_740_992, 1e13, -1), (5, 1e300, -1), (5, -1e300, 1),
            (3_333, 1.0 / 3.0, -1), (3_334, 1.0 / 3.0, 1), (0, 0, 0),
        ]
    )
    func exactAgainstDouble(_ row: (e4: Int64, operand: Double, order: Int)) throws {
        var sum = ExactSum()
        sum.add(decimalE4: row.e4)
        #expect(sum.compare(with: try #require(Number(row.operand))) == row.order)
    }

    @Test("a sum of nothing is no sum, unless missing counts as zero or no event was asked for")
    func nothing() {
        let below = SumTest("amount", .lessThan(Number(100)))
        let zero = SumTest("amount", .lessThan(Number(100)), missingIsZero: true)
        #expect(!below.matches(ExactSum(), events: 2))
        #expect(zero.matches(ExactSum(), events: 2))
        #expect(below.matches(ExactSum(), events: 0))
    }

    @Test(
        "counts",
        arguments: [
            (CountTest(.atLeast(1)), "nyyyy"), (CountTest(.atLeast(3)), "nnnyy"),
            (CountTest(.exactly(2)), "nnynn"), (CountTest(.atMost(2)), "nyynn"),
            (CountTest(.atMost(2), includesZero: true), "yyynn"),
            (CountTest(.between(0, 2)), "nyynn"), (CountTest(.between(2, 3)), "nnyyn"),
            (CountTest(.between(0, 1), includesZero: true), "yynnn"),
            (CountTest(.atLeast(1), includesZero: true), "nyyyy"),
            (CountTest(.atLeast(0)), "nyyyy"), (CountTest(.atMost(0)), "nnnnn"),
        ]
    )
    func counts(_ row: (test: CountTest, expected: String)) {
        for (count, letter) in row.expected.enumerated() {
            #expect(row.test.matches(count) == (letter == "y"), "\(count)")
            let settled = max(count, row.test.settledAt)
            #expect(row.test.matches(settled) == row.test.matches(settled + 5))
        }
    }
}
