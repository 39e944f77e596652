// Segments that are quarantined: from whichever place in the log that is known, what else is
// followed is the same, and what begins later is.

import Basics
import Columns
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct LiveQuarantineTests {
    private static let home = Partition(index: 5)
    private static let bought = LiveDefinition(.action(Action(EventMatch(["Charged"]))))
    private static let seen = LiveDefinition(.action(Action(EventMatch(["Seen"]))))
    /// Enters by an event, when a segment has the user in.
    private static let fans = LiveDefinition(
        .action(Action(EventMatch(["Seen"]))),
        filter: Definition(nodes: [.inSegment(InSegment("poison"))])
    )
    private static let poison = SegmentVersion(project: shop, name: "poison", version: 1)

    /// A log with a segment that is quarantined, one that uses it, and one that has nothing to do
    /// with them.
    private struct Case {
        var log = LogScript()
        /// Where the segments have told something already.
        let middle: LogOffset

        init() throws {
            log.logTime = day(10)
            try log.segment("poison", live: LiveQuarantineTests.bought, revision: 1)
            try log.segment("buyers", live: LiveQuarantineTests.bought, revision: 2)
            try log.segment("fans", live: LiveQuarantineTests.fans, revision: 3)
            for id in ["ann", "bob"] {
                try log.event("Charged", by: id, at: day(9))
                try log.event("Seen", by: id, at: day(9))
            }
            middle = log.next
            try log.event("Charged", by: "cid", at: day(9))
        }

        /// The catalogue says so, and then the segments go on under next versions.
        mutating func heal() throws {
            try log.segment("poison", live: bought, revision: 4, quarantined: [1])
            try log.segment("fans", live: fans, revision: 5, quarantined: [1])
            try log.event("Seen", by: "cid", at: day(9))
            try log.segment("poison", live: bought, revision: 6, version: 2, quarantined: [1])
            try log.segment("fans", live: fans, revision: 7, version: 2, quarantined: [1])
            for id in ["ann", "dan"] {
                try log.event("Charged", by: id, at: day(10))
                try log.event("Seen", by: id, at: day(10))
            }
        }

        private var bought: LiveDefinition { LiveQuarantineTests.bought }
        private var fans: LiveDefinition { LiveQuarantineTests.fans }
    }

    /// The log read, with what is known of a version from a place on.
    private func state(_ log: LogScript, knowing place: LogOffset?) throws -> PartitionState {
        var state = PartitionState(Self.home)
        let records = log.records
        let middle = Int(place?.value ?? UInt64(records.count))
        _ = try state.apply(Array(records[..<middle]))
        if place != nil { try state.live.quarantine([Self.poison]) }
        _ = try state.apply(Array(records[middle...]))
        return state
    }

    private func names(_ state: PartitionState) -> [String] {
        state.live.ends.map { "\($0.segment.text) \($0.version)" }
    }

    @Test("it is followed no more, nor is what uses it; all else is")
    func dropped() throws {
        let one = try Case()
        let before = try state(one.log, knowing: nil)
        #expect(names(before) == ["poison 1", "buyers 1", "fans 1"])
        #expect(before.live.ends.map(\.members) == [3, 3, 2])
        for place in [.zero, one.middle, one.log.next] {
            let state = try state(one.log, knowing: place)
            #expect(names(state) == ["buyers 1"])
            #expect(state.live.ends == before.live.ends.filter { $0.segment == "buyers" })
            #expect(state.live.over.isEmpty, "nobody reads the rest of what it told")
        }
        let never = try state(one.log, knowing: .zero)
        let told = Set(never.live.news.records.map(\.feed.revision))
        #expect(told == [2])
    }

    @Test("its next version begins anew, and so does what uses it: the same whenever it was known")
    func healed() throws {
        var one = try Case()
        try one.heal()
        let never = try state(one.log, knowing: .zero)
        #expect(names(never) == ["buyers 1", "poison 2", "fans 2"])
        #expect(never.live.ends.map(\.members) == [4, 2, 2], "who came before is not in")
        #expect(never.live.ends.allSatisfy { !$0.isCarried && $0.generation == 1 })
        for place in [one.middle, LogOffset(one.middle.value + 1), nil] {
            let late = try state(one.log, knowing: place)
            #expect(late.live.ends == never.live.ends)
            // Nobody is in by what the version before had told.
            for name in ["poison", "fans"] {
                let end = try #require(never.live.ends.first { $0.segment == ExactName(name) })
                let within = Definition(nodes: [.inFeed(end.inFeed)])
                #expect(try late.members(within) == ["ann", "dan"])
                #expect(try never.members(within) == ["ann", "dan"])
            }
        }
    }

    @Test("one that has another definition since the quarantined version was used is told anew")
    func cut() throws {
        var one = try Case()
        try one.log.segment("fans", live: Self.seen, revision: 4, version: 2)
        try one.log.event("Seen", by: "eve", at: day(10))
        let (never, late) = (
            try state(one.log, knowing: .zero), try state(one.log, knowing: one.log.next)
        )
        #expect(names(never) == ["buyers 1", "fans 2"] && names(late) == names(never))
        let generations = [never, late].map { $0.live.ends.map(\.generation) }
        #expect(generations[0][0] == generations[1][0], "the others' feeds go on")
        #expect(generations[0][1] != generations[1][1], "nobody takes one feed for the other")
        #expect(late.live.ends[1].isCarried && !never.live.ends[1].isCarried)
    }

    @Test("nothing is kept of it, and a start that knows of it takes it up no more")
    func kept() throws {
        let one = try Case()
        try inFolder { folder in
            let checkpoints = try Checkpoints(folder: folder, disk: RealDisk(), timersNearMax: 1)
            defer { checkpoints.close() }
            var state = try state(one.log, knowing: nil)
            try checkpoints.remember(&state.live)
            let all = try #require(try checkpoints.feeds.load(Self.home, sealedTo: .zero))
            #expect(all.feeds.count == 3)
            var again = try checkpoints.load(
                Self.home,
                isFollowing: true,
                quarantined: [Self.poison]
            )
            #expect(names(again) == ["buyers 1"])
            try checkpoints.remember(&again.live)
            let left = try #require(try checkpoints.feeds.load(Self.home, sealedTo: .zero))
            #expect(left.feeds.map(\.end.segment) == ["buyers"])
            let feed = FeedID(project: shop, revision: 1)
            let told = try checkpoints.feeds.records(of: feed, in: Self.home, after: 0, limit: 9)
            #expect(told.isEmpty)
        }
    }

    @Test("a start between a quarantine and the next version begins that as others do")
    func restarted() throws {
        var log = LogScript()
        log.logTime = day(10)
        try log.segment("poison", live: Self.bought, revision: 1)
        try log.event("Charged", by: "ann", at: day(9))
        try log.segment("poison", live: Self.seen, revision: 2, version: 2)
        try log.event("Seen", by: "bob", at: day(9))
        try log.segment("poison", live: Self.seen, revision: 3, version: 2, quarantined: [2])
        let middle = Int(log.next.value)
        try log.segment("poison", live: Self.seen, revision: 4, version: 3, quarantined: [2])
        try log.event("Seen", by: "cid", at: day(10))
        let never = try state(log, knowing: nil)
        #expect(names(never) == ["poison 3"] && never.live.ends.map(\.origin) == [4])
        try inFolder { folder in
            let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
            defer { checkpoints.close() }
            var before = PartitionState(Self.home)
            _ = try before.apply(Array(log.records[..<middle]))
            try checkpoints.remember(&before.live)
            try checkpoints.seal(&before, catalogue: Catalogue())
            var again = try checkpoints.load(Self.home, isFollowing: true)
            #expect(again.live.over.map(\.version) == [1] && names(again).isEmpty)
            _ = try again.apply(Array(log.records[middle...]))
            #expect(again.live.ends == never.live.ends)
        }
    }

    @Test("what is known is kept, and told once")
    func known() throws {
        try inFolder { folder in
            let told = IngestionV1.SegmentVersion(
                project: shop.text,
                segment: "poison",
                version: 1
            )
            for round in 0..<2 {
                let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                defer { checkpoints.close() }
                let known = try QuarantinedSegments(checkpoints.store)
                #expect(known.count == round)
                try known.learn([told, told])
                #expect(known.all == [Self.poison] && known.count == 1)
            }
        }
    }

    @Test("a question that needs it is refused with what to do, and what uses it says why")
    func asked() throws {
        var one = try Case()
        try one.heal()
        var catalogue = ProjectCatalogue()
        for case .catalogue(let change) in one.log.records.map(\.body)
        where change.revision <= 4 {
            try catalogue.apply(change)
        }
        let hint = throwing { _ = try catalogue.answerable("poison", in: shop) }
        #expect(hint?.code == .quarantinedSegment)
        #expect(hint?.hint.contains("shoal quarantine retry") ?? false)
        #expect(hint?.fault.code == .failedPrecondition)
        let uses = Definition(nodes: [.inSegment(InSegment("poison"))])
        #expect(throws: Fault.self) { try catalogue.nested(in: uses) }
        #expect(throws: Never.self) { try catalogue.answerable("buyers", in: shop) }
        for case .catalogue(let change) in one.log.records.map(\.body) {
            try catalogue.apply(change)
        }
        #expect(try catalogue.answerable("poison", in: shop).origin == 6, "in columns of its own")
    }

    private func throwing(_ body: () throws -> Void) -> EvaluatorError? {
        do {
            try body()
            return nil
        } catch {
            return error as? EvaluatorError
        }
    }

    @Test("those are quarantined with it that are followed and use it, through others too")
    func users() throws {
        func kept(_ name: String, using used: String?, follow: Bool = true)
            throws -> SegmentQuarantine.Kept
        {
            let definition =
                used.map { Definition(nodes: [.inSegment(InSegment(ExactName($0)))]) }
                ?? did("Seen")
            let document = SegmentV1.SegmentDocument(
                name: name,
                definition: try DefinitionCoding.encode(definition),
                follow: follow
            )
            return SegmentQuarantine.Kept(document: document, revision: 1)
        }
        var archived = try kept("archived", using: "poison")
        archived.document.archived = true
        let all = [
            try kept("poison", using: nil), try kept("direct", using: "poison"),
            try kept("asked", using: "poison", follow: false),
            try kept("through", using: "asked"), try kept("other", using: nil), archived,
        ]
        let found = SegmentQuarantine.users(of: "poison", among: all).map(\.document.name)
        #expect(found == ["direct", "through"])
    }
}
