// Feeds are kept so long: what is older goes, and nothing else changes by it.

import Basics
import Foundation
import Messages
import Segments
import Testing

@testable import Evaluator

@Suite struct FeedRetentionTests {
    private static let home = Partition(index: 0)
    private static let dayMs = CivilDate.dayMs
    private static let users = 6

    /// Ten days on each of which everybody charges; an older segment ends on the third.
    private func log() throws -> LogScript {
        var log = LogScript()
        let live = LiveDefinition(
            .action(Action(EventMatch(["Charged"]))),
            stay: .duration(ms: Self.dayMs / 3),
            zone: "UTC"
        )
        try log.segment("charged", live: live, revision: 1)
        try log.segment("over", live: live, revision: 2)
        for day in 1...10 as ClosedRange<Int64> {
            for user in 0..<Self.users {
                let at = Timestamp(ms: day * Self.dayMs + Int64(user) * 60_000)
                log.logTime = at
                try log.event("Charged", by: "user-\(user)", at: at)
            }
            if day == 3 { try log.segment("over", live: live, revision: 3, archived: true) }
        }
        return log
    }

    private func apply(
        _ log: LogScript,
        to state: inout PartitionState,
        _ checkpoints: Checkpoints
    ) throws {
        let catalogue = Catalogue()
        for (number, record) in log.records.enumerated() {
            try catalogue.apply(try state.apply([record]))
            if !state.live.news.isEmpty { try checkpoints.remember(&state.live) }
            if number % 20 == 19 { try checkpoints.seal(&state, catalogue: catalogue) }
        }
    }

    @Test("what is older than it is kept is told no more; members, hash and columns stay")
    func trimmed() throws {
        let log = try log()
        try inFolder { whole in
            try inFolder { folder in
                let all = try Checkpoints(folder: whole, disk: RealDisk())
                defer { all.close() }
                var wanted = PartitionState(Self.home)
                try apply(log, to: &wanted, all)
                let keepMs = 3 * Self.dayMs
                var some = try Checkpoints(folder: folder, disk: RealDisk(), feedKeepMs: keepMs)
                var state = PartitionState(Self.home)
                try apply(log, to: &state, some)

                let full = try #require(wanted.live.ends.first)
                var end = try #require(state.live.ends.first)
                #expect(full.first == 1 && end.first > 1 && end.first < end.sequence)
                let now = try #require(log.logTime)
                let kept = try some.feeds.records(of: end.feed, in: Self.home, after: 0, limit: 999)
                let told = try all.feeds.records(of: end.feed, in: Self.home, after: 0, limit: 999)
                #expect(kept.map(\.sequence) == Array(end.first...end.sequence))
                #expect(kept.map(\.change) == told.suffix(kept.count).map(\.change))
                let oldest = try #require(kept.first)
                #expect(now.msSince(oldest.logTime) <= keepMs + 2 * FeedShelf.trimEveryMs)
                let before = told[Int(end.first) - 2]
                #expect(now.msSince(before.logTime) > keepMs - FeedShelf.trimEveryMs)

                // Who has what came before goes on; who lacks more starts from a snapshot.
                #expect(end.cursor(Self.home, at: end.first - 1, under: Epoch(1)).fits(end))
                #expect(!end.cursor(Self.home, at: end.first - 2, under: Epoch(1)).fits(end))
                #expect(!EvaluationV1.FeedCursor(partition: 0).fits(end))
                #expect(EvaluationV1.FeedCursor(partition: 0, sequence: .max).fits(end))
                // What is over is kept no longer.
                let over = FeedID(project: end.feed.project, revision: 2)
                let left = try some.feeds.records(of: over, in: Self.home, after: 0, limit: 999)
                #expect(left.isEmpty)
                let were = try all.feeds.records(of: over, in: Self.home, after: 0, limit: 1)
                #expect(!were.isEmpty)

                try audit(some)
                some.close()
                some = try Checkpoints(folder: folder, disk: RealDisk(), feedKeepMs: keepMs)
                defer { some.close() }
                state = try some.load(Self.home, isFollowing: true)
                _ = try state.apply(Array(log.records[Int(state.next.value)...]))
                #expect(state.live.ends.first == end)
                end.first = 1
                #expect(end == full)
                try expectSame(state, wanted)
            }
        }
    }

    @Test("columns that begin anew know who was in by what feeds keep no more")
    func rebuilt() throws {
        let log = try log()
        try inFolder { folder in
            let keepMs = 3 * Self.dayMs
            let checkpoints = try Checkpoints(folder: folder, disk: RealDisk(), feedKeepMs: keepMs)
            defer { checkpoints.close() }
            var before = PartitionState(Self.home)
            try apply(log, to: &before, checkpoints)
            try checkpoints.rewrite()
            var after = try checkpoints.load(Self.home, isFollowing: true)
            #expect(after.next == .zero)
            try apply(log, to: &after, checkpoints)
            #expect(after.live.ends == before.live.ends)
            try expectSame(after, before)
        }
    }

    /// Who was in, as of each day's beginning, its noon and after the stay.
    private func expectSame(_ state: PartitionState, _ wanted: PartitionState) throws {
        let condition = Definition(.inFeed(InFeed("charged", revision: 1)))
        for day in 1...10 as ClosedRange<Int64> {
            for hour in [0, 4, 9] as [Int64] {
                let at = Timestamp(ms: day * Self.dayMs + hour * 3_600_000 + 150_000)
                let members = try wanted.members(condition, at: at)
                #expect(try state.members(condition, at: at) == members)
                #expect(members.isEmpty == (hour == 9 && day < 10))
            }
        }
    }

    /// What another evaluator would copy is whole.
    private func audit(_ checkpoints: Checkpoints) throws {
        var audit = KeptAudit(Self.home)
        for family in KeptFamily.allCases {
            var after: [UInt8] = []
            while true {
                let page = try checkpoints.rows(of: Self.home, family, after: after)
                try audit.take(page.rows, family)
                guard let last = page.rows.last else { break }
                after = last.key
            }
        }
        try audit.finish()
    }
}
