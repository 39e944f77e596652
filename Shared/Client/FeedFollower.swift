// The reading of a feed: snapshots where they are needed, long polls, and patience.

import Basics
import Chassis
import Messages
import Wire

/// Reads one segment's feed; belongs to one iterator.
final class FeedFollower {
    /// Users of a snapshot's page, and changes of an answer.
    private static let pageMax: UInt32 = 5_000
    private static let pageBytes: UInt32 = 1 << 20
    /// How long an answer is waited for beside the wait for news.
    ///
    /// Unit: ms.
    private static let waitMs: UInt32 = 20_000
    private static let answerMs: UInt32 = 10_000
    /// How often a snapshot is begun anew whose pages do not belong together, as when its owner
    /// ended between two of them.
    private static let snapshotTries = 4

    private let segment: String
    private let client: EvaluationV1_FeedClient
    private let options: CallOptions
    private let pace: FeedPace
    private var copies: [FeedCopy]
    /// Partitions whose members are to be told next.
    private var unknown: [Int]
    /// In which order partitions are asked about: who was told of last comes last.
    private var turns: [Int]
    private var ready: ArraySlice<FeedStep> = []
    private var isOver = false

    init(_ feed: SegmentFeed) {
        segment = feed.segment
        client = feed.client
        pace = feed.pace
        copies = feed.copies
        unknown = feed.copies.indices.filter { feed.copies[$0].cursor.generation == 0 }.reversed()
        turns = Array(feed.copies.indices)
        var options = feed.options
        options.maxReplyBytes = max(options.maxReplyBytes, Self.pageBytes)
        self.options = options
    }

    /// The next step; nil behind a failure.
    func next() async throws(Fault) -> FeedStep? {
        guard !isOver else { return nil }
        do throws(Fault) {
            while true {
                if let step = ready.popFirst() { return step }
                if let partition = unknown.popLast() { return try await members(of: partition) }
                try await listen()
            }
        } catch {
            isOver = true
            throw error
        }
    }

    private func members(of partition: Int) async throws(Fault) -> FeedStep {
        var problem: FeedCopy.Problem?
        for _ in 0..<Self.snapshotTries {
            do {
                let copy = try await snapshot(of: UInt32(partition))
                copies[partition] = copy
                return FeedStep(news: .members(copy.members), cursor: copy.cursor)
            } catch let error as FeedCopy.Problem {
                problem = error
            } catch let error as Fault {
                // Its owner keeps it no more.
                guard error.code == .outOfRange else { throw error }
            } catch {
                throw Fault(.internal, "\(error)")
            }
        }
        throw Self.lost(problem?.description ?? "partition \(partition): no snapshot is kept")
    }

    private func snapshot(of partition: UInt32) async throws -> FeedCopy {
        var copy = FeedCopy(partition: partition)
        var request = EvaluationV1.SnapshotRequest(
            segment: segment,
            partition: partition,
            limit: Self.pageMax
        )
        while true {
            let asked = request
            let page = try await pace.persist { [client, options] () async throws(Fault) in
                try await client.snapshot(asked, options)
            }
            try copy.take(page)
            guard let next = page.next else { return copy }
            request.snapshot = page.snapshot
            request.from = next
        }
    }

    /// Waits for changes, and makes steps of them.
    private func listen() async throws(Fault) {
        let request = EvaluationV1.ChangesRequest(
            segment: segment,
            cursors: turns.map { copies[$0].cursor },
            waitMs: Self.waitMs,
            limit: Self.pageMax
        )
        var options = options
        options.timeoutMs = Self.waitMs + Self.answerMs
        let asked = options
        let answer = try await pace.persist { [client] () async throws(Fault) in
            try await client.changes(request, asked)
        }
        var steps: [FeedStep] = []
        for page in answer.partitions {
            guard let index = page.cursor?.partition, index < copies.count else {
                throw Self.lost("changes of no partition")
            }
            let partition = Int(index)
            let page = copies[partition].named(page)
            do throws(FeedCopy.Problem) {
                guard try copies[partition].take(page) else {
                    unknown.append(partition)
                    continue
                }
            } catch {
                throw Self.lost(error.description)
            }
            steps.append(FeedStep(news: .changes(page.changes), cursor: copies[partition].cursor))
        }
        let told = Set(steps.map { Int($0.cursor.partition) })
        turns = turns.filter { !told.contains($0) } + turns.filter { told.contains($0) }
        ready = steps[...]
    }

    private static func lost(_ what: String) -> Fault {
        .dataLoss(what, place: "feed", hint: "follow it anew, without cursors")
    }
}

/// How long a feed's calls are repeated.
struct FeedPace: Sendable {
    /// How long calls may fail in a row: longer than a partition's take-over takes.
    ///
    /// Unit: ns.
    static let patienceNs: UInt64 = 120_000_000_000

    let clock: any Clock
    let random: SeededRandom
    /// Whether the client was closed, so that nothing will pass.
    let isClosed: @Sendable () -> Bool

    /// Makes a call until it succeeds, or fails in a way that will not pass.
    func persist<Answer: Sendable>(
        _ call: @Sendable () async throws(Fault) -> Answer
    ) async throws(Fault) -> Answer {
        var random = random
        let (pace, begunNs) = (RetryPolicy(), clock.monotonicNs)
        var attempt: UInt32 = 0
        while true {
            do throws(Fault) {
                return try await call()
            } catch {
                // A reply that was lost shows as a deadline that passed.
                let mayPass = error.isRetriable || error.code == .deadlineExceeded
                let isOver = clock.monotonicNs - begunNs > Self.patienceNs || isClosed()
                guard mayPass, !isOver, !Task.isCancelled else { throw error }
                let waitNs = pace.delayNs(
                    attempt: min(attempt, 64),
                    retryAfterMs: error.retryAfterMs,
                    chance: &random
                )
                attempt += 1
                do {
                    try await clock.sleep(untilMonotonicNs: clock.monotonicNs + waitNs)
                } catch {
                    throw .cancelled("the feed was let go")
                }
            }
        }
    }
}
