// What timers bring stands in the columns behind all that is there, whatever was sealed when.

import Basics
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct TimedMarksTests {
    private static let home = Partition(index: 0)

    @Test("what timers bring behind the last record waits for the next, and asks for no seal")
    func stuck() throws {
        var log = LogScript()
        let left = LiveDefinition(
            .inaction(
                Inaction(
                    did: EventMatch(["Seen"]),
                    didNot: EventMatch(["Bought"]),
                    withinMs: 1_000
                )
            ),
            zone: "UTC"
        )
        try log.segment("left", live: left, revision: 1)
        try log.event("Seen", by: "ann", at: Timestamp(ms: 1_000))
        try inFolder { folder in
            let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            defer { checkpoints.close() }
            var state = PartitionState(Self.home)
            let catalogue = Catalogue()
            try catalogue.apply(try state.apply(log.records))
            #expect(state.tailRows > 0)
            try checkpoints.seal(&state, catalogue: catalogue)
            #expect(state.tailRows == 0)
            try state.pass(Timestamp(ms: 3_000))
            #expect(state.live.ends.map(\.members) == [1])
            #expect(state.projects.values.contains { !$0.tail.isEmpty })
            #expect(state.tailRows == 0 && state.tailBytes == 0)
            try log.event("Opened", by: "ann", at: Timestamp(ms: 3_000))
            try catalogue.apply(try state.apply(Array(log.records.suffix(1))))
            #expect(state.tailRows > 1)
        }
    }

    @Test("what timers bring behind a seal stands behind it also when columns are read again")
    func rewritten() throws {
        var log = LogScript()
        let wait = Inaction(
            did: EventMatch(["Seen"]),
            didNot: EventMatch(["Bought"]),
            withinMs: 1_000
        )
        try log.segment("left", live: LiveDefinition(.inaction(wait)), revision: 1)
        for (user, at) in [("ann", 1_000), ("bob", 2_000)] as [(String, Int64)] {
            try log.event("Seen", by: user, at: Timestamp(ms: at))
        }
        try inFolder { folder in
            var checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            var state = PartitionState(Self.home)
            let catalogue = Catalogue()
            try catalogue.apply(try state.apply(log.records))
            try checkpoints.seal(&state, catalogue: catalogue)
            try state.pass(Timestamp(ms: 2_500))
            try checkpoints.remember(&state.live)
            checkpoints.close()
            checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            defer { checkpoints.close() }
            try checkpoints.rewrite()
            state = try checkpoints.load(Self.home, isFollowing: true)
            _ = try state.apply(log.records)
            try state.pass(Timestamp(ms: 3_500))
            let inFeed = try #require(state.live.ends.first?.inFeed)
            let members = try state.members(Definition(.inFeed(inFeed)), at: Timestamp(ms: 4_000))
            #expect(Set(members.map { "\($0)" }) == ["ann", "bob"])
        }
    }
}
