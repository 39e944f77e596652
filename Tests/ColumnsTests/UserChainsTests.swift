// A user's rows of the open tail are found without going through all of it.

import Basics
import Testing

@testable import Columns

@Suite struct UserChainsTests {
    @Test("of every user the same rows as by going through all, after each row that comes")
    func rows() {
        var random = SeededRandom(seed: 0xC4A1)
        for userCount in [1, 3, 50, 5_000] {
            var (chains, users) = (UserChains(), [UInt32]())
            for count in 1...1_500 {
                users.append(UInt32(random.below(userCount)))
                chains.add(lastOf: users)
                guard count < 70 || count.isMultiple(of: 97) else { continue }
                for user in [users[0], users[count / 2], users[count - 1], UInt32(userCount)] {
                    let wanted = users.indices.filter { users[$0] == user }
                    #expect(chains.rows(of: user, in: users) == wanted, "\(userCount), \(count)")
                }
            }
        }
    }
}
