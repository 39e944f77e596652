// Live segments follow users who become one as if it had been one user always.

import Basics
import Columns
import Foundation
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct MergedFeedTests {
    private static let seed: UInt64 = 0x1DE1_0001
    private static let home = Partition(index: 0)

    private static var caseCount: Int {
        ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"].flatMap(Int.init)
            ?? 300
    }

    /// A user's log, of which a part came in under another identifier until both were one.
    private struct Example {
        let live: LiveDefinition
        let truth: LiveLog
        let records: [LogV1.LogRecord]
        /// When they became one.
        let mergedAt: Timestamp
        let end: Timestamp

        init?(seed: UInt64) throws {
            var random = SeededRandom(seed: seed)
            let centre = RandomWorld.centres[random.below(RandomWorld.centres.count)]
            var definitions = RandomDefinitions(random.fork(), around: centre)
            var live = definitions.live()
            live.zone = live.zone ?? "UTC"
            self.live = live
            var log = LiveLog.random(&random, around: centre, .inOrder)
            log.user = UserID("ann")
            while let index = log.entries.firstIndex(where: \.isTimeless) {
                log = log.without(index)
            }
            for index in log.entries.indices { log.entries[index].isImported = false }
            guard log.entries.count > 1, log.entries[0].event != nil else { return nil }
            truth = log
            let rest = log.entries.count - log.begin
            let place = rest > 0 ? log.begin + random.below(rest) : log.entries.count - 1
            let next =
                place + 1 < log.entries.count
                ? log.entries[place + 1].logTime : log.entries[place].logTime + 400 * 86_400_000
            let least = max(log.entries[place].logTime, log.beginTime)
            guard next > least else { return nil }
            mergedAt = least + Int64(random.below(Int(next.msSince(least))))
            let last = max(log.entries.last?.logTime ?? centre, mergedAt)
            end = last + 1 + Int64(random.below(400)) * 86_400_000
            records = try Self.records(log, live, place, mergedAt, &random)
        }

        private static func records(
            _ log: LiveLog,
            _ live: LiveDefinition,
            _ place: Int,
            _ mergedAt: Timestamp,
            _ random: inout SeededRandom
        ) throws -> [LogV1.LogRecord] {
            var merging = MergingLog()
            let encoded = try LiveCoding.encode(live)
            let document = SegmentV1.SegmentDocument(name: "live", live: encoded)
            let change = LogV1.CatalogueChange(
                revision: 1,
                kind: Catalogue.segmentKind,
                name: "live",
                body: try document.encode()
            )
            var (id, lastTime) = ("ann", Timestamp.earliest)
            for (index, entry) in log.entries.enumerated() {
                if index == log.begin { merging.append(.catalogue(change), at: log.beginTime) }
                // What is of one instant stays in its order.
                if entry.logTime != lastTime { id = random.chance(0.5) ? "ann" : "anon" }
                lastTime = entry.logTime
                merging.write(id, try PartitionExample.body(entry, of: 0), at: entry.logTime)
                if index == place, log.begin <= place {
                    merging.merge("anon", into: "ann", at: mergedAt)
                }
            }
            if log.begin == log.entries.count {
                merging.append(.catalogue(change), at: log.beginTime)
                merging.merge("anon", into: "ann", at: mergedAt)
            }
            return merging.records
        }
    }

    private func event(_ name: String) -> LogV1.LogRecord.Body {
        .event(LogV1.Event(name: name, atMs: 0))
    }

    private func document(_ live: LiveDefinition, version: UInt32) throws -> LogV1.LogRecord.Body {
        let document = SegmentV1.SegmentDocument(
            name: "seen",
            version: version,
            live: try LiveCoding.encode(live)
        )
        return .catalogue(
            LogV1.CatalogueChange(
                revision: UInt64(version),
                kind: Catalogue.segmentKind,
                name: "seen",
                body: try document.encode()
            )
        )
    }

    @Test("what earlier definitions of a segment told stands, whoever becomes one afterwards")
    func carried() throws {
        func at(_ ms: Int64) -> Timestamp { Timestamp(ms: ms) }
        func segment(_ name: ExactName) -> LiveDefinition {
            LiveDefinition(.action(Action(EventMatch([name]))), zone: "UTC")
        }
        var log = MergingLog()
        log.append(try document(segment("Charged"), version: 1), at: at(1_000))
        log.write("bob", event("Refunded"), at: at(2_000))
        log.write("ann", event("Charged"), at: at(2_000))
        log.append(try document(segment("Refunded"), version: 2), at: at(3_000))
        for user in ["ann", "bob"] {
            log.write(
                "anon of \(user)",
                .event(LogV1.Event(name: "Refunded", history: true)),
                at: at(4_000)
            )
            log.merge("anon of \(user)", into: user, at: at(5_000))
        }
        var state = PartitionState(Self.home)
        _ = try state.apply(log.records)
        let end = try #require(state.live.ends.first)
        #expect(end.version == 2 && end.members == 1)
        let ann = UserNumber(try #require(log.numbers["ann"]))
        let members = try state.live.members(of: end.feed, userCount: 10)
        #expect(members?[ann] == true, "what she did for the first version still counts")
    }

    /// When a segment tells of carts that ann has left for a minute: she became one with a viewer
    /// of before it began, and two more views come then, the second one 10 s behind the first.
    private func leavings(
        _ first: Int64,
        _ second: Int64,
        isChanged: Bool,
        isMerged: Bool = true
    ) throws -> [LiveChange] {
        func at(_ ms: Int64) -> Timestamp { Timestamp(ms: ms) }
        func view(_ ms: Int64) -> LogV1.LogRecord.Body {
            .event(LogV1.Event(name: "Viewed", atMs: ms))
        }
        let left = Trigger.inaction(
            Inaction(
                did: EventMatch(["Viewed"]),
                didNot: EventMatch(["Charged"]),
                withinMs: 60_000
            )
        )
        var log = MergingLog()
        log.write("anon", view(1_000), at: at(1_000))
        log.append(try document(LiveDefinition(left), version: 1), at: at(100_000))
        if isChanged {
            let stays = LiveDefinition(left, stay: .duration(ms: 500_000))
            log.append(try document(stays, version: 2), at: at(105_000))
        }
        if isMerged { log.merge("anon", into: "ann", at: at(110_000)) }
        log.write("ann", view(first), at: at(120_000))
        log.write("ann", view(second), at: at(130_000))
        var state = PartitionState(Self.home)
        _ = try state.apply(log.records)
        try state.pass(at(400_000))
        return state.live.news.records.map(\.change)
    }

    @Test(
        "what was done before a segment began fires nothing by a merge, whatever comes late",
        arguments: [false, true]
    )
    func beforeTheBeginning(_ isChanged: Bool) throws {
        let told = try leavings(120_000, 115_000, isChanged: isChanged)
        #expect(told.map(\.at) == [Timestamp(ms: 180_000)], "the cart of 120 s alone is left")
        // What is sent of before counts as of anybody, whether it comes in its order or late.
        for (first, second) in [(50_000, 45_000), (45_000, 50_000)] as [(Int64, Int64)] {
            let told = try leavings(first, second, isChanged: isChanged)
            let alone = try leavings(first, second, isChanged: isChanged, isMerged: false)
            #expect(!alone.isEmpty && told == alone, "\(first) before \(second)")
        }
    }

    @Test("a firing keeps its number through a merge that undoes an earlier one")
    func numbers() throws {
        func at(_ minutes: Int64) -> Timestamp { Timestamp(ms: minutes * 60_000) }
        func event(_ name: String, _ minutes: Int64) -> LogV1.LogRecord.Body {
            .event(LogV1.Event(name: name, atMs: minutes * 60_000))
        }
        let left = Inaction(
            did: EventMatch(["Viewed"]),
            didNot: EventMatch(["Charged"]),
            withinMs: 900_000
        )
        var log = MergingLog()
        log.append(try document(LiveDefinition(.inaction(left)), version: 1), at: at(1))
        for minutes in [100, 200] as [Int64] {
            log.write("ann", event("Viewed", minutes), at: at(minutes))
        }
        log.write("anon", event("Charged", 105), at: at(206))
        log.merge("anon", into: "ann", at: at(300))
        log.write("ann", event("Charged", 210), at: at(310))
        var state = PartitionState(Self.home)
        _ = try state.apply(log.records)
        let changes = state.live.news.records.map(\.change)
        #expect(changes.map(\.occurrence) == [1, 2, 2])
        #expect(changes.map(\.kind) == [.entered, .entered, .retracted])
        #expect(changes.map(\.at) == [at(115), at(215), at(215)])
    }

    @Test("a late event that fired before a merge has fired behind it, so that its limit holds")
    func firedLate() throws {
        func at(_ ms: Int64) -> Timestamp { Timestamp(ms: ms) }
        func charge(_ ms: Int64) -> LogV1.LogRecord.Body {
            .event(LogV1.Event(name: "Charged", atMs: ms))
        }
        let once = LiveDefinition(.action(Action(EventMatch(["Charged"]))), limit: .once)
        for isLate in [true, false] {
            var log = MergingLog()
            if !isLate { log.write("anon", charge(90_000), at: at(90_000)) }
            log.append(try document(once, version: 1), at: at(100_000))
            if isLate { log.write("anon", charge(90_000), at: at(110_000)) }
            log.merge("anon", into: "anon too", at: at(115_000))
            log.merge("anon too", into: "ann", at: at(120_000))
            log.write("ann", charge(130_000), at: at(130_000))
            try inFolder { folder in
                let catalogue = Catalogue()
                var checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                defer { checkpoints.close() }
                var state = try checkpoints.load(Self.home)
                // It is known behind a restart between the merges, too.
                for record in log.records {
                    try catalogue.apply(try state.apply([record]))
                    try checkpoints.seal(&state, catalogue: catalogue)
                    checkpoints.close()
                    checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                    state = try checkpoints.load(
                        Self.home,
                        isFollowing: catalogue.isFollowing
                    )
                }
                let end = try #require(state.live.ends.first)
                let found = try checkpoints.feeds
                    .records(of: end.feed, in: Self.home, after: 0, limit: .max)
                let ann = UserNumber(try #require(log.numbers["ann"]))
                let told = found.filter { $0.user == ann }.map { ($0.change.at, $0.change.cause) }
                #expect(told.map(\.0) == [at(isLate ? 120_000 : 130_000)])
                #expect(told.map(\.1) == [isLate ? .correction : .record])
            }
        }
    }

    @Test("of whom nothing stands any more nobody says that something did not happen")
    func nobodyLeft() throws {
        var log = MergingLog()
        let absent = Definition(.didNot(DidNot(EventMatch(["Charged"]))))
        let document = SegmentV1.SegmentDocument(
            name: "seen",
            definition: try DefinitionCoding.encode(absent)
        )
        let change = LogV1.CatalogueChange(
            revision: 1,
            kind: Catalogue.segmentKind,
            name: "seen",
            body: try document.encode()
        )
        log.append(.catalogue(change), at: Timestamp(ms: 1_000))
        log.write("dan", event("Viewed"), at: Timestamp(ms: 2_000), import: "old")
        log.append(.importUndone(LogV1.ImportUndone(importID: "old")), at: Timestamp(ms: 3_000))
        log.write("anon", event("Viewed"), at: Timestamp(ms: 4_000))
        log.merge("anon", into: "dan", at: Timestamp(ms: 5_000))
        log.unmerge("anon", at: Timestamp(ms: 6_000))
        var state = PartitionState(Self.home)
        _ = try state.apply(log.records)
        try state.pass(Timestamp(ms: 9_000))
        let members = try state.members(absent, at: Timestamp(ms: 9_000))
        #expect(members == ["anon"])
        #expect(state.live.ends.map(\.members) == [1])
    }

    @Test("once they are one, who is in is who would have been had it been one user always")
    func differential() throws {
        var (compared, corrected, told) = (0, 0, 0)
        for number in 0..<Self.caseCount {
            let seed = Self.seed &+ UInt64(number)
            guard let example = try Example(seed: seed) else { continue }
            let changes = try inFolder { try Self.play(example, in: $0, seed: seed) }
            let plan = try LivePlan(example.live)
            let wanted = example.truth.told(by: plan, until: example.end)
            told += wanted.count
            corrected += changes.count { $0.cause == .correction && $0.at == example.mergedAt }
            let said = try Sentence.say(example.live)
            let instants = (wanted.map(\.at) + changes.map(\.at) + [example.end - 1])
                .filter { $0 >= example.mergedAt && $0 < example.end }
            for at in instants {
                let isMember = wanted.last { $0.at <= at }?.isMember ?? false
                let isTold = changes.last { $0.at <= at }?.isMember ?? false
                compared += 1
                try #require(
                    isTold == isMember,
                    """
                    seed \(seed) at \(at.rfc3339), one since \(example.mergedAt.rfc3339): \
                    \(said)
                    """
                )
            }
        }
        #expect(compared > Self.caseCount && corrected > Self.caseCount / 50, "\(corrected)")
        #expect(told > Self.caseCount / 2, "\(told): proves little")
    }

    /// Reads the log page by page; seals and restarts come in between by chance.
    ///
    /// - Returns: what the feed tells of the user.
    private static func play(_ example: Example, in folder: String, seed: UInt64) throws
        -> [LiveChange]
    {
        var random = SeededRandom(seed: seed ^ 0xA5A5)
        let (records, catalogue) = (example.records, Catalogue())
        let nearMax = [1, 3, Checkpoints.timersNearMax][random.below(3)]
        func open() throws -> Checkpoints {
            try Checkpoints(folder: folder, disk: RealDisk(), timersNearMax: nearMax)
        }
        var checkpoints = try open()
        defer { checkpoints.close() }
        var state = try checkpoints.load(home)
        while state.next.value < UInt64(records.count) {
            let from = Int(state.next.value)
            let page = records[from..<min(from + 1 + random.below(12), records.count)]
            try catalogue.apply(try state.apply(Array(page)))
            if random.chance(0.8) { try checkpoints.remember(&state.live) }
            if random.chance(0.2) { try checkpoints.seal(&state, catalogue: catalogue) }
            guard random.chance(0.3) else { continue }
            checkpoints.close()
            checkpoints = try open()
            state = try checkpoints.load(home, isFollowing: catalogue.isFollowing)
        }
        try state.pass(example.end - 1)
        try checkpoints.remember(&state.live)
        let columns = try #require(state.projects[shop])
        let feedEnd = try #require(state.live.ends.first)
        let found = try checkpoints.feeds.records(
            of: feedEnd.feed,
            in: home,
            after: 0,
            limit: .max
        )
        #expect(found.map(\.sequence) == found.indices.map { UInt64($0 + 1) })
        let members = try #require(
            try state.live.members(of: feedEnd.feed, userCount: columns.userCount)
        )
        var hash: UInt64 = 0
        members.forEach { hash &+= columns.id(of: $0).map { FeedCopy.hash(of: $0.text) } ?? 1 }
        #expect(hash == feedEnd.stateHash && members.count == feedEnd.members, "seed \(seed)")
        return found.filter { columns.id(of: $0.user)?.text == "ann" }.map(\.change)
    }
}
