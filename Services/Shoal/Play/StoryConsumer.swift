// What live segments tell in a suite on stage, read as any consumer of their feeds reads it.

import Basics
import Chassis
import Messages
import Segments
import Stories
import Wire

/// A consumer of the feeds of a story's live segments: each change once, in order, and checked.
///
/// Its copies are held against the source's sums with every page, and against a new snapshot
/// whenever it has heard everything up to an instant: a gap, a repeat or a member too many ends
/// the story.
actor StoryConsumer {
    /// How long the suite may take to come to an instant: longer than a restart.
    ///
    /// Unit: ms.
    private static let patienceMs: UInt64 = 30_000
    /// How often it is asked meanwhile.
    ///
    /// Unit: ms.
    private static let askEveryMs: UInt64 = 5
    private static let pageMax: UInt32 = 5_000
    private static let pageBytes: UInt32 = 1 << 20

    private let suite: Suite
    private let project: ProjectName
    /// The copies of each segment by partition, and the segments in the order of their beginning.
    private var copies: [String: [FeedCopy]] = [:]
    private var segments: [String] = []
    private var told: [Story.Change] = []

    init(suite: Suite, project: ProjectName) {
        self.suite = suite
        self.project = project
    }

    /// Begins with a segment's members, as they are now.
    func follow(_ segment: String) async throws {
        var copies: [FeedCopy] = []
        for end in try await ends() {
            let (copy, _) = try await patiently { try await self.snapshot(segment, end.partition) }
            copies.append(copy)
        }
        self.copies[segment] = copies
        segments.append(segment)
    }

    /// Reads a segment no more.
    func leave(_ segment: String) {
        copies[segment] = nil
        segments.removeAll { $0 == segment }
    }

    /// Hears what is told up to an instant, which the suite's log has passed or will pass at once.
    func listen(upTo instant: Timestamp) async throws {
        let ends = try await ends()
        for segment in segments {
            for end in ends { try await listen(to: segment, end, instant) }
        }
    }

    /// What was heard since it was asked last.
    func takeTold() -> [Story.Change] {
        defer { told = [] }
        return told
    }

    /// Who is in a segment by what was heard; nil: it is not read.
    func members(of segment: String) -> Set<UserID>? {
        copies[segment].map { Set($0.flatMap(\.members).compactMap(UserID.init)) }
    }

    private func listen(to segment: String, _ end: LogV1.Position, _ instant: Timestamp)
        async throws
    {
        let now = try await patiently {
            let (copy, position) = try await self.snapshot(segment, end.partition)
            guard position.nextOffset >= end.nextOffset, position.watermarkMs >= instant.ms else {
                throw Fault.unavailable("partition \(end.partition) has not come to \(instant)")
            }
            return copy
        }
        let index = Int(end.partition)
        guard var copy = copies[segment]?[index] else { return }
        let client = try await suite.feed()
        // A version that is over tells the rest, and where the next one begins.
        while copy.cursor != now.cursor {
            let request = EvaluationV1.ChangesRequest(
                segment: segment,
                cursors: [copy.cursor],
                limit: Self.pageMax
            )
            let answer = try await patiently { try await client.changes(request, self.options) }
            guard !answer.partitions.isEmpty else {
                throw lost(segment, "ends before its snapshot")
            }
            for page in answer.partitions {
                let page = copy.named(page)
                guard try copy.take(page) else { throw lost(segment, "has begun anew") }
                told += try page.changes.map { try change($0, of: segment) }
            }
        }
        guard copy.cursor == now.cursor, copy.members == now.members else {
            throw lost(segment, "has other members than its changes tell")
        }
        copies[segment]?[index] = copy
    }

    private func snapshot(_ segment: String, _ partition: UInt32) async throws
        -> (FeedCopy, LogV1.Position)
    {
        var copy = FeedCopy(partition: partition)
        var request = EvaluationV1.SnapshotRequest(
            segment: segment,
            partition: partition,
            limit: Self.pageMax
        )
        let client = try await suite.feed()
        while true {
            let page = try await client.snapshot(request, options)
            try copy.take(page)
            guard let next = page.next else { return (copy, page.position ?? .init()) }
            request.snapshot = page.snapshot
            request.from = next
        }
    }

    private func ends() async throws -> [LogV1.Position] {
        try await suite.ingestion().positions(
            IngestionV1.PositionsRequest(),
            CallOptions(timeoutMs: Suite.shortMs, project: project)
        ).positions
    }

    private var options: CallOptions {
        var options = Questions.options(project)
        options.maxReplyBytes = Self.pageBytes
        return options
    }

    /// Asks until it is answered, where the answer may come with time.
    private func patiently<Answer: Sendable>(
        _ ask: () async throws -> Answer
    ) async throws -> Answer {
        let clock = suite.outside.clock
        let end = clock.monotonicNs + Self.patienceMs * 1_000_000
        while true {
            do {
                return try await ask()
            } catch let fault as Fault where fault.isRetriable && clock.monotonicNs < end {
                try await clock.sleep(forMs: Self.askEveryMs)
            }
        }
    }

    private func change(_ change: EvaluationV1.MembershipChange, of segment: String) throws
        -> Story.Change
    {
        guard let kind = Story.Change.Kind(change.kind), let user = UserID(change.userID) else {
            throw lost(segment, "tells what this program does not know")
        }
        return Story.Change(
            segment: segment,
            user: user,
            kind: kind,
            at: Timestamp(ms: change.atMs)
        )
    }

    private func lost(_ segment: String, _ what: String) -> Fault {
        .dataLoss("the feed of \(segment) \(what)", place: segment)
    }
}

extension Story.Change.Kind {
    /// A change's kind as the feed says it; nil: it is none of a story.
    init?(_ kind: EvaluationV1.MembershipKind) {
        switch kind {
        case .entered: self = .entered
        case .left: self = .left
        case .retracted: self = .retracted
        case .corrected: self = .corrected
        case .erased: self = .erased
        default: return nil
        }
    }
}
