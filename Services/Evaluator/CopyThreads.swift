// Threads of their own for copies of checkpoints and for merges: beside lanes and task pool.

import Basics

/// Does the disk work of copies, a bounded number of pieces at a time.
final class CopyThreads: Sendable {
    private typealias Job = @Sendable () -> Void
    /// Threads: two copies are made at once, and others are answered meanwhile.
    static let count = 3
    /// Pieces of work that may wait; the next is refused.
    static let waitingMax = 64
    private let jobs = BoundedQueue<Job>(capacity: CopyThreads.waitingMax)

    /// Each thread's body: returns when stopped, after what is queued.
    func work() {
        while let job = jobs.pop() { job() }
    }

    /// Ends the threads' loops.
    func stop() { jobs.close() }

    /// Runs `body` on one of the threads some time; false when too much waits, or they have ended.
    func tryStart(_ body: @escaping @Sendable () -> Void) -> Bool { jobs.tryPush(body) }

    /// Runs `body` on one of the threads and waits for it without blocking the caller's.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            let isQueued = jobs.tryPush { continuation.resume(with: Result { try body() }) }
            if !isQueued {
                continuation.resume(
                    throwing: EvaluatorError(
                        jobs.isClosed ? .stopped : .busy,
                        "copy a checkpoint",
                        place: "copies",
                        hint: "ask again a little later"
                    )
                )
            }
        }
    }
}
