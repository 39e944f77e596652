// When a question should end before it is done: its time is over, or nobody waits for it.

import Basics
import Synchronization

/// Whether a long answer should end before it is done.
///
/// May be asked from any thread, as often as something is begun that takes a while.
struct QuestionLimit: Sendable {
    private let clock: any Clock
    private let untilNs: UInt64
    private let flag = CancelFlag()

    /// A limit at an instant of the monotonic clock, in ns.
    init(clock: any Clock, untilNs: UInt64) {
        self.clock = clock
        self.untilNs = untilNs
    }

    /// Notes that nobody waits for the rest any more.
    func cancel() { flag.raise() }

    /// Throws when the rest is of no use.
    func check() throws(EvaluatorError) {
        guard !flag.isRaised else {
            throw EvaluatorError(
                .cancelled,
                "answer",
                place: "question",
                hint: "whoever asked has given up"
            )
        }
        guard clock.monotonicNs < untilNs else {
            throw EvaluatorError(
                .tooLong,
                "answer",
                place: "question",
                hint: "ask for less, such as a shorter range or a longer unit, or wait longer"
            )
        }
    }
}

private final class CancelFlag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isRaised: Bool { flag.load(ordering: .relaxed) }
    func raise() { flag.store(true, ordering: .relaxed) }
}
