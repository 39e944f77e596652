// Conditions mean something else, or what was known is known no more: who is asked, and hears what.

import Basics
import Kit
import Messages
import Segments
import Testing
import Wire

@testable import Evaluator

@Suite struct AskedAnewTests {
    /// A partition that reads a log as a test writes it.
    private struct Reading {
        var log = LogScript()
        private var state = PartitionState(Partition(index: 0))
        private var toldCount = 0

        /// A segment that others use and nobody follows.
        mutating func put(_ name: String, _ definition: Definition, revision: UInt64) throws {
            let document = SegmentV1.SegmentDocument(
                name: name,
                definition: try DefinitionCoding.encode(definition),
                version: UInt32(revision),
                follow: false
            )
            let change = LogV1.CatalogueChange(
                revision: revision,
                kind: Catalogue.segmentKind,
                name: name,
                body: try document.encode()
            )
            log.append(.catalogue(change))
        }

        /// What is told of what was written since, and of the instants up to one.
        mutating func told(through instant: Timestamp? = nil) throws -> [String] {
            _ = try state.apply(Array(log.records.dropFirst(Int(state.next.value))))
            if let instant { try state.pass(instant) }
            let ends = state.live.ends + state.live.over
            let names = Dictionary(uniqueKeysWithValues: ends.map { ($0.feed, $0.segment.text) })
            let ids = Dictionary(uniqueKeysWithValues: log.numbers().map { ($1, $0) })
            let records = state.live.news.records.dropFirst(toldCount)
            toldCount += records.count
            return records.map {
                let id = ids[$0.user.value] ?? ""
                return "\(names[$0.feed] ?? "") \(id) \($0.change.kind) by \($0.change.cause)"
            }
        }
    }

    private static func isIn(_ name: ExactName) -> Definition {
        Definition(.inSegment(InSegment(name)))
    }

    private static func isOut(_ name: ExactName) -> Definition {
        Definition(nodes: [.not(Not(1)), .inSegment(InSegment(name))])
    }

    private static let seen = Trigger.action(Action(EventMatch(["Seen"])))

    // Another meaning

    @Test("whose stay asks for a segment leaves where that is made stricter, by its definition")
    func stricter() throws {
        var reading = Reading()
        try reading.put("vip", did("Charged"), revision: 1)
        let stays = LiveDefinition(Self.seen, stay: .while(Self.isIn("vip")), zone: "UTC")
        try reading.log.segment("staying", live: stays, revision: 2)
        // Who uses it hears of it in the same step, and nothing fires by it.
        let lasts = LiveDefinition(Self.seen, stay: .while(Self.isIn("staying")), zone: "UTC")
        try reading.log.segment("lasting", live: lasts, revision: 3)
        let out = LiveDefinition(.becomes(Becomes(Self.isOut("staying"))), zone: "UTC")
        try reading.log.segment("out", live: out, revision: 4)
        for event in ["Charged", "Seen"] {
            try reading.log.event(event, by: "ann", at: Timestamp(ms: 1_000))
        }
        #expect(
            try reading.told() == [
                "out ann entered by record",
                "staying ann entered by record", "lasting ann entered by record",
            ]
        )
        try reading.put("vip", did("Charged", atLeast: 3), revision: 5)
        #expect(
            try reading.told() == [
                "staying ann left by definition", "lasting ann left by definition",
            ]
        )
    }

    @Test("what turns true by a definition fires nothing then, nor with what is heard later")
    func relaxed() throws {
        var reading = Reading()
        try reading.put("vip", did("Charged", atLeast: 3), revision: 1)
        let became = LiveDefinition(.becomes(Becomes(Self.isIn("vip"))), zone: "UTC")
        try reading.log.segment("became", live: became, revision: 2)
        func charge(_ id: String, _ count: Int) throws {
            for _ in 0..<count { try reading.log.event("Charged", by: id, at: day(0)) }
        }
        try charge("ann", 1)
        try charge("bob", 3)
        #expect(try reading.told() == ["became bob entered by record"])
        try reading.put("vip", did("Charged"), revision: 3)
        #expect(try reading.told().isEmpty)
        try charge("ann", 1)
        #expect(try reading.told().isEmpty, "she was one already")
        try charge("cid", 1)
        #expect(try reading.told() == ["became cid entered by record"])
        // Who is none by another definition may become one again.
        try reading.put("vip", did("Charged", atLeast: 4), revision: 4)
        try charge("ann", 1)
        #expect(try reading.told().isEmpty)
        try charge("ann", 1)
        #expect(try reading.told() == ["became ann entered by record"])
    }

    // Nobody any more

    /// Bob is known by an import alone, which is taken back within the second.
    private static func bob(_ record: LogV1.LogRecord.Body, _ log: inout LogScript) {
        log.logTime = Timestamp(ms: 10_200)
        log.append(record, import: "old")
        log.logTime = Timestamp(ms: 10_600)
    }

    @Test(
        "who is no user any more comes into no condition, and into it as a user again",
        arguments: [false, true]
    )
    func nobody(_ isSetAside: Bool) throws {
        var reading = Reading()
        reading.log.logTime = Timestamp(ms: 10_000)
        let absent = Definition(.didNot(DidNot(EventMatch(["Charged"]))))
        try reading.log.segment("silent", absent, revision: 1)
        let bob = reading.log.user("bob")
        Self.bob(
            .event(LogV1.Event(userNumber: bob, name: "Opened", atMs: 900, history: true)),
            &reading.log
        )
        reading.log.append(.importUndone(LogV1.ImportUndone(importID: "old")))
        #expect(try reading.told(through: Timestamp(ms: 20_000)).isEmpty)
        reading.log.logTime = Timestamp(ms: 30_000)
        if isSetAside {
            reading.log.append(.leftOut(LogV1.LeftOut(userNumber: bob)))
        } else {
            try reading.log.event("Opened", by: "bob", at: Timestamp(ms: 30_000))
        }
        #expect(try reading.told() == ["silent bob entered by record"])
    }

    @Test("nor by a segment that he was in, which he leaves")
    func nobodyWithin() throws {
        var reading = Reading()
        reading.log.logTime = Timestamp(ms: 9_000)
        let trial = LiveDefinition(.date(DateTrigger("trialEnds")), zone: "UTC")
        try reading.log.segment("ended", live: trial, revision: 1)
        try reading.log.segment("in", Self.isIn("ended"), revision: 2)
        try reading.log.segment("out", Self.isOut("ended"), revision: 3)
        let bob = reading.log.user("bob")
        let change = LogV1.ProfileChange(
            userNumber: bob,
            atMs: 10_000,
            set: [try ValueCoding.encode(name: "trialEnds", .instant(Timestamp(ms: 10_400)))]
        )
        Self.bob(.profile(change), &reading.log)
        try reading.log.event("Opened", by: "ann", at: Timestamp(ms: 10_600))
        #expect(
            try reading.told() == [
                "ended bob entered by timer", "in bob entered by timer",
                "out ann entered by record",
            ]
        )
        reading.log.append(.importUndone(LogV1.ImportUndone(importID: "old")))
        #expect(
            try reading.told(through: Timestamp(ms: 20_000)) == [
                "ended bob left by correction", "in bob left by correction",
            ]
        )
    }
}
