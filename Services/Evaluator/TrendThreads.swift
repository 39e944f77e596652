// Long counts leave the lanes alone: they run over snapshots, on few threads of their own.

import Basics
import Synchronization

/// Runs long counts, so many at a time; more are refused.
final class TrendThreads: Sendable {
    /// Most threads at a time, of which a long count takes one per lane: they share the machine
    /// with the lanes.
    static let runningMax = 8
    private let running = Atomic<Int>(0)

    /// Runs `body` on a thread of its own, which ends with it.
    func run<Answer: Sendable>(
        _ limit: QuestionLimit,
        _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        defer { running.subtract(1, ordering: .relaxed) }
        guard running.add(1, ordering: .relaxed).newValue <= Self.runningMax else {
            throw EvaluatorError(
                .busy,
                "answer",
                place: "long questions",
                hint: "\(Self.runningMax) run already: ask again"
            )
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do throws(ThreadError) {
                    _ = try OwnThread.start(name: "question") {
                        continuation.resume(with: Result { try body() })
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            limit.cancel()
        }
    }
}
