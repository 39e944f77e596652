// Live segments after an import was taken back are those of a log in which it never was.

import Basics
import Columns
import Foundation
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct UndoneFeedTests {
    private static let seed: UInt64 = 0x0D0_F000

    private static var caseCount: Int {
        ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"].flatMap(Int.init)
            ?? 300
    }

    private static func at(_ second: Int64) -> Timestamp { Timestamp(ms: second * 1_000) }

    /// Ann's log, and what a live segment tells of it.
    private struct Case {
        var log = LogScript()
        private let trigger: Trigger
        /// Whether the segment was given another definition before it all.
        private let isUpdated: Bool

        init(_ trigger: Trigger, isUpdated: Bool) throws {
            (self.trigger, self.isUpdated) = (trigger, isUpdated)
            log.logTime = UndoneFeedTests.at(1)
            for version in isUpdated ? [1, 2] : [2] as [UInt32] {
                let stay = version == 1 ? Stay.forever : .duration(ms: 1_000_000_000)
                try log.segment(
                    "live",
                    live: LiveDefinition(trigger, stay: stay, zone: "UTC"),
                    revision: UInt64(version),
                    version: version
                )
            }
            log.user("ann")
        }

        /// An event of ann's, imported or not.
        mutating func event(
            _ name: String,
            at second: Int64,
            isImported: Bool = false
        ) {
            log.logTime = UndoneFeedTests.at(second)
            let event = LogV1.Event(
                userNumber: log.user("ann"),
                name: name,
                atMs: second * 1_000,
                history: isImported
            )
            log.append(.event(event), import: isImported ? "bad" : nil)
        }

        /// A property of ann's, from an instant on, as the import says, or as it is.
        mutating func set(
            _ name: String,
            _ value: PropertyValue,
            since second: Int64,
            at logged: Int64,
            isImported: Bool = true
        ) throws {
            log.logTime = UndoneFeedTests.at(logged)
            let change = LogV1.ProfileChange(
                userNumber: log.user("ann"),
                atMs: second * 1_000,
                set: [try ValueCoding.encode(name: name, value)]
            )
            log.append(.profile(change), import: isImported ? "bad" : nil)
        }

        mutating func undo(at second: Int64) {
            log.logTime = UndoneFeedTests.at(second)
            log.append(.importUndone(LogV1.ImportUndone(importID: "bad")))
        }

        /// What is told up to an instant: the kind, the second and the cause.
        func told(through second: Int64 = 10_000) throws -> [String] {
            var state = PartitionState(Partition(index: 0))
            _ = try state.apply(log.records)
            try state.pass(UndoneFeedTests.at(second))
            return state.live.news.records.map {
                "\($0.change.kind) \($0.change.at.ms / 1_000) by \($0.change.cause)"
            }
        }
    }

    @Test("a date that an import had wrong has no timer any more", arguments: [false, true])
    func dates(_ isUpdated: Bool) throws {
        var dates = try Case(.date(DateTrigger("trialEnds")), isUpdated: isUpdated)
        dates.event("Seen", at: 5)
        try dates.set("trialEnds", .instant(Self.at(50)), since: 10, at: 10)
        #expect(try dates.told() == ["entered 50 by timer"])
        dates.undo(at: 20)
        #expect(try dates.told().isEmpty)
    }

    @Test("a date that holds again has fired, and does no second time", arguments: [false, true])
    func datesAgain(_ isUpdated: Bool) throws {
        var dates = try Case(.date(DateTrigger("trialEnds")), isUpdated: isUpdated)
        try dates.set("trialEnds", .instant(Self.at(10)), since: 5, at: 5, isImported: false)
        try dates.set("trialEnds", .instant(Self.at(50)), since: 15, at: 15)
        #expect(try dates.told() == ["entered 10 by timer", "entered 50 by timer"])
        dates.undo(at: 20)
        #expect(try dates.told() == ["entered 10 by timer"])
    }

    @Test("a wait that an imported event had cancelled goes on", arguments: [false, true])
    func waits(_ isUpdated: Bool) throws {
        let left = Inaction(
            did: EventMatch(["Carted"]),
            didNot: EventMatch(["Bought"]),
            withinMs: 60_000
        )
        var waits = try Case(.inaction(left), isUpdated: isUpdated)
        waits.event("Carted", at: 10)
        waits.event("Bought", at: 20, isImported: true)
        #expect(try waits.told().isEmpty)
        waits.undo(at: 30)
        #expect(try waits.told() == ["entered 70 by timer"])
        waits.event("Bought", at: 40)
        #expect(try waits.told().isEmpty)
    }

    @Test("the n-th event is counted without what was imported", arguments: [false, true])
    func counts(_ isUpdated: Bool) throws {
        let fifth = Action(EventMatch(["Charged"]), times: .nth(5))
        var counts = try Case(.action(fifth), isUpdated: isUpdated)
        for second in 10..<13 { counts.event("Charged", at: Int64(second), isImported: true) }
        counts.event("Charged", at: 13)
        counts.undo(at: 20)
        for second in 21..<24 { counts.event("Charged", at: Int64(second)) }
        #expect(try counts.told().isEmpty)
        counts.event("Charged", at: 24)
        #expect(try counts.told() == ["entered 24 by record"])
    }

    @Test("views that were imported are in no session any more", arguments: [false, true])
    func pages(_ isUpdated: Bool) throws {
        var pages = try Case(.page(PageTrigger(count: 3)), isUpdated: isUpdated)
        for second in 10..<12 { pages.event("Page Viewed", at: Int64(second), isImported: true) }
        pages.event("Page Viewed", at: 12, isImported: true)
        pages.undo(at: 20)
        for second in 21..<23 { pages.event("Page Viewed", at: Int64(second)) }
        #expect(try pages.told().isEmpty)
        pages.event("Page Viewed", at: 23)
        #expect(try pages.told() == ["entered 23 by record"])
    }

    @Test("a value that an import had for later is none then", arguments: [false, true])
    func values(_ isUpdated: Bool) throws {
        var values = try Case(.propertyChanged(PropertyChange("plan")), isUpdated: isUpdated)
        values.event("Seen", at: 5)
        try values.set("plan", .text("pro"), since: 50, at: 10)
        #expect(try values.told() == ["entered 50 by timer"])
        values.undo(at: 20)
        #expect(try values.told().isEmpty)
    }

    @Test("what held by an import alone may turn true", arguments: [false, true])
    func becoming(_ isUpdated: Bool) throws {
        let becomes = Trigger.becomes(Becomes(did("Charged")))
        var becoming = try Case(becomes, isUpdated: isUpdated)
        becoming.event("Charged", at: 10, isImported: true)
        becoming.undo(at: 20)
        becoming.event("Charged", at: 30)
        #expect(try becoming.told() == ["entered 30 by record"])
    }

    @Test("who is in by what an import said leaves, who would be in is, and nothing fires")
    func members() throws {
        let second = Action(EventMatch(["Charged"]), times: .nth(2))
        var early = try Case(.action(second), isUpdated: false)
        early.event("Charged", at: 10, isImported: true)
        early.event("Charged", at: 11)
        early.undo(at: 20)
        early.event("Charged", at: 30)
        #expect(
            try early.told() == [
                "entered 11 by record", "left 20 by correction", "entered 30 by record",
            ]
        )
        var late = try Case(.action(second), isUpdated: false)
        late.event("Charged", at: 10, isImported: true)
        late.event("Charged", at: 11, isImported: true)
        for second in [12, 13] as [Int64] { late.event("Charged", at: second) }
        late.undo(at: 20)
        #expect(try late.told() == ["entered 20 by correction"])
    }

    /// A user's log with wrong records, which are taken back.
    private struct Example {
        let live: LiveDefinition
        /// Without the wrong ones.
        var truth: LiveLog
        private(set) var records: [LogV1.LogRecord] = []
        let undoneAt: Timestamp
        let end: Timestamp
        private(set) var badCount = 0

        init?(seed: UInt64) throws {
            var random = SeededRandom(seed: seed)
            let centre = RandomWorld.centres[random.below(RandomWorld.centres.count)]
            var definitions = RandomDefinitions(random.fork(), around: centre)
            var live = definitions.live()
            live.zone = live.zone ?? "UTC"
            // What was told counts for it, whatever is taken back.
            guard live.limit != .once else { return nil }
            self.live = live
            var log = LiveLog.random(&random, around: centre, .inOrder)
            log.user = UserID("ann")
            while let index = log.entries.firstIndex(where: \.isTimeless) {
                log = log.without(index)
            }
            guard log.entries.count > 1 else { return nil }
            let place = log.begin + random.below(log.entries.count - log.begin + 1)
            let least = place > 0 ? log.entries[place - 1].logTime : log.beginTime
            undoneAt = max(least, log.beginTime) + 1
            guard place == log.entries.count || log.entries[place].logTime > undoneAt else {
                return nil
            }
            let last = max(log.entries.last?.logTime ?? centre, undoneAt)
            end = last + 1 + Int64(random.below(400)) * 86_400_000
            truth = log
            let document = SegmentV1.SegmentDocument(
                name: "live",
                live: try LiveCoding.encode(live)
            )
            let change = LogV1.CatalogueChange(
                revision: 1,
                kind: Catalogue.segmentKind,
                name: "live",
                body: try document.encode()
            )
            var bad: [Int] = []
            for (index, entry) in log.entries.enumerated() {
                if index == log.begin { append(.catalogue(change), at: log.beginTime) }
                if index == place { undo() }
                if index == 0 {
                    append(.newUser(LogV1.NewUser(number: 0, userID: "ann")), at: entry.logTime)
                }
                var importID = entry.isImported ? "good" : nil
                if index < place, random.chance(0.4) {
                    importID = "bad"
                    bad.append(index)
                }
                let body = try PartitionExample.body(entry, of: 0)
                append(body, at: entry.logTime, import: importID)
            }
            if log.begin == log.entries.count { append(.catalogue(change), at: log.beginTime) }
            if place == log.entries.count { undo() }
            for index in bad.reversed() { truth = truth.without(index) }
            badCount = bad.count
        }

        private mutating func undo() {
            append(.importUndone(LogV1.ImportUndone(importID: "bad")), at: undoneAt)
        }

        private mutating func append(
            _ body: LogV1.LogRecord.Body,
            at: Timestamp,
            import importID: String? = nil
        ) {
            var body = body
            if case .event(var event) = body {
                event.history = importID != nil
                body = .event(event)
            }
            records.append(
                LogV1.LogRecord(
                    offset: UInt64(records.count),
                    logTimeMs: at.ms,
                    project: shop.text,
                    body: body,
                    importID: importID
                )
            )
        }
    }

    @Test("from its taking back on, who is in is who would be had the import never been")
    func differential() throws {
        var (compared, corrected, told) = (0, 0, 0)
        for number in 0..<Self.caseCount {
            let seed = Self.seed &+ UInt64(number)
            guard let example = try Example(seed: seed), example.badCount > 0 else { continue }
            var changes: [LiveChange] = []
            try inFolder { folder in
                _ = try PartitionExample.read(
                    example.records,
                    until: example.end,
                    in: folder,
                    seed: seed
                ) { state, checkpoints in
                    let feed = try #require(state.live.ends.first).feed
                    changes = try checkpoints.feeds
                        .records(of: feed, in: Partition(index: 0), after: 0, limit: .max)
                        .map(\.change)
                }
            }
            let wanted = example.truth.told(by: try LivePlan(example.live), until: example.end)
            told += wanted.count
            corrected += changes.count { $0.cause == .correction && $0.at == example.undoneAt }
            let said = try Sentence.say(example.live)
            let instants = (wanted.map(\.at) + changes.map(\.at) + [example.end - 1])
                .filter { $0 >= example.undoneAt && $0 < example.end }
            for at in instants {
                let isMember = wanted.last { $0.at <= at }?.isMember ?? false
                let isTold = changes.last { $0.at <= at }?.isMember ?? false
                compared += 1
                let place = "seed \(seed) at \(at.rfc3339), since \(example.undoneAt.rfc3339)"
                try #require(isTold == isMember, "\(place): \(said)")
            }
        }
        let counts: Comment = "\(compared), \(corrected), \(told): proves little"
        #expect(compared > Self.caseCount / 2 && told > Self.caseCount / 4, counts)
        #expect(corrected > Self.caseCount / 200, counts)
    }
}
