// What ends and what is taken back: archived segments, older versions, undone imports.

import Basics
import Foundation
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct FollowedSegmentTests {
    private static let home = Partition(index: 0)

    @Test("what was archived or has a newer version is followed no more, also after a restart")
    func over() throws {
        for isSealed in [false, true] {
            var log = LogScript()
            try log.segment("gone", did("Charged"), revision: 1)
            try log.segment("kept", did("Charged"), revision: 2)
            try log.event("Charged", by: "ann", at: Timestamp(ms: 900))
            try log.segment("gone", did("Charged"), revision: 3, archived: true)
            let newer = SegmentV1.SegmentDocument(
                name: "kept",
                definition: try DefinitionCoding.encode(did("Opened")),
                version: 2
            )
            log.append(
                .catalogue(
                    LogV1.CatalogueChange(
                        revision: 4,
                        kind: Catalogue.segmentKind,
                        name: "kept",
                        body: try newer.encode()
                    )
                )
            )
            try inFolder { folder in
                var checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                var state = PartitionState(Self.home)
                let catalogue = Catalogue()
                try catalogue.apply(try state.apply(log.records))
                try checkpoints.remember(&state.live)
                if isSealed { try checkpoints.seal(&state, catalogue: catalogue) }
                checkpoints.close()
                checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                defer { checkpoints.close() }
                state = try checkpoints.load(Self.home, isFollowing: true)
                let running = state.live.ends.map { "\($0.segment.text) \($0.version)" }
                #expect(running == ["kept 2"])
            }
        }
    }

    @Test("an import that is taken back is taken back from conditions, and from nothing else")
    func undone() throws {
        var log = LogScript()
        try log.segment("buyers", did("Charged"), revision: 1)
        let absent = Definition(.didNot(DidNot(EventMatch(["Opened"]))))
        try log.segment("silent", absent, revision: 2)
        let seen = LiveDefinition(
            .action(Action(EventMatch(["Seen"]))),
            stay: .duration(ms: 1_000),
            zone: "UTC"
        )
        try log.segment("seen", live: seen, revision: 3)
        // The stay ends with the log time of an imported record, under whose place it is kept.
        try log.event("Seen", by: "ann", at: Timestamp(ms: 1_000))
        let bob = log.user("bob")
        for user in [bob, log.user("ann")] {
            log.append(
                .event(
                    LogV1.Event(userNumber: user, name: "Charged", atMs: 900, history: true)
                ),
                import: "old"
            )
        }
        var state = PartitionState(Self.home)
        _ = try state.apply(log.records)
        try state.pass(Timestamp(ms: 5_000))
        func sizes() -> [String: Int] {
            Dictionary(uniqueKeysWithValues: state.live.ends.map { ($0.segment.text, $0.members) })
        }
        let inSeen = Definition(.inFeed(InFeed("seen", revision: 3)))
        #expect(sizes() == ["buyers": 2, "silent": 2, "seen": 0])
        #expect(try state.members(inSeen, at: Timestamp(ms: 5_000)).isEmpty)
        log.append(.importUndone(LogV1.ImportUndone(importID: "old")))
        _ = try state.apply(Array(log.records.suffix(1)))
        // Of bob nothing is known any more.
        #expect(sizes() == ["buyers": 0, "silent": 1, "seen": 0])
        let buyers = state.live.news.records.filter { $0.feed.revision == 1 }
        #expect(buyers.map(\.change.kind) == [.entered, .entered, .left, .left])
        #expect(buyers.suffix(2).allSatisfy { $0.change.cause == .correction })
        #expect(try state.members(inSeen, at: Timestamp(ms: 5_000)).isEmpty)
        #expect(try state.members(absent, at: Timestamp(ms: 5_000)).count >= 1)
    }

    @Test("by an import that is taken back nothing fires in who uses others, whoever began first")
    func undoneWithin() throws {
        for isUpdated in [false, true] {
            var log = LogScript()
            let stays = LiveDefinition(
                .action(Action(EventMatch(["Seen"]))),
                stay: .while(did("Bought")),
                zone: "UTC"
            )
            try log.segment("used", live: stays, revision: 1)
            let outside = Definition(nodes: [.not(Not(1)), .inSegment(InSegment("used"))])
            let using = LiveDefinition(.becomes(Becomes(outside)), zone: "UTC")
            try log.segment("using", live: using, revision: 2)
            // Changed in place, it stands behind who uses it.
            if isUpdated { try log.segment("used", live: stays, revision: 3, version: 2) }
            // She is there before, and so enters what she is outside of.
            try log.event("Opened", by: "ann", at: Timestamp(ms: 800))
            let ann = log.user("ann")
            log.append(
                .event(LogV1.Event(userNumber: ann, name: "Bought", atMs: 900, history: true)),
                import: "old"
            )
            try log.event("Seen", by: "ann", at: Timestamp(ms: 1_000))
            var state = PartitionState(Self.home)
            _ = try state.apply(log.records)
            let told = state.live.news.records.count
            #expect(state.live.ends.first { $0.segment == "used" }?.members == 1)
            log.append(.importUndone(LogV1.ImportUndone(importID: "old")))
            _ = try state.apply(Array(log.records.suffix(1)))
            let late = state.live.news.records.dropFirst(told)
            #expect(late.map(\.change.kind) == [.left], "updated: \(isUpdated)")
            let sizes = state.live.ends.map { ($0.segment.text, $0.members) }
            #expect(sizes.sorted { $0.0 < $1.0 }.map(\.1) == [0, 1])
        }
    }

    @Test(
        "what comes of a member comes by what brought the member: by the record, or by time alone"
    )
    func causes() throws {
        var log = LogScript()
        let seen = Trigger.action(Action(EventMatch(["Seen"])))
        let isIn = Definition(.inSegment(InSegment("used")))
        let isOut = Definition(nodes: [.not(Not(1)), .inSegment(InSegment("used"))])
        let used = LiveDefinition(seen, stay: .duration(ms: 1_000), zone: "UTC")
        try log.segment("used", live: used, revision: 1)
        try log.segment("in", isIn, revision: 2)
        let out = LiveDefinition(.becomes(Becomes(isOut)), zone: "UTC")
        try log.segment("out", live: out, revision: 3)
        let lasting = LiveDefinition(seen, stay: .while(isIn), zone: "UTC")
        try log.segment("while", live: lasting, revision: 4)
        try log.event("Seen", by: "ann", at: Timestamp(ms: 1_000))
        var state = PartitionState(Self.home)
        _ = try state.apply(log.records)
        try state.pass(Timestamp(ms: 5_000))
        let names = Dictionary(
            uniqueKeysWithValues: state.live.ends.map { ($0.feed, $0.segment.text) }
        )
        let told = state.live.news.records.map {
            "\(names[$0.feed] ?? "") \($0.change.kind) by \($0.change.cause)"
        }
        #expect(
            told.sorted() == [
                "in entered by record", "in left by timer", "out entered by timer",
                "used entered by record", "used left by timer", "while entered by record",
                "while left by timer",
            ]
        )
    }

    @Test("who comes into a segment by a merge comes into those that use it at the same place")
    func mergedWithin() throws {
        var log = LogScript()
        let seen = Trigger.action(Action(EventMatch(["Seen"])))
        let used = LiveDefinition(seen, stay: .while(did("Bought")), zone: "UTC")
        try log.segment("used", live: used, revision: 1)
        try log.segment("in", Definition(.inSegment(InSegment("used"))), revision: 2)
        try log.event("Seen", by: "ann", at: Timestamp(ms: 1_003))
        var state = PartitionState(Self.home)
        _ = try state.apply(log.records)
        let (told, read) = (state.live.news.records.count, log.records.count)
        let ann = log.user("ann")
        log.append(
            .event(LogV1.Event(userNumber: ann, name: "Bought", atMs: 500)),
            from: LogV1.Origin(partition: 9, offset: 3)
        )
        let names = LogV1.MovedNames(events: ["Bought"])
        log.append(.mergeIn(LogV1.MergeIn(userNumber: ann, userID: "web", names: names)))
        _ = try state.apply(Array(log.records[read...]))
        let late = state.live.news.records.dropFirst(told)
        #expect(late.map(\.change.kind) == [.entered, .entered])
        #expect(late.map(\.change.cause) == [.correction, .correction])
        #expect(state.live.ends.map(\.members) == [1, 1])
    }

    @Test("of many who leave at one instant each is told once, as if each were looked at alone")
    func crowd() throws {
        var log = LogScript()
        let hourMs: Int64 = 3_600_000
        try log.segment("recent", did("Opened", window: .rolling(ms: hourMs)), revision: 1)
        log.logTime = Timestamp(ms: 5_000)
        for user in 0..<50 { try log.event("Opened", by: "u\(user)", at: Timestamp(ms: 5_000)) }
        // Some open again, and stay; another has come a second before the others.
        log.logTime = Timestamp(ms: 9_000)
        for user in [7, 8, 30] { try log.event("Opened", by: "u\(user)", at: Timestamp(ms: 9_000)) }
        var state = PartitionState(Self.home)
        // One has two entries of the same instant: it was wound, taken away and wound again.
        _ = try state.apply(log.records)
        state.live.timers.push(try #require(state.live.timers.first))
        let told = state.live.news.records.count
        #expect(told == 50)
        try state.pass(Timestamp(ms: 5_000 + hourMs - 1))
        #expect(state.live.news.records.count == told)
        try state.pass(Timestamp(ms: 5_000 + hourMs + 1))
        let left = state.live.news.records.dropFirst(told)
        let numbers = (0..<50).filter { ![7, 8, 30].contains($0) }
        #expect(left.map { Int($0.user.value) } == numbers)
        #expect(left.map(\.sequence) == Array(51...97))
        #expect(left.allSatisfy { $0.change.kind == .left && $0.change.cause == .timer })
        #expect(Set(left.map(\.change.at)).count == 1 && left.allSatisfy(\.isTurn))
        let end = try #require(state.live.ends.first)
        #expect(end.members == 3)
        let ids = ["u7", "u8", "u30"].map { Checksum.xxh64(Array($0.utf8)) }
        #expect(end.stateHash == ids.reduce(0, &+))
        try state.pass(Timestamp(ms: 9_000 + 2 * hourMs))
        #expect(state.live.ends.first?.members == 0 && state.live.ends.first?.stateHash == 0)
    }

    @Test("by an import, and by a merge, nothing fires for who becomes known")
    func known() throws {
        let isKnown = Definition(.known(Known()))
        let merged = LogV1.Origin(partition: 9, offset: 3)
        for (importID, origin) in [(nil, nil), ("old", nil), (nil, merged)] {
            var log = LogScript()
            let becomes = LiveDefinition(.becomes(Becomes(isKnown)), zone: "UTC")
            try log.segment("told", live: becomes, revision: 1)
            let user = log.user("web", isAnonymous: true)
            try log.event("Seen", by: "web", at: Timestamp(ms: 1_000))
            let known = LogV1.UserKnown(userNumber: user, userID: "web")
            log.append(.userKnown(known), import: importID, from: origin)
            var state = PartitionState(Self.home)
            _ = try state.apply(log.records)
            let isFired = importID == nil && origin == nil
            #expect(state.live.news.records.map(\.change.kind) == (isFired ? [.entered] : []))
            #expect(try state.members(isKnown, at: Timestamp(ms: 2_000)).count == 1)
        }
    }

    @Test("what was told last holds, though its instant is before another's, also when restarted")
    func backwards() throws {
        let log = try Self.backwards()
        let wanted = ["left": ["ann", "cid"], "kept": ["ann"], "graced": ["ann", "cid"]]
        for cut in log.records.indices {
            for isSealed in [false, true] {
                try inFolder { folder in
                    var checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                    defer { checkpoints.close() }
                    var state = PartitionState(Self.home)
                    let catalogue = Catalogue()
                    try catalogue.apply(try state.apply(Array(log.records.prefix(cut))))
                    try checkpoints.remember(&state.live)
                    if isSealed { try checkpoints.seal(&state, catalogue: catalogue) }
                    // The second time all is there but for what the columns lost.
                    for _ in 0..<2 {
                        checkpoints.close()
                        checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                        state = try checkpoints.load(Self.home, isFollowing: true)
                        let rest = log.records.dropFirst(Int(state.next.value))
                        try catalogue.apply(try state.apply(Array(rest)))
                        try state.pass(Self.at(50))
                        try checkpoints.remember(&state.live)
                        let said = "cut \(cut), sealed: \(isSealed)"
                        let columns = try #require(state.projects[shop])
                        for end in state.live.ends {
                            let inFeed = Definition(.inFeed(end.inFeed))
                            let members = try state.members(inFeed, at: Self.at(60))
                            #expect(members == wanted[end.segment.text], "\(end.segment) \(said)")
                            #expect(end.members == members.count, "\(end.segment) \(said)")
                            let plan = try Plan(inFeed)
                            for (id, number) in log.numbers() {
                                let history = columns.history(
                                    of: UserNumber(number),
                                    read: plan.mentions,
                                    at: nil
                                )
                                let isMember = plan.isMember(history, at: Self.at(60))
                                #expect(isMember == members.contains(id), "\(id) \(said)")
                            }
                            // What came in order is as it was.
                            let before = try state.members(inFeed, at: Self.at(12))
                            #expect(before == ["ann", "cid"], "\(end.segment) \(said)")
                        }
                    }
                }
            }
        }
    }

    /// Of three who leave a cart, one as an event comes late, one as a late event takes back what a
    /// late event brought about, and one who has left before the grace is over.
    private static func backwards() throws -> LogScript {
        func inaction(grace: Int64 = 0) -> Trigger {
            .inaction(
                Inaction(
                    did: EventMatch(["Carted"]),
                    didNot: EventMatch(["Bought"]),
                    withinMs: 10_000,
                    anchor: .each,
                    graceMs: grace
                )
            )
        }
        let pro = PropertyFilter("plan", .equals, [.value(.text("pro"))])
        let isPro = Definition(.user(UserProperty(pro)))
        let graced = inaction(grace: 5_000)
        var log = LogScript()
        log.logTime = at(0)
        try log.segment("left", live: LiveDefinition(inaction(), zone: "UTC"), revision: 1)
        let kept = LiveDefinition(inaction(), stay: .while(isPro), zone: "UTC")
        try log.segment("kept", live: kept, revision: 2)
        let late = LiveDefinition(graced, stay: .while(isPro), zone: "UTC")
        try log.segment("graced", live: late, revision: 3)
        func cart(_ id: String, _ second: Int64, told: Int64) throws {
            log.logTime = at(told)
            try log.event("Carted", by: id, at: at(second))
        }
        func plan(_ plan: String, of id: String, _ second: Int64) throws {
            log.logTime = at(second)
            try log.profile(of: id, since: at(second), [("plan", .text(plan))])
        }
        try plan("pro", of: "ann", 1)
        try plan("pro", of: "cid", 1)
        try cart("ann", 1, told: 1)
        try cart("cid", 1, told: 1)
        try cart("bob", 5, told: 5)
        try cart("cid", 9, told: 9)
        try plan("free", of: "cid", 20)
        try plan("pro", of: "cid", 22)
        try plan("free", of: "ann", 30)
        try plan("pro", of: "ann", 31)
        try cart("ann", 10, told: 32)
        try cart("bob", 3, told: 33)
        log.logTime = at(34)
        try log.event("Bought", by: "bob", at: at(6))
        return log
    }

    private static func at(_ second: Int64) -> Timestamp { Timestamp(ms: 1_000 * second) }
}
