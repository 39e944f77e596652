// Numbers: one normal form per value, exact order, text both ways.

import Basics
import Testing

struct NumberTests {
    @Test("doubles with at most four places become decimals, others stay doubles")
    func forms() {
        #expect(Number(15.3)?.form == .decimal(e4: 153_000))
        #expect(Number(-0.0)?.form == .decimal(e4: 0))
        #expect(Number(0.0001)?.form == .decimal(e4: 1))
        #expect(Number(0.00001)?.form == .double(0.00001))
        #expect(Number(1.0 / 3)?.form == .double(1.0 / 3))
        #expect(Number(1e300)?.form == .double(1e300))
        #expect(Number(900_000_000_000.0)?.form == .decimal(e4: 9_000_000_000_000_000))
        #expect(Number(Double.nan) == nil)
        #expect(Number(Double.infinity) == nil)
        #expect(Number(-Double.infinity) == nil)
    }

    @Test("a number is equal however it was made, and hashes alike")
    func equality() throws {
        let all = [Number(20), Number(20.0), Number(text: "20.000"), Number(text: "2e1")]
        let numbers = all.compactMap { $0 }
        #expect(numbers.count == 4)
        #expect(Set(numbers).count == 1)
        let large = [Number(1_000_000_000_000_000), Number(1e15), Number(text: "1000000000000000")]
        #expect(Set(large.compactMap { $0 }).count == 1)
        #expect(Number(e4: 153_000) == Number(15.3))
        #expect(Number(e4: .max) == Number(Double(Int64.max) / 10_000))
    }

    @Test("the order of decimals and doubles is the order of their values")
    func order() throws {
        let sorted: [Double] = [
            -1e300, -1e12, -15.30001, -15.3, -1e-9, 0, 1e-9, 0.0001, 1.0 / 3, 0.3334, 0.5, 2,
            1e12, 1e300,
        ]
        let numbers = sorted.compactMap { Number($0) }
        #expect(numbers.count == sorted.count)
        for (i, left) in numbers.enumerated() {
            for (j, right) in numbers.enumerated() {
                #expect((left < right) == (i < j), "\(left) < \(right)")
                #expect((left == right) == (i == j))
            }
        }
    }

    @Test("random doubles sort as numbers as they do as doubles", arguments: [7 as UInt64])
    func randomOrder(seed: UInt64) throws {
        var chance = SeededRandom(seed: seed)
        func draw() -> Double {
            switch chance.below(4) {
            case 0: return Double(chance.below(2_000_001) - 1_000_000) / 10_000
            case 1: return (chance.unit() - 0.5) * 1e12
            case 2: return Double(chance.below(200) - 100)
            default: return (chance.unit() - 0.5) * 200
            }
        }
        for _ in 0..<20_000 {
            let (a, b) = (draw(), draw())
            let (x, y) = (try #require(Number(a)), try #require(Number(b)))
            #expect(x.double == a, "seed \(seed)")
            #expect((x == y) == (a == b), "seed \(seed): \(a) \(b)")
            if case .decimal = x.form, case .double = y.form, abs(a - b) < 1e-9 { continue }
            #expect((x < y) == (a < b), "seed \(seed): \(a) \(b)")
        }
    }

    @Test(
        "texts are read exactly",
        arguments: [
            ("15.30", 153_000), ("-3", -30_000), ("+3", 30_000), ("1e3", 10_000_000),
            ("0.0001", 1), ("-0", 0), ("007", 70_000), ("1.00000000", 10_000),
            ("900719925474.0992", 9_007_199_254_740_992),
            ("-900719925474.0992", -9_007_199_254_740_992),
        ] as [(String, Int64)]
    )
    func text(text: String, e4: Int64) {
        #expect(Number(text: text)?.form == .decimal(e4: e4))
    }

    @Test("a text beyond decimals becomes the nearest double")
    func doubleText() {
        #expect(Number(text: "0.00001")?.form == .double(0.00001))
        #expect(Number(text: "9007199254740992")?.form == .double(9_007_199_254_740_992))
        #expect(Number(text: "1e300")?.double == 1e300)
    }

    @Test(
        "what is no number is refused",
        arguments: [
            "", " ", "abc", "1,5", "0x10", "nan", "inf", "Infinity", "1e999", "--1", "1.2.3", "-",
            ".", "e5", "1 ", String(repeating: "1", count: 65),
        ]
    )
    func refused(text: String) {
        #expect(Number(text: text) == nil)
    }

    @Test("numbers are written plainly and read back")
    func description() throws {
        let known: [(Number?, String)] = [
            (Number(20), "20"), (Number(15.3), "15.3"), (Number(-0.0001), "-0.0001"),
            (Number(0.05), "0.05"), (Number(-2.5), "-2.5"), (Number(1e12), "1000000000000"),
            (Number(0.00001), "1e-05"),
        ]
        for (number, text) in known {
            #expect(number?.description == text)
            #expect(Number(text: text) == number)
        }
    }

    @Test("sums of decimals are exact, and no sum is infinite")
    func sums() throws {
        let tenth = try #require(Number(0.1))
        let fifth = try #require(Number(0.2))
        #expect(tenth + fifth == Number(0.3))
        let huge = try #require(Number(Double.greatestFiniteMagnitude))
        #expect((huge + huge).double == Double.greatestFiniteMagnitude)
        #expect((-tenth).form == .decimal(e4: -1_000))
        #expect((huge + -huge) == .zero)
        #expect(Number(12).integer == 12)
        #expect(Number(1.5)?.integer == nil)
        #expect(Number(.max).integer == nil, "rounded to 2^63, which is no Int")
    }
}
