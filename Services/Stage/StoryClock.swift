// Time on stage: the wall shows the story's instant, threads and leases live by the machine's.

import Basics
import Synchronization

/// The story's instant, and the two clocks that services are given of it.
final class StoryClock: Sendable {
    private let wallMs: Atomic<Int64>
    private let startMs: Int64

    init(_ start: Timestamp) {
        startMs = start.ms
        wallMs = Atomic(start.ms)
    }

    /// The story's instant.
    var now: Timestamp { Timestamp(ms: wallMs.load(ordering: .acquiring)) }

    /// Moves the story on; never back.
    func advance(to instant: Timestamp) { wallMs.max(instant.ms, ordering: .releasing) }

    /// For services: what is the time is the story's affair, how long to wait is the machine's.
    ///
    /// So a month passes between two lines without ending a lease or a call.
    var ofServices: any Clock { ServiceClock(story: self) }

    /// For the log: both of its readings are the story's, so that log time is exactly its instant.
    var ofLog: any Clock { LogTime(story: self) }

    /// Nanoseconds since the story's beginning, from 1.
    fileprivate var elapsedNs: UInt64 {
        UInt64(clamping: now.ms.subtractingReportingOverflow(startMs).partialValue) * 1_000_000 + 1
    }

    private struct ServiceClock: Clock {
        let story: StoryClock
        private let machine = SystemClock()

        init(story: StoryClock) { self.story = story }

        var now: Timestamp { story.now }
        var monotonicNs: UInt64 { machine.monotonicNs }

        func sleep(untilMonotonicNs instant: UInt64) async throws {
            try await machine.sleep(untilMonotonicNs: instant)
        }
    }

    private struct LogTime: Clock {
        /// How often a sleeper looks at the story's time.
        ///
        /// Unit: ms.
        private static let napMs: UInt64 = 5

        let story: StoryClock

        var now: Timestamp { story.now }
        var monotonicNs: UInt64 { story.elapsedNs }

        func sleep(untilMonotonicNs instant: UInt64) async throws {
            while monotonicNs < instant { try await SystemClock().sleep(forMs: Self.napMs) }
        }
    }
}
