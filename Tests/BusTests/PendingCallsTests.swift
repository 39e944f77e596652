// The calls' state machine by itself: numbers for instants, letters for callers, no sockets.

import Basics
import Testing

@testable import Bus

@Suite("pending calls")
struct PendingCallsTests {
    typealias Calls = PendingCalls<String>

    static func settings(inFlight: Int = 4, waiting: Int = 8, budget: Int = 10_000)
        -> Calls.Settings
    {
        Calls.Settings(
            inFlightMax: inFlight,
            waitingMax: waiting,
            connectTimeoutNs: 100,
            lateReplyGraceNs: 50,
            unknownBudgetBytes: budget
        )
    }

    /// Begins a call and returns its number.
    func begin(
        _ calls: inout Calls,
        _ name: String,
        bytes: Int = 0,
        until: UInt64 = 1_000,
        at: UInt64 = 0
    ) -> UInt32 {
        let id = calls.reserve()
        #expect(
            calls.begin(id, name, maxReplyBytes: bytes, deadlineNs: until, nowNs: at) == nil
        )
        return id
    }

    /// Sends whoever may go; returns their names in order.
    func send(_ calls: inout Calls) -> [String] {
        var names: [String] = []
        while let (_, name) = calls.next() {
            calls.nextWasSent()
            names.append(name)
        }
        return names
    }

    func shown(_ ended: [Calls.Ended]) -> [String] {
        ended.map { "\($0.context) \($0.code.rawValue)\($0.mayHaveBeenSent ? " sent" : "")" }
    }

    @Test("calls go first come, first served, within the in-flight limit")
    func order() {
        var calls = Calls(settings: Self.settings(inFlight: 2), nowNs: 0)
        calls.connected()
        let a = begin(&calls, "a")
        _ = begin(&calls, "b")
        _ = begin(&calls, "c")
        #expect(send(&calls) == ["a", "b"])
        #expect(calls.count == 3)
        #expect(calls.answered(a) == "a")
        #expect(send(&calls) == ["c"])
        #expect(calls.answered(a) == nil)
        #expect(calls.count == 2)
    }

    @Test("a large reply waits until it is alone, and nobody overtakes it")
    func largeReply() {
        var calls = Calls(settings: Self.settings(), nowNs: 0)
        calls.connected()
        let a = begin(&calls, "a", bytes: 100)
        let big = begin(&calls, "big", bytes: 1 << 30)
        let c = begin(&calls, "c", bytes: 100)
        #expect(send(&calls) == ["a"])
        #expect(calls.answered(a) == "a")
        #expect(send(&calls) == ["big"])
        #expect(calls.budget.usedBytes == 10_000)
        #expect(calls.answered(big) == "big")
        #expect(send(&calls) == ["c"])
        #expect(calls.answered(c) == "c")
        #expect(calls.budget.usedBytes == 0)
    }

    @Test("deadlines end calls in order; sent ones keep their budget until the late reply")
    func deadlines() {
        var calls = Calls(settings: Self.settings(inFlight: 2), nowNs: 0)
        calls.connected()
        let a = begin(&calls, "a", until: 10)
        _ = begin(&calls, "b", until: 500)
        _ = begin(&calls, "c", until: 10)
        #expect(send(&calls) == ["a", "b"])
        #expect(calls.wakeNs == 10)
        #expect(shown(calls.expire(nowNs: 9)) == [])
        #expect(
            shown(calls.expire(nowNs: 10)) == ["a deadlineExceeded sent", "c deadlineExceeded"]
        )
        #expect(calls.count == 1)
        #expect(calls.budget.usedBytes == 2 * 1_280)
        #expect(calls.answered(a) == nil)
        #expect(calls.budget.usedBytes == 1_280)
    }

    @Test("without a late reply the budget returns after the grace period")
    func grace() {
        var calls = Calls(settings: Self.settings(), nowNs: 0)
        calls.connected()
        let a = begin(&calls, "a", until: 10)
        #expect(send(&calls) == ["a"])
        #expect(shown(calls.expire(nowNs: 20)) == ["a deadlineExceeded sent"])
        #expect(calls.wakeNs == 70)
        #expect(shown(calls.expire(nowNs: 69)) == [])
        #expect(calls.budget.usedBytes == 1_280)
        #expect(shown(calls.expire(nowNs: 70)) == [])
        #expect(calls.budget.usedBytes == 0)
        #expect(calls.wakeNs == .max)
        #expect(calls.answered(a) == nil)
    }

    @Test("a lost connection ends what was sent, spares who waits, and forgets what was late")
    func lost() {
        var calls = Calls(settings: Self.settings(inFlight: 2, budget: 5_000), nowNs: 0)
        calls.connected()
        calls.resizeBudget(capacityBytes: 20_000)
        _ = begin(&calls, "late", until: 5)
        let b = begin(&calls, "b")
        let c = begin(&calls, "c")
        #expect(send(&calls) == ["late", "b"])
        #expect(shown(calls.expire(nowNs: 6)) == ["late deadlineExceeded sent"])
        #expect(shown(calls.lost(nowNs: 7)) == ["b connectionLost sent"])
        #expect(!calls.isConnected)
        #expect(calls.budget == ReplyBudget(capacityBytes: 5_000))
        #expect(calls.count == 1)
        #expect(shown(calls.lost(nowNs: 8)) == [])
        calls.connected()
        #expect(send(&calls) == ["c"])
        #expect(calls.answered(b) == nil)
        #expect(calls.answered(c) == "c")
    }

    @Test("who waits without a connection fails after the timeout, counted from the loss")
    func notConnected() {
        var calls = Calls(settings: Self.settings(), nowNs: 0)
        _ = begin(&calls, "a", at: 10)
        _ = begin(&calls, "short", until: 60, at: 10)
        #expect(calls.wakeNs == 60)
        #expect(shown(calls.expire(nowNs: 60)) == ["short deadlineExceeded"])
        #expect(shown(calls.expire(nowNs: 110)) == ["a notConnected"])
        calls.connected()
        _ = begin(&calls, "b", at: 200)
        #expect(shown(calls.expire(nowNs: 400)) == [])
        #expect(shown(calls.lost(nowNs: 500)) == [])
        #expect(calls.wakeNs == 600)
        #expect(shown(calls.expire(nowNs: 599)) == [])
        #expect(shown(calls.expire(nowNs: 600)) == ["b notConnected"])
    }

    @Test("a full line and a passed deadline refuse a call; a cancelled one leaves its place")
    func refusals() {
        var calls = Calls(settings: Self.settings(inFlight: 1, waiting: 2), nowNs: 0)
        calls.connected()
        let a = begin(&calls, "a")
        #expect(send(&calls) == ["a"])
        let b = begin(&calls, "b")
        _ = begin(&calls, "c")
        let id = calls.reserve()
        #expect(
            calls.begin(id, "d", maxReplyBytes: 0, deadlineNs: 9, nowNs: 1) == .tooManyCalls
        )
        #expect(
            calls.begin(id, "d", maxReplyBytes: 0, deadlineNs: 9, nowNs: 9) == .deadlineExceeded
        )
        #expect(shown(calls.cancel(b, nowNs: 1).map { [$0] } ?? []) == ["b cancelled"])
        #expect(calls.cancel(b, nowNs: 1) == nil)
        #expect(shown(calls.cancel(a, nowNs: 1).map { [$0] } ?? []) == ["a cancelled sent"])
        #expect(calls.budget.usedBytes == 1_280)
        #expect(send(&calls) == ["c"])
    }

    @Test("closing ends everything once")
    func closing() {
        var calls = Calls(settings: Self.settings(inFlight: 1), nowNs: 0)
        calls.connected()
        _ = begin(&calls, "a")
        _ = begin(&calls, "b")
        #expect(send(&calls) == ["a"])
        #expect(shown(calls.endAll(.closed)) == ["a closed sent", "b closed"])
        #expect(shown(calls.endAll(.closed)) == [])
        #expect(calls.count == 0)
        #expect(calls.next() == nil)
    }

    @Test(
        "whatever happens, the counts and the budget agree",
        arguments: [1, 2, 3, 4, 5] as [UInt64]
    )
    func randomWalk(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var calls = Calls(settings: Self.settings(inFlight: 5, waiting: 6), nowNs: 0)
        var alive: [UInt32] = []
        var begun = 0
        var ended = 0
        for now in UInt64(1)...20_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3:
                let id = calls.reserve()
                let until = now + UInt64.random(in: 1...80, using: &random)
                let bytes = Int.random(in: 0...12_000, using: &random)
                let refusal = calls.begin(
                    id,
                    "x",
                    maxReplyBytes: bytes,
                    deadlineNs: until,
                    nowNs: now
                )
                if refusal == nil {
                    begun += 1
                    alive.append(id)
                }
            case 4...6:
                guard let id = alive.randomElement(using: &random) else { continue }
                if calls.answered(id) != nil { ended += 1 }
            case 7:
                guard let id = alive.randomElement(using: &random) else { continue }
                if calls.cancel(id, nowNs: now) != nil { ended += 1 }
            case 8: calls.connected()
            default:
                if now.isMultiple(of: 10) { ended += calls.lost(nowNs: now).count }
            }
            if calls.isConnected { _ = send(&calls) }
            ended += calls.expire(nowNs: now).count
            alive = alive.suffix(50)
            #expect(calls.count == begun - ended, "seed \(seed), step \(now)")
            #expect(calls.budget.usedBytes <= calls.budget.capacityBytes)
            #expect(calls.wakeNs > now)
        }
        ended += calls.endAll(.closed).count
        #expect(begun == ended)
        #expect(begun > 1_000)
    }
}
