// Runs of rows, 64 at a time: the users with so many rows, and with so great a share of them.

import Basics
import Kit
import Testing

@testable import Columns

@Suite struct RowMaskUsersTests {
    private func mask(_ rows: [Bool]) -> RowMask {
        var mask = RowMask(rowCount: rows.count, all: false)
        for (row, isIn) in rows.enumerated() { mask[row] = isIn }
        return mask
    }

    @Test("the ends of runs with so many rows are those a plain loop counts", arguments: 1...30)
    func counts(seed: Int) {
        var chance = SeededRandom(seed: UInt64(seed))
        // Runs of one row, of a few, and of more than a word or two has bits.
        var users: [Int] = []
        for user in 0..<20 {
            let most = [1, 4, 30, 200][chance.below(4)]
            users += Array(repeating: user, count: 1 + chance.below(most))
        }
        let ends = users.indices.map { $0 == users.count - 1 || users[$0] != users[$0 + 1] }
        let density = [0.02, 0.5, 0.97][seed % 3]
        let wanted = users.map { _ in chance.chance(density) }
        let part = wanted.map { $0 && chance.chance(0.5) }
        func counts(_ rows: [Bool]) -> [Int] {
            var counts = Array(repeating: 0, count: 20)
            for (isIn, user) in zip(rows, users) where isIn { counts[user] += 1 }
            return counts
        }
        let (all, parts) = (counts(wanted), counts(part))
        for least in 1...6 {
            let found = mask(wanted).ends(withAtLeast: least, of: mask(ends))
            for row in users.indices {
                let isIn = ends[row] && all[users[row]] >= least
                #expect(found[row] == isIn, "seed \(seed), row \(row), at least \(least)")
            }
            let share = UInt64(chance.below(10_001))
            let shares = mask(wanted).ends(
                withShareOf: mask(part),
                atLeastE4: share,
                fewest: UInt32(least),
                of: mask(ends)
            )
            for row in users.indices {
                let (own, ownPart) = (all[users[row]], parts[users[row]])
                let isShare = UInt64(ownPart) * 10_000 >= share * UInt64(own)
                let isIn = ends[row] && own >= least && isShare
                #expect(shares[row] == isIn, "seed \(seed), row \(row), \(ownPart) of \(own)")
            }
        }
    }
}
