// Runs of offsets against the plain set of them.

import Basics
import Kit
import Testing

@testable import Columns

@Suite struct OffsetRunsTests {
    @Test("runs given in any order hold exactly their offsets, and none touches the next")
    func anyOrder() {
        var chance = SeededRandom(seed: 0x0FF_5E7)
        for _ in 0..<500 {
            let given = (0..<chance.below(12)).map { _ -> Range<UInt64> in
                let from = UInt64(chance.below(60))
                return from..<from + UInt64(chance.below(8))
            }
            let runs = OffsetRuns(given)
            for offset in 0..<80 as Range<UInt64> {
                let told = given.contains { $0.contains(offset) }
                #expect(runs.contains(offset) == told, "\(offset) of \(given)")
            }
            for (run, next) in zip(runs.runs, runs.runs.dropFirst()) {
                #expect(run.upperBound < next.lowerBound, "\(given)")
            }
            #expect(runs.isEmpty == given.allSatisfy(\.isEmpty))
        }
    }

    @Test("records that follow each other are one run, however many they are")
    func compact() {
        var runs = OffsetRuns()
        for offset in 0..<10_000 as Range<UInt64> { runs.append(offset..<offset + 1) }
        runs.append(20_000..<20_002)
        #expect(runs.runs == [0..<10_000, 20_000..<20_002])
        #expect(runs.meets(LogOffset(9_999), LogOffset(10_001)))
        #expect(!runs.meets(LogOffset(10_000), LogOffset(20_000)))
        #expect(runs.contains(UInt64.max) == false)
        runs.append(UInt64.max - 1..<UInt64.max)
        #expect(runs.contains(UInt64.max - 1))
    }
}
