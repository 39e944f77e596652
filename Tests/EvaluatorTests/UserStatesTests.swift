// States of users side by side: what was set last is read, whatever was set, grew or went before.

import Basics
import Kit
import Testing

@testable import Evaluator

@Suite struct UserStatesTests {
    @Test("random states: each user has the last one, and no memory is lost")
    func states() throws {
        let seed: UInt64 = 0x57A7_E5
        var random = SeededRandom(seed: seed)
        for round in 0..<20 {
            var states = UserStates()
            var wanted: [UInt32: [UInt8]] = [:]
            let users = 1 + random.below(round < 10 ? 40 : 3_000)
            for _ in 0..<20_000 {
                let user = UInt32(random.below(users)) &* (round % 3 == 0 ? 1 : 7_919)
                let bytes = random.chance(0.3) ? nil : Self.bytes(&random)
                states.set(bytes, of: UserNumber(user))
                wanted[user] = bytes
                guard random.chance(0.1) else { continue }
                let other = UInt32(random.below(users))
                let found = try states.reading(UserNumber(other)) { Array($0.bytes[$0.whole]) }
                try #require(found == wanted[other], "seed \(seed), round \(round)")
            }
            #expect(states.count == wanted.count)
            #expect(states.numbers.map(\.value) == wanted.keys.sorted())
            for (user, bytes) in wanted {
                let found = try states.reading(UserNumber(user)) { Array($0.bytes[$0.whole]) }
                try #require(found == bytes, "seed \(seed), round \(round), user \(user)")
            }
            let least = wanted.values.reduce(0) { $0 + $1.count }
            #expect(states.blockBytes <= least * 2 + 10_000 + 8 * wanted.count, "round \(round)")
        }
    }

    @Test("a look-up passes over few others, whether numbers are dense or far apart")
    func ways() {
        for step: UInt32 in [1, 64, 1_000, 65_536] {
            var states = UserStates()
            for number in 0..<40_000 as Range<UInt32> {
                states.set([1], of: UserNumber(number &* step))
            }
            #expect(states.longestWay < 64, "numbers \(step) apart")
        }
    }

    @Test("states larger than a block have blocks of their own")
    func large() throws {
        // A user whose timers fire every second for days has one that three bytes do not count.
        let counts = [100_000, 254, (1 << 24) + 1, 255, 70_000, 256, 0]
        var states = UserStates()
        for (user, count) in counts.enumerated() {
            let bytes = Array(repeating: UInt8(user), count: count)
            states.set(bytes, of: UserNumber(UInt32(user)))
        }
        for (user, count) in counts.enumerated() {
            let found = try states.reading(UserNumber(UInt32(user))) { Array($0.bytes[$0.whole]) }
            #expect(found == Array(repeating: UInt8(user), count: count), "of \(count) bytes")
        }
    }

    private static func bytes(_ random: inout SeededRandom) -> [UInt8] {
        let count = random.chance(0.01) ? random.below(2_000) : random.below(40)
        return (0..<count).map { _ in UInt8(random.below(256)) }
    }
}

extension ByteReader {
    fileprivate var whole: Range<Int> { position..<end }
}
