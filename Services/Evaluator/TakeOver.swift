// Partitions that are new here: what much is missing of is copied before a lane adopts it.

import Basics
import Chassis
import Logging
import Messages
import Synchronization

/// Prepares the checkpoints of partitions that the map gives this instance.
///
/// A partition is: unknown → waiting (much of its log is missing here) → copying → ready; or ready
/// at once. What the map takes away is forgotten, except while it is being copied. The follower
/// goes on with the others meanwhile.
final class TakeOver: Sendable {
    /// Partitions copied side by side: while one waits for a peer, the other writes.
    static let copiesAtOnce = 2

    private struct State {
        var waiting: [(partition: Partition, view: RosterView)] = []
        var copying: Set<Partition> = []
        var ready: Set<Partition> = []
        /// For which questions wait as for one that is catching up.
        var announced: Set<Partition> = []
        /// Those that are to be owned; others are for a standby, and come after them.
        var toBeOwned: Set<Partition> = []

        /// Of those to be owned that are not ready, questions are to wait from now on.
        mutating func announce() -> Set<Partition> {
            let new = toBeOwned.subtracting(announced).filter { knows($0) && !ready.contains($0) }
            announced.formUnion(new)
            return new
        }

        func knows(_ partition: Partition) -> Bool {
            ready.contains(partition) || copying.contains(partition)
                || waiting.contains { $0.partition == partition }
        }
    }

    private let copy: CheckpointCopy
    private let applied: Applied
    private let clock: any Clock
    private let logger: Logger
    private let state = Mutex(State())
    /// Rises when something waits to be copied.
    private let work: RisingNumber
    /// Rises when a partition has become ready.
    let news: RisingNumber

    init(
        copy: CheckpointCopy,
        applied: Applied,
        clock: any Clock,
        logger: Logger
    ) {
        self.copy = copy
        self.applied = applied
        self.clock = clock
        self.logger = logger
        work = RisingNumber(clock: clock)
        news = RisingNumber(clock: clock)
    }

    /// Those of the partitions wanted now that a lane may adopt; the others come later, as `news`
    /// tells.
    ///
    /// - Parameter toBeOwned: those of them that the map gives this instance as their owner.
    func ready(
        of wanted: Set<Partition>,
        toBeOwned: Set<Partition>,
        in view: RosterView
    ) async -> Set<Partition> {
        let (new, forgotten) = state.withLock { state in
            state.ready.formIntersection(wanted)
            state.waiting.removeAll { !wanted.contains($0.partition) }
            state.toBeOwned = toBeOwned
            let forgotten = state.announced.subtracting(toBeOwned)
            state.announced.formIntersection(toBeOwned)
            return (wanted.filter { !state.knows($0) }, forgotten)
        }
        for partition in forgotten { applied.note(nil, of: partition) }
        if !new.isEmpty { await sort(new, view) }
        let nothing = Applied.PartitionEnd(next: .zero, watermark: .earliest)
        for partition in state.withLock({ $0.announce() }) {
            applied.note(nothing, of: partition)
        }
        return state.withLock { $0.ready }
    }

    /// Notes that lanes have adopted these.
    func adopted(_ partitions: Set<Partition>) {
        state.withLock { state in
            state.ready.subtract(partitions)
            state.announced.subtract(partitions)
        }
    }

    /// Copies what waits, until cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.copiesAtOnce {
                group.addTask { await self.copyOneByOne() }
            }
        }
    }

    /// Decides which new partitions are worth a copy; where that cannot be known, none.
    private func sort(_ partitions: Set<Partition>, _ view: RosterView) async {
        var worthwhile: [Partition] = []
        if view.instances(.evaluator).count > 1 {
            do {
                worthwhile = try await copy.worthwhile(partitions)
            } catch {
                logger.notice("no checkpoint is copied, the log is read: \(error)")
            }
        }
        state.withLock { state in
            state.ready.formUnion(partitions.subtracting(worthwhile))
            state.waiting += worthwhile.map { ($0, view) }
        }
        if !worthwhile.isEmpty { work.raise() }
    }

    private func copyOneByOne() async {
        while !Task.isCancelled {
            let seen = work.value
            guard let next = begin() else {
                _ = await work.wait(above: seen, untilNs: .max)
                continue
            }
            await copy(next.partition, next.view, isToBeOwned: next.isToBeOwned)
            state.withLock { state in
                state.copying.remove(next.partition)
                state.ready.insert(next.partition)
            }
            news.raise()
            // Another may wait for its turn.
            work.raise()
        }
    }

    /// The next to copy; of those for a standby one at a time, so that others need not wait.
    private func begin()
        -> (partition: Partition, view: RosterView, isToBeOwned: Bool)?
    {
        state.withLock { state in
            let first = state.waiting.firstIndex { state.toBeOwned.contains($0.partition) }
            guard !state.waiting.isEmpty, first != nil || state.copying.isEmpty else { return nil }
            let next = state.waiting.remove(at: first ?? 0)
            state.copying.insert(next.partition)
            return (next.partition, next.view, first != nil)
        }
    }

    private func copy(_ partition: Partition, _ view: RosterView, isToBeOwned: Bool) async {
        let beganNs = clock.monotonicNs
        do {
            guard
                let outcome = try await copy.take(
                    partition,
                    from: view,
                    patiently: isToBeOwned
                )
            else { return }
            logger.info(
                "a checkpoint was copied",
                metadata: [
                    LogKeys.partition: "\(partition)", LogKeys.peer: "\(outcome.peer)",
                    LogKeys.offset: "\(outcome.sealedTo)", LogKeys.bytes: "\(outcome.bytes)",
                    LogKeys.elapsedMs: "\((clock.monotonicNs - beganNs) / 1_000_000)",
                ]
            )
        } catch {
            logger.notice(
                "no checkpoint was copied, the log is read: \(error)",
                metadata: [LogKeys.partition: "\(partition)"]
            )
        }
    }
}
