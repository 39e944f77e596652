// One user's records are found in a partition's log, and nobody else's.

import Basics
import Kit
import Log
import Messages
import Testing

@testable import Ingestion

@Suite("A user's records") struct UserRecordsTests {
    @Test("a glance at stored bytes sees whom the record is about, whatever it says")
    func glance() throws {
        let bodies: [(LogV1.LogRecord.Body, RecordGlance.Kind?, UInt32)] = [
            (.event(LogV1.Event(userNumber: 0, name: "E", eventID: "x")), .event, 0),
            (.event(LogV1.Event(userNumber: 300, name: Sent.text(128))), .event, 300),
            (.profile(LogV1.ProfileChange()), .profile, 0),
            (.profile(LogV1.ProfileChange(userNumber: .max, unset: ["p"])), .profile, .max),
            (.listChange(LogV1.ListChange(userNumber: 7, list: "vip")), .list, 7),
            (.mergeIn(LogV1.MergeIn(userNumber: 9, userID: "anon")), .mergeIn, 9),
            (.mergeUndone(LogV1.MergeUndone(userNumber: 10)), .mergeUndone, 10),
            (.aside(LogV1.Aside(userNumber: 11)), .aside, 11),
            (.newUser(LogV1.NewUser(number: 4, userID: "u")), nil, 0),
            (.mergeOut(LogV1.MergeOut(userNumber: 4)), nil, 0),
            (.importUndone(LogV1.ImportUndone(importID: "i")), nil, 0),
        ]
        for (body, kind, user) in bodies {
            for offset in [0, 1, UInt64.max] {
                let record = LogV1.LogRecord(
                    offset: offset,
                    logTimeMs: start.ms,
                    project: "shop",
                    body: body,
                    importID: offset == 1 ? "i" : nil,
                    importLine: offset == 1 ? 3 : nil,
                    origin: LogV1.Origin(userID: "anon")
                )
                let glance = RecordGlance(try record.encode()[...])
                #expect(glance.kind == kind && glance.user == user, "\(body)")
                #expect(kind == nil || glance.project == 4)
            }
        }
    }

    @Test("whatever the bytes are, a glance ends")
    func damaged() throws {
        var random = SeededRandom(seed: 0x61A2)
        let whole = try LogV1.LogRecord(
            offset: 5,
            project: "shop",
            body: .event(LogV1.Event(userNumber: 5, name: "E"))
        ).encode()
        for _ in 0..<2_000 {
            var bytes = whole
            bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.below(256))
            _ = RecordGlance(bytes.prefix(random.below(bytes.count + 1)))
        }
    }

    @Test("they are those of the one user of the one project, behind the first")
    func found() async throws {
        let rig = try IngestionRig(partitions: 1)
        let open = try rig.open()
        _ = try await open.track(["a", "b"].map { Sent.event($0) })
        _ = try await open.track(["a", "b"].map { Sent.event($0, "Elsewhere") }, project: music)
        let later = try await open.track([Sent.event("b", "Later"), Sent.profile("b")])
        let owner = UserRecords.Owner(
            project: shop,
            partition: Partition(index: 0),
            number: UserNumber(1)
        )
        var records = UserRecords(of: owner)
        try records.read(open.log)
        #expect(records.standing.count == 3)
        var behind = UserRecords(of: owner, since: try #require(later[0].place).offset)
        try behind.read(open.log)
        #expect(behind.standing == Array(records.standing.dropFirst()))
        // What comes later is read on.
        _ = try await open.track([Sent.event("b", "Last")])
        try records.read(open.log)
        #expect(records.standing.count == 4)
        try open.stop()
    }

    @Test("for an identifier that is parted, only its family's are read, also those read on later")
    func family() async throws {
        let rig = try IngestionRig()
        let open = try rig.open()
        let desk = try ReadingDesk(threads: 1)
        defer { desk.stop() }
        _ = try await open.track(["a", "b", "c", "d"].map { Sent.event($0, "by \($0)") })
        _ = try await open.identify("a", "b")
        for id in ["b", "c"] { _ = try await open.alias(id, "d") }
        let identities = IdentityDesk(open.index, open.log, desk, searches: desk, open.partitions)
        let user = try #require(UserID("b"))
        var records = try await identities.records(mergedWith: user, in: shop)
        func names() throws -> [String] {
            try records.standing.compactMap { found in
                let record = try LogV1.LogRecord.decode(found.payload)
                if case .event(let event) = record.body { return event.name } else { return nil }
            }
        }
        #expect(try names() == ["by b", "by a"])
        // Who becomes one with it meanwhile comes along.
        _ = try await open.track([Sent.event("new", "by new"), Sent.event("c", "later")])
        _ = try await open.identify("new", "b")
        records.keep(MergedFamily(of: user, in: shop, IndexReader(open.index)))
        try records.read(open.log)
        #expect(try names() == ["by b", "by a", "by new"])
        try open.stop()
    }
}
