// When an instance registers and says that it is still here.

import Basics
import Testing

@testable import Chassis

@Suite("The lease")
struct LeaseTests {
    private let ms: UInt64 = 1_000_000

    @Test("begins with registering, goes on with a heartbeat at each third")
    func thirds() {
        var lease = Lease(pace: RetryPolicy())
        #expect(lease.next(nowNs: 5 * ms) == .register)
        #expect(!lease.isRegistered)
        lease.renewed(leaseMs: 3_000, sentNs: 5 * ms)
        #expect(lease.isRegistered)
        #expect(lease.untilNs == 3_005 * ms)
        #expect(lease.next(nowNs: 6 * ms) == .wait(untilNs: 1_005 * ms))
        #expect(lease.next(nowNs: 1_005 * ms) == .heartbeat)
        // The lease counts from the sending: the registry heard it later.
        lease.renewed(leaseMs: 6_000, sentNs: 1_005 * ms)
        #expect(lease.untilNs == 7_005 * ms)
        #expect(lease.next(nowNs: 1_200 * ms) == .wait(untilNs: 3_005 * ms))
    }

    @Test("is asked for again at once when the registry has forgotten it")
    func forgotten() {
        var lease = Lease(pace: RetryPolicy())
        lease.renewed(leaseMs: 3_000, sentNs: 0)
        lease.forgotten()
        #expect(!lease.isRegistered)
        #expect(lease.next(nowNs: 1) == .register)
    }

    @Test("is tried ever less often while the registry is away, but once per third when it runs")
    func away() {
        var chance = SeededRandom(seed: 3)
        var lease = Lease(pace: RetryPolicy())
        var waits: [UInt64] = []
        for _ in 0..<12 {
            lease.failed(nowNs: 0, chance: &chance)
            guard case .wait(let untilNs) = lease.next(nowNs: 0) else {
                Issue.record("it does not wait")
                return
            }
            waits.append(untilNs / ms)
        }
        #expect((80...120).contains(waits[0]))
        #expect((4_000...6_000).contains(waits[11]))
        lease.renewed(leaseMs: 3_000, sentNs: 0)
        for _ in 0..<12 { lease.failed(nowNs: 0, chance: &chance) }
        #expect(lease.next(nowNs: 0) == .wait(untilNs: 1_000 * ms))
        #expect(lease.next(nowNs: 1_000 * ms) == .heartbeat)
    }

    @Test(
        "takes no silly length for an answer",
        arguments: [(0, 300), (.max, 600_000)] as [(UInt32, UInt32)]
    )
    func silly(_ told: UInt32, _ taken: UInt32) {
        var lease = Lease(pace: RetryPolicy())
        lease.renewed(leaseMs: told, sentNs: 0)
        #expect(lease.leaseMs == taken)
    }
}
