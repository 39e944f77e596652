// Long counts leave the lanes alone: they run over snapshots, on few threads of their own.

import Basics
import Synchronization

/// Whether a long count should end before it is done.
struct TrendLimit: Sendable {
    let clock: any Clock
    /// When the caller gives up.
    ///
    /// Unit: ns of the monotonic clock.
    let untilNs: UInt64
    fileprivate let cancelled: CancelFlag

    init(clock: any Clock, untilNs: UInt64) {
        self.clock = clock
        self.untilNs = untilNs
        cancelled = CancelFlag()
    }

    /// Throws when nobody waits for the rest any more.
    func check() throws {
        if cancelled.isRaised { throw CancellationError() }
        guard clock.monotonicNs < untilNs else {
            throw EvaluatorError(
                .tooLong,
                "count over time",
                place: "trend",
                hint: "ask for fewer points: a shorter range or a longer unit, or wait longer"
            )
        }
    }
}

private final class CancelFlag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isRaised: Bool { flag.load(ordering: .relaxed) }
    func raise() { flag.store(true, ordering: .relaxed) }
}

/// Runs long counts, so many at a time; more are refused.
final class TrendThreads: Sendable {
    /// Most long counts at a time: they share the machine with the lanes.
    static let runningMax = 4
    private let running = Atomic<Int>(0)

    /// Runs `body` on a thread of its own, which ends with it.
    func run<Answer: Sendable>(
        _ limit: TrendLimit,
        _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        defer { running.subtract(1, ordering: .relaxed) }
        guard running.add(1, ordering: .relaxed).newValue <= Self.runningMax else {
            throw EvaluatorError(
                .busy,
                "count over time",
                place: "trend",
                hint: "\(Self.runningMax) long counts run already: ask again"
            )
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do throws(ThreadError) {
                    _ = try OwnThread.start(name: "trend") {
                        continuation.resume(with: Result { try body() })
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            limit.cancelled.raise()
        }
    }
}
