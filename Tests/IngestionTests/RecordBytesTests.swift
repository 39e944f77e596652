// The hand-written frame of a log record is what protobuf-c writes, byte for byte.

import Basics
import Messages
import Testing

@testable import Ingestion

@Suite("The bytes of a record")
struct RecordBytesTests {
    @Test("are those of the message, at every edge of its numbers")
    func sameAsEncoded() throws {
        let seed: UInt64 = 20_250_102
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        let check = checking()
        let records = [
            try check.check(Sent.event("u"), line: nil),
            try check.check(
                Sent.event("u", id: "e", at: 0, [Sent.property("p", .text(Sent.text(900)))]),
                line: nil
            ),
            try check.check(Sent.profile("u"), line: nil),
            try checking(isHistory: true).check(Sent.profile("u"), line: nil),
        ]
        let edges: [UInt64] = [0, 1, 127, 128, 16_383, 16_384, 1 << 31, UInt64(UInt32.max)]
        var bytes = RecordBytes()
        for _ in 0..<500 {
            let record = records[Int.random(in: records.indices, using: &random)]
            let number = UInt32(edges[Int.random(in: edges.indices, using: &random)])
            let offset =
                Bool.random(using: &random) ? 0 : UInt64.random(in: 0 ... .max, using: &random)
            let time =
                Bool.random(using: &random) ? 0 : Int64.random(in: .min ... .max, using: &random)
            let line =
                Bool.random(using: &random) ? nil : UInt64.random(in: 1 ... .max, using: &random)
            bytes.write(
                record.isEvent ? .event : .profile,
                record.bytes,
                of: UserNumber(number),
                in: shop,
                at: (LogOffset(offset), Timestamp(ms: time))
            )
            if let line { bytes.add(importID: "i", line: line) }
            let origin = line == nil || number == 0 ? nil : Sent.text(Int(number % 255) + 1)
            if let origin { bytes.add(origin: try #require(UserID(origin))) }
            var message = LogV1.LogRecord(
                offset: offset,
                logTimeMs: time,
                project: "shop",
                importID: line.map { _ in "i" },
                importLine: line,
                origin: origin.map { LogV1.Origin(userID: $0) }
            )
            switch record.body {
            case .event(var event):
                event.userNumber = number
                message.body = .event(event)
            case .profile(var profile):
                profile.userNumber = number
                message.body = .profile(profile)
            }
            let expected = try message.encode()
            #expect(bytes.bytes == expected)
            #expect(bytes.bytes.count - record.bytes.count <= RecordBytes.overheadBytes)
        }
    }

    @Test("of a new user are those of the message", arguments: [0, 1, 300, UInt32.max])
    func newUser(_ number: UInt32) throws {
        for id in ["u", Sent.text(256), "é"] {
            var bytes = RecordBytes()
            bytes.write(
                .newUser,
                RecordBytes.newUser(try #require(UserID(id))),
                of: UserNumber(number),
                in: shop,
                at: (LogOffset(9), start)
            )
            let message = LogV1.LogRecord(
                offset: 9,
                logTimeMs: start.ms,
                project: "shop",
                body: .newUser(LogV1.NewUser(number: number, userID: id))
            )
            #expect(try bytes.bytes == message.encode())
        }
    }

    @Test("never take more beside their body than a group leaves room for")
    func overhead() throws {
        let longest = try #require(ProjectName(Sent.text(63)))
        let (offset, time) = (LogOffset(.max), Timestamp(ms: .min))
        var bytes = RecordBytes()
        bytes.write(.event, [], of: UserNumber(.max), in: longest, at: (offset, time))
        bytes.add(importID: Sent.text(128), line: .max)
        bytes.add(origin: try #require(UserID(Sent.text(256))))
        var sum = bytes.bytes.count
        let user = RecordBytes.newUser(try #require(UserID(Sent.text(256))))
        bytes.write(.newUser, user, of: UserNumber(.max), in: longest, at: (offset, time))
        sum += bytes.bytes.count
        #expect(sum + 2 * 15 <= RecordBytes.overheadBytes)
    }
}
