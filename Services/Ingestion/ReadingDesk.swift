// A few threads of their own for work that blocks on the disk, so that the task pool never does.

import Basics

/// Runs blocking reads off the cooperative pool, a bounded number at a time.
final class ReadingDesk: Sendable {
    private typealias Job = @Sendable () -> Void
    private let jobs: BoundedQueue<Job>
    private let threads: [OwnThread]

    /// - Parameter waitingMax: reads that may wait; the next is refused.
    init(threads count: Int = 2, waitingMax: Int = 1_024) throws(ThreadError) {
        let jobs = BoundedQueue<Job>(capacity: waitingMax)
        self.jobs = jobs
        var started: [OwnThread] = []
        for number in 1...max(count, 1) {
            started.append(
                try OwnThread.start(name: "read-\(number)") {
                    while let job = jobs.pop() { job() }
                }
            )
        }
        threads = started
    }

    /// Reads that wait now.
    var waitingCount: Int { jobs.count }

    /// Runs a read on one of the threads and waits for it without blocking the caller's.
    func run<Value: Sendable>(_ read: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await withCheckedThrowingContinuation { answer in
            let isQueued = jobs.tryPush { answer.resume(with: Result { try read() }) }
            if !isQueued {
                answer.resume(
                    throwing: IngestionError(
                        jobs.isClosed ? .stopped : .busy,
                        "read",
                        place: "the log",
                        hint: "ask again a little later"
                    )
                )
            }
        }
    }

    /// Finishes what is queued and ends the threads.
    func stop() {
        jobs.close()
        for thread in threads { thread.join() }
    }
}
