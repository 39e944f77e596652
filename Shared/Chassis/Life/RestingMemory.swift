// Memory that was freed while the process was busy goes back to the system once it is at rest.

import Basics
import ServiceLifecycle

/// Looks now and then at what the process does, and has freed memory given back when it rests.
///
/// The allocator keeps what is freed, for more of the same: behind a load of a million timers that
/// was half of an evaluator's memory. A process that is busy needs it again, and giving it back
/// takes some ms for each 100 MB, in which other threads may wait for memory.
struct RestingMemory: Service {
    /// Between two looks; what comes in bursts is not taken for rest.
    ///
    /// Unit: ms.
    static let periodMs: UInt64 = 5_000

    let clock: any Clock
    /// Processor time used so far, in seconds.
    let cpuSeconds: @Sendable () -> Double
    /// Gives freed memory back to the system; may block.
    let giveBack: @Sendable () -> Void

    /// What is known of the process between two looks; decides without acting.
    struct Watch: Sendable, Hashable {
        /// Of a core: timers, heartbeats and watermarks of a suite without work take less.
        static let restingShare = 0.1
        /// Work that frees something worth giving back.
        ///
        /// Unit: s of processor time.
        static let worthwhileSeconds = 0.2

        private var last: Double
        private var givenBack: Double
        /// Whether it has been busy since; a start is work.
        private var hasWorked = true

        /// From a first look on: what a start needs is given back, too.
        init(cpuSeconds: Double) {
            last = cpuSeconds
            givenBack = 0
        }

        /// Whether memory is to be given back now.
        mutating func look(cpuSeconds: Double, afterSeconds: Double) -> Bool {
            let isResting = cpuSeconds - last < Self.restingShare * afterSeconds
            last = cpuSeconds
            guard isResting else {
                hasWorked = true
                return false
            }
            guard hasWorked, cpuSeconds - givenBack >= Self.worthwhileSeconds else { return false }
            (hasWorked, givenBack) = (false, cpuSeconds)
            return true
        }
    }

    /// Looks every period, until the process stops.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            var watch = Watch(cpuSeconds: cpuSeconds())
            while !Task.isCancelled {
                // Cancelled is how it ends.
                do { try await clock.sleep(forMs: Self.periodMs) } catch { return }
                let seconds = Double(Self.periodMs) / 1_000
                guard watch.look(cpuSeconds: cpuSeconds(), afterSeconds: seconds) else { continue }
                // Without a thread to be had it stays, as if there had been no rest.
                do { try await OwnThread.run(name: "rest", giveBack) } catch { continue }
            }
        }
    }
}
