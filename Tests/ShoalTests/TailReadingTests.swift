// Lines of a tail: users get their names back, values are shown as they are, filters hold.

import Basics
import Messages
import Testing

@testable import ShoalCommand

@Suite struct TailReadingTests {
    private let shop = ProjectName("shop") ?? { preconditionFailure("a project's name") }()

    private func record(
        _ offset: UInt64,
        _ body: LogV1.LogRecord.Body,
        of project: String = "shop"
    ) -> LogV1.LogRecord {
        LogV1.LogRecord(offset: offset, logTimeMs: Int64(offset), project: project, body: body)
    }

    private func charged(_ number: UInt32, amount: Double) -> LogV1.LogRecord.Body {
        .event(
            LogV1.Event(
                userNumber: number,
                name: "Charged",
                atMs: 1_000,
                eventID: "e",
                properties: [
                    LogV1.Property(name: "amount", value: LogV1.Value(kind: .number(amount))),
                    LogV1.Property(name: "city", value: LogV1.Value(kind: .text("Pune"))),
                ]
            )
        )
    }

    @Test("a number of one partition is another user's in the next; other projects are no lines")
    func names() throws {
        var reading = TailReading(shop)
        for (partition, user) in [(UInt32(0), "ann"), (1, "bob")] {
            let new = LogV1.NewUser(number: 0, userID: user)
            #expect(try reading.line(record(0, .newUser(new)), of: partition) == nil)
        }
        let first = try reading.line(record(1, charged(0, amount: 12.5)), of: 0)
        #expect(first?.text == "1970-01-01T00:00:01.000Z  ann  Charged  amount=12.5  city=Pune")
        let second = try reading.line(record(1, charged(0, amount: 3)), of: 1)
        #expect(second?.user == "bob")
        let json = try #require(second).json.line
        #expect(json.contains(#""properties":{"amount":3,"city":"Pune"}"#), "\(json)")
        let other = record(2, charged(0, amount: 1), of: "app")
        #expect(try reading.line(other, of: 0) == nil)
        let stranger = record(3, charged(7, amount: 1))
        #expect(throws: CommandError.self) { try reading.line(stranger, of: 0) }
    }

    @Test("of one user wanted only that name is kept, and others' records are no lines")
    func oneUser() throws {
        var reading = TailReading(shop, user: "bob", names: RememberedNames(keptMin: 1))
        for (number, user) in ["ann", "bob", "cid"].enumerated() {
            let new = LogV1.NewUser(number: UInt32(number), userID: user)
            _ = try reading.line(record(UInt64(number), .newUser(new)), of: 0)
        }
        #expect(try reading.line(record(3, charged(0, amount: 1)), of: 0) == nil)
        #expect(try reading.line(record(4, charged(1, amount: 1)), of: 0)?.user == "bob")
        #expect(try reading.line(record(5, charged(2, amount: 1)), of: 0) == nil)
    }

    @Test("a user whose name was forgotten is shown by number and partition, in JSON as null")
    func forgotten() throws {
        var reading = TailReading(shop, names: RememberedNames(keptMin: 1))
        for number in UInt32(0)..<3 {
            let new = LogV1.NewUser(number: number, userID: "user-\(number)")
            _ = try reading.line(record(UInt64(number), .newUser(new)), of: 7)
        }
        let line = try #require(try reading.line(record(3, charged(0, amount: 1)), of: 7))
        #expect(line.text.contains("  (user 0 of partition 7)  Charged"), "\(line.text)")
        let json = line.json.line
        #expect(json.contains(#""user_id":null"#) && json.contains(#""user_number":0"#))
        #expect(try reading.line(record(4, charged(2, amount: 1)), of: 7)?.user == "user-2")
    }

    @Test("profiles are lines when they are asked for, with what they set and took away")
    func profiles() throws {
        var reading = TailReading(shop)
        _ = try reading.line(record(0, .newUser(LogV1.NewUser(userID: "ann"))), of: 0)
        let change = LogV1.ProfileChange(
            set: [LogV1.Property(name: "vip", value: LogV1.Value(kind: .flag(true)))],
            unset: ["city"]
        )
        let line = try #require(try reading.line(record(1, .profile(change)), of: 0))
        #expect(line.text == "ever  ann  (profile)  vip=true  city=–")
        #expect(!TailFilter().accepts(line))
        #expect(TailFilter(hasProfiles: true).accepts(line))
        // Nobody knows since when it holds.
        let dated = TailFilter(since: Timestamp(ms: 0), hasProfiles: true)
        #expect(!dated.accepts(line))
    }

    @Test("line breaks and escapes that users sent stay one harmless line")
    func controlCharacters() throws {
        var reading = TailReading(shop)
        let new = LogV1.NewUser(userID: "ann\n\u{1B}[2J")
        _ = try reading.line(record(0, .newUser(new)), of: 0)
        let line = try #require(try reading.line(record(1, charged(0, amount: 1)), of: 0))
        let words = "1970-01-01T00:00:01.000Z  ann\\u{a}\\u{1b}[2J  Charged  amount=1  city=Pune"
        #expect(line.text == words)
    }

    @Test("every filter must hold")
    func filters() throws {
        var reading = TailReading(shop)
        _ = try reading.line(record(0, .newUser(LogV1.NewUser(userID: "ann"))), of: 0)
        let line = try #require(try reading.line(record(1, charged(0, amount: 12.5)), of: 0))
        let accepted = [
            TailFilter(), TailFilter(events: ["Opened", "Charged"]), TailFilter(user: "ann"),
            TailFilter(values: ["amount": "12.5", "city": "Pune"]),
            TailFilter(since: Timestamp(ms: 1_000)),
        ]
        #expect(accepted.allSatisfy { $0.accepts(line) })
        let refused = [
            TailFilter(events: ["Opened"]), TailFilter(user: "bob"),
            TailFilter(values: ["amount": "12"]), TailFilter(values: ["town": "Pune"]),
            TailFilter(since: Timestamp(ms: 1_001)),
        ]
        #expect(!refused.contains { $0.accepts(line) })
    }
}
