// What a record may be, by tables: each line one record and the field that is wrong with it.

import Basics
import Messages
import Testing

@testable import Ingestion

@Suite("The check of a record")
struct EventCheckTests {
    typealias Row = (record: IngestionV1.TrackRecord, field: String?)

    /// Holds a table against the check; a field of nil means that the record is taken.
    private func expect(_ rows: [Row], _ check: EventCheck = checking()) {
        for (number, row) in rows.enumerated() {
            let rejection = check.rejection(row.record)
            #expect(
                rejection?.field == row.field,
                "row \(number): \(rejection?.message ?? "taken")"
            )
            if let rejection {
                #expect(!rejection.message.isEmpty && !rejection.hint.isEmpty, "row \(number)")
            }
        }
    }

    @Test("refuses records without user, name or kind, and names and ids that are too long")
    func whoAndWhat() {
        expect([
            (Sent.event("u"), nil),
            (Sent.event(""), "user_id"),
            (Sent.event(Sent.text(256)), nil),
            (Sent.event(Sent.text(257)), "user_id"),
            (Sent.event(Sent.text(10 << 20)), "user_id"),
            (Sent.event("u\0v"), "user_id"),
            (IngestionV1.TrackRecord(userID: "u"), "kind"),
            (Sent.profile("u"), nil),
            (Sent.event("u", ""), "event.name"),
            (Sent.event("u", Sent.text(128)), nil),
            (Sent.event("u", Sent.text(129)), "event.name"),
            (Sent.event("u", Sent.text(10 << 20)), "event.name"),
            // Names are measured in bytes, not in characters.
            (Sent.event("u", String(repeating: "é", count: 65)), "event.name"),
            (Sent.event("u", "a\0b"), "event"),
            (Sent.event("u", id: ""), "event.event_id"),
            (Sent.event("u", id: Sent.text(128)), nil),
            (Sent.event("u", id: Sent.text(129)), "event.event_id"),
        ])
    }

    @Test("refuses properties that are too many, unnamed, twice there or without a value")
    func properties() {
        func numbered(_ count: Int) -> [LogV1.Property] {
            (0..<count).map { Sent.property("p\($0)", .integer(Int64($0))) }
        }
        let composed = Sent.property("caf\u{E9}", .flag(true))
        let decomposed = Sent.property("cafe\u{301}", .flag(true))
        let one = Sent.property("a", .flag(true))
        for (records, field) in [
            ({ Sent.event("u", "E", $0) }, "event.properties"),
            ({ Sent.profile("u", set: $0) }, "profile.set"),
        ] as [(([LogV1.Property]) -> IngestionV1.TrackRecord, String)] {
            expect([
                (records(numbered(256)), nil),
                (records(numbered(257)), field),
                (records(numbered(1_000)), field),
                (records([Sent.property("", .flag(true))]), "\(field)[0].name"),
                (records([one, Sent.property(Sent.text(129), .flag(true))]), "\(field)[1].name"),
                (records([one, Sent.property("b", nil)]), "\(field)[1].value"),
                (
                    records([one, LogV1.Property(name: "b", value: LogV1.Value())]),
                    "\(field)[1].value"
                ),
                (records([one, Sent.property("b", .flag(true)), one]), "\(field)[2].name"),
                (records(numbered(40) + [numbered(1)[0]]), "\(field)[40].name"),
                // Two names are one only when their bytes are.
                (records([composed, decomposed]), nil),
                (records(numbered(40) + [composed, decomposed]), nil),
            ])
        }
    }

    @Test("refuses values that the log cannot keep")
    func values() {
        func row(_ kind: LogV1.Value.Kind, _ place: String?) -> Row {
            (
                Sent.event("u", "E", [Sent.property("v", kind)]),
                place.map { "event.properties[0].value\($0)" }
            )
        }
        let year10000 = Timestamp.latest.ms + 1
        expect([
            row(.number(.nan), ".number"),
            row(.number(.infinity), ".number"),
            row(.number(-.infinity), ".number"),
            row(.number(.greatestFiniteMagnitude), nil),
            row(.integer(.min), nil),
            row(.decimalE4(.min), nil),
            row(.text(""), nil),
            row(.text(Sent.text(1_024)), nil),
            row(.text(Sent.text(1_025)), ".text"),
            row(.text(Sent.text(10 << 20)), ".text"),
            row(.instantMs(Timestamp.latest.ms), nil),
            row(.instantMs(year10000), ""),
            row(.instantMs(.min), ""),
            row(.version("1.2.3"), ".version"),
            row(Sent.list([]), nil),
            row(Sent.list(Array(repeating: .flag(true), count: 100)), nil),
            row(Sent.list(Array(repeating: .flag(true), count: 101)), ".list"),
            row(Sent.list([.flag(true), .number(.nan)]), ".list.values[1].number"),
            row(Sent.list([.text(Sent.text(1_025))]), ".list.values[0].text"),
            row(Sent.list([.flag(true), .instantMs(year10000)]), ".list.values[1]"),
            row(.list(LogV1.ValueList(values: [LogV1.PlainValue()])), ".list.values[0]"),
        ])
    }

    @Test("refuses an event or a profile change above 32 KiB")
    func sizes() {
        func texts(_ count: Int) -> [LogV1.Property] {
            (0..<count).map { Sent.property("text-\($0)", .text(Sent.text(1_024))) }
        }
        let names = (0..<256).map { String(repeating: "n", count: 125) + String($0 + 100) }
        expect([
            (Sent.event("u", "E", texts(31)), nil),
            (Sent.event("u", "E", texts(32)), "event.properties"),
            (Sent.profile("u", set: texts(31)), nil),
            (Sent.profile("u", set: texts(32)), "profile.set"),
            (Sent.profile("u", unset: names), nil),
            (Sent.profile("u", set: texts(1), unset: names), "profile.set"),
            (Sent.profile("u", unset: names + ["one more"]), "profile.unset"),
            (Sent.profile("u", unset: ["a", ""]), "profile.unset[1]"),
            (
                Sent.profile("u", set: [Sent.property("a", .flag(true))], unset: ["b", "a"]),
                "profile.unset[1]"
            ),
        ])
    }

    @Test("takes an instant less than 5 min ahead, clamps one up to 24 h, refuses the rest")
    func future() throws {
        let day = 24 * hour
        for (ahead, at, correction) in [
            (0, 0, .unspecified), (5 * minute - 1, 5 * minute - 1, .unspecified),
            (5 * minute, 0, .clamped), (day, 0, .clamped),
            (-10_000 * day, -10_000 * day, .unspecified),
        ] as [(Int64, Int64, LogV1.TimeCorrection)] {
            let event = try #require(try checking().event(Sent.event("u", at: start.ms + ahead)))
            #expect(event.atMs == start.ms + at, "\(ahead) ms ahead")
            #expect(event.correction == correction)
            #expect(event.clientAtMs == (correction == .clamped ? start.ms + ahead : nil))
            #expect(event.receivedAtMs == start.ms)
            let profile = try checking().profile(Sent.profile("u", at: start.ms + ahead))
            #expect(profile?.atMs == start.ms + at)
        }
        for instant in [start.ms + day + 1, 253_370_764_800_000, .max] {
            let rejection = try #require(checking().rejection(Sent.event("u", at: instant)))
            #expect(rejection.code == .outOfRange && rejection.field == "event.occurred_at_ms")
            #expect(checking().rejection(Sent.profile("u", at: instant))?.field == "profile.at_ms")
        }
        expect([
            (Sent.event("u", at: .min), "event.occurred_at_ms"),
            (Sent.event("u", at: Timestamp.earliest.ms), nil),
            (Sent.event("u", at: Timestamp.earliest.ms - 1), "event.occurred_at_ms"),
            (Sent.event("u", at: 0, sentAt: .max), "event.sent_at_ms"),
            (Sent.event("u", at: 0, sentAt: .min), "event.sent_at_ms"),
            (Sent.event("u", sentAt: .min), "event.sent_at_ms"),
        ])
    }

    @Test("shifts an event by its clock's skew in steps of 5 min, and keeps what the client said")
    func skew() throws {
        // The client's clock is 12 min behind: it happened a minute before it was sent.
        let sentAt = start.ms - 12 * minute
        let behind = try #require(
            try checking().event(Sent.event("u", at: sentAt - minute, sentAt: sentAt))
        )
        #expect(behind.atMs == sentAt - minute + 10 * minute)
        #expect(behind.correction == .shifted)
        #expect(behind.clientAtMs == sentAt - minute)
        // Two hours ahead.
        let ahead = try #require(
            try checking().event(
                Sent.event("u", at: start.ms + 2 * hour, sentAt: start.ms + 2 * hour)
            )
        )
        #expect(ahead.atMs == start.ms && ahead.correction == .shifted)
        // Shifted and still in the future: clamped, and the client's own instant stands beside it.
        let both = try #require(
            try checking().event(
                Sent.event("u", at: start.ms, sentAt: start.ms - hour)
            )
        )
        #expect(both.atMs == start.ms && both.correction == .clamped)
        #expect(both.clientAtMs == start.ms)
        // Below 60 s, and what rounds to nothing.
        for delay in [0, 59_999, 60_000, 149_999] as [Int64] {
            let event = try checking().event(Sent.event("u", at: 5, sentAt: start.ms - delay))
            #expect(event?.atMs == 5 && event?.correction == .unspecified)
        }
    }

    @Test(
        "an event without an instant of its own has the receipt's, whatever the client's clock says"
    )
    func noInstant() throws {
        let event = try #require(
            try checking().event(Sent.event("u", sentAt: start.ms - 3 * hour))
        )
        #expect(event.atMs == start.ms)
        #expect(event.correction == .unspecified && event.clientAtMs == nil)
    }

    @Test("when history was sent says nothing about the clock it was recorded by")
    func historyHasNoSkew() throws {
        let check = checking(isHistory: true)
        let record = Sent.event("u", at: start.ms - 900 * hour, sentAt: start.ms - 800 * hour)
        let event = try #require(try check.event(record))
        #expect(event.atMs == start.ms - 900 * hour)
        #expect(event.correction == .unspecified && event.history)
    }

    @Test("a profile without an instant holds from receipt on, an imported one from the beginning")
    func profiles() throws {
        let record = Sent.profile("u", set: [Sent.property("plan", .text("gold"))])
        #expect(try checking().profile(record)?.atMs == start.ms)
        let imported = try #require(try checking(isHistory: true).profile(record))
        #expect(imported.atMs == nil && imported.receivedAtMs == start.ms)
        let dated = Sent.profile("u", at: start.ms - hour)
        #expect(try checking(isHistory: true).profile(dated)?.atMs == start.ms - hour)
    }

    @Test("what is taken is encoded as it stands, for the partition its user lives in")
    func encoded() throws {
        let sent = Sent.event(
            "u",
            "Charged",
            id: "e1",
            at: start.ms,
            [Sent.property("amount", .number(15.3))]
        )
        let record = try checking().check(sent, line: 7)
        guard case .event(let event) = record.body else { throw Wrong() }
        #expect(try LogV1.Event.decode(record.bytes) == event)
        #expect(record.isEvent && record.eventID == "e1" && record.line == 7)
        #expect(
            record.partition == PartitionCount(4)?.home(project: shop, identifier: "u")
        )
    }

    struct Wrong: Error {}
}
