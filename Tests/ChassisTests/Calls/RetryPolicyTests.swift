// Which failures are tried again, and when.

import Basics
import Chassis
import Messages
import Testing

@Suite("Retries")
struct RetryPolicyTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let fault: Fault
        let sent: Bool
        let idempotent: Bool
        let expected: RetryPolicy.Reason?
        var testDescription: String {
            "\(fault.code), sent \(sent), idempotent \(idempotent): \(String(describing: expected))"
        }
    }

    static let later: UInt32 = 50
    static let rows: [Row] = [
        Row(fault: .unavailable("x"), sent: true, idempotent: true, expected: nil),
        Row(fault: .unavailable("x"), sent: true, idempotent: false, expected: .unsafeToRepeat),
        Row(fault: .unavailable("x"), sent: false, idempotent: false, expected: nil),
        Row(fault: .resourceExhausted("x"), sent: true, idempotent: true, expected: .permanent),
        Row(fault: .resourceExhausted("x"), sent: false, idempotent: true, expected: .permanent),
        Row(
            fault: .resourceExhausted("x", retryAfterMs: later),
            sent: true,
            idempotent: true,
            expected: nil
        ),
        Row(
            fault: .resourceExhausted("x", retryAfterMs: later),
            sent: true,
            idempotent: false,
            expected: .unsafeToRepeat
        ),
        Row(fault: .aborted("x"), sent: true, idempotent: true, expected: .permanent),
        Row(
            fault: Fault(.aborted, "x", retryAfterMs: later),
            sent: true,
            idempotent: true,
            expected: nil
        ),
        Row(fault: .deadlineExceeded("x"), sent: true, idempotent: true, expected: .permanent),
        Row(fault: .cancelled("x"), sent: false, idempotent: true, expected: .permanent),
        Row(fault: .internal("x"), sent: true, idempotent: true, expected: .permanent),
        Row(fault: .invalidArgument("x"), sent: true, idempotent: true, expected: .permanent),
        Row(fault: .unimplemented("x"), sent: true, idempotent: true, expected: .permanent),
        Row(fault: .notFound("x"), sent: true, idempotent: true, expected: .permanent),
        Row(fault: .dataLoss("x"), sent: true, idempotent: true, expected: .permanent),
    ]

    @Test("follow status, method and whether the frame left", arguments: rows)
    func table(_ row: Row) {
        var policy = RetryPolicy()
        var chance = SeededRandom(seed: 1)
        let directive = policy.decide(
            RetryPolicy.Failure(row.fault, mayHaveBeenSent: row.sent),
            isIdempotent: row.idempotent,
            attempt: 0,
            leftNs: 10_000_000_000,
            chance: &chance
        )
        switch (directive, row.expected) {
        case (.retry, nil): break
        case (.giveUp(let reason), let expected?): #expect(reason == expected)
        default: Issue.record("\(directive)")
        }
    }

    @Test("wait 100 ms, then 1.6 times longer each, at most 5 s, give or take a fifth")
    func delays() {
        let policy = RetryPolicy()
        var chance = SeededRandom(seed: 2)
        var plain = 100.0
        for attempt in 0..<20 as Range<UInt32> {
            for _ in 0..<50 {
                let ms =
                    Double(policy.delayNs(attempt: attempt, retryAfterMs: nil, chance: &chance))
                    / 1e6
                #expect(ms >= plain * 0.8 - 0.01 && ms <= plain * 1.2 + 0.01, "attempt \(attempt)")
            }
            plain = min(plain * 1.6, 5_000)
        }
    }

    @Test("never come sooner than the server asks")
    func retryAfter() {
        let policy = RetryPolicy()
        var chance = SeededRandom(seed: 3)
        for _ in 0..<100 {
            let ns = policy.delayNs(attempt: 0, retryAfterMs: 700, chance: &chance)
            #expect(ns >= 700_000_000 && ns <= 840_000_001)
        }
    }

    @Test("end with the deadline, the tries and the tokens")
    func ends() {
        var settings = RetryPolicy.Settings()
        settings.triesMax = 3
        settings.tokensMax = 2
        settings.tokensPerSuccess = 0.5
        var policy = RetryPolicy(settings)
        var chance = SeededRandom(seed: 4)
        let failure = RetryPolicy.Failure(.unavailable("x"), mayHaveBeenSent: false)
        func decide(_ attempt: UInt32, _ leftNs: UInt64) -> RetryPolicy.Directive {
            policy.decide(
                failure,
                isIdempotent: true,
                attempt: attempt,
                leftNs: leftNs,
                chance: &chance
            )
        }
        #expect(decide(0, 50_000_000) == .giveUp(.deadline))
        #expect(decide(2, 10_000_000_000) == .giveUp(.tries))
        for _ in 0..<2 {
            guard case .retry = decide(0, 10_000_000_000) else {
                Issue.record("there were tokens left")
                return
            }
        }
        #expect(decide(0, 10_000_000_000) == .giveUp(.tokens))
        policy.succeeded()
        #expect(decide(0, 10_000_000_000) == .giveUp(.tokens))
        policy.succeeded()
        guard case .retry = decide(0, 10_000_000_000) else {
            Issue.record("two successes give a token back")
            return
        }
    }
}
