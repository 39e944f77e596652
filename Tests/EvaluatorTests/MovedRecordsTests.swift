// When moved records came in, run by run: found again, small, and read back.

import Basics
import Kit
import Testing

@testable import Evaluator

@Suite struct MovedRecordsTests {
    private static let seed: UInt64 = 0x30B_ED01

    @Test("random runs: each record is found with its instant, in memory and read back")
    func random() throws {
        var random = SeededRandom(seed: Self.seed)
        for _ in 0..<200 {
            let begin = Timestamp(ms: 5_000)
            var (moved, truth) = (MovedRecords(), [LogOffset: Timestamp]())
            var (offset, time) = (UInt64(random.below(5)), Int64(random.below(6_000)))
            for _ in 0..<random.below(40) {
                moved.note(LogOffset(offset), Timestamp(ms: time), begin: begin)
                truth[LogOffset(offset)] = Timestamp(ms: time)
                offset += random.chance(0.7) ? 1 : UInt64(1 + random.below(300))
                time = random.chance(0.3) ? time : Int64(random.below(9_000))
            }
            let again = try MovedRecords(bytes: moved.bytes)
            #expect(again == moved)
            for offset in 0...(offset + 2) {
                let found = again.logTime(at: LogOffset(offset))
                let wanted = truth[LogOffset(offset)]
                guard let wanted, let found else {
                    #expect(wanted == found, "seed \(Self.seed)")
                    continue
                }
                // Of before it is enough that it was before.
                #expect(found == wanted || max(found, wanted) <= begin, "seed \(Self.seed)")
            }
        }
    }

    @Test("a history of before a segment takes a few bytes, however long it is")
    func small() throws {
        var moved = MovedRecords()
        for offset in 0..<4_000 as Range<UInt64> {
            moved.note(
                LogOffset(70_000 + offset),
                Timestamp(ms: 1_750_000_000_000 + Int64(offset)),
                begin: Timestamp(ms: 1_760_000_000_000)
            )
        }
        #expect(moved.bytes.count <= 16)
        for count in 0..<moved.bytes.count {
            #expect(throws: BytesError.self) {
                _ = try MovedRecords(bytes: Array(moved.bytes.prefix(count)))
            }
        }
    }

    @Test("runs have a limit, behind which nothing more is told apart")
    func limited() throws {
        var moved = MovedRecords()
        for offset in 0...UInt64(MovedRecords.runsMax) {
            moved.note(LogOffset(2 * offset), Timestamp(ms: Int64(offset)), begin: .earliest)
        }
        let last = UInt64(MovedRecords.runsMax)
        #expect(moved.logTime(at: LogOffset(2 * last - 2)) == Timestamp(ms: Int64(last) - 1))
        #expect(moved.logTime(at: LogOffset(2 * last)) == nil)
        #expect(try MovedRecords(bytes: moved.bytes) == moved)
    }
}
