// Timers that wait on disk: memory holds few of them, and each is told at its instant all the same.

import Basics
import Foundation
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct FarTimersTests {
    private static let home = Partition(index: 0)
    private static let nearMax = 4
    private static let hourMs: Int64 = 3_600_000

    /// Who has seen and not bought within an hour, as of a log where user `u` saw at `1,000 u` ms.
    private static func log(users: Int) throws -> LogScript {
        var log = LogScript()
        let left = LiveDefinition(
            .inaction(
                Inaction(
                    did: EventMatch(["Seen"]),
                    didNot: EventMatch(["Bought"]),
                    withinMs: hourMs
                )
            ),
            zone: "UTC"
        )
        try log.segment("left", live: left, revision: 1)
        for user in 1...users {
            try log.event("Seen", by: "u\(user)", at: Timestamp(ms: Int64(user) * 1_000))
        }
        return log
    }

    private static func open(_ folder: String) throws -> Checkpoints {
        try Checkpoints(folder: folder, disk: RealDisk(), timersNearMax: nearMax)
    }

    /// Timers on disk, and how many are in memory.
    private static func waiting(_ state: PartitionState, _ checkpoints: Checkpoints) throws
        -> (far: Int, near: Int)
    {
        let far = try checkpoints.feeds.rows(of: FeedShelf.timer, in: home)
        return (far.count, state.live.timers.count)
    }

    @Test("of forty timers a few are in memory, and each is told at its instant, also restarted")
    func told() throws {
        for isRestarted in [false, true] {
            let log = try Self.log(users: 40)
            try inFolder { folder in
                var checkpoints = try Self.open(folder)
                defer { checkpoints.close() }
                var state = try checkpoints.load(Self.home)
                for record in log.records {
                    _ = try state.apply([record])
                    try checkpoints.remember(&state.live)
                    #expect(state.live.timers.count < 2 * Self.nearMax)
                }
                let waiting = try Self.waiting(state, checkpoints)
                #expect(waiting.far + waiting.near == 40 && waiting.far >= 40 - 2 * Self.nearMax)
                var told: [FeedRecord] = []
                for user in 1...40 {
                    let due = Timestamp(ms: Int64(user) * 1_000 + Self.hourMs)
                    try state.pass(due - 1)
                    #expect(state.live.news.records.isEmpty, "user \(user) came early")
                    #expect(state.live.nextDue.map { $0 <= due } ?? false)
                    try state.pass(due)
                    told += state.live.news.records
                    try checkpoints.remember(&state.live)
                    guard isRestarted, user.isMultiple(of: 7) else { continue }
                    checkpoints.close()
                    checkpoints = try Self.open(folder)
                    state = try checkpoints.load(Self.home, isFollowing: true)
                    _ = try state.apply(log.records)
                }
                #expect(told.map(\.user.value) == (0..<40).map { UInt32($0) })
                #expect(told.map(\.change.at.ms) == (1...40).map { $0 * 1_000 + Self.hourMs })
                #expect(try Self.waiting(state, checkpoints) == (0, 0))
            }
        }
    }

    @Test("who buys in time has no timer on disk, and neither has a segment that is archived")
    func forgotten() throws {
        var log = try Self.log(users: 40)
        for user in stride(from: 2, through: 40, by: 2) {
            try log.event("Bought", by: "u\(user)", at: Timestamp(ms: 50_000))
        }
        try inFolder { folder in
            let checkpoints = try Self.open(folder)
            defer { checkpoints.close() }
            var state = try checkpoints.load(Self.home)
            _ = try state.apply(Array(log.records.prefix(60)))
            try checkpoints.remember(&state.live)
            _ = try state.apply(Array(log.records.dropFirst(60)))
            try checkpoints.remember(&state.live)
            let (far, near) = try Self.waiting(state, checkpoints)
            // In memory some of no effect are left.
            #expect((20 - near...20).contains(far) && near < 2 * Self.nearMax)
            let count = log.records.count
            try log.segment("left", did("Seen"), revision: 2, archived: true)
            _ = try state.apply(Array(log.records.dropFirst(count)))
            try checkpoints.remember(&state.live)
            #expect(try Self.waiting(state, checkpoints).far == 0)
            try state.pass(Timestamp(ms: 100 * Self.hourMs))
            #expect(state.live.news.records.isEmpty)
        }
    }

    @Test("many timers of one instant come into memory together, and are gone through once")
    func together() throws {
        var log = try Self.log(users: 1)
        for user in 2...60 { try log.event("Seen", by: "u\(user)", at: Timestamp(ms: 1_000)) }
        try inFolder { folder in
            let checkpoints = try Self.open(folder)
            defer { checkpoints.close() }
            var state = try checkpoints.load(Self.home)
            _ = try state.apply(log.records)
            try checkpoints.remember(&state.live)
            #expect(try Self.waiting(state, checkpoints).far > 40)
            try state.pass(Timestamp(ms: 1_000 + Self.hourMs))
            #expect(state.live.news.records.count == 60)
        }
    }

    @Test("a build that knows no timers on disk has left none: all are wound anew")
    func older() throws {
        let log = try Self.log(users: 40)
        try inFolder { folder in
            let checkpoints = try Self.open(folder)
            defer { checkpoints.close() }
            // Without a disk to send them to, as it was.
            var state = PartitionState(Self.home)
            _ = try state.apply(log.records)
            #expect(state.live.timers.count == 40)
            try checkpoints.remember(&state.live)
            state = try checkpoints.load(Self.home, isFollowing: true)
            #expect(state.live.timers.count < 2 * Self.nearMax)
            _ = try state.apply(log.records)
            try state.pass(Timestamp(ms: 100 * Self.hourMs))
            #expect(state.live.news.records.map(\.user.value) == (0..<40).map { UInt32($0) })
        }
    }
}
