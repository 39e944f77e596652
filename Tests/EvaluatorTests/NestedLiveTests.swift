// Live segments within each other over a partition's log: told as the oracle tells of each user.

import Basics
import Foundation
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct NestedLiveTests {
    private static let seed: UInt64 = 0x4E57_ED00

    private static var caseCount: Int {
        ProcessInfo.processInfo.environment["SHOAL_TEST_DIFFERENTIAL_CASES"].flatMap(Int.init)
            ?? 300
    }

    @Test("whatever falls together, is imported or restarted: feeds and members are the oracle's")
    func differential() throws {
        var (told, retracted, restarts): ([Character: Int], Int, Int) = ([:], 0, 0)
        for number in 0..<Self.caseCount {
            let seed = Self.seed &+ UInt64(number)
            let example = NestedLives(seed: seed)
            for (course, changes) in try example.wanted() {
                told[course.first ?? " ", default: 0] += changes.count
                retracted += changes.count { $0.kind == .retracted }
            }
            guard try example.difference(seed: seed, &restarts) != nil else { continue }
            let smallest = example.shrunk(triesMax: 300) {
                try $0.difference(seed: seed, &restarts) != nil
            }
            let difference = try smallest.difference(seed: seed, &restarts) ?? ""
            Issue.record("seed \(seed)\n\(try smallest.said())\n\(difference)")
            return
        }
        for segment: Character in ["v", "x", "z"] {
            #expect(told[segment, default: 0] > Self.caseCount, "\(told)")
        }
        #expect(retracted > Self.caseCount / 10, "\(retracted)")
        #expect(restarts > Self.caseCount)
    }

    @Test("what a filter saw before a record is the same wherever the partition was sealed")
    func sealed() throws {
        func at(_ second: Int64) -> Timestamp { Timestamp(ms: second * 1_000) }
        let charged = Trigger.action(Action(EventMatch(["Charged"])))
        let left = Trigger.inaction(
            Inaction(
                did: EventMatch(["Seen"]),
                didNot: EventMatch(["Charged"]),
                withinMs: 1_000
            )
        )
        let before = FilterReads(properties: .before)
        func within(_ name: ExactName) -> LiveDefinition {
            let isIn = Definition(.inSegment(InSegment(name)))
            return LiveDefinition(charged, filter: isIn, filterReads: before, zone: "UTC")
        }
        var log = LogScript()
        log.logTime = at(0)
        try log.segment("left", live: LiveDefinition(left, zone: "UTC"), revision: 1)
        try log.segment("bought", live: within("left"), revision: 2)
        let briefly = LiveDefinition(charged, stay: .duration(ms: 2_000), zone: "UTC")
        try log.segment("payers", live: briefly, revision: 3)
        try log.segment("again", live: within("payers"), revision: 4)
        for (event, second) in [("Seen", 5), ("Charged", 8), ("Charged", 9), ("Charged", 14)] {
            log.logTime = at(Int64(second))
            try log.event(event, by: "ann", at: at(Int64(second)))
        }
        let wanted =
            ["left 6", "bought 8", "payers 8", "bought 9", "payers 9", "again 9"]
            + ["payers 11", "bought 14", "payers 14"]
        for cut in 0...log.records.count {
            try inFolder { folder in
                let checkpoints = try Checkpoints(folder: folder, disk: RealDisk())
                defer { checkpoints.close() }
                var state = PartitionState(Partition(index: 0))
                let catalogue = Catalogue()
                try catalogue.apply(try state.apply(Array(log.records.prefix(cut))))
                try checkpoints.seal(&state, catalogue: catalogue)
                try catalogue.apply(try state.apply(Array(log.records.dropFirst(cut))))
                let told = try ["left", "bought", "payers", "again"].enumerated().flatMap {
                    (place, name) in
                    try checkpoints.feeds.records(
                        of: FeedID(project: shop, revision: UInt64(place + 1)),
                        in: Partition(index: 0),
                        after: 0,
                        limit: .max
                    ).map { "\(name) \($0.change.at.ms / 1_000)" }
                        + state.live.news.records.filter { $0.feed.revision == UInt64(place + 1) }
                        .map { "\(name) \($0.change.at.ms / 1_000)" }
                }
                #expect(told.sorted() == wanted.sorted(), "sealed at \(cut)")
            }
        }
    }
}

