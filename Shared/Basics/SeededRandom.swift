// Chance that repeats itself: xoshiro256** seeded by SplitMix64.

/// A generator whose whole sequence follows from its seed; not for secrets.
///
/// xoshiro256** and SplitMix64 by David Blackman and Sebastiano Vigna (prng.di.unimi.it).
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    /// The generator of this seed.
    public init(seed: UInt64) {
        var state = seed
        func mixed() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        a = mixed()
        b = mixed()
        c = mixed()
        d = mixed()
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        let scrambled = b &* 5
        let result = (scrambled << 7 | scrambled >> 57) &* 9
        let shifted = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = d << 45 | d >> 19
        return result
    }

    /// A number in 0..<`bound`, every one as likely; `bound` must be above 0.
    ///
    /// Spelled out here (Lemire's method), so that a seed means the same under every Swift.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "there is no number below \(bound)")
        let wide = UInt64(bound)
        var product = next().multipliedFullWidth(by: wide)
        if product.low < wide {
            let threshold = (0 &- wide) % wide
            while product.low < threshold { product = next().multipliedFullWidth(by: wide) }
        }
        return Int(product.high)
    }

    /// A number in 0..<1 with 53 random bits.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True with this probability.
    public mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// An independent generator for a part of the work, so that parts do not disturb each other.
    public mutating func fork() -> SeededRandom { SeededRandom(seed: next()) }
}
