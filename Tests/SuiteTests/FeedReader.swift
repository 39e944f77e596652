// A consumer of one segment's feed, which assembles it whatever befalls those who tell it.

import Basics
import Chassis
import Messages
import Synchronization
import Wire

/// Reads every partition's feed of a segment from its beginning on.
///
/// Between two answers it has nothing but its copies and their cursors, and some answers it loses,
/// as if it had died before it had noted them.
final class FeedReader: Sendable {
    private struct State {
        var copies: [UInt32: FeedCopy] = [:]
        var told: [FeedPlace: [EvaluationV1.MembershipChange]] = [:]
        var problems: [String] = []
        var refusals: [String: Int] = [:]
    }

    let segment: String
    private let partitions: Int
    private let evaluators: LivingEvaluators
    private let clock: any Clock
    private let state = Mutex(State())

    init(_ segment: String, partitions: Int, evaluators: LivingEvaluators, clock: any Clock) {
        self.segment = segment
        self.partitions = partitions
        self.evaluators = evaluators
        self.clock = clock
    }

    /// All that was told so far.
    var told: [FeedPlace: [EvaluationV1.MembershipChange]] { state.withLock { $0.told } }
    /// What no consumer should have to bear; empty when all is well.
    var problems: [String] { state.withLock { $0.problems } }
    /// How often it was put off, by status.
    var refusals: [String: Int] { state.withLock { $0.refusals } }
    /// Who is in by now.
    var members: Set<String> { state.withLock { Set($0.copies.values.flatMap(\.members)) } }

    /// Takes every partition's snapshot anew.
    func begin(_ chance: inout SeededRandom) async throws {
        for partition in 0..<UInt32(partitions) {
            var copy: FeedCopy?
            while copy == nil {
                try Task.checkCancellation()
                do {
                    copy = try await snapshot(partition, &chance)
                } catch let fault as Fault {
                    refused(fault)
                    try await clock.sleep(forMs: 20)
                }
            }
            state.withLock { $0.copies[partition] = copy }
        }
    }

    private func snapshot(_ partition: UInt32, _ chance: inout SeededRandom) async throws
        -> FeedCopy
    {
        guard let feed = evaluator(&chance) else { throw Fault.unavailable("nobody lives") }
        var copy = FeedCopy(partition: partition)
        var request = EvaluationV1.SnapshotRequest(segment: segment, partition: partition)
        while true {
            let page = try await feed.snapshot(
                request,
                CallOptions(timeoutMs: 3_000, project: RealSuite.project)
            )
            try copy.take(page)
            guard let next = page.next else { return copy }
            request.snapshot = page.snapshot
            request.from = next
        }
    }

    /// Follows until told that it is over.
    func run(seed: UInt64, isOver: @Sendable () -> Bool) async throws {
        var chance = SeededRandom(seed: seed)
        while !isOver(), problems.isEmpty {
            guard let feed = evaluator(&chance) else {
                try await clock.sleep(forMs: 10)
                continue
            }
            let cursors = state.withLock {
                $0.copies.sorted { $0.key < $1.key }.map(\.value.cursor)
            }
            do throws(Fault) {
                let answer = try await feed.changes(
                    EvaluationV1.ChangesRequest(
                        segment: segment,
                        cursors: cursors,
                        waitMs: 300,
                        limit: 100
                    ),
                    CallOptions(timeoutMs: 2_000, project: RealSuite.project)
                )
                guard Int.random(in: 0..<8, using: &chance) > 0 else { continue }
                for page in answer.partitions { take(page) }
            } catch {
                refused(error)
                try await clock.sleep(forMs: 20)
            }
        }
    }

    private func evaluator(_ chance: inout SeededRandom) -> EvaluationV1_FeedClient? {
        evaluators.any(&chance).map { EvaluationV1_FeedClient($0.1) }
    }

    private func take(_ page: EvaluationV1.PartitionChanges) {
        let partition = page.cursor?.partition ?? .max
        state.withLock { state in
            guard var copy = state.copies[partition] else {
                state.problems.append("partition \(partition) was not asked for")
                return
            }
            do {
                guard try copy.take(page) else {
                    state.problems.append("partition \(partition): the cursor is of no use")
                    return
                }
                state.copies[partition] = copy
                let place = FeedPlace(partition: partition, segment: segment)
                state.told[place, default: []] += page.changes
            } catch {
                state.problems.append("\(segment): \(error)")
            }
        }
    }

    private func refused(_ fault: Fault) {
        state.withLock { $0.refusals["\(fault.code)", default: 0] += 1 }
    }
}