extension NestedLives {
    /// What a partition tells otherwise than the oracle; nil: nothing.
    fileprivate func difference(seed: UInt64, _ restarts: inout Int) throws -> String? {
        let wanted = try wanted()
        var (told, members): ([String: [LiveChange]], Set<String>) = ([:], [])
        restarts += try inFolder { folder in
            try PartitionExample.read(try records(), until: end, in: folder, seed: seed) {
                try look(&$0, $1, &told, &members)
            }
        }
        func said(_ changes: [LiveChange]?) -> [String] {
            (changes ?? []).map {
                "\($0.kind) \($0.at.rfc3339) #\($0.occurrence) \($0.isMember)"
            }
        }
        for course in Set(wanted.keys).union(told.keys).sorted()
        where said(wanted[course]) != said(told[course]) {
            return "\(course) told \(said(told[course])), wanted \(said(wanted[course]))"
        }
        let isIn = Set(wanted.filter { $0.value.last?.isMember ?? false }.keys)
        return isIn == members ? nil : "in \(members.sorted()), wanted \(isIn.sorted())"
    }

    /// The log of one partition, in which the segments stand before everything else.
    private func records() throws -> [LogV1.LogRecord] {
        var records: [LogV1.LogRecord] = []
        func append(_ body: LogV1.LogRecord.Body, at: Timestamp, isImported: Bool = false) {
            records.append(
                LogV1.LogRecord(
                    offset: UInt64(records.count),
                    logTimeMs: at.ms,
                    project: shop.text,
                    body: body,
                    importID: isImported ? "old" : nil
                )
            )
        }
        var open = conditions
        var standing: Set<ExactName> = []
        func put(_ document: SegmentV1.SegmentDocument) throws {
            let change = LogV1.CatalogueChange(
                revision: UInt64(records.count + 1),
                kind: Catalogue.segmentKind,
                name: document.name,
                body: try document.encode()
            )
            append(.catalogue(change), at: Self.begin)
            standing.insert(ExactName(document.name))
        }
        for (name, live) in segments {
            while let condition = open.first,
                condition.definition.segmentsUsed.allSatisfy({ standing.contains($0.name) })
            {
                let definition = try DefinitionCoding.encode(condition.definition)
                try put(.init(name: condition.name.text, definition: definition, follow: false))
                open.removeFirst()
            }
            try put(.init(name: name.text, version: 1, live: try LiveCoding.encode(live)))
        }
        var numbers: [Int: UInt32] = [:]
        for (user, index) in order {
            let entry = logs[user].entries[index]
            if numbers[user] == nil {
                let number = UInt32(numbers.count)
                numbers[user] = number
                let new = LogV1.NewUser(number: number, userID: logs[user].user?.text ?? "")
                append(.newUser(new), at: entry.logTime)
            }
            let body = try PartitionExample.body(entry, of: numbers[user] ?? 0)
            append(body, at: entry.logTime, isImported: entry.isImported)
        }
        return records
    }

    private func look(
        _ state: inout PartitionState,
        _ checkpoints: Checkpoints,
        _ told: inout [String: [LiveChange]],
        _ members: inout Set<String>
    ) throws {
        guard let columns = state.projects[shop] else { return }
        for end in state.live.ends {
            for record in try checkpoints.feeds.records(
                of: end.feed,
                in: Partition(index: 0),
                after: 0,
                limit: .max
            ) {
                let user = try #require(columns.id(of: record.user)).text
                told["\(end.segment.text) \(user)", default: []].append(record.change)
            }
            for user in try state.members(Definition(.inFeed(end.inFeed)), at: self.end + 1) {
                members.insert("\(end.segment.text) \(user)")
            }
        }
    }
}
