// Tests of RecordReader: events, users, refusals, and lines that were damaged at random.

import Basics
import Messages
import Testing
import Wire

@testable import ShoalCommand

@Suite struct RecordReaderTests {
    private func read(
        _ line: String,
        _ kind: RecordKind = .told
    ) throws(LineProblem) -> IngestionV1.TrackRecord {
        let bytes = Array(line.utf8)
        return try RecordReader(kind: kind).read(bytes, 0..<bytes.count)
    }

    private func problem(_ line: String, _ kind: RecordKind = .told) -> LineProblem? {
        do throws(LineProblem) {
            _ = try read(line, kind)
            return nil
        } catch { return error }
    }

    @Test("an event comes with its id, instant and typed properties, whatever the order of fields")
    func event() throws {
        let record = try read(
            #"{"properties": {"amount": 19.99, "city": "Köln", "new": true, "gone": null, "#
                + #""tags": ["a", 2]}, "ts": "2025-01-02T03:04:05.678Z", "event": "Charged", "#
                + #""user_id": "u1", "event_id": 42}"#
        )
        #expect(record.userID == "u1")
        let event = try #require(record.event)
        #expect(event.name == "Charged" && event.eventID == "42")
        #expect(event.occurredAtMs == Timestamp.rfc3339("2025-01-02T03:04:05.678Z")?.ms)
        let values = try event.properties.map { try ValueCoding.decode($0) }
        #expect(values.map(\.name) == ["amount", "city", "new", "tags"])
        #expect(
            values.map(\.value) == [
                .number(Number(e4: 199_900)), .text("Köln"), .bool(true),
                .list([.text("a"), .number(Number(2))]),
            ]
        )
    }

    @Test("a user comes with properties to set and, where null, to take away")
    func user() throws {
        let record = try read(#"{"user_id":7,"properties":{"age":33,"email":null}}"#)
        #expect(record.userID == "7")
        let profile = try #require(record.profile)
        #expect(profile.set.map(\.name) == ["age"] && profile.unset == ["email"])
        #expect(profile.atMs == nil)
    }

    @Test("with --users a user may have the instant from which its properties hold")
    func userAt() throws {
        let line = #"{"user_id":"a","ts":"2025-01-02","properties":{}}"#
        #expect(try read(line, .users).profile?.atMs == 1_735_776_000_000)
        #expect(problem(line)?.field == "event")
    }

    @Test(
        "a wrong line is refused by the field that is wrong",
        arguments: [
            ("", ""), ("{", ""), ("[]", ""), ("{}", "user_id"), (#"{"user_id":"a"} x"#, ""),
            (#"{"user_id":"a",}"#, ""), (#"{"user_id":"a" "event":"b"}"#, ""),
            (#"{"user_id":1.5}"#, "user_id"), (#"{"user_id":null}"#, "user_id"),
            (#"{"user_id":"a","user_id":"b"}"#, "user_id"), (#"{"user_id":"a","event":"E"}"#, "ts"),
            (#"{"user_id":"a","event":"E","ts":"yesterday"}"#, "ts"),
            (#"{"user_id":"a","event":"E","ts":1735776000000}"#, "ts"),
            (#"{"user_id":"a","event":3,"ts":"2025-01-02"}"#, "event"),
            (#"{"user_id":"a","properties":[]}"#, "properties"),
            (#"{"user_id":"a","properties":{"x":{"y":1}}}"#, "properties.x"),
            (#"{"user_id":"a","properties":{"x":[[1]]}}"#, "properties.x"),
            (#"{"user_id":"a","properties":{"x":1e999}}"#, "properties.x"),
            (#"{"user_id":"a","properties":{"x":nul}}"#, "properties.x"),
            (#"{"user_id":"a","properties":{"x"}}"#, "properties"),
        ]
    )
    func refused(_ line: String, _ field: String) {
        #expect(problem(line)?.field == field, "\(String(describing: problem(line)))")
    }

    @Test("an unknown field is answered with the nearest known one")
    func nearest() {
        let found = problem(#"{"user_id":"a","evnt":"E","ts":"2025-01-02"}"#)
        #expect(found?.field == "evnt" && found?.hint == "did you mean `event`?")
    }

    @Test("lists and depths beyond the limit are refused without recursion")
    func bounded() {
        let many = Array(repeating: "1", count: Limits.listValues + 1).joined(separator: ",")
        #expect(problem(#"{"user_id":"a","properties":{"x":[\#(many)]}}"#)?.field == "properties.x")
        let deep = String(repeating: "[", count: 100_000)
        #expect(problem(#"{"user_id":"a","properties":{"x":\#(deep)"#)?.field == "properties.x")
        #expect(problem(deep)?.field == "")
    }

    @Test(
        "lines damaged at random are read or refused, never worse",
        arguments: [UInt64(1), 7, 99]
    )
    func mutations(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let line = Array(
            (#"{"event_id":12,"user_id":"u\u00e9","event":"Charged","ts":"2025-01-02T03:04:05Z","#
                + #""properties":{"amount":-19.99e0,"tags":["a",true],"n":null}}"#).utf8
        )
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = line
            for _ in 0...random.below(4) {
                let at = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: at)
                default: bytes.insert(bytes[random.below(bytes.count)], at: at)
                }
            }
            do throws(LineProblem) {
                _ = try RecordReader(kind: .told).read(bytes, 0..<bytes.count)
            } catch { refused += 1 }
        }
        #expect(refused > 10_000, "seed \(seed): most damage is noticed")
    }
}
