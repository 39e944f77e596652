// Verdicts always fit the room the caller left; too little room is said before anything is written.

import Basics
import Messages
import Testing

@testable import Ingestion

@Suite("Verdicts")
struct VerdictsTests {
    private func bad(_ text: Int = 300) -> IngestionV1.Verdict {
        Rejection(
            code: .outOfRange,
            field: "event.occurred_at_ms",
            message: Sent.text(text),
            hint: Sent.text(text)
        ).verdict
    }

    @Test(
        "a batch of bad records is answered within the usual room",
        arguments: [10, 1_000, 10_000]
    )
    func room(_ count: Int) throws {
        var verdicts = try Verdicts(count: count, replyBytes: 262_144)
        for index in 0..<count { verdicts.tell(bad(), at: index) }
        let response = IngestionV1.TrackResponse(
            rejected: verdicts.count(of: .rejected),
            verdicts: verdicts.list
        )
        #expect(try response.encode().count < 262_144 - 512)
        #expect(response.rejected == UInt32(count))
        #expect(verdicts.list.allSatisfy { $0.code == .outOfRange })
        #expect(verdicts.list[0].message != nil)
        #expect((verdicts.list[count - 1].message == nil) == (count > 10))
    }

    @Test("faults of an import fit as well, whatever their lines and places")
    func importRoom() throws {
        let count = Limits.batchRecords
        var verdicts = try Verdicts(count: count, replyBytes: 262_144)
        for index in 0..<count {
            let place = LogPlace(
                partition: Partition(index: 4_000),
                offset: LogOffset(1 << 41)
            )
            verdicts.tell(Outcome.duplicate(place).verdict, at: index)
        }
        let response = IngestionV1.ImportResponse(
            duplicates: UInt32(count),
            faults: verdicts.list.map {
                IngestionV1.ImportFault(line: UInt64(Int64.max), verdict: $0)
            }
        )
        #expect(try response.encode().count < 262_144 - 512)
    }

    @Test("a reply without room for the bare verdicts is refused with the room it takes")
    func noRoom() {
        do throws(Fault) {
            _ = try Verdicts(count: 10_000, replyBytes: 131_072)
            Issue.record("taken")
        } catch {
            #expect(error.code == .resourceExhausted && error.place == "header.max_reply_bytes")
            #expect(error.hint?.contains("\(1_024 + 10_000 * Verdicts.bytesMin)") == true)
        }
    }

    @Test("texts are cut to the contract's limits, between characters")
    func cut() throws {
        let verdict = Rejection(
            field: String(repeating: "é", count: 200),
            message: Sent.text(3_000),
            hint: String(repeating: "é", count: 1_000)
        ).verdict
        #expect(verdict.field?.utf8.count == 256)
        #expect(verdict.message?.utf8.count == 1_024 && verdict.hint?.utf8.count == 1_024)
        _ = try IngestionV1.TrackResponse(verdicts: [verdict]).encode()
    }
}
