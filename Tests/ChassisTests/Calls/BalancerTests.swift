// Which server gets a call, which is left out, which comes back.

import Basics
import Bus
import Chassis
import Testing

@Suite("The balancer")
struct BalancerTests {
    let a, b, c: Endpoint

    init() throws {
        a = try Endpoint("memory://a")
        b = try Endpoint("memory://b")
        c = try Endpoint("memory://c")
    }

    private func counts(
        _ balancer: Balancer,
        preferred: Endpoint? = nil,
        avoiding: Set<Endpoint> = [],
        cost: (Endpoint) -> Int = { _ in 0 }
    ) -> [Endpoint: Int] {
        var chance = SeededRandom(seed: 11)
        var counts: [Endpoint: Int] = [:]
        for _ in 0..<3_000 {
            let chosen = balancer.choose(
                preferred: preferred,
                avoiding: avoiding,
                chance: &chance,
                cost: cost
            )
            if let chosen { counts[chosen, default: 0] += 1 }
        }
        return counts
    }

    @Test("spreads calls evenly over servers that are equally busy")
    func even() {
        var balancer = Balancer()
        balancer.setListed([a, b, c, a])
        #expect(balancer.listed == [a, b, c])
        for count in counts(balancer).values { #expect((800...1_200).contains(count)) }
    }

    @Test("never gives a call to the busiest of three, and most to the idlest")
    func cost() {
        var balancer = Balancer()
        balancer.setListed([a, b, c])
        let cost = [a: 1, b: 2, c: 3]
        let counts = counts(balancer) { cost[$0] ?? 0 }
        #expect(counts[c] == nil)
        #expect((counts[a] ?? 0) > 1_800)
        #expect((counts[b] ?? 0) > 800)
    }

    @Test("gives a call to its owner, unless the owner is left out or has failed it")
    func owner() {
        var balancer = Balancer()
        balancer.setListed([a, b])
        #expect(counts(balancer, preferred: c)[c] == 3_000)
        #expect(counts(balancer, preferred: a, avoiding: [a])[b] == 3_000)
        #expect(balancer.lost(a) == .probe(a))
        #expect(counts(balancer, preferred: a)[b] == 3_000)
    }

    @Test("leaves a server out after three timeouts in a row, until it answers")
    func timeouts() {
        var balancer = Balancer()
        balancer.setListed([a, b])
        #expect(balancer.timedOut(a) == .keep)
        #expect(balancer.timedOut(a) == .keep)
        balancer.answered(a)
        #expect(balancer.timedOut(a) == .keep)
        #expect(balancer.timedOut(a) == .keep)
        #expect(!balancer.isLeftOut(a))
        #expect(balancer.timedOut(a) == .probe(a))
        #expect(balancer.isLeftOut(a))
        // Once is enough: the probe runs.
        #expect(balancer.timedOut(a) == .keep)
        #expect(counts(balancer)[a] == nil)
        balancer.answered(a)
        #expect((counts(balancer)[a] ?? 0) > 1_000)
    }

    @Test("uses servers that are left out when there are no others")
    func noneLeft() {
        var balancer = Balancer()
        balancer.setListed([a, b])
        _ = balancer.lost(a)
        _ = balancer.lost(b)
        #expect(counts(balancer).count == 2)
        #expect(counts(balancer, avoiding: [a])[b] == 3_000)
        #expect(counts(balancer, avoiding: [a, b]).count == 2)
    }

    @Test("knows nobody when there is nobody, and forgets who leaves the list")
    func lists() {
        var balancer = Balancer()
        #expect(counts(balancer).isEmpty)
        balancer.setListed([a, b])
        _ = balancer.lost(a)
        balancer.setListed([b])
        #expect(counts(balancer)[b] == 3_000)
        balancer.setListed([a, b])
        #expect(!balancer.isLeftOut(a))
    }
}
