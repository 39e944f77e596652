// The algebra of user sets, against Swift's own sets.

import Basics
import Columns
import Testing

@Suite struct UserBitsetTests {
    private func members(_ users: UserBitset) -> Set<Int> {
        var members = Set<Int>()
        users.forEach { members.insert(Int($0.value)) }
        return members
    }

    @Test("and, or, andNot and invert are those of sets", arguments: 1...60)
    func algebra(seed: Int) {
        var chance = SeededRandom(seed: UInt64(seed))
        let universe = seed < 4 ? seed * 64 : chance.below(400)
        var sets: [(UserBitset, Set<Int>)] = []
        for _ in 0..<2 {
            var (users, set) = (UserBitset(universe: universe), Set<Int>())
            for number in 0..<universe where chance.chance(0.4) {
                users.insert(UserNumber(UInt32(number)))
                set.insert(number)
            }
            sets.append((users, set))
        }
        let ((a, setA), (b, setB)) = (sets[0], sets[1])
        var (and, or, andNot, not) = (a, a, a, a)
        and.and(b)
        or.or(b)
        andNot.andNot(b)
        not.invert()
        #expect(members(and) == setA.intersection(setB), "seed \(seed)")
        #expect(members(or) == setA.union(setB))
        #expect(members(andNot) == setA.subtracting(setB))
        #expect(members(not) == Set(0..<universe).subtracting(setA))
        #expect(not.count == universe - setA.count && and.isEmpty == and.count.isZero)
        #expect(UserBitset(universe: universe, all: true).count == universe)
        for number in 0..<universe {
            #expect(a[UserNumber(UInt32(number))] == setA.contains(number))
        }
    }

    @Test("users can be taken out, and outside the universe there is nobody")
    func outside() {
        var users = UserBitset(universe: 65, all: true)
        users[UserNumber(64)] = false
        #expect(users.count == 64 && !users[UserNumber(64)])
        #expect(!users[UserNumber(65)] && !users[UserNumber(.max)])
    }

    @Test("pages go on from any number")
    func pages() {
        var users = UserBitset(universe: 300)
        for number in [0, 63, 64, 200, 299] as [UInt32] { users.insert(UserNumber(number)) }
        var found: [UInt32] = []
        var next: UInt32 = 0
        while let user = users.first(from: UserNumber(next)) {
            found.append(user.value)
            next = user.value + 1
        }
        #expect(found == [0, 63, 64, 200, 299])
        #expect(users.first(from: UserNumber(1_000)) == nil)
        #expect(UserBitset(universe: 0).first(from: UserNumber(0)) == nil)
    }

    @Test("counts become the set of users that satisfy")
    func fromCounts() {
        let counts = (0..<130).map { UInt32($0 % 5) }
        let users = UserBitset(counts: counts, where: { $0 >= 3 })
        #expect(members(users) == Set((0..<130).filter { $0 % 5 >= 3 }))
        #expect(users.universe == 130)
    }
}

extension Int {
    fileprivate var isZero: Bool { self == 0 }
}
