// The reply budget by itself: what fits, what travels alone, what a shrinking server means.

import Testing

@testable import Bus

@Suite("reply budget")
struct ReplyBudgetTests {
    @Test("a reply costs its bytes and the kernel's overhead, at most the whole budget")
    func costs() {
        let budget = ReplyBudget(capacityBytes: 10_000)
        #expect(budget.costBytes(maxReplyBytes: 0) == 1_280)
        #expect(budget.costBytes(maxReplyBytes: 200) == 1_480)
        #expect(budget.costBytes(maxReplyBytes: 8_720) == 10_000)
        #expect(budget.costBytes(maxReplyBytes: 1 << 40) == 10_000)
        #expect(budget.costBytes(maxReplyBytes: .max) == 10_000)
        #expect(budget.costBytes(maxReplyBytes: -5) == 1_280)
    }

    @Test("what fits is taken until the budget is used up")
    func fills() {
        var budget = ReplyBudget(capacityBytes: 4_000)
        budget.take(1_500)
        #expect(budget.fits(2_500))
        budget.take(2_500)
        #expect(!budget.fits(1))
        budget.give(1_500)
        #expect(budget.fits(1_500))
        #expect(!budget.fits(1_501))
    }

    @Test("a cost of the whole budget fits only when nothing is in flight")
    func alone() {
        var budget = ReplyBudget(capacityBytes: 4_000)
        #expect(budget.fits(4_000))
        budget.take(1)
        #expect(!budget.fits(4_000))
    }

    @Test("a smaller server keeps what is reserved and lets nothing more through")
    func shrinks() {
        var budget = ReplyBudget(capacityBytes: 4_000)
        budget.take(3_000)
        budget.resize(capacityBytes: 2_000)
        #expect(!budget.fits(1))
        budget.give(3_000)
        #expect(budget.fits(2_000))
        budget.resize(capacityBytes: 0)
        #expect(budget.capacityBytes == 1)
    }

    @Test("a new connection starts empty, at most at what is safe for an unknown server")
    func resets() {
        var budget = ReplyBudget(capacityBytes: 1_000_000)
        budget.take(500)
        budget.reset(capacityBytesMax: 131_072)
        #expect(budget.usedBytes == 0)
        #expect(budget.capacityBytes == 131_072)
    }
}
